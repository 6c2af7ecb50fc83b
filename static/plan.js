/* The planner's page with scripts: ticks, hours and states change it in place; a run is watched until it is done. */
"use strict";
(() => {
  const LOOK_MS = 400;

  /* Another state of the same page: its parts take the place of ours, the map hears of it. */
  const go = async (href) => {
    const page = new URL(href, location.href);
    const said = document.querySelector("[data-status]");
    let text = "";
    try {
      const answer = await fetch(page, { headers: { Accept: "text/html" } });
      text = answer.ok ? await answer.text() : "";
    } catch {
      text = "";
    }
    const next = new DOMParser().parseFromString(text, "text/html");
    const parts = [...document.querySelectorAll("[data-part]")];
    if (!next.querySelector("[data-part]")) {
      location.assign(page); // still being worked out, or refused: that page says so
      return;
    }
    const focus = document.activeElement && document.activeElement.id;
    const by = document.querySelector("[data-clock].share");
    for (const part of parts) part.replaceWith(document.adoptNode(next.querySelector(`[data-part="${part.dataset.part}"]`)));
    document.querySelector(".out").replaceWith(document.adoptNode(next.querySelector(".out")));
    document.getElementById("map-data").textContent = next.getElementById("map-data").textContent;
    document.title = next.title;
    history.replaceState(null, "", page);
    ready();
    if (by) colour("share");
    if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
    if (said) said.textContent = document.querySelector(".sum .bars").textContent.replace(/\s+/g, " ");
    document.dispatchEvent(new Event("swapped"));
  };

  const colour = (by) => {
    document.querySelector("[data-clock]").classList.toggle("share", by === "share");
    for (const button of document.querySelectorAll("[data-by]")) button.setAttribute("aria-pressed", String(button.dataset.by === by));
  };

  const ready = () => {
    for (const one of document.querySelectorAll(".js-only")) one.hidden = false;
    for (const one of document.querySelectorAll(".nojs, [data-live] .btn.small")) one.hidden = true;
  };

  const ask = (form) => {
    const page = new URL(location.href);
    page.search = new URLSearchParams(new FormData(form)).toString();
    go(page);
  };

  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-live]");
    if (form) ask(form);
    else if (event.target.closest(".fix") && event.target.form) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-go]");
    const cell = event.target.closest("[data-hour]");
    const by = event.target.closest("[data-by]");
    if (link) {
      event.preventDefault();
      go(link.href);
    } else if (by) colour(by.dataset.by);
    else if (cell) {
      const page = new URL(location.href);
      for (const name of ["day", "clock"]) page.searchParams.delete(name);
      page.searchParams.set("hour", cell.dataset.hour);
      go(page);
    }
  });

  const watch = async (bar) => {
    for (;;) {
      await new Promise((done) => { setTimeout(done, LOOK_MS); });
      let told = null;
      try {
        told = await (await fetch(bar.dataset.state)).json();
      } catch {
        continue; // the server restarts, or the network is away: the run goes on
      }
      if (told.status === "waiting" || told.status === "running") bar.value = told.share;
      else {
        location.replace(bar.dataset.back);
        return;
      }
    }
  };

  ready();
  const bar = document.querySelector("[data-state]");
  if (bar) watch(bar);
})();
