/* Fills the Folium map. Names and addresses come as JSON and are only ever set as text. */
"use strict";
const locatorMap = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // This many tiles failing without one arriving means that there is no network, not one bad tile.
  const GIVE_UP_AFTER = 3;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  const svg = (tag, attributes) => {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  const symbol = (service) => {
    const drawn = svg("svg", { class: `mk k-${service.family} st-${service.state}`, viewBox: "0 0 40 40", "aria-hidden": "true" });
    drawn.append(svg("use", { href: `#m-${service.glyph}`, width: 40, height: 40 }));
    if (service.state === "closed") {
      for (const name of ["slash-h", "slash"]) drawn.append(svg("line", { class: name, x1: 5, y1: 35, x2: 35, y2: 5 }));
    }
    return drawn;
  };

  const icon = (service, shift) => {
    const box = make("div", `pin st-${service.state} k-${service.family}`);
    box.append(symbol(service));
    if (service.state === "unknown") box.append(make("b", "badge", "?"));
    if (service.minutes) box.append(make("span", "minutes", service.minutes));
    return L.divIcon({ html: box, className: "", iconSize: [44, 60], iconAnchor: [22 - shift * 26, 20], popupAnchor: [shift * 26, -14] });
  };

  const popup = (service) => {
    const box = make("div", "pop");
    const head = make("p", "kind", service.kind);
    if (service.demo) head.append(" ", make("span", "demo", "示例"));
    box.append(head, make("h3", "", service.name));
    const status = make("p", "now");
    status.append(make("span", `door ${service.state}`, service.door));
    if (service.distance) status.append(make("span", "", `离你${service.distance}`));
    box.append(status);
    for (const line of [service.going, service.staying, ...service.deals]) if (line) box.append(make("p", "", line));
    const page = document.querySelector(`li[data-id="${CSS.escape(service.id)}"] h3 a`);
    if (page) {
      const link = make("a", "btn", "看详情");
      link.href = page.href;
      box.append(link);
    }
    return box;
  };

  const addServices = (map, services, families) => {
    const taken = new Map();
    for (const service of services) {
      // Services at one address stand side by side, not on top of each other.
      const key = `${service.lon.toFixed(4)},${service.lat.toFixed(4)}`;
      const shift = taken.get(key) || 0;
      taken.set(key, shift + 1);
      const marker = L.marker([service.lat, service.lon], { icon: icon(service, shift), keyboard: true, riseOnHover: true });
      marker.bindPopup(popup(service), { maxWidth: 280, minWidth: 220, autoPanPaddingTopLeft: [12, 66], autoPanPaddingBottomRight: [12, 26] });
      marker.on("add", () => {
        const element = marker.getElement();
        element.setAttribute("role", "button");
        element.setAttribute("aria-label", [service.name, service.door, service.going].filter(Boolean).join("，"));
      });
      marker.addTo(families[service.family]);
    }
  };

  const addAsker = (map, asker) => {
    const box = make("div", "me", "我");
    L.marker([asker.lat, asker.lon], {
      icon: L.divIcon({ html: box, className: "", iconSize: [34, 34], iconAnchor: [17, 17] }),
      interactive: false, keyboard: false, zIndexOffset: 1000,
    }).addTo(map);
  };

  const addOutline = (group, collection, bare) => {
    L.geoJSON(collection, {
      interactive: false,
      style: () => ({ className: bare ? "district land" : "district", fill: bare, weight: 1.5 }),
      onEachFeature: (feature, layer) => {
        if (!bare) return;
        L.marker(layer.getBounds().getCenter(), {
          icon: nameTag("district-name", feature.properties.name),
          interactive: false, keyboard: false, zIndexOffset: -10000,
        }).addTo(group);
      },
    }).addTo(group);
  };

  const nameTag = (className, name) => L.divIcon({ html: make("span", className, name), className: "", iconSize: [0, 0] });

  const showOutlines = async (data, group, bare) => {
    group.clearLayers();
    for (const label of bare ? data.labels : []) {
      L.marker([label.lat, label.lon], { icon: nameTag("town-name", label.name), interactive: false, keyboard: false, zIndexOffset: -10000 }).addTo(group);
    }
    for (const city of data.cities) {
      let collection = data.outlines && data.outlines[city];
      if (!collection) {
        try {
          const answer = await fetch(`${data.outline_url}${city}.json`);
          if (!answer.ok) continue;
          collection = await answer.json();
        } catch {
          continue; // without a network the list still stands
        }
      }
      addOutline(group, collection, bare);
    }
  };

  const watchTiles = (map, tiles, onLost) => {
    let failed = 0;
    let arrived = 0;
    let lost = false;
    for (const layer of tiles) {
      layer.on("tileload", () => { arrived += 1; });
      layer.on("tileerror", () => {
        failed += 1;
        if (!lost && arrived === 0 && failed >= GIVE_UP_AFTER) {
          lost = true;
          for (const each of tiles) map.removeLayer(each);
          onLost();
        }
      });
    }
  };

  const fit = (map, data) => {
    const here = data.asker;
    // By distance, not in the order of the list: one far answer must not shrink the streets near by.
    const metres = (s) => (here ? map.distance([here.lat, here.lon], [s.lat, s.lon]) : 0);
    const points = [...data.services].sort((a, b) => metres(a) - metres(b)).slice(0, here ? 7 : 60).map((s) => [s.lat, s.lon]);
    if (here) points.push([here.lat, here.lon]);
    if (!points.length) return;
    // Room at the top for the search box, at the bottom for the sheet that overlaps the map.
    const tall = map.getSize().y > 200;
    map.fitBounds(points, { paddingTopLeft: [36, tall ? 84 : 20], paddingBottomRight: [36, tall ? 64 : 40], maxZoom: 16 });
  };

  const draw = (map, layers) => {
    const data = JSON.parse(document.getElementById("map-data").textContent);
    const note = make("p", "credit");
    note.textContent = data.note;
    map.attributionControl.setPrefix(false);
    if (!layers.tiles.length) map.getContainer().append(note);
    const sortNames = () => map.getContainer().classList.toggle("far", map.getZoom() < 14);
    map.on("zoomend", sortNames);
    fit(map, data);
    sortNames();
    addServices(map, data.services, layers.families);
    if (data.asker) addAsker(map, data.asker);
    showOutlines(data, layers.outline, !layers.tiles.length);
    watchTiles(map, layers.tiles, () => {
      note.textContent = "底图加载不了，只显示区界";
      map.getContainer().append(note);
      showOutlines(data, layers.outline, true);
    });
    if (map.getSize().x > 600) L.control.scale({ imperial: false }).addTo(map);
    // While a popup is read, nothing of ours lies over it.
    const section = map.getContainer().closest(".map");
    map.on("popupopen", () => section.classList.add("reading"));
    map.on("popupclose", () => section.classList.remove("reading"));
    map.whenReady(() => {
      document.dispatchEvent(new CustomEvent("mapdrawn", { detail: { map, data } }));
      map.getContainer().dataset.ready = "true";
    });
  };

  return { draw };
})();
