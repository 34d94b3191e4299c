// The wall chart on a big screen. It asks for its picture again and again, saying which one it has (ETag); turns the screens; and when
// the server is away it goes on turning what it keeps in memory and says of what time that is.

const chart = document.querySelector("[data-wall]");
const every = Number(chart.dataset.wallEvery) * 1000;
const PATIENCE = 10_000;
const kept = new Map(); // address of a screen -> { tag, text, at }
const asOf = document.querySelector("[data-wall-asof]");
const clock = document.querySelector("[data-wall-clock]");
const pause = document.querySelector("[data-wall-pause]");
const full = document.querySelector("[data-wall-full]");
let here = chart.dataset.wall;
let timer = 0;
let skew = 0; // of this screen's clock against the server's
let isAway = false;
let awake = null;

const nextOne = () => document.querySelector("[data-wall-next]")?.dataset.wallGo ?? here;
const isPaused = () => pause?.getAttribute("aria-pressed") === "true";

function hourOf(instant) {
  const local = new Date(instant.getTime() + Number(clock.dataset.offset) * 60_000);
  return local.toISOString().slice(11, 16);
}

function tell() {
  const words = asOf.querySelector("span");
  const time = asOf.querySelector("time");
  words.textContent = isAway ? asOf.dataset.away : asOf.dataset.word;
  time.textContent = hourOf(kept.get(here)?.at ?? started);
  asOf.classList.toggle("is-away", isAway);
}

function tick() {
  clock.querySelector("time").textContent = hourOf(new Date(Date.now() + skew));
}

function draw(text) {
  const before = new Set([...document.querySelectorAll("[data-key]")].map((one) => one.dataset.key));
  const fresh = new DOMParser().parseFromString(text, "text/html");
  // A new release of the application: its style and this script are older than what it sends.
  if (fresh.body.dataset.wallBuild !== chart.dataset.wallBuild) return location.reload();
  const parts = fresh.querySelectorAll("[data-wall-part]");
  if (!parts.length) return location.reload(); // the board was taken down meanwhile
  for (const part of parts) {
    part.querySelectorAll("[data-key]").forEach((one) => one.classList.toggle("is-new", !before.has(one.dataset.key)));
    document.querySelector(`.wall-page [data-wall-part="${part.dataset.wallPart}"]`)?.replaceChildren(...part.childNodes);
  }
}

async function ask(address) {
  const old = kept.get(address);
  try {
    const headers = { Accept: "text/html", "X-Live": "1" };
    if (old?.tag) headers["If-None-Match"] = old.tag;
    const answer = await fetch(address, { headers, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status !== 304 && !answer.ok) throw new Error(String(answer.status));
    const at = new Date(answer.headers.get("Date") ?? Date.now());
    skew = at.getTime() - Date.now();
    const text = answer.status === 304 ? old.text : await answer.text();
    kept.set(address, { tag: answer.headers.get("ETag"), text, at });
    isAway = false;
    if (address !== here || text !== old?.text) draw(text);
    here = address;
  } catch {
    isAway = true;
    if (old && address !== here) {
      draw(old.text);
      here = address;
    }
  }
  tell();
}

async function turn(address) {
  clearTimeout(timer);
  if (!document.hidden) await ask(address ?? (isPaused() ? here : nextOne()));
  timer = setTimeout(turn, every);
}

async function stayAwake() {
  if (!document.fullscreenElement || document.hidden || !navigator.wakeLock) return;
  awake = await navigator.wakeLock.request("screen").catch(() => null);
}

function fillScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}

function hold() {
  const words = pause.querySelector("span");
  const other = pause.dataset.word;
  pause.dataset.word = words.textContent;
  words.textContent = other;
  pause.setAttribute("aria-pressed", String(!isPaused()));
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-wall-go]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  turn(link.dataset.wallGo);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const turns = { ArrowRight: "[data-wall-next]", ArrowLeft: "[data-wall-go]:not([data-wall-next])" };
  const link = turns[event.key] && document.querySelector(turns[event.key]);
  if (link) turn(link.dataset.wallGo);
  else if (event.key === "f" && full && !full.hidden) fillScreen();
});

document.addEventListener("fullscreenchange", stayAwake);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  stayAwake();
  turn(here);
});

const started = new Date();
if (pause && document.querySelector("[data-wall-next]")) {
  pause.hidden = false;
  pause.addEventListener("click", hold);
}
if (full && document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", fillScreen);
}
setInterval(tick, 1000);
tick();
// The first picture is asked for at once, so that it is kept: the page itself cannot be asked for by its tag.
turn(here);
