// How far each task is, after the person has asked for it. The place stays in this tab: nothing of it is sent or kept elsewhere.

const EARTH_M = 6371000;
const KEY = "near";
const button = document.querySelector("[data-near]");
const said = document.querySelector("[data-near-said]");
const cards = [...document.querySelectorAll("[data-near-latitude]")];
const rad = (degrees) => (degrees * Math.PI) / 180;

function metres(a, b) {
  const half = Math.sin(rad(b.latitude - a.latitude) / 2) ** 2
    + Math.cos(rad(a.latitude)) * Math.cos(rad(b.latitude)) * Math.sin(rad(b.longitude - a.longitude) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

function inWords(away) {
  if (away < 950) return button.dataset.msgMetres.replace("{n}", Math.max(10, Math.round(away / 10) * 10));
  return button.dataset.msgKm.replace("{n}", (away / 1000).toFixed(away < 9500 ? 1 : 0));
}

function show(here) {
  for (const card of cards) {
    const away = metres(here, { latitude: Number(card.dataset.nearLatitude), longitude: Number(card.dataset.nearLongitude) });
    card.away = away;
    const place = card.querySelector(".task-card__facts li:last-child .chunk:last-child");
    if (place) place.textContent = inWords(away);
  }
  // On the map the numbers stand for places; in the list the nearest come first.
  const list = cards[0]?.parentElement;
  if (list && !list.classList.contains("card-list--numbered")) {
    const all = [...list.children];
    all.sort((a, b) => (a.away ?? Infinity) - (b.away ?? Infinity)).forEach((card) => list.append(card));
  }
  button.hidden = true;
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null;
  }
}

if (button && cards.length && navigator.geolocation) {
  const before = remembered();
  button.hidden = false;
  if (before) show(before);
  button.addEventListener("click", () => {
    button.classList.add("is-busy");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.classList.remove("is-busy");
        const here = { latitude: coords.latitude, longitude: coords.longitude };
        try {
          sessionStorage.setItem(KEY, JSON.stringify(here));
        } catch { /* a full or forbidden store only means that it is asked again */ }
        show(here);
      },
      () => {
        button.classList.remove("is-busy");
        said.textContent = button.dataset.msgDenied;
        said.hidden = false;
      },
      { enableHighAccuracy: false, timeout: 8000, maximumAge: 120000 },
    );
  });
}
