/* Keeps the pages of the phone, with their scripts and styles, so that they open without a network. It answers for
   addresses below its own only, and sends nothing: drafts are sent by the page. */
"use strict";

const KEPT = "peyvand-visits-1";
const PATIENCE = 6000; // milliseconds for a page on a poor network, before the kept one is shown

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const keep = async (addresses) => {
  const cache = await caches.open(KEPT);
  await Promise.all(addresses.map(async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" });
    if (answer.ok) await cache.put(address, answer);
    else if (!(await cache.match(address))) throw new Error(`${address} answered ${answer.status}`);
  }));
};

self.addEventListener("message", (event) => {
  const told = (kept) => event.source.postMessage({ kept });
  event.waitUntil(keep(event.data.keep).then(() => told(true), () => told(false)));
});

const page = (address) => { const own = new URL(address); return own.origin + own.pathname; };

const fresh = (request) => {
  if (request.mode !== "navigate") return fetch(request);
  return Promise.race([fetch(request), new Promise((_, late) => setTimeout(() => late(new Error("late")), PATIENCE))]);
};

// A page that is refused because the sign-in has run out, or that is no longer there because a newer form took its place, is shown as
// it was kept: the drafts lie behind it.
const useless = (answer) => answer.type === "opaqueredirect" || [401, 403, 404, 410].includes(answer.status) || answer.status >= 500;

const answered = async (request) => {
  const cache = await caches.open(KEPT);
  const known = () => cache.match(request.mode === "navigate" ? page(request.url) : request.url);
  try {
    const answer = await fresh(request);
    if (request.mode === "navigate" && useless(answer)) return (await known()) ?? answer;
    // A page asked for with something chosen beforehand ("?plan=7") is not the one to open next time.
    if (answer.ok && !new URL(request.url).search && (await known())) await cache.put(request.url, answer.clone());
    return answer;
  } catch (lost) {
    const kept = await known();
    if (kept) return kept;
    throw lost;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === self.location.origin) event.respondWith(answered(request));
});
