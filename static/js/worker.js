// The browser's worker, between the pages and the network. It answers a page from its store only when the network gave no answer, and
// then only with what was kept to be read: the copy of /me/offline, or a page that says there is no network. It never sends anything
// by itself but these reads, and it keeps no other page. HOUSE and VERSION are written in front of this file by pocket/pages.py.
//
// Three stores: "shell-VERSION" (pages that are the same for everybody), "files" (what carries ?v= and so never changes) and "mine"
// (the copy of whoever is signed in). "mine" carries the word of its sign-in; any page that says another word ends it.

const SHELL = `shell-${VERSION}`;
const FILES = "files";
const MINE = "mine";
const KEPT_AT = "X-Kept-At";
const FRESH_MS = 30 * 60 * 1000; // a copy is made again after that, and after every press
const PATIENCE_MS = 6000; // at a till with one bar of signal the copy of a voucher is better than a white page
const MOST_FILES = 200;

let changed = false; // something was sent since the copy was made
let turn = 0; // raised when the copy is thrown away: what is still on its way must not be kept

/* ---- coming and going: a new worker takes over at once, for pages need nothing of an old one but their files ---- */
self.addEventListener("install", (event) => event.waitUntil(move()));
self.addEventListener("activate", (event) => event.waitUntil(settle()));

async function move() {
  await keepShell();
  const files = await caches.open(FILES);
  await Promise.all(HOUSE.files.map(async (name) => (await files.match(name)) ?? files.add(name)));
  await self.skipWaiting();
}

async function settle() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== SHELL).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

/* ---- what is asked ---- */
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(request.method === "GET" ? page(event, url) : sent(event, url));
  } else if (request.method === "GET" && url.pathname.startsWith(HOUSE.static) && url.searchParams.has("v") && !request.headers.has("range")) {
    event.respondWith(file(event, url));
  }
});

/* A page comes from the network; where none answers, what was kept for this person, or the page that says so. */
async function page(event, url) {
  const asked = ask(event);
  const answer = isVoucher(url) ? await Promise.race([asked, late()]) : await asked;
  if (answer) return answer;
  return (await instead(url)) ?? (await asked) ?? shell(HOUSE.offline);
}

async function ask(event) {
  try {
    const answer = (await event.preloadResponse) ?? (await fetch(event.request));
    event.waitUntil(look(answer.headers.get(HOUSE.header), new URL(event.request.url)));
    return answer;
  } catch {
    return null;
  }
}

const late = () => new Promise((done) => { setTimeout(done, PATIENCE_MS, null); });
const isVoucher = (url) => url.pathname === HOUSE.vouchers || url.pathname.startsWith(`${HOUSE.vouchers}/`);

/* Return what stands for a page without a network, undefined where nothing of this person's does. */
async function instead(url) {
  const mine = await kept();
  if (!mine) return undefined;
  if (url.pathname === HOUSE.pocket) return mine;
  if (HOUSE.pocketed.includes(url.pathname)) return Response.redirect(HOUSE.pocket, 302);
  const parts = url.pathname.slice(HOUSE.vouchers.length).split("/");
  return isVoucher(url) ? Response.redirect(`${HOUSE.pocket}${parts[1] ? `#v-${parts[1]}` : ""}`, 302) : undefined;
}

/* A press goes to the network or nowhere: it is never kept and never sent again. */
async function sent(event, url) {
  changed = true;
  if (HOUSE.leaves.includes(url.pathname)) await forget();
  try {
    return await fetch(event.request);
  } catch {
    return shell(HOUSE.unsent);
  }
}

async function shell(name) {
  const found = await (await caches.open(SHELL)).match(name);
  return found ? new Response(found.body, { status: 503, headers: found.headers }) : Response.error();
}

/* ---- the copy of whoever is signed in ---- */
const kept = async () => (await caches.has(MINE)) ? (await caches.open(MINE)).match(HOUSE.pocket) : undefined;

/* A page came by that is `whose`: keep the copy up to date, or end it where it is somebody else's. */
async function look(whose, url) {
  if (!whose) return; // a redirect or a file says nothing
  const mine = await kept();
  const isTheirs = mine?.headers.get(HOUSE.header) === whose;
  if (mine && !isTheirs) await forget();
  if (whose === HOUSE.nobody) return;
  const age = isTheirs ? Date.now() - Number(mine.headers.get(KEPT_AT)) : Infinity;
  if (changed || age > FRESH_MS || isVoucher(url)) await keep(whose);
}

async function keep(whose) {
  const mine = ++turn;
  changed = false;
  const isLost = () => turn !== mine;
  try {
    const answer = await fetch(HOUSE.pocket, { credentials: "same-origin", cache: "no-store", redirect: "manual" });
    if (answer.status !== 200 || answer.headers.get(HOUSE.header) !== whose || isLost()) return;
    const headers = new Headers(answer.headers);
    headers.set(KEPT_AT, String(Date.now()));
    const body = await answer.blob();
    if (isLost()) return;
    await (await caches.open(MINE)).put(HOUSE.pocket, new Response(body, { status: 200, headers }));
    if (isLost()) await caches.delete(MINE);
    await keepShell(); // in the language and letters of whoever reads now
  } catch { /* no network: the copy that is there stays, with its own moment on it */ }
}

async function forget() {
  turn += 1;
  await caches.delete(MINE);
  // Push notices of somebody who has gone would be read by whoever has the phone now.
  const pushed = await self.registration.pushManager?.getSubscription().catch(() => null);
  await pushed?.unsubscribe().catch(() => {});
}

async function keepShell() {
  const store = await caches.open(SHELL);
  await store.addAll([HOUSE.offline, HOUSE.unsent].map((name) => new Request(name, { credentials: "same-origin", cache: "no-store" })));
}

/* ---- push notices: shown as they come; a press opens what they are about, in this house only ---- */
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch { /* an empty one still says that there is news */ }
  event.waitUntil(self.registration.showNotification(said.title || HOUSE.name, {
    body: said.text || "", tag: said.tag, icon: HOUSE.icon, badge: HOUSE.icon, data: { url: said.url || HOUSE.notices },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const wanted = new URL(event.notification.data?.url || HOUSE.notices, self.location.origin);
  const url = wanted.origin === self.location.origin ? wanted.href : HOUSE.notices;
  event.waitUntil((async () => {
    const [open] = await self.clients.matchAll({ type: "window" });
    if (!open) return self.clients.openWindow(url);
    await open.focus();
    return open.navigate(url);
  })());
});

/* ---- files with a content hash ---- */
async function file(event, url) {
  const store = await caches.open(FILES);
  const name = url.pathname + url.search;
  const found = await store.match(name);
  if (found) return found;
  try {
    const answer = await fetch(event.request);
    if (answer.status === 200 && answer.type === "basic") event.waitUntil(put(store, name, url.pathname, answer.clone()));
    return answer;
  } catch (error) {
    // An old page whose file never came by: another version of it is better than none.
    const other = await store.match(name, { ignoreSearch: true });
    if (other) return other;
    throw error;
  }
}

/* Two versions of each file: pages that were open before an update keep theirs. */
async function put(store, name, path, answer) {
  await store.put(name, answer);
  const all = await store.keys();
  const same = all.filter((each) => new URL(each.url).pathname === path);
  const gone = new Set([...same.slice(0, -2), ...all.slice(0, -MOST_FILES)]);
  await Promise.all([...gone].map((each) => store.delete(each)));
}
