/* The page's part of being without a network: it brings the worker in, says truthfully what was not sent, and reads the clock of a
   kept copy. Loaded before ui.js, so that a form which cannot go is never marked as sent. */
const page = document.body.dataset;
const bar = document.getElementById("net-bar");

if (page.worker && "serviceWorker" in navigator) {
  const bring = () => navigator.serviceWorker.register(page.worker, { updateViaCache: "none" }).catch(() => {});
  // After the page itself: the first view is worth more than the copy.
  const later = () => ("requestIdleCallback" in window ? requestIdleCallback(bring, { timeout: 4000 }) : setTimeout(bring, 1500));
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
}

/* ---- no network: a bar says so; a form that would go nowhere stays, with everything typed ---- */
const said = bar?.querySelector("[data-unsent]");

/* Ask the server itself: a house whose line to the world is cut still reaches its own machine. */
async function isReached() {
  if (navigator.onLine) return true;
  try {
    await fetch(page.worker, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(3000) });
    return true;
  } catch {
    return false;
  }
}

async function showNet() {
  const is = await isReached();
  bar.hidden = is;
  if (is) said.hidden = true;
}

async function goOrSay(form, button) {
  if (await isReached()) {
    form.dataset.goes = "1";
    form.requestSubmit(button);
    return;
  }
  said.hidden = form.method === "get";
  bar.hidden = false;
  bar.scrollIntoView({ block: "nearest" });
}

if (bar && page.worker) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const goes = navigator.onLine || form.dataset.goes || event.defaultPrevented || form.method === "dialog";
    delete form.dataset.goes;
    if (goes) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    goOrSay(form, event.submitter);
  });
  addEventListener("online", showNet);
  addEventListener("offline", showNet);
  if (!navigator.onLine) showNet();
}

/* ---- the copy: is there one, how old is it, what in it is over by now ---- */
async function hasCopy() {
  try {
    return Boolean(await caches.match(page.pocket));
  } catch {
    return false;
  }
}

const links = document.querySelectorAll("[data-if-copy]");
if (links.length) hasCopy().then((is) => links.forEach((each) => { each.hidden = !is; }));

function readClock() {
  const at = Date.now();
  document.querySelectorAll("[data-over-at]").forEach((part) => {
    if (at < Date.parse(part.dataset.overAt) || part.classList.contains(part.dataset.overClass)) return;
    part.classList.add(part.dataset.overClass);
    part.querySelectorAll("[data-while-open]").forEach((each) => { each.hidden = true; });
    part.querySelectorAll("[data-when-over]").forEach((each) => { each.hidden = false; });
  });
  document.querySelectorAll("[data-old-after]").forEach((part) => { part.hidden = at < Date.parse(part.dataset.oldAfter); });
}

if (!("serviceWorker" in navigator)) {
  document.querySelectorAll("[data-with-worker]").forEach((each) => { each.hidden = true; });
  document.querySelectorAll("[data-without-worker]").forEach((each) => { each.hidden = false; });
}

readClock();
setInterval(readClock, 15000);

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-back]")) return;
  event.preventDefault(); // without scripts it is a link to the page's address
  history.back();
});

/* ---- installing: the button stands only where the browser offers it ---- */
addEventListener("beforeinstallprompt", (event) => {
  const button = document.querySelector("[data-install]");
  if (!button) return;
  event.preventDefault();
  button.hidden = false;
  button.addEventListener("click", () => event.prompt(), { once: true });
});
