/* Puts the map where this script stands, and gives it the height that it asks for. */
"use strict";
(() => {
  const here = document.currentScript;
  if (!here) return;
  const site = new URL(here.src);
  const LEAST = 160;
  const MOST = 6000;

  // A page whose ground is dark gets the dark map, unless the state says which.
  const dark = () => {
    for (let box = here.parentElement; box; box = box.parentElement) {
      const [red, green, blue, alpha = 1] = (getComputedStyle(box).backgroundColor.match(/[\d.]+/g) || []).map(Number);
      if (alpha > 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 110;
    }
    return false;
  };

  const state = new URLSearchParams(here.dataset.state || "");
  if (!state.has("theme")) state.set("theme", dark() ? "dark" : "light");
  const frame = document.createElement("iframe");
  frame.src = new URL(`embed?${state}`, site).href;
  frame.title = state.get("title") || here.dataset.title || "工会驿站地图";
  frame.loading = "lazy";
  frame.width = "100%";
  frame.height = here.dataset.height || "480";
  frame.style.border = "0";
  frame.style.display = "block";
  here.after(frame);

  addEventListener("message", (event) => {
    // Only our own frame, still on our own site, may say how tall it is.
    if (event.source !== frame.contentWindow || event.origin !== site.origin) return;
    const { type, height } = event.data || {};
    if (type !== "locator:height" || !Number.isFinite(height)) return;
    frame.height = String(Math.round(Math.min(Math.max(height, LEAST), MOST)));
  });
})();
