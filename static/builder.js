/* The builder with scripts: what is chosen shows at once, and codes are copied by a button. */
"use strict";
(() => {
  const form = document.querySelector("[data-builder]");
  const told = document.querySelector("[data-copied]");
  const WAIT_MS = 350;

  const weigh = async () => {
    const picture = document.querySelector("[data-picture]");
    const size = document.querySelector("[data-size]");
    if (!picture || !size) return;
    try {
      const blob = await (await fetch(picture.src)).blob();
      size.textContent = `，${Math.round(blob.size / 1000)} kB`;
    } catch { /* without its size the picture is as good */ }
  };

  const copied = async (button) => {
    const code = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      // Old browsers and pages without TLS: select it, and let the old command copy.
      const range = document.createRange();
      range.selectNodeContents(code);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      document.execCommand("copy");
    }
    const label = button.querySelector("span");
    const before = label.textContent;
    label.textContent = "已复制";
    told.textContent = "已复制";
    setTimeout(() => { label.textContent = before; told.textContent = ""; }, 2000);
  };

  const arm = () => {
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
    weigh();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copied(button);
  });

  let asked = 0;
  const refresh = async () => {
    const mine = (asked += 1);
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    let page;
    try {
      const answer = await fetch(address);
      if (!answer.ok) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return; // the last preview stays
    }
    if (mine !== asked) return;
    history.replaceState(null, "", address);
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (fresh) part.replaceWith(fresh);
    }
    const title = page.querySelector("#b-title");
    if (title) document.querySelector("#b-title").placeholder = title.placeholder;
    arm();
  };

  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(refresh, WAIT_MS); });
  form.addEventListener("submit", (event) => { event.preventDefault(); refresh(); });
  form.querySelector("[data-plain]").hidden = true;
  arm();
})();
