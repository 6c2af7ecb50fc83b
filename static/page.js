/* What a page gains with scripts: locating, and remembering who you are on this phone only. */
"use strict";
(() => {
  const GROUP = "locator.group";
  // Coarser than this, "nearest" may name the wrong door.
  const VAGUE_M = 300;
  const TIMEOUT_MS = 12000;

  const remembered = () => {
    try { return localStorage.getItem(GROUP) || ""; } catch { return ""; }
  };
  const remember = (group) => {
    try { localStorage.setItem(GROUP, group); } catch { /* a locked-down browser: then not */ }
  };

  for (const chip of document.querySelectorAll("[data-group]")) {
    chip.addEventListener("click", () => remember(chip.dataset.group));
  }

  const status = document.querySelector("[data-located]");
  const say = (text) => { if (status) status.textContent = text; };

  const go = (path, position) => {
    const url = new URL(location.href);
    const { latitude, longitude, accuracy } = position.coords;
    for (const name of ["district", "place", "q", "datum", "at"]) url.searchParams.delete(name);
    url.pathname = path;
    url.searchParams.set("lon", longitude.toFixed(5));
    url.searchParams.set("lat", latitude.toFixed(5));
    if (path === "/" && !url.searchParams.has("open") && !document.querySelector(".cards, .apart")) url.searchParams.set("open", "arrival");
    if (path === "/" && !url.searchParams.has("group") && remembered()) url.searchParams.set("group", remembered());
    if (position.datum) url.searchParams.set("datum", position.datum);
    say(accuracy > VAGUE_M ? `位置可能差${Math.round(accuracy)}米` : "找到了");
    location.assign(url);
  };

  // WeChat's script finds positions in its own way and datum, and tells them here.
  document.addEventListener("located", (event) => go(event.detail.path, event.detail.position));

  const refused = (error) => {
    for (const button of document.querySelectorAll("[data-locate]")) button.disabled = false;
    say(error.code === 1
      ? "没拿到位置：在浏览器或微信里允许定位再点一次，或者选个地方。"
      : "定位没成功：到空旷处再试一次，或者选个地方。");
  };

  for (const button of document.querySelectorAll("[data-locate]")) {
    if (!("geolocation" in navigator)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      say("正在定位…，可以先选地方");
      const path = button.dataset.locate || "/";
      navigator.geolocation.getCurrentPosition((position) => go(path, position), refused, { enableHighAccuracy: true, timeout: TIMEOUT_MS, maximumAge: 30000 });
    });
  }

  const back = document.querySelector("[data-back]");
  if (back && document.referrer.startsWith(location.origin)) {
    back.addEventListener("click", (event) => { event.preventDefault(); history.back(); });
  }
})();
