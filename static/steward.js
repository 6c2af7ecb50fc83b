/* The desk with scripts: a pin to drag, hours read while one types, a file's size looked at before it is sent. */
"use strict";
(() => {
  const STEP_M = 1;
  const METRES_A_DEGREE = 111320;
  const SVG = "http://www.w3.org/2000/svg";
  const WAIT_MS = 250;

  const svg = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };
  const box = (className, text) => {
    const element = document.createElement("div");
    element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  const pinIcon = (tag) => {
    const holder = box("pinbox");
    const drawn = svg("svg", { viewBox: "0 0 44 52", "aria-hidden": "true" });
    drawn.append(
      svg("circle", { class: "halo", cx: 22, cy: 50, r: 26 }),
      svg("path", { class: "b", d: "M22 50c-7-12-19-19-19-31a19 19 0 1 1 38 0c0 12-12 19-19 31z" }),
      svg("use", { href: "#desk-move", x: 11, y: 8, width: 22, height: 22 }),
    );
    holder.append(drawn, tag);
    return L.divIcon({ html: holder, className: "", iconSize: [44, 52], iconAnchor: [22, 50] });
  };
  const ghostIcon = () => {
    const holder = box("ghost");
    holder.append(box("ghostname", "填报的位置"));
    return L.divIcon({ html: holder, className: "", iconSize: [24, 24], iconAnchor: [12, 12] });
  };

  const shift = (place, key) => {
    const up = STEP_M / METRES_A_DEGREE;
    const right = up / Math.cos((place.lat * Math.PI) / 180);
    const moves = { ArrowUp: [up, 0], ArrowDown: [-up, 0], ArrowLeft: [0, -right], ArrowRight: [0, right] };
    const move = moves[key];
    return move && L.latLng(place.lat + move[0], place.lng + move[1]);
  };

  const form = document.querySelector("[data-pin]");
  const field = (name) => document.getElementById(`v-${name}`);
  // Set by a pin on the map; where a record has no position yet, by a click on it.
  const place = (map, data) => {
    const dot = L.divIcon({ className: "dotmark", iconSize: [12, 12] });
    for (const one of data.dots || []) L.marker([one.lat, one.lon], { icon: dot, interactive: false, keyboard: false }).addTo(map);
    const tag = box("pintag");
    let ghost = null;
    let pull = null;
    let pin = null;
    const use = form && form.querySelector("[data-use]");
    const back = form && form.querySelector("[data-back-pin]");

    const told = () => {
      const here = pin.getLatLng();
      const metres = ghost ? Math.round(map.distance(here, ghost.getLatLng()) * 10) / 10 : null;
      tag.textContent = metres ? `已移${metres < 10 ? metres : Math.round(metres)}米` : "";
      if (pull) pull.setLatLngs([ghost.getLatLng(), here]);
      const said = form && form.querySelector("[data-at]");
      if (said) said.textContent = `${here.lng.toFixed(6)}, ${here.lat.toFixed(6)}`;
      if (form && form.elements && form.elements.lon) {
        form.elements.lon.value = here.lng.toFixed(7);
        form.elements.lat.value = here.lat.toFixed(7);
      }
      const still = metres === 0;
      if (use) use.disabled = still;
      if (back && back.type === "button") back.disabled = still;
    };
    const add = (at, supplied) => {
      if (supplied) {
        ghost = L.marker(at, { icon: ghostIcon(), interactive: false, keyboard: false }).addTo(map);
        pull = L.polyline([at, at], { className: "pull", interactive: false }).addTo(map);
      }
      pin = L.marker(at, { icon: pinIcon(tag), draggable: true, keyboard: true, zIndexOffset: 1000, title: "按住拖，或用方向键" }).addTo(map);
      const element = pin.getElement();
      element.setAttribute("role", "slider");
      element.setAttribute("aria-label", "位置的针：方向键每次移1米");
      element.setAttribute("aria-valuenow", "0");
      pin.on("drag", told);
      element.addEventListener("keydown", (event) => {
        const moved = shift(pin.getLatLng(), event.key);
        if (!moved) return;
        event.preventDefault();
        event.stopPropagation(); // or the map would move with it
        pin.setLatLng(moved);
        element.setAttribute("aria-valuenow", String(Math.round(ghost ? map.distance(moved, ghost.getLatLng()) : 0)));
        told();
      });
      told();
    };

    if (data.pin) {
      map.setView([data.pin.lat, data.pin.lon], 16);
      add(L.latLng(data.pin.lat, data.pin.lon), true);
    } else {
      map.on("click", (event) => (pin ? (pin.setLatLng(event.latlng), told()) : add(event.latlng, false)));
    }
    // On a record's form the pin fills the fields; in an import it is sent by itself.
    if (use && use.type === "button") {
      const supplied = ["source_lon", "source_lat", "source_datum", "position_quality"].map((id) => [field(id), field(id).value]);
      const status = form.querySelector("[data-moved]");
      use.addEventListener("click", () => {
        const here = pin.getLatLng();
        field("source_lon").value = here.lng.toFixed(7);
        field("source_lat").value = here.lat.toFixed(7);
        field("source_datum").value = form.querySelector("[data-map-datum]").value;
        status.textContent = "填上了，存了才算。";
      });
      back.addEventListener("click", () => {
        for (const [one, value] of supplied) one.value = value;
        if (ghost) { pin.setLatLng(ghost.getLatLng()); told(); }
        status.textContent = "放回去了。";
      });
    }
  };
  document.addEventListener("mapdrawn", (event) => place(event.detail.map, event.detail.data));

  const words = document.querySelector("[data-hours]");
  if (words) {
    const reads = document.querySelector("[data-reads]");
    let waiting = 0;
    words.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const asked = words.value;
        try {
          const answer = await fetch(`${words.dataset.hours}?text=${encodeURIComponent(asked)}`);
          const said = answer.ok ? await answer.json() : null;
          if (said && words.value === asked) reads.textContent = said.said;
        } catch {
          reads.textContent = "现在读不了，存的时候再读。";
        }
      }, WAIT_MS);
    });
  }

  const sending = document.querySelector("[data-most-mb]");
  if (sending) {
    const file = sending.querySelector("input[type=file]");
    const large = sending.querySelector("[data-too-large]");
    file.addEventListener("change", () => {
      const over = Boolean(file.files[0]) && file.files[0].size > Number(sending.dataset.mostMb) * 1024 * 1024;
      large.hidden = !over;
      sending.querySelector("button").disabled = over;
    });
  }

  for (const once of document.querySelectorAll("[data-once]")) {
    once.addEventListener("submit", () => { setTimeout(() => { once.querySelector("button").disabled = true; }); });
  }
})();
