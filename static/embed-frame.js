/* Inside the frame: tells the page around it, and nobody else, how tall the map and its list are. */
"use strict";
(() => {
  if (window.parent === window) return;
  const main = document.querySelector(".embed");
  if (!main) return;
  const LEAST_MAP = 240;
  const LISTED_MAP = 320;
  const caption = main.querySelector(".cap");
  const names = main.querySelector(".names");
  const around = () => caption.offsetHeight + names.offsetHeight;
  // The map takes what the frame had left at first: measured later, each answer would raise the next.
  const map = main.classList.contains("listed") ? LISTED_MAP : Math.max(LEAST_MAP, window.innerHeight - around());

  const origin = () => {
    if (location.ancestorOrigins && location.ancestorOrigins.length) return location.ancestorOrigins[0];
    try { return new URL(document.referrer).origin; } catch { return "*"; } // a height is no secret
  };
  const parentOrigin = origin() === "null" ? "*" : origin();

  let said = 0;
  const say = () => {
    const height = map + around();
    if (height === said) return;
    said = height;
    window.parent.postMessage({ type: "locator:height", height }, parentOrigin);
  };
  const watch = new ResizeObserver(say);
  watch.observe(caption);
  watch.observe(names);
  say();
})();
