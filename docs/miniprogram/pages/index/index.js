const { site } = getApp();

// 只打开自己网站的页面：to 是从分享卡片或网页里来的，不能信。
const address = (to) => site + (/^\/(?![/\\])/.test(to) ? to : "/");

const located = (to, { longitude, latitude }) => {
  const [path, query = ""] = to.split("#")[0].split("?");
  const kept = query.split("&").filter((pair) => pair && !/^(lon|lat|datum|district|place|q|at)=/.test(pair));
  const here = [`lon=${longitude.toFixed(5)}`, `lat=${latitude.toFixed(5)}`, "datum=gcj02"];
  if (!kept.some((pair) => pair.startsWith("open="))) kept.push("open=arrival");
  return `${path}?${[...kept, ...here].join("&")}`;
};

Page({
  data: { src: "", words: "正在定位…" },
  card: null,

  onLoad(options) {
    const to = decodeURIComponent(options.to || "/");
    // 分享卡片直接打开那一页；头一次打开，或网页里按了“定位”，先定位。
    if (options.to && !options.locate) {
      this.setData({ src: address(to) });
      return;
    }
    wx.getLocation({
      type: "gcj02",
      success: (position) => this.setData({ src: address(located(to, position)) }),
      // 不允许定位也能用：到网页里选地方。
      fail: () => this.setData({ src: address(to) }),
    });
  },

  // 网页用 miniProgram.postMessage 发来的卡片，分享时微信才交给我们，取最后一张。
  shared(event) {
    this.card = event.detail.data[event.detail.data.length - 1];
  },

  failed() {
    this.setData({ src: "", words: "网页打不开：看看网络，或者这个网址还没填进“业务域名”。" });
  },

  onShareAppMessage({ webViewUrl }) {
    // 没收到卡片时不带网址里的参数：那里面可能有分享人的位置。
    const link = this.card ? this.card.link : (webViewUrl || site).split("?")[0];
    const to = link.startsWith(site) ? link.slice(site.length) || "/" : "/";
    return {
      title: this.card ? this.card.title : "附近能用的驿站、食堂和住处",
      path: `/pages/index/index?to=${encodeURIComponent(to)}`,
      imageUrl: this.card ? this.card.imgUrl : `${site}/static/share.png`,
    };
  },
});
