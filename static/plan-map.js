/* Fills the Folium map of the planner: cells by their gap, stations, numbered remedies. Names are only ever set as text. */
"use strict";
const planMap = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NOTHING = 0.01;
  const DOUBTFUL = 0.1;
  const LEVELS = 5;
  const SIDE = 14;
  const PIN = [26, 34];
  const WEEK = "一二三四五六日";

  const svg = (tag, attributes, text) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text) element.textContent = text;
    return element;
  };
  const box = (className, child) => {
    const element = document.createElement("div");
    element.className = className;
    if (child) element.append(child);
    return element;
  };

  const level = (value, top) => (value < NOTHING || top <= 0 ? 0 : Math.min(LEVELS, Math.floor(1 + (LEVELS * value) / top)));
  const sum = (values) => values.reduce((whole, value) => whole + value, 0);
  const round = (value) => Math.round(value).toLocaleString("en");
  const between = (low, high) => (round(low) === round(high) ? round(high) : `${round(low)}–${round(high)}`);

  const station = (door) => {
    const drawn = svg("svg", { viewBox: "0 0 14 14", width: SIDE, height: SIDE, "aria-hidden": "true" });
    const shape = door.family === "station" ? svg("circle", { cx: 7, cy: 7, r: 5.2 }) : svg("rect", { x: 2.4, y: 2.4, width: 9.2, height: 9.2, rx: 1.5 });
    drawn.append(shape);
    return L.divIcon({ html: box(`spot k-${door.family} ${door.unknown ? "un" : "kn"}`, drawn), className: "", iconSize: [SIDE, SIDE] });
  };
  const pin = (fix) => {
    const drawn = svg("svg", { viewBox: "-13 -34 26 35", width: PIN[0], height: PIN[1] + 1, "aria-hidden": "true" });
    drawn.append(svg("path", { d: "M0 -1l-9.5 -12a12 12 0 1 1 19 0z" }), svg("text", { x: 0, y: -16 }, String(fix.rank)));
    return L.divIcon({ html: box(`act${fix.in ? " in" : ""}`, drawn), className: "", iconSize: PIN, iconAnchor: [PIN[0] / 2, PIN[1]] });
  };
  const named = (marker, text) => marker.bindTooltip(document.createTextNode(text).textContent.replace(/[<>&]/g, ""), { direction: "top" });

  const draw = (map, layers) => {
    let data = {};
    let cells = [];
    const kept = new Map();
    const shapes = L.featureGroup().addTo(map);
    const hatches = L.featureGroup().addTo(map);
    const pins = L.featureGroup().addTo(map);

    const paint = () => {
      shapes.clearLayers();
      hatches.clearLayers();
      const hour = data.hour;
      const top = hour === null ? data.top : data.hour_top;
      for (const cell of cells) {
        const [demand, closed, opened] = [cell.demand, ...cell.gap].map((line) => (hour === null ? sum(line) : line[hour]));
        const mine = level(closed, top);
        const tip = box("tip");
        tip.textContent = `${cell.name}：${hour === null ? "一周" : `周${WEEK[Math.floor(hour / 24)]}${hour % 24}点`}缺 ${between(opened, closed)} 人时`;
        L.polygon(cell.rings, { className: `gap g${mine}`, weight: 1 }).bindTooltip(tip, { sticky: true }).addTo(shapes);
        if (mine && closed - opened > DOUBTFUL * demand) L.polygon(cell.rings, { stroke: false, fillColor: "url(#hatch)", fillOpacity: 1, interactive: false }).addTo(hatches);
      }
      for (const one of document.querySelectorAll("[data-top]")) one.textContent = `${round(top)}+`;
      map.getContainer().dataset.hour = hour === null ? "" : String(hour);
      map.getContainer().dataset.gap = sum(cells.map((cell) => (hour === null ? sum(cell.gap[0]) : cell.gap[0][hour]))).toFixed(1);
    };

    const outline = async () => {
      try {
        const collection = await (await fetch(data.outline_url)).json();
        const style = (feature) => (feature.properties.code === data.boundary ? { className: "edge", fill: false, weight: 2 } : { className: layers.tiles.length ? "district" : "district land", fill: !layers.tiles.length, weight: 1.5 });
        L.geoJSON(collection, { interactive: false, style }).addTo(layers.outline);
        for (const layer of layers.outline.getLayers()) layer.bringToBack();
        const mine = L.geoJSON(collection.features.filter((feature) => feature.properties.code === data.boundary));
        L.geoJSON(mine.toGeoJSON(), { interactive: false, style }).addTo(map);
        return mine.getBounds();
      } catch {
        return L.latLngBounds([]); // without it the cells still stand
      }
    };

    const show = async () => {
      data = JSON.parse(document.getElementById("map-data").textContent);
      pins.clearLayers();
      for (const family of Object.values(layers.families)) family.clearLayers();
      for (const door of data.doors) named(L.marker([door.lat, door.lon], { icon: station(door), keyboard: false }), `${door.name}${door.unknown ? "，时间不清楚" : ""}`).addTo(layers.families[door.family]);
      for (const fix of data.fixes) named(L.marker([fix.lat, fix.lon], { icon: pin(fix), keyboard: false, zIndexOffset: 1000 - fix.rank }), `${fix.rank}. ${fix.name}`).addTo(pins);
      if (!kept.has(data.cells_url)) {
        try {
          kept.set(data.cells_url, (await (await fetch(data.cells_url)).json()).cells);
        } catch {
          return; // the tables still stand
        }
      }
      cells = kept.get(data.cells_url);
      paint();
    };

    map.attributionControl.setPrefix(false);
    map.options.zoomSnap = 0.25; // a district fills what room there is
    L.control.zoom({ zoomInTitle: "放大", zoomOutTitle: "缩小", position: "topright" }).addTo(map);
    if (!layers.tiles.length) map.attributionControl.addAttribution(JSON.parse(document.getElementById("map-data").textContent).note);
    const toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
    if (toggle) {
      const drawn = svg("svg", { class: "ic", "aria-hidden": "true" });
      drawn.append(svg("use", { href: "#layers" }));
      toggle.replaceChildren(drawn, "图层");
      toggle.title = "";
    }
    const start = async () => {
      await show();
      const bounds = await outline();
      const whole = bounds.isValid() ? bounds : shapes.getBounds();
      let moved = false;
      const fit = () => {
        map.invalidateSize(false);
        if (whole.isValid() && !moved) map.fitBounds(whole, { padding: [10, 10], animate: false });
      };
      map.getContainer().addEventListener("pointerdown", () => { moved = true; });
      map.getContainer().addEventListener("wheel", () => { moved = true; }, { passive: true });
      fit();
      new ResizeObserver(fit).observe(map.getContainer());
      map.getContainer().dataset.ready = "true";
    };
    document.addEventListener("swapped", show);
    start();
  };

  return { draw };
})();
