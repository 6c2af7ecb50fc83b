/* The search box as a combobox: suggestions while one types. Without it the form finds the same by itself. */
"use strict";
(() => {
  const PAUSE_MS = 120;
  let box = null;
  let list = null;
  let asked = 0;
  let timer = 0;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  const close = () => {
    if (list) list.remove();
    list = null;
    if (!box) return;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
    box.removeAttribute("aria-controls");
  };

  const choose = (option) => {
    close();
    document.dispatchEvent(new CustomEvent("go", { detail: option.dataset.url }));
  };

  const show = (suggestions) => {
    close();
    if (!suggestions.length) return;
    list = make("ul", "suggest");
    list.id = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "找到的地方");
    suggestions.forEach((one, number) => {
      const option = make("li");
      option.id = `suggestion-${number}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = one.url;
      option.append(make("b", "", one.name), make("span", "", one.note));
      // Before the box loses its focus, which closes the list.
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => choose(option));
      list.append(option);
    });
    box.form.after(list);
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-controls", list.id);
  };

  const ask = async () => {
    const mine = asked += 1;
    const url = new URL(box.dataset.suggest, location.href);
    for (const [name, value] of new FormData(box.form)) url.searchParams.set(name, value);
    try {
      const answer = await fetch(url);
      const found = answer.ok ? await answer.json() : { suggestions: [] };
      // An answer to what is no longer typed comes too late.
      if (mine === asked && document.activeElement === box) show(found.suggestions);
    } catch {
      close(); // without a network the form says so
    }
  };

  const move = (step) => {
    const options = [...list.children];
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = (now + step + options.length + (now < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === next)));
    options[next].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", options[next].id);
  };

  const pressed = (event) => {
    if (!list || event.isComposing) return;
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen) choose(chosen);
    else return;
    event.preventDefault();
  };

  const typed = (event) => {
    clearTimeout(timer);
    // While pinyin is being turned into characters, what stands there is not yet meant.
    if (event.isComposing) return;
    if (box.value.trim()) timer = setTimeout(ask, PAUSE_MS);
    else { asked += 1; close(); }
  };

  const equip = () => {
    box = document.querySelector("[data-suggest]");
    if (!box || box.role === "combobox") return;
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    box.addEventListener("input", typed);
    box.addEventListener("compositionend", typed);
    box.addEventListener("keydown", pressed);
    box.addEventListener("blur", close);
  };
  document.addEventListener("swapped", equip);
  equip();
})();
