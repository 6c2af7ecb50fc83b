/* What stays on this phone, and nowhere else: the language, the last answer, a district. */
"use strict";
(() => {
  const LANGUAGE = "locator.language";
  const LAST = "locator.last";
  const DISTRICT = "locator.district";
  const script = document.currentScript;
  const language = document.documentElement.lang.slice(0, 2);

  const read = (name) => {
    try { return localStorage.getItem(name) || ""; } catch { return ""; }
  };
  const write = (name, text) => {
    try { localStorage.setItem(name, text); return true; } catch { return false; } // full, or locked down
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-language]");
    if (link) write(LANGUAGE, link.dataset.language);
  });
  const address = new URL(location.href);
  const wanted = read(LANGUAGE);
  if (wanted && wanted !== language && !address.searchParams.has("lang")) {
    address.searchParams.set("lang", wanted);
    location.replace(address);
    return;
  }

  if ("serviceWorker" in navigator && window.isSecureContext) {
    navigator.serviceWorker.register(script.dataset.worker).then(() => navigator.serviceWorker.ready).then((ready) => {
      ready.active.postMessage({ type: "language", language });
      document.documentElement.dataset.worker = "ready";
    }).catch(() => { /* without it pages are as good while there is a network */ });
  }

  const keepLast = () => {
    const state = new URLSearchParams(location.search);
    const asked = (name) => state.get(name) || "";
    const ids = [...new Set([...document.querySelectorAll("li.card[data-id]")].map((card) => card.dataset.id))].slice(0, 60);
    if (location.pathname !== "/" || !ids.length || asked("at")) return;
    const { search } = location;
    const said = document.querySelector(".said h2");
    const keep = async () => {
      try {
        const answer = await fetch(`/api/v1/offline.json?ids=${ids.join(",")}&lang=${language}`);
        if (!answer.ok) return;
        // Where the asker stood is written down here, and is not part of that question.
        const asker = asked("lon") ? { lon: Number(asked("lon")), lat: Number(asked("lat")), datum: asked("datum") || document.documentElement.dataset.datum || "wgs84" } : null;
        const kept = { asked_at: Date.now(), asker, mode: asked("mode") || "ride", place: asked("place"), heading: said ? said.textContent : "", search, ...(await answer.json()) };
        if (write(LAST, JSON.stringify(kept))) document.documentElement.dataset.kept = "last";
      } catch { /* the network went: what was kept before stays */ }
    };
    if ("requestIdleCallback" in window) requestIdleCallback(keep, { timeout: 3000 }); else setTimeout(keep, 1000);
  };

  const offerDistrict = () => {
    const box = document.querySelector("[data-keep]");
    if (!box) return;
    const told = box.querySelector("p");
    const button = box.querySelector("button");
    box.hidden = false;
    const tell = (kept) => {
      const size = Math.max(1, Math.round(JSON.stringify(kept).length / 1000));
      told.textContent = `手机里存着${kept.name} ${kept.services.length} 处，${size} kB，${kept.generated_at.slice(5, 10)}的版本`;
    };
    const before = read(DISTRICT);
    if (before && JSON.parse(before).name === box.dataset.district) tell(JSON.parse(before));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const answer = await fetch(`${box.dataset.keep}?lang=${language}`);
        const kept = await answer.json();
        if (answer.ok && write(DISTRICT, JSON.stringify(kept))) tell(kept);
        else told.textContent = "没存下：手机里没有地方了";
      } catch {
        told.textContent = "没有网络，联网后再存";
      }
      button.disabled = false;
    });
  };

  const equip = () => { keepLast(); offerDistrict(); };
  // The list may be another one without the page being loaded anew.
  document.addEventListener("swapped", equip);
  equip();
})();
