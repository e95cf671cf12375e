// Keeps the page for times without a connection. With one, the page itself comes from the node, so that a correction
// reaches everybody; its parts never change. What is asked of the ledger is never kept here.
const NAME = 'tamga-251880624b39e056';
const FILES = ['/', '/assets/decode-BzoOIeFs.js', '/assets/index-C6jszbDe.js', '/assets/index-yJBZ37xb.css', '/manifest.webmanifest', '/tamga.svg'];
const PAGES = ['/', '/kk', '/ru', '/en'];

self.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(NAME);
    await cache.addAll(FILES);
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name !== NAME) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin) return;
  const kept = async (path) => (await caches.open(NAME)).match(path);
  if (PAGES.includes(pathname)) {
    event.respondWith(fetch(event.request).catch(async () => (await kept('/')) ?? Response.error()));
  } else if (FILES.includes(pathname)) {
    event.respondWith(kept(pathname).then((file) => file ?? fetch(event.request)));
  }
});
