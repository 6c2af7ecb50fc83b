/* What a page gains with scripts: locating, sharing, and remembering on this phone only who you are and which map you use. */
"use strict";
(() => {
  const GROUP = "locator.group";
  const APP = "locator.app";
  // Coarser than this, "nearest" may name the wrong door.
  const VAGUE_M = 300;
  const TIMEOUT_MS = 12000;

  const remembered = (key) => {
    try { return localStorage.getItem(key) || ""; } catch { return ""; }
  };
  const remember = (key, value) => {
    try { localStorage.setItem(key, value); } catch { /* a locked-down browser: then not */ }
  };
  const say = (text) => {
    const status = document.querySelector("[data-located]");
    if (status) status.textContent = text;
  };

  const go = (path, position) => {
    const url = new URL(location.href);
    const { latitude, longitude, accuracy } = position.coords;
    for (const name of ["district", "place", "q", "datum", "at", "vague"]) url.searchParams.delete(name);
    url.pathname = path;
    url.searchParams.set("lon", longitude.toFixed(5));
    url.searchParams.set("lat", latitude.toFixed(5));
    if (path === "/" && !url.searchParams.has("open") && !document.querySelector(".cards, .apart")) url.searchParams.set("open", "arrival");
    if (path === "/" && !url.searchParams.has("group") && remembered(GROUP)) url.searchParams.set("group", remembered(GROUP));
    // A browser finds WGS-84: where that is not what addresses hold unless they say so, it is said.
    const datum = position.datum || (document.documentElement.dataset.datum ? "wgs84" : "");
    if (datum) url.searchParams.set("datum", datum);
    if (accuracy > VAGUE_M) url.searchParams.set("vague", Math.min(99999, Math.round(accuracy / 100) * 100));
    say(accuracy > VAGUE_M ? `位置可能差${Math.round(accuracy)}米` : "找到了");
    if (path === "/" && location.pathname === "/") document.dispatchEvent(new CustomEvent("go", { detail: url.href }));
    else location.assign(url);
  };

  // WeChat's script finds positions in its own way and datum, and tells them here.
  document.addEventListener("located", (event) => go(event.detail.path, event.detail.position));

  const ready = () => { for (const button of document.querySelectorAll("[data-locate]")) button.disabled = false; };
  const refused = (error) => {
    ready();
    say(error.code === 1
      ? "没拿到位置：在浏览器或微信里允许定位再点一次，或者选个地方。"
      : "定位没成功：到空旷处再试一次，或者选个地方。");
  };

  const locate = (button) => {
    button.disabled = true;
    say("正在定位…，可以先选地方");
    const path = button.dataset.locate || "/";
    navigator.geolocation.getCurrentPosition((position) => { ready(); go(path, position); }, refused, { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 30000 });
  };

  const told = (button, words) => {
    const label = button.querySelector("span") || button;
    const before = label.textContent;
    label.textContent = words;
    setTimeout(() => { label.textContent = before; }, 2000);
  };
  const copy = (button, text) => navigator.clipboard.writeText(text).then(() => told(button, "复制好了"), () => told(button, "复制不了"));
  const share = (link) => {
    // A service's page holds nothing of where the sharer is.
    const shown = { title: link.dataset.share, url: new URL(link.pathname, location.origin).href };
    if (navigator.share) navigator.share(shown).catch(() => {}); // closed without sharing
    else copy(link, shown.url);
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-group], [data-locate], [data-share], [data-copy], [data-app-name]");
    if (!target || event.defaultPrevented) return;
    const { group, share: name, copy: text, appName } = target.dataset;
    if (group !== undefined) remember(GROUP, group);
    else if (appName) remember(APP, appName);
    else if ("locate" in target.dataset) locate(target);
    else if (text) copy(target, text);
    else if (name && (navigator.share || navigator.clipboard)) { event.preventDefault(); share(target); }
  });

  // The map app that was used last comes first, and is what a card's button opens.
  const preferApp = () => {
    const app = remembered(APP);
    if (!app) return;
    for (const link of document.querySelectorAll("a[data-app]")) if (link.dataset[app]) link.href = link.dataset[app];
    const row = document.querySelector("[data-apps]");
    const chosen = row?.querySelector(`[data-app-name="${CSS.escape(app)}"]`);
    const first = row?.querySelector("[data-app-name]");
    if (!chosen || chosen === first || !first.classList.contains("main")) return;
    first.classList.remove("main");
    first.textContent = first.dataset.plain;
    chosen.classList.add("main");
    chosen.textContent = chosen.dataset.whole;
    row.prepend(chosen);
  };

  // Somebody who said once who they are is not asked again on this phone.
  const carryGroup = () => {
    const group = remembered(GROUP);
    if (!group || new URLSearchParams(location.search).has("group")) return;
    for (const link of document.querySelectorAll(".near a:not([data-group]), .tries a")) {
      if (link.pathname !== "/" || link.hash) continue;
      const url = new URL(link.href);
      if (!url.searchParams.has("group")) url.searchParams.set("group", group);
      link.href = url.href;
    }
    for (const chip of document.querySelectorAll(`.near [data-group="${CSS.escape(group)}"]`)) {
      chip.classList.add("on");
      chip.setAttribute("aria-current", "true");
    }
  };

  const equip = () => {
    const can = "geolocation" in navigator || document.querySelector("script[data-sdk]");
    for (const button of document.querySelectorAll("[data-locate]")) button.hidden = !can;
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
    preferApp();
    carryGroup();
  };
  document.addEventListener("swapped", equip);
  equip();

  const back = document.querySelector("[data-back]");
  if (back && document.referrer.startsWith(location.origin)) {
    back.addEventListener("click", (event) => { event.preventDefault(); history.back(); });
  }
})();
