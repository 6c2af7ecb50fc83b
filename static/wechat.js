/* In WeChat's browser: its locating, its map, its cards. Whatever fails here, the page works as it does elsewhere. */
"use strict";
(() => {
  const own = document.currentScript.dataset;
  const PATIENCE_MS = 8000;
  const AGAIN_MS = 400;
  const TRIES = 5;
  const IOS = /iPhone|iPad|iPod/.test(navigator.userAgent);
  const MINI = /miniProgram/i.test(navigator.userAgent) || window.__wxjs_environment === "miniprogram";

  const bare = () => location.href.split("#")[0];
  const landing = bare();
  const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const patiently = (promise, words) => Promise.race([promise, pause(PATIENCE_MS).then(() => { throw new Error(words); })]);
  const status = document.querySelector("[data-located]");
  const say = (text) => { if (status) status.textContent = text; };

  let loading = null;
  const loadSdk = () => {
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = own.sdk;
      script.onload = resolve;
      script.onerror = () => { loading = null; reject(new Error("微信的脚本没取到")); };
      document.head.append(script);
    });
    return patiently(loading, "微信的脚本没取到");
  };

  const signatureOf = async (url, again = true) => {
    const answer = await fetch(`${own.signature}?url=${encodeURIComponent(url)}`).catch(() => { throw new Error("没有网络"); });
    if (answer.ok) return answer.json();
    const wait = Number(answer.headers.get("Retry-After"));
    if (again && wait > 0 && wait <= 3) return pause(wait * 1000).then(() => signatureOf(url, false));
    const said = await answer.json().catch(() => ({}));
    throw new Error(said.detail || "本站的服务器出错了");
  };

  let signed = "";
  let configured = false;
  const refused = new Set();

  const configure = async (url) => {
    const sdk = loadSdk();
    sdk.catch(() => {}); // where both fail, the server's reason says more
    const given = await signatureOf(url);
    await sdk;
    await patiently(new Promise((resolve, reject) => {
      wx.error((said) => {
        signed = "";
        refused.add(url);
        reject(Object.assign(new Error(`微信不认本页（${said.errMsg || "config"}）`), { refused: true }));
      });
      wx.config({ debug: false, ...given });
      // A page's first wx.config says when it is good; later ones only when they are not.
      if (configured) pause(AGAIN_MS).then(resolve); else wx.ready(resolve);
    }), "微信没有回应").finally(() => { configured = true; });
  };

  // A signature holds for one address. Android goes by the one in force; iOS by the one the page was opened with,
  // whatever pushState did since; some versions the other way round: the second is tried where the first is refused.
  const signNow = async () => {
    const here = bare();
    if (signed === here) return;
    const both = [...new Set(IOS ? [landing, here] : [here, landing])];
    const hopeful = both.filter((url) => !refused.has(url));
    const [first, second] = hopeful.length ? hopeful : both;
    await configure(first).catch((error) => {
      if (!error.refused || !second) throw error;
      return configure(second);
    });
    signed = here;
  };
  let turn = Promise.resolve();
  const sign = () => { turn = turn.catch(() => {}).then(signNow); return turn; };

  const call = async (api, options) => {
    for (let left = TRIES; ; left -= 1) {
      await sign();
      try {
        return await new Promise((resolve, reject) => {
          const fail = (said) => reject(new Error(said.errMsg || api));
          wx[api]({ ...options, success: resolve, fail, cancel: () => fail({ errMsg: "cancel" }) });
        });
      } catch (error) {
        // A later wx.config is checked in the background: whoever calls meanwhile is told so, or it was refused.
        if (left <= 1 || (signed === bare() && !/verifying/.test(error.message))) throw error;
        await pause(AGAIN_MS);
      }
    }
  };

  const inMini = async () => {
    if (!MINI) return false;
    await loadSdk();
    return new Promise((done) => { wx.miniProgram.getEnv((found) => done(Boolean(found.miniprogram))); });
  };

  // The native page asks for the position and comes back with it in the address.
  const locateNatively = (path) => new Promise((resolve, reject) => {
    const url = `/pages/index/index?locate=1&to=${encodeURIComponent(path + location.search)}`;
    wx.miniProgram.navigateTo({ url, success: resolve, fail: reject });
  });

  const found = (path, { latitude, longitude, accuracy }, datum) => {
    const coords = { latitude: Number(latitude), longitude: Number(longitude), accuracy: Number(accuracy) };
    document.dispatchEvent(new CustomEvent("located", { detail: { path, position: { coords, datum } } }));
  };

  const trouble = (error) => say(`微信定位暂时用不了：${error.message}。先选地方。`);

  const locate = async (button) => {
    const path = button.dataset.locate || "/";
    button.disabled = true;
    say("正在用微信定位…，可以先选地方");
    try {
      if (await inMini().catch(() => false) && await locateNatively(path).then(() => true, () => false)) return;
      found(path, await call("getLocation", { type: "gcj02" }), "gcj02");
    } catch (error) {
      if (/cancel|auth/.test(error.message)) {
        say("没拿到位置：在微信里允许定位再点一次，或者选个地方。");
        return;
      }
      trouble(error);
      if ("geolocation" in navigator) {
        navigator.geolocation.getCurrentPosition((position) => found(path, position.coords), () => {}, { enableHighAccuracy: true, timeout: PATIENCE_MS });
      }
    } finally {
      button.disabled = false;
    }
  };

  const openLocation = (link) => {
    const [longitude, latitude] = link.dataset.openLocation.split(",").map(Number);
    const { name, address = "" } = link.dataset;
    call("openLocation", { longitude, latitude, name, address, scale: 16 }).catch(() => { location.assign(link.href); });
  };

  const card = () => {
    const meta = (name) => { const tag = document.querySelector(`meta[property="og:${name}"]`); return tag ? tag.content : ""; };
    const link = new URL(bare());
    // Who shares a page shares a neighbourhood, not the spot they stand on.
    for (const name of link.searchParams.has("place") ? [] : ["lon", "lat"]) {
      if (link.searchParams.has(name)) link.searchParams.set(name, Number(link.searchParams.get(name)).toFixed(2));
    }
    return { title: document.title, desc: meta("description"), link: link.href, imgUrl: new URL(meta("image"), link).href };
  };

  const share = async () => {
    const shown = card();
    if (await inMini().catch(() => false)) wx.miniProgram.postMessage({ data: shown });
    await sign();
    // An account without the right to make cards may still locate.
    await call("updateAppMessageShareData", shown).catch(() => {});
    await call("updateTimelineShareData", { title: shown.title, link: shown.link, imgUrl: shown.imgUrl }).catch(() => {});
  };

  const buttons = document.querySelectorAll("[data-locate]");
  for (const button of buttons) button.hidden = false;
  // Before the page's own listeners: here WeChat answers.
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-locate], [data-open-location]");
    if (!target) return;
    event.preventDefault();
    event.stopPropagation();
    if ("openLocation" in target.dataset) openLocation(target);
    else if (!target.disabled) locate(target);
  }, true);

  const changed = () => { share().catch(() => {}); };
  for (const name of ["pushState", "replaceState"]) {
    const original = history[name];
    history[name] = function changing(...given) {
      original.apply(this, given);
      changed();
    };
  }
  window.addEventListener("popstate", changed);
  share().catch((error) => { if (buttons.length && !MINI && !/[?&]lon=/.test(location.search)) trouble(error); });
})();
