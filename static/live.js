/* From state to state without loading the page anew: what stays away from the server leaves the last list standing.
   Every link works without this. In WeChat the address must not change under its signature: there pages load whole. */
"use strict";
(() => {
  const PATIENCE_MS = 8000;
  const FRESH_MS = 60000;
  const KEPT = 12;
  const kept = new Map();
  let busy = null;

  const whole = (url) => location.assign(url);
  const sheet = () => document.querySelector(".sheet");
  if (document.querySelector("script[data-sdk]") || !sheet() || !document.querySelector(".find")) {
    document.addEventListener("go", (event) => whole(event.detail));
    return;
  }

  const keep = (url, text) => {
    kept.delete(url);
    kept.set(url, { text, at: Date.now() });
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  };

  const complain = (url) => {
    const note = document.createElement("p");
    note.className = "away";
    note.setAttribute("role", "alert");
    const then = sheet().dataset.clock || "刚才";
    note.append(`暂时连不上，下面是${then}的结果。`);
    const again = document.createElement("button");
    again.className = "chip";
    again.type = "button";
    again.textContent = "再试一次";
    again.addEventListener("click", () => go(url));
    note.append(again);
    for (const old of document.querySelectorAll(".away")) old.remove();
    sheet().prepend(note);
    note.scrollIntoView({ block: "nearest" });
  };

  const swap = (text) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    if (!next.querySelector(".sheet") || !next.querySelector(".find")) return false;
    const focused = document.activeElement?.closest?.(".chips")?.contains(document.activeElement) ? document.activeElement.textContent : null;
    const scrolled = document.querySelector(".chips")?.scrollLeft || 0;
    document.title = next.title;
    const map = document.querySelector("section.map");
    for (const name of [".find", ".again", ".locate", ".suggest"]) map.querySelector(name)?.remove();
    for (const name of [".find", ".again", ".locate"]) {
      const part = next.querySelector(`section.map ${name}`);
      if (part) map.append(document.adoptNode(part));
    }
    // Above the sheet stands the way to the same page in the other language.
    const tongue = document.querySelector(".top .tongue");
    if (tongue) tongue.href = next.querySelector(".top .tongue").href;
    sheet().replaceWith(document.adoptNode(next.querySelector(".sheet")));
    const chips = document.querySelector(".chips");
    if (chips) chips.scrollLeft = scrolled;
    const same = [...document.querySelectorAll(".chips a, .chips summary")].find((chip) => chip.textContent === focused);
    (same || document.querySelector(".said h2"))?.focus({ preventScroll: true });
    document.getElementById("map-data").textContent = next.getElementById("map-data").textContent;
    document.querySelector("[data-status]").textContent = document.querySelector(".said h2")?.textContent || next.title;
    return true;
  };
  // Only once the address says it, too: what is kept on the phone reads where the asker is from there.
  const tell = () => document.dispatchEvent(new CustomEvent("swapped"));

  const load = async (url) => {
    if (busy) busy.abort();
    const mine = busy = new AbortController();
    const timer = setTimeout(() => mine.abort("late"), PATIENCE_MS);
    sheet().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
      if (answer.status >= 500) throw new Error(answer.status);
      return { text: await answer.text(), url: answer.url };
    } finally {
      clearTimeout(timer);
      if (busy === mine) sheet().removeAttribute("aria-busy");
    }
  };

  const go = async (to) => {
    const url = new URL(to, location.href).href;
    history.replaceState({ ...history.state, scrolled: scrollY }, "");
    let found;
    try {
      found = await load(url);
    } catch (error) {
      if (error.name !== "AbortError" || busy?.signal.reason === "late") complain(url);
      return;
    }
    if (!swap(found.text)) { whole(url); return; }
    keep(found.url, found.text);
    history.pushState({ scrolled: 0 }, "", found.url);
    tell();
    if (sheet().getBoundingClientRect().top < 0) sheet().scrollIntoView();
  };

  const back = async (event) => {
    const url = location.href;
    const known = kept.get(url);
    let text = known && Date.now() - known.at < FRESH_MS ? known.text : null;
    try {
      text = text || (await load(url)).text;
    } catch {
      text = known?.text;
      if (!text) { complain(url); return; }
    }
    if (!swap(text)) { location.reload(); return; }
    keep(url, text);
    tell();
    scrollTo(0, event.state?.scrolled || 0);
  };

  const ours = (link) => link && link.origin === location.origin && link.pathname === "/" && !link.hash && !link.target && !link.dataset.language;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !ours(link)) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || new URL(form.action).pathname !== "/") return;
    event.preventDefault();
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
    go(url.href);
  });
  document.addEventListener("go", (event) => go(event.detail));
  window.addEventListener("popstate", back);
})();
