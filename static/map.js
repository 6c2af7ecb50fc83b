/* Fills the Folium map. Names and addresses come as JSON and are only ever set as text. */
"use strict";
const locatorMap = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  // This many tiles failing without one arriving means that there is no network, not one bad tile.
  const GIVE_UP_AFTER = 3;
  // Nearer than this nothing more can be told apart.
  const CLOSEST = 17;
  // So many services under one marker are named to who cannot see it.
  const NAMED = 5;

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

  const icon = ({ services, shift: [dx, dy], side }) => {
    const [service] = services;
    const box = make("div", `pin st-${service.state} k-${service.family} ${side ? `label-${side}` : "bare"}`);
    if (dx || dy) {
      // From where it stands to where it is drawn.
      const stem = svg("svg", { class: "stem", viewBox: "-50 -50 100 100", "aria-hidden": "true" });
      stem.append(svg("line", { x1: -dx, y1: -dy, x2: 0, y2: 0 }), svg("circle", { cx: -dx, cy: -dy, r: 4 }));
      box.append(stem);
    }
    box.append(symbol(service));
    if (services.length > 1) box.append(make("b", "badge many", String(services.length)));
    else if (service.state === "unknown") box.append(make("b", "badge", "?"));
    if (service.minutes && side) box.append(make("span", "minutes", service.minutes));
    return L.divIcon({ html: box, className: "", iconSize: [44, 44], iconAnchor: [22 - dx, 22 - dy], popupAnchor: [dx, dy - 16] });
  };

  const popup = (service) => {
    const box = make("div", "pop");
    const head = make("p", "kind", service.kind);
    if (service.demo) head.append(" ", make("span", "demo", "示例"));
    box.append(head, make("h3", "", service.name));
    box.lastChild.setAttribute("aria-level", "2"); // it stands before the list's own headings
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

  const several = (services, map) => {
    const box = make("div", "pop");
    box.append(make("p", "kind", `这里有 ${services.length} 处`));
    const list = make("ul", "same");
    for (const service of services) {
      const button = make("button", "btn", service.name);
      button.type = "button";
      button.addEventListener("click", () => L.popup(POPUP).setLatLng([service.lat, service.lon]).setContent(popup(service)).openOn(map));
      const item = make("li");
      item.append(button);
      list.append(item);
    }
    box.append(list);
    return box;
  };

  const POPUP = { maxWidth: 280, minWidth: 220, autoPanPaddingTopLeft: [12, 66], autoPanPaddingBottomRight: [12, 26] };
  const said = (service) => [service.name, service.door, service.going].filter(Boolean).join("，");

  const addMarker = (map, placed, families) => {
    const { services } = placed;
    const [first] = services;
    const marker = L.marker([first.lat, first.lon], { icon: icon(placed), keyboard: true, riseOnHover: true });
    const bounds = L.latLngBounds(services.map((s) => [s.lat, s.lon]));
    const apart = map.latLngToLayerPoint(bounds.getNorthWest()).distanceTo(map.latLngToLayerPoint(bounds.getSouthEast()));
    if (services.length === 1) marker.bindPopup(() => popup(first), POPUP);
    else if (apart < 2 || map.getZoom() >= CLOSEST) marker.bindPopup(() => several(services, map), POPUP);
    else marker.on("click", () => map.fitBounds(bounds, { padding: [70, 90], maxZoom: CLOSEST }));
    marker.on("add", () => {
      const element = marker.getElement();
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", [said(first), ...services.slice(1, NAMED).map((s) => s.name), services.length > NAMED ? `等${services.length}处` : ""].filter(Boolean).join("；"));
    });
    marker.addTo(families[first.family]);
    return marker;
  };

  /* Keeps markers for what the map shows and a little around it: panning moves them, and only stopping adds some. */
  const keepMarkers = (map, layers) => {
    let data = { services: [] };
    let placed = [];
    let zoom = null;
    const drawn = new Map();
    const clear = () => {
      for (const marker of drawn.values()) marker.remove();
      drawn.clear();
    };
    const arrange = () => {
      clear();
      zoom = map.getZoom();
      const hidden = Object.keys(layers.families).filter((family) => !map.hasLayer(layers.families[family]));
      const services = data.services.filter((service) => !hidden.includes(service.family));
      const point = (s) => map.project([s.lat, s.lon], zoom);
      placed = locatorPlacing.place(services, services.map(point), data.asker && point(data.asker));
    };
    const refresh = () => {
      if (map.getZoom() !== zoom) arrange();
      const view = map.getPixelBounds(map.getCenter(), zoom);
      const margin = view.getSize().divideBy(2);
      const wide = L.bounds(view.min.subtract(margin), view.max.add(margin));
      for (const each of placed) {
        const inside = wide.contains([each.x, each.y]);
        const marker = drawn.get(each);
        if (inside && !marker) drawn.set(each, addMarker(map, each, layers.families));
        else if (!inside && marker && !marker.isPopupOpen()) {
          for (const family of Object.values(layers.families)) family.removeLayer(marker);
          drawn.delete(each);
        }
      }
    };
    map.on("moveend zoomend", refresh);
    map.on("overlayadd overlayremove", () => { zoom = null; refresh(); });
    return (next) => { data = next; zoom = null; refresh(); };
  };

  // Only the page of results can ask again from elsewhere.
  const canAsk = () => location.pathname === "/" && Boolean(document.querySelector(".find"));
  const searchFrom = (latlng, datum, place) => {
    const url = new URL(location.href);
    for (const name of ["district", "place", "q", "datum", "vague", "limit"]) url.searchParams.delete(name);
    url.searchParams.set("lon", latlng.lng.toFixed(5));
    url.searchParams.set("lat", latlng.lat.toFixed(5));
    if (datum !== "wgs84") url.searchParams.set("datum", datum);
    if (place) url.searchParams.set("place", place);
    document.dispatchEvent(new CustomEvent("go", { detail: url.href }));
  };

  const addAsker = (map, data) => {
    const box = make("div", "me", "我");
    const movable = canAsk();
    const marker = L.marker([data.asker.lat, data.asker.lon], {
      icon: L.divIcon({ html: box, className: "", iconSize: [44, 44], iconAnchor: [22, 22] }),
      draggable: movable, keyboard: false, interactive: movable, zIndexOffset: 1000, alt: "我的位置",
    });
    marker.on("dragend", () => searchFrom(marker.getLatLng(), data.datum));
    return marker.addTo(map);
  };

  /* Tapping the map offers to search from there; moving it, to search what it shows. */
  const offerSearch = (map, current) => {
    const again = () => document.querySelector("[data-again]");
    // Letting go of the asker's marker ends with a click on the map below it, which asks nothing.
    let held = false;
    map.getContainer().addEventListener("pointerdown", (event) => { held = Boolean(event.target.closest(".me")); }, true);
    map.on("click", (event) => {
      if (held || !canAsk()) return;
      const button = make("button", "btn", "从这里找");
      button.type = "button";
      button.addEventListener("click", () => { map.closePopup(); searchFrom(event.latlng, current().datum); });
      L.popup({ className: "ask" }).setLatLng(event.latlng).setContent(button).openOn(map);
    });
    const moved = () => { if (again() && canAsk()) again().hidden = false; };
    map.on("dragend", moved);
    map.getContainer().addEventListener("wheel", moved, { passive: true });
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-again]")) searchFrom(map.getCenter(), current().datum, "地图中间");
    });
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

  const ownIcon = (map) => {
    const toggle = map.getContainer().querySelector(".leaflet-control-layers-toggle");
    if (!toggle) return;
    const drawn = svg("svg", { class: "ic", "aria-hidden": "true" });
    drawn.append(svg("use", { href: "#layers" }));
    toggle.replaceChildren(drawn, make("span", "", "图层"));
    toggle.title = "";
  };

  const draw = (map, layers) => {
    let data = {};
    let me = null;
    let tilesLost = !layers.tiles.length;
    const note = make("p", "credit");
    const showMarkers = keepMarkers(map, layers);
    const show = () => {
      data = JSON.parse(document.getElementById("map-data").textContent);
      if (me) me.remove();
      map.closePopup();
      fit(map, data);
      sortNames();
      showMarkers(data);
      me = data.asker ? addAsker(map, data) : null;
      if (!tilesLost) note.remove();
      else if (layers.tiles.length === 0) note.textContent = data.note;
      showOutlines(data, layers.outline, tilesLost);
    };
    const sortNames = () => map.getContainer().classList.toggle("far", map.getZoom() < 14);
    map.on("zoomend", sortNames);
    map.attributionControl.setPrefix(false);
    if (tilesLost) map.getContainer().append(note);
    ownIcon(map);
    show();
    document.addEventListener("swapped", show);
    offerSearch(map, () => data);
    watchTiles(map, layers.tiles, () => {
      tilesLost = true;
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
