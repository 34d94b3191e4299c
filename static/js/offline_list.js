/* A leader's list where there is no network: each tick is kept in this browser with its moment, until the server has answered for it. */
const box = document.querySelector("[data-offline]");
if (box) {
  const store = `offline:${box.dataset.offline}`;
  const form = box.querySelector("form");
  const rowsField = box.querySelector("[data-offline-rows]");
  const count = box.querySelector("[data-offline-count]");
  const off = box.querySelector("[data-offline-off]");
  const send = box.querySelector("[data-offline-send]");
  const words = { check_in: box.dataset.in, check_out: box.dataset.out };
  const synced = new Set(box.dataset.synced.split(" ").filter(Boolean));

  let ticks = [];
  try {
    ticks = JSON.parse(localStorage.getItem(store) || "[]").filter((tick) => !synced.has(tick.key));
  } catch { /* a damaged store holds nothing that could be sent */ }

  const drawKey = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const shownTime = (iso) => new Date(iso).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

  const show = () => {
    localStorage.setItem(store, JSON.stringify(ticks));
    rowsField.value = JSON.stringify(ticks);
    count.textContent = ticks.length ? count.dataset.words.replace("{n}", ticks.length) : count.dataset.none;
    send.disabled = ticks.length === 0 || !navigator.onLine;
    off.hidden = navigator.onLine;
    for (const line of box.querySelectorAll("[data-person]")) {
      const mine = ticks.filter((tick) => tick.user_id === line.dataset.person);
      const button = line.querySelector("[data-tick]");
      const said = line.querySelector("[data-said]");
      said.dataset.before ??= said.textContent;
      const last = mine.at(-1);
      said.textContent = last
        ? box.dataset.at.replace("{at}", shownTime(last.captured_at)).replace("{act}", words[last.action])
        : said.dataset.before;
      const next = last ? (last.action === "check_in" && "checksOut" in box.dataset ? "check_out" : "") : button?.dataset.tick;
      if (button) {
        button.hidden = !next;
        button.dataset.next = next;
        button.querySelector("span").textContent = words[next] || "";
      }
      const undo = line.querySelector("[data-untick]");
      if (undo) undo.hidden = !last;
    }
  };

  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tick], [data-untick]");
    if (!button) return;
    const person = button.closest("[data-person]").dataset.person;
    if ("untick" in button.dataset) {
      const last = ticks.findLastIndex((tick) => tick.user_id === person);
      ticks = ticks.filter((_tick, place) => place !== last);
    } else {
      ticks.push({ key: drawKey(), user_id: person, action: button.dataset.next, captured_at: new Date().toISOString() });
    }
    show();
  });
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine || ticks.length === 0) event.preventDefault();
  }, true);
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
