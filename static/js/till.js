// The till: a code is looked at, one press uses the voucher, and the answer fills the screen; the camera stays warm behind it.
// A press that got no answer is sent again with the same request_id, so it is one redemption however often it is pressed.
// Nothing is kept for later: without a network the till says so. Without this file the same forms work page by page.

const YES_SECONDS = 3;
const PATIENCE_MS = 12000;
const GUN_PAUSE_MS = 400; // a code gun types its characters faster than that

/* ---- sound and buzz ---- */
let audio = null;

function play(kind) {
  navigator.vibrate?.(kind === "yes" ? 80 : [120, 80, 120]);
  try {
    audio ??= new AudioContext();
    audio.resume?.().catch(() => {});
    const notes = kind === "yes" ? [[880, 0], [1320, 0.12]] : [[220, 0], [180, 0.18]];
    for (const [pitch, at] of notes) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.type = kind === "yes" ? "sine" : "square";
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(kind === "yes" ? 0.25 : 0.12, audio.currentTime + at);
      gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.16);
      tone.connect(gain).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.17);
    }
  } catch { /* a silent till still shows its answer */ }
}

function till(box) {
  const form = box.closest("form");
  const field = document.getElementById(box.dataset.into);
  const place = document.getElementById(box.dataset.answer);
  const net = document.getElementById("till-net");
  const photo = box.querySelector("input[type=file]");
  let timer = 0;
  let typed = { text: "", at: 0 };

  const showNet = () => { net.hidden = navigator.onLine; };
  const trouble = () => (navigator.onLine ? net.dataset.msgLost : net.dataset.msgOffline);

  /* Send a form and return the answer in the page that comes back; null when no answer came. */
  async function send(sender) {
    if (!navigator.onLine) return null;
    const control = new AbortController();
    const patience = setTimeout(() => control.abort(), PATIENCE_MS);
    let text = "";
    try {
      const page = await fetch(sender.action, { method: "POST", body: new FormData(sender), credentials: "same-origin", signal: control.signal });
      text = await page.text();
    } catch {
      return null;
    } finally {
      clearTimeout(patience);
    }
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const answer = fresh.querySelector("[data-answer-kind]");
    if (!answer) {
      // Signed out, or a page we do not know: let the browser show it properly. What was typed travels with it.
      sender.dataset.plain = "1";
      sender.submit();
      return undefined;
    }
    const token = fresh.querySelector("input[name=csrf_token]");
    if (token && form.elements.csrf_token) form.elements.csrf_token.value = token.value;
    fresh.querySelectorAll("[data-live-copy]").forEach((part) => document.getElementById(part.id)?.replaceChildren(...part.cloneNode(true).childNodes));
    return answer;
  }

  function show(answer) {
    clearTimeout(timer);
    place.replaceChildren(answer);
    place.hidden = false;
    place.dispatchEvent(new CustomEvent("live:swap", { bubbles: true }));
    const kind = answer.dataset.answerKind;
    if (kind !== "ask") play(kind);
    if (kind === "yes") timer = setTimeout(close, (Number(answer.dataset.closeAfter) || YES_SECONDS) * 1000);
    const first = kind === "ask" ? answer.querySelector("button[type=submit]") : answer;
    if (first === answer) answer.tabIndex = -1;
    first?.focus({ preventScroll: true });
  }

  function close() {
    clearTimeout(timer);
    place.hidden = true;
    place.replaceChildren();
    field.value = "";
    if (photo) photo.value = "";
    delete box.dataset.busy;
    form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
    form.dispatchEvent(new CustomEvent("code:next"));
    field.focus({ preventScroll: true });
  }

  /* A slow line: the button says that the code is on its way. */
  function looking(yes) {
    const button = form.querySelector("button[type=submit]");
    button.disabled = yes;
    button.classList.toggle("is-busy", yes);
  }

  async function look() {
    if ("busy" in box.dataset) return;
    if (!(field.value.trim() || photo?.files.length)) {
      net.textContent = net.dataset.msgEmpty;
      net.hidden = false;
      return field.focus();
    }
    box.dataset.busy = "1";
    net.hidden = true;
    looking(true);
    const answer = await send(form);
    looking(false);
    if (answer) return show(answer);
    delete box.dataset.busy;
    if (answer === null) {
      // The code stays in its field: one press more when the line is back.
      net.textContent = trouble();
      net.hidden = false;
      play("no");
      form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
      form.dispatchEvent(new CustomEvent("code:next"));
    }
  }

  async function act(sender) {
    if (sender.dataset.going) return;
    sender.dataset.going = "1";
    const buttons = place.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    const answer = await send(sender);
    if (answer) return show(answer);
    if (answer === undefined) return;
    // No answer: it may or may not have arrived. The same press again asks for the same thing.
    delete sender.dataset.going;
    buttons.forEach((button) => { button.disabled = false; });
    const note = place.querySelector("[data-till-note]");
    if (note) {
      note.textContent = trouble();
      note.hidden = false;
    }
    play("no");
  }

  form.addEventListener("code:read", look);
  form.addEventListener("submit", (event) => {
    if (form.dataset.plain) return;
    event.preventDefault();
    look();
  }, { capture: true });

  place.addEventListener("submit", (event) => {
    const sender = event.target.closest("form[data-till-act]");
    if (!sender || sender.dataset.plain) return;
    event.preventDefault();
    event.stopPropagation();
    act(sender);
  }, { capture: true });

  place.addEventListener("click", (event) => {
    // A form inside the answer (undo) is a real press; a question waits for its button; everything else means "go on".
    if (event.target.closest("form, summary, a:not([data-close])")) return clearTimeout(timer);
    if (place.querySelector("[data-answer-kind=ask]") && !event.target.closest("[data-close]")) return;
    event.preventDefault();
    close();
  });

  // While the question stands, a code gun may say the same code again, which means yes, or the next customer's.
  document.addEventListener("keydown", (event) => {
    const ask = place.querySelector("[data-answer-kind=ask]");
    if (!ask || place.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select")) return;
    if (event.key === "Escape") return close();
    const now = performance.now();
    if (event.key.length === 1 && event.key !== " ") {
      typed = { text: now - typed.at < GUN_PAUSE_MS ? typed.text + event.key : event.key, at: now };
      return;
    }
    if (event.key !== "Enter" || now - typed.at > GUN_PAUSE_MS || typed.text.length < 4) return;
    event.preventDefault();
    const code = typed.text;
    typed = { text: "", at: 0 };
    if (code.toUpperCase().endsWith(ask.dataset.code)) {
      ask.querySelector("form[data-till-act]")?.requestSubmit();
      return;
    }
    close();
    field.value = code;
    look();
  }, { capture: true });

  addEventListener("offline", () => {
    net.textContent = net.dataset.msgOffline;
    showNet();
  });
  addEventListener("online", showNet);
  if (!navigator.onLine) {
    net.textContent = net.dataset.msgOffline;
    showNet();
  }
}

const box = document.querySelector("[data-scan][data-answer]");
if (box) till(box);
const answered = document.querySelector("main > [data-answer-kind]:not([data-answer-kind=ask])");
if (answered) play(answered.dataset.answerKind);
