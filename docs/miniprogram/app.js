App({
  // 换成自己的网址：要备案、要 https，并已填进小程序后台的“业务域名”。
  site: "https://map.example.org",
});
