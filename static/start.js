/* The list is painted first: the map and what else scripts add come after, and take no bandwidth from it before. */
"use strict";
(() => {
  const { nonce, dataset } = document.currentScript;

  const add = (source) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.nonce = nonce;
    script.async = false; // in this order
    script.src = source;
    script.onload = done;
    script.onerror = failed;
    document.body.append(script);
  });

  const start = async () => {
    const sources = (text) => text.split(/\s+/).filter(Boolean);
    const early = sources(dataset.early).map(add);
    await Promise.all([...early, ...sources(dataset.map).map(add)]);
    const drawing = document.createElement("script");
    drawing.nonce = nonce;
    drawing.textContent = document.getElementById("map-script").textContent;
    document.body.append(drawing);
  };

  // Two frames: the first is painted by then.
  const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(start)));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", painted);
  else painted();
})();
