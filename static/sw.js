/* Keeps the shell on the phone. Pages are never kept: their addresses may hold where somebody stood. */
"use strict";
const shell = "@shell@";
const NAME = `shell-${shell.tag}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(shell.files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => name.startsWith("shell-") && name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => self.clients.claim()));
});

const offline = async (url) => {
  const named = url.searchParams.get("lang") || (await kept()) || (navigator.language.startsWith("zh") ? "zh" : "en");
  return (await caches.match(`/offline?lang=${named.startsWith("zh") ? "zh" : "en"}`)) || Response.error();
};

// What the page last told about its language: a worker cannot read what the phone remembers.
const kept = async () => {
  const told = await caches.match("/offline/language");
  return told ? told.text() : "";
};

self.addEventListener("message", (event) => {
  if (event.data && event.data.type === "language" && /^(zh|en)$/.test(event.data.language)) {
    event.waitUntil(caches.open("words").then((cache) => cache.put("/offline/language", new Response(event.data.language))));
  }
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => offline(url)));
  } else if (/^\/(static|assets|scripts)\//.test(url.pathname)) {
    event.respondWith(caches.match(request).then((found) => found || fetch(request)));
  }
});
