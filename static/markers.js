/* Where markers and their minutes go, so that none lies unread under another: services that would overlap become one
   marker with a count, and a label takes the first side that is free. In pixels; knows nothing of Leaflet. */
"use strict";
const locatorPlacing = (() => {
  const HALF = 19;
  const ASKER_HALF = 18;
  const LABEL_HEIGHT = 20;
  const CELL = 64;
  const AWAY = 42;
  const WAYS_OUT = [[AWAY, 0], [-AWAY, 0], [0, AWAY], [0, -AWAY], [40, -40], [-40, -40], [40, 40], [-40, 40]];

  const square = (x, y, half) => ({ left: x - half, top: y - half, right: x + half, bottom: y + half });
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

  /* Boxes by the cells that they touch: each is compared with its neighbours only. */
  class Boxes {
    constructor() { this.cells = new Map(); }

    * near(box) {
      for (let x = Math.floor(box.left / CELL); x <= Math.floor(box.right / CELL); x += 1) {
        for (let y = Math.floor(box.top / CELL); y <= Math.floor(box.bottom / CELL); y += 1) {
          const found = this.cells.get(`${x},${y}`);
          if (found) yield [found, `${x},${y}`];
          else yield [null, `${x},${y}`];
        }
      }
    }

    first(box) {
      for (const [found] of this.near(box)) {
        for (const each of found || []) if (meet(box, each.box)) return each;
      }
      return null;
    }

    add(box, owner) {
      for (const [found, key] of this.near(box)) {
        if (found) found.push({ box, owner });
        else this.cells.set(key, [{ box, owner }]);
      }
    }
  }

  const width = (text) => [...text].reduce((sum, one) => sum + (one.charCodeAt(0) < 256 ? 8.5 : 14), 13);

  const sides = (x, y, text) => {
    const half = width(text) / 2;
    const at = (cx, cy) => ({ left: cx - half, right: cx + half, top: cy - LABEL_HEIGHT / 2, bottom: cy + LABEL_HEIGHT / 2 });
    return [["below", at(x, y + 27)], ["above", at(x, y - 27)], ["right", at(x + HALF + half, y)], ["left", at(x - HALF - half, y)]];
  };

  /* Return the markers to show: each with its services (the best first), point, shift and the side of its label.
     `points` are pixels in the order of the list; `asker` is one, or null. */
  const place = (services, points, asker) => {
    const symbols = new Boxes();
    const me = asker && square(asker.x, asker.y, ASKER_HALF);
    const shown = [];
    services.forEach((service, number) => {
      const { x, y } = points[number];
      let box = square(x, y, HALF);
      let shift = [0, 0];
      if (me && meet(box, me)) {
        // Who stands in front of the door must see the door: it steps aside, to where there is room round the asker.
        const aside = WAYS_OUT.map(([dx, dy]) => [asker.x + dx - x, asker.y + dy - y]);
        aside.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
        shift = aside.find(([dx, dy]) => !symbols.first(square(x + dx, y + dy, HALF))) || aside[0];
        box = square(x + shift[0], y + shift[1], HALF);
      }
      const taken = symbols.first(box);
      if (taken) {
        taken.owner.services.push(service);
        return;
      }
      const marker = { services: [service], x, y, shift, side: null };
      symbols.add(box, marker);
      shown.push(marker);
    });
    const labels = new Boxes();
    if (me) symbols.add(me, null);
    for (const marker of shown) {
      const text = marker.services[0].minutes;
      if (!text) continue;
      const own = (each) => each.owner === marker;
      const free = sides(marker.x + marker.shift[0], marker.y + marker.shift[1], text).find(([, box]) => {
        for (const [found] of symbols.near(box)) for (const each of found || []) if (!own(each) && meet(box, each.box)) return false;
        return !labels.first(box);
      });
      if (!free) continue;
      [marker.side] = free;
      labels.add(free[1], marker);
    }
    return shown;
  };

  return { place };
})();
