/* The page without a network: what the phone keeps, with doors worked out from stored hours. */
"use strict";
(() => {
  const SHOWN = 60;
  const SOON_MIN = 20;
  const EARTH_M = 6371008.8;
  const DETOUR_PAST_KM = 50;
  const read = (name) => {
    try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
  };
  const last = read("locator.last");
  const district = read("locator.district");
  const now = () => Math.floor(Date.now() / 60000);

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };
  const drawn = (name, className = "ic", parts = {}) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", className);
    svg.setAttribute("aria-hidden", "true");
    for (const [key, value] of Object.entries(parts)) svg.setAttribute(key, value);
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#${name}`);
    svg.append(use);
    return svg;
  };

  // Shanghai keeps one time all year.
  const local = (minute) => new Date((minute + 480) * 60000).toISOString();
  const clock = (minute) => {
    const days = Math.floor((minute + 480) / 1440) - Math.floor((now() + 480) / 1440);
    const hour = local(minute).slice(11, 16);
    if (days === 0) return hour;
    if (days === 1) return hour === "00:00" ? "24:00" : `明天${hour}`;
    if (days === -1) return `昨天${hour}`;
    return `${local(minute).slice(5, 10)} ${hour}`;
  };
  const lasting = (minutes) => {
    if (minutes < 60) return `${minutes}分钟`;
    return minutes < 2880 ? `${Math.floor(minutes / 60)}小时${minutes % 60}分` : `${Math.floor(minutes / 1440)}天`;
  };

  const holding = (spans, minute) => spans.find(([start, end]) => start <= minute && minute < end);
  const metres = (a, b) => {
    const rad = Math.PI / 180;
    const x = (b[0] - a[0]) * rad * Math.cos(((a[1] + b[1]) / 2) * rad);
    const y = (b[1] - a[1]) * rad;
    return EARTH_M * Math.hypot(x, y);
  };

  // One place of a service, as somebody finds it who sets out now.
  const found = (place, kept) => {
    const there = last && last.asker && place[last.asker.datum];
    const far = there ? metres([last.asker.lon, last.asker.lat], there) : null;
    const travel = far === null || far > DETOUR_PAST_KM * 1000 ? null : Math.max(1, Math.ceil((far * kept.seconds_per_m[last.mode]) / 60));
    const arrive = now() + (travel || 0);
    const open = holding(place.open, arrive);
    const next = place.open.find(([start]) => start > arrive);
    // Past the two weeks that were stored, nobody knows.
    let state = arrive >= kept.until || holding(place.unknown, arrive) ? "unknown" : "closed";
    if (open) state = open[1] < kept.until && open[1] - arrive < SOON_MIN ? "soon" : "open";
    return { place, far, travel, arrive, open, next, state, until: kept.until };
  };
  const ORDER = { open: 0, soon: 1, closed: 2, unknown: 3 };
  const best = (service, kept) => service.places.map((place) => found(place, kept))
    .sort((a, b) => ORDER[a.state] - ORDER[b.state] || (a.travel || 0) - (b.travel || 0))[0];

  const DOORS = { open: "应该开着", soon: "应该快关门", closed: "这时候关了", unknown: "时间不清楚" };
  const MODES = { walk: "步行", ride: "骑行", drive: "开车" };
  const lines = (one) => {
    const said = [];
    if (one.travel !== null) said.push([`${MODES[last.mode]}${lasting(one.travel)}`, `${clock(one.arrive)}到`]);
    if (one.open && one.open[1] >= one.until) said.push(["一直开着", ""]);
    else if (one.open) said.push([`开到${clock(one.open[1])}`, `能待${lasting(one.open[1] - one.arrive)}`, true]);
    else if (one.state === "closed" && last && one.place.open.some(([start, end]) => start <= last.asked_at / 60000 && last.asked_at / 60000 < end)) {
      const shut = one.place.open.filter(([, end]) => end <= now() + 1).pop();
      if (shut) said.push([`${clock(Math.floor(last.asked_at / 60000))}还开着`, `${clock(shut[1])}关的门`]);
    }
    if (!one.open && one.next) said.push([`${clock(one.next[0])}开`, ""]);
    if (one.state === "unknown") said.push(["到了不一定开门", ""]);
    return said;
  };

  const copied = async (button, text) => {
    try { await navigator.clipboard.writeText(text); } catch {
      const field = make("textarea", "vh");
      field.value = text;
      button.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    button.textContent = "已复制";
  };

  const card = ([service, one]) => {
    const box = make("li", "card");
    box.dataset.id = service.id;
    const who = make("div", "who");
    who.append(drawn(`m-${service.glyph}`, `mk k-${service.family} st-${one.state}`, { viewBox: "0 0 40 40" }));
    const kind = make("p", "", service.kind);
    if (service.demo) kind.append(" ", make("span", "demo", "示例"));
    const door = make("span", `door ${one.state}`);
    door.append(drawn(`d-${one.state}`), DOORS[one.state]);
    who.append(kind, door, make("h3", "", service.name));
    const answer = make("p", "ans");
    for (const [plain, more, stressed] of lines(one)) {
      const line = make("span", "", plain);
      if (more) line.append(make("i", "dot", "·"), stressed ? make("em", one.state === "soon" ? "short" : "", more) : more);
      answer.append(line);
    }
    box.append(who, answer);
    if (service.address) box.append(make("p", "seen", service.address));
    const buttons = make("div", "do");
    if (one.place.navigation) {
      const way = make("a", one.state === "open" || one.state === "soon" ? "btn main" : "btn");
      way.href = one.place.navigation;
      way.rel = "noreferrer";
      way.setAttribute("aria-label", `导航去${service.name}`);
      way.append(drawn("nav"), "导航");
      buttons.append(way);
    }
    if (service.address) {
      const button = make("button", "btn", "复制地址");
      button.type = "button";
      button.addEventListener("click", () => copied(button, `${service.name} ${service.address}`));
      buttons.append(button);
    }
    if (buttons.children.length) box.append(buttons);
    return box;
  };

  const fill = (list, kept) => {
    const sorted = kept.services.map((service) => [service, best(service, kept)])
      .sort(([, a], [, b]) => ORDER[a.state] - ORDER[b.state] || (a.travel || 0) - (b.travel || 0));
    list.replaceChildren(...sorted.slice(0, SHOWN).map(card));
    return sorted.filter(([, one]) => one.state === "open" || one.state === "soon").length;
  };

  const show = () => {
    document.querySelector("[data-now]").textContent = clock(now());
    const age = document.querySelector("[data-age]");
    const kept = last || district;
    document.querySelector("[data-none]").hidden = Boolean(kept);
    document.querySelector("[data-stale]").hidden = false;
    if (last) {
      const usable = fill(document.querySelector("[data-last]"), last);
      document.querySelector("[data-heading]").textContent = `上次的结果：应该能用 ${usable} 处`;
      const asked = Math.floor(last.asked_at / 60000);
      age.textContent = `没有网络，这是${lasting(Math.max(1, now() - asked))}前的`;
      document.querySelector("[data-when]").textContent = `${clock(asked)}查的；开关门按现在重算过`;
    } else {
      age.textContent = "没有网络";
      document.querySelector("[data-when]").textContent = kept ? "开关门按现在重算过" : "";
    }
    if (district) {
      const section = document.querySelector("[data-stored]");
      section.hidden = false;
      section.querySelector("h2").textContent = `手机里还存着${district.name} ${district.services.length} 处`;
      section.querySelector("p").textContent = `${district.generated_at.slice(5, 10)}的版本；没网也能按名字找`;
      fill(section.querySelector("ol"), district);
    }
  };

  const find = document.querySelector("[data-find]");
  find.addEventListener("input", () => {
    const text = find.value.trim().toLowerCase();
    for (const box of document.querySelectorAll("[data-stored] .card")) box.hidden = !box.textContent.toLowerCase().includes(text);
  });
  document.querySelector("[data-retry]").addEventListener("click", () => location.reload());
  // A phone says that it is back before it is, and says nothing of a server that is: ask, ever more rarely.
  const FIRST_S = 3, RARELY_S = 60;
  let waiting = 0;
  const back = async () => {
    if (document.hidden || !navigator.onLine) return;
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (answer && answer.ok) location.reload();
  };
  const ask = (seconds) => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => { await back(); ask(Math.min(RARELY_S, seconds * 2)); }, seconds * 1000);
  };
  if (location.pathname !== "/offline") {
    addEventListener("online", async () => { await back(); ask(FIRST_S); });
    document.addEventListener("visibilitychange", () => ask(FIRST_S));
    ask(FIRST_S);
  }
  setInterval(show, 60000);
  show();
})();
