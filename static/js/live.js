// Keeps a part of the page fresh: data-live-url is asked every data-live-every seconds (10 by default).
// An HTML answer replaces the element's content; with data-live-kind="json" the answer's fields fill the
// [data-live-field] elements inside. Children with data-key that were not there before get the class is-new.

const SLOWEST = 60;

function swapHtml(element, text) {
  const before = new Set([...element.querySelectorAll("[data-key]")].map((child) => child.dataset.key));
  const fresh = new DOMParser().parseFromString(text, "text/html");
  // A whole page may be asked too: then the part with the same id is taken.
  const part = (element.id && fresh.getElementById(element.id)) || fresh.body;
  part.querySelectorAll("[data-now]").forEach((clock) => { clock.dataset.fresh = "1"; });
  part.querySelectorAll("[data-key]").forEach((child) => {
    if (!before.has(child.dataset.key)) child.classList.add("is-new");
  });
  element.replaceChildren(...part.childNodes);
}

function fillJson(element, facts) {
  element.querySelectorAll("[data-live-field]").forEach((target) => {
    const value = target.dataset.liveField.split(".").reduce((at, name) => at?.[name], facts);
    if (value === undefined || value === null) return;
    const text = typeof value === "number" ? value.toLocaleString("en") : String(value);
    if (target instanceof HTMLProgressElement) target.value = Number(value);
    else if (target instanceof HTMLImageElement) target.src = value;
    else if (target.textContent !== text) target.textContent = text;
  });
}

function start(element) {
  const every = Number(element.dataset.liveEvery) || 10;
  const asJson = element.dataset.liveKind === "json";
  let wait = every;
  let timer = 0;
  let last = "";

  async function ask() {
    clearTimeout(timer);
    if (document.hidden) return;
    try {
      const answer = await fetch(element.dataset.liveUrl, {
        headers: { Accept: asJson ? "application/json" : "text/html", "X-Live": "1" },
        credentials: "same-origin",
      });
      if (answer.redirected && !asJson) location.reload(); // signed out meanwhile: the page itself says so
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      // A screen that turns its own clock asks the server when: the answer may say how many seconds to wait.
      const said = Number(answer.headers.get("X-Live-After"));
      wait = said > 0 ? said : every;
      if (text !== last) {
        last = text;
        if (asJson) fillJson(element, JSON.parse(text));
        else swapHtml(element, text);
        element.dispatchEvent(new CustomEvent("live:swap", { bubbles: true }));
      }
      element.classList.remove("is-stale");
    } catch {
      element.classList.add("is-stale");
      wait = Math.min(SLOWEST, wait * 2);
    }
    timer = setTimeout(ask, wait * 1000);
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
  element.addEventListener("live:now", ask);
  timer = setTimeout(ask, "liveFirst" in element.dataset ? Number(element.dataset.liveFirst) * 1000 : every * 1000);
}

document.querySelectorAll("[data-live-url]").forEach(start);
