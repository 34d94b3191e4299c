// Small comforts on every page. Each page works without this file; nothing here decides anything.

const words = document.body.dataset;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

/* ---- flash messages go away by themselves, unless somebody is reading them ---- */
function leave(flash) {
  flash.classList.add("is-leaving");
  setTimeout(() => flash.remove(), calm ? 0 : 240);
}

function startFlash(flash) {
  let timer = setTimeout(() => leave(flash), 6000);
  const stay = () => clearTimeout(timer);
  const go = () => { timer = setTimeout(() => leave(flash), 3000); };
  flash.addEventListener("pointerenter", stay);
  flash.addEventListener("pointerleave", go);
}

/* ---- one dialog asks before a press that cannot be taken back ---- */
const ask = document.getElementById("ask");

/* "{points}" in a question is what was typed into the field of that name. */
function filled(question, form) {
  return question.replace(/\{(\w+)\}/g, (place, name) => {
    const value = form?.elements[name]?.value;
    return value === undefined ? place : isNaN(value) || !value ? value : Number(value).toLocaleString("en");
  });
}

function confirmPress(button) {
  return new Promise((done) => {
    const title = ask.querySelector(".ask__title");
    const text = ask.querySelector(".ask__text");
    const [yes, no] = ask.querySelectorAll("button");
    const usual = yes.dataset.usual ?? yes.textContent;
    yes.dataset.usual = usual;
    title.textContent = filled(button.dataset.confirm, button.form);
    text.textContent = button.dataset.confirmText ?? "";
    text.hidden = !button.dataset.confirmText;
    yes.textContent = button.dataset.confirmLabel ?? usual;
    let answer = false;
    yes.onclick = () => { answer = true; ask.close(); };
    no.onclick = () => ask.close();
    ask.addEventListener("close", () => done(answer), { once: true });
    ask.showModal();
    no.focus();
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (!button || !ask?.showModal || button.dataset.confirmed) return;
  event.preventDefault();
  // What is wrong is said before the question: nobody says yes to what cannot go.
  if (button.form && !button.formNoValidate && !button.form.reportValidity()) return;
  confirmPress(button).then((yes) => {
    if (!yes) return;
    button.dataset.confirmed = "1";
    if (button.form) button.form.requestSubmit(button);
    else if (button.href) location.assign(button.href);
    delete button.dataset.confirmed;
  });
});

/* ---- a form goes once: the pressed button is put out after the values have been taken ---- */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter ?? form.querySelector("button:not([type=button])");
  setTimeout(() => {
    if (!button) return;
    button.disabled = true;
    button.classList.add("is-busy");
  });
  if (form.dataset.keep) entrust(form);
});

// Coming back through the browser's own back button: the form is fresh again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("form[data-sent]").forEach(freeForm);
});

function freeForm(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button.is-busy").forEach((button) => {
    button.disabled = false;
    button.classList.remove("is-busy");
  });
}

/* ---- the next page is on its way: a thin line on top, which css shows only after a blink ---- */
const SAVED = /\.(xlsx|csv|zip|pdf|json)$/;
document.addEventListener("click", (event) => {
  const to = event.target.closest?.("a[href]");
  const plain = !event.defaultPrevented && !event.button && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!to || !plain || to.target || to.hasAttribute("download") || to.origin !== location.origin || SAVED.test(to.pathname)) return;
  if (to.pathname === location.pathname && to.search === location.search) return;
  document.documentElement.classList.add("is-going");
  // A file that is saved leaves this page where it is.
  setTimeout(() => document.documentElement.classList.remove("is-going"), 5000);
});
addEventListener("pageshow", () => document.documentElement.classList.remove("is-going"));

/* ---- typed values stay while the tab lives: <form data-keep="name"> ---- */
const KEPT = "input:not([type=hidden]):not([type=password]):not([type=file]), textarea, select";
const keyOf = (form) => `keep:${form.dataset.keep}`;

function remember(form) {
  const kept = [...form.querySelectorAll(KEPT)]
    .filter((box) => box.name)
    .map((box) => [box.name, box.value, ["checkbox", "radio"].includes(box.type) ? box.checked : null]);
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify(kept));
  } catch { /* a full or forbidden store only means that nothing is kept */ }
}

function recall(form) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(keyOf(form)));
  } catch { /* as above */ }
  // What the server shows again after an error is newer than what we kept.
  if (!kept || form.querySelector("[aria-invalid]")) return;
  for (const [name, value, checked] of kept) {
    for (const box of form.querySelectorAll(KEPT)) {
      if (box.name !== name) continue;
      if (checked === null) {
        if (!box.value) box.value = value;
      } else if (box.value === value) box.checked = checked;
    }
  }
}

/* A press may be lost on its way: what was sent is kept until a press was answered, which the server does by sending on to another page.
   Whoever comes back instead, from the browser's own error or from what the worker says in its place, finds the form as it was, with the
   number of that press: it may have arrived, and pressed again it is the same act. Other words are another act, with its own number. */
const SENT = "kept-sent";
const SENT_AS = "kept-sent-as";

function entrust(form) {
  remember(form);
  try {
    sessionStorage.setItem(SENT, keyOf(form));
    sessionStorage.setItem(SENT_AS, form.elements.request_id?.value ?? "");
  } catch { /* as above */ }
}

function sameAct(form) {
  const id = form.elements.request_id;
  let sentAs = "";
  try {
    if (sessionStorage.getItem(SENT) === keyOf(form)) sentAs = sessionStorage.getItem(SENT_AS);
  } catch { /* as above */ }
  if (!id || !sentAs) return;
  const fresh = id.value;
  id.value = sentAs;
  form.addEventListener("input", () => { id.value = fresh; }, { once: true });
}

function forgetSent() {
  try {
    sessionStorage.removeItem(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
    sessionStorage.removeItem(SENT_AS);
  } catch { /* as above */ }
}

const [arrival] = performance.getEntriesByType("navigation");
const isSentOn = arrival?.type === "navigate" && arrival.redirectCount > 0;
if (isSentOn && document.querySelector("meta[name=csrf-token]")) forgetSent(); // what the worker keeps has no token

document.querySelectorAll("form[data-keep]").forEach((form) => {
  recall(form);
  sameAct(form);
  form.addEventListener("input", () => remember(form));
});

/* ---- clocks: <time data-countdown datetime="..."> says what is left; data-reload loads the page again at zero ---- */
const two = (n) => String(n).padStart(2, "0");

function left(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  const clock = days || hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return days ? `${days} ${days === 1 ? words.msgDay : words.msgDays} ${clock}` : clock;
}

// The phone's own clock may be wrong: data-now is the server's at the moment of the answer.
const arrivedAt = Date.now();

function nowFor(element) {
  const server = Date.parse(element.dataset.now ?? "");
  if (Number.isNaN(server)) return Date.now();
  element.skew ??= server - (element.dataset.fresh ? Date.now() : arrivedAt);
  return Date.now() + element.skew;
}

function tick() {
  document.querySelectorAll("[data-countdown]").forEach((element) => {
    const ms = Date.parse(element.dateTime || element.dataset.countdown) - nowFor(element);
    if (Number.isNaN(ms)) return;
    if (ms > 0) {
      element.dataset.ran = "1";
      const text = left(ms);
      if (element.textContent !== text) element.textContent = text;
      return;
    }
    if (element.dataset.over) return;
    element.dataset.over = "1";
    element.textContent = element.dataset.overText ?? words.msgOver;
    element.dispatchEvent(new CustomEvent("countdown:over", { bubbles: true }));
    // One second of grace and a little spread, so that a thousand phones do not come back in the same instant. A page that comes with
    // its time already over does not: what was to happen then may still wait for the worker, and it would come back every second.
    if ("reload" in element.dataset && element.dataset.ran) setTimeout(() => location.reload(), 300 + Math.random() * 1200);
  });
  document.querySelectorAll("[data-ring]").forEach((ring) => {
    const total = Number(ring.dataset.ring);
    ring.startedAt ??= performance.now();
    const rest = Math.max(0, Number(ring.dataset.ringLeft) - (performance.now() - ring.startedAt) / 1000);
    ring.querySelector(".num").textContent = Math.ceil(rest);
    ring.querySelector(".ring__now").setAttribute("stroke-dashoffset", String(100 - (100 * rest) / total));
  });
}

tick();
setInterval(tick, 500);

/* ---- figures that count up to what already stands there ---- */
function countUp(element) {
  const goal = Number(element.dataset.countUp);
  const shown = element.textContent;
  if (calm || !Number.isInteger(goal) || Math.abs(goal) < 2) return;
  const sign = shown.trim().startsWith("+") ? "+" : "";
  const start = performance.now();
  const step = (time) => {
    const part = Math.min(1, (time - start) / 700);
    element.textContent = part < 1 ? sign + Math.round(goal * (1 - (1 - part) ** 3)).toLocaleString("en") : shown;
    if (part < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

/* ---- small presses ---- */
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const text = copy.dataset.copy || document.querySelector(copy.dataset.copyFrom)?.textContent || "";
    try {
      await navigator.clipboard.writeText(text.trim());
      const label = copy.querySelector("span") ?? copy;
      const before = label.textContent;
      label.textContent = words.msgCopied;
      setTimeout(() => { label.textContent = before; }, 1600);
    } catch {
      // Without the right to write: mark the text, so that one press of the phone's own menu copies it.
      const shown = copy.parentElement.querySelector(".copy-line");
      if (shown) getSelection().selectAllChildren(shown);
    }
    return;
  }
  const peek = event.target.closest("[data-peek]");
  if (peek) {
    const box = document.getElementById(peek.dataset.peek);
    const open = box.type === "password";
    box.type = open ? "text" : "password";
    peek.setAttribute("aria-pressed", String(open));
    peek.querySelector("svg")?.setAttribute("aria-label", open ? words.msgHide : words.msgShow);
    return;
  }
  if (event.target.closest("[data-print]")) print();
  const key = event.target.closest("[data-type]");
  if (key) {
    const box = document.getElementById(key.dataset.into);
    box.value = key.dataset.type === "back" ? box.value.slice(0, -1) : box.value + key.dataset.type;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
  const all = event.target.closest("[data-check-all]");
  if (all) {
    document.querySelectorAll(`input[type=checkbox][name="${all.dataset.checkAll}"]`).forEach((box) => { box.checked = all.checked; });
  }
});

/* ---- a row of pills that is wider than the phone begins at the one that was chosen ---- */
document.querySelectorAll(".pill-row > [aria-current]").forEach((pill) => {
  const row = pill.parentElement;
  const hidden = pill.getBoundingClientRect().right - row.getBoundingClientRect().right;
  if (hidden > -16) row.scrollLeft += hidden + 16;
});

/* ---- a picture that was chosen is shown before it is sent: <img data-shows="id of the file box" hidden> ---- */
document.querySelectorAll("img[data-shows]").forEach((shown) => {
  const box = document.getElementById(shown.dataset.shows);
  const show = () => {
    URL.revokeObjectURL(shown.src);
    const [file] = box.files;
    shown.hidden = !file;
    if (file) shown.src = URL.createObjectURL(file);
  };
  box.addEventListener("change", show);
  if (box.files.length) show();
});

/* ---- a phone's photograph is made smaller before it travels, as the server would do after it; what is still too large is said at once ---- */
const LONG_SIDE = 2400;
const LARGE = 1.5e6;
const MOST_BYTES = 10 * 2 ** 20;

async function smaller(file) {
  if (file.size < LARGE || !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    // Turned upright here: the copy carries no note by which the server could turn it.
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const part = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [Math.round(picture.width * part), Math.round(picture.height * part)];
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.86); });
    return made && made.size < file.size ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file; // no picture, or a browser that cannot: the server looks at it as it is
  }
}

async function makeSmaller(box) {
  const before = [...box.files];
  const made = await Promise.all(before.map(smaller));
  if (made.some((file, place) => file !== before[place]) && before.every((file, place) => file === box.files[place])) {
    try {
      const bag = new DataTransfer();
      made.forEach((file) => bag.items.add(file));
      box.files = bag.files;
    } catch { /* it goes as it is */ }
  }
  box.dispatchEvent(new CustomEvent("picture:ready"));
}

document.addEventListener("picture:smaller", (event) => makeSmaller(event.target));
document.addEventListener("change", async (event) => {
  const box = event.target;
  if (box.type !== "file" || box.closest("[data-scan]")) return; // a scanner reads the photograph first (scan.js)
  if ("smaller" in box.dataset) await makeSmaller(box);
  const bytes = [...box.files].reduce((sum, file) => sum + file.size, 0); // they travel together
  box.setCustomValidity(bytes > MOST_BYTES ? words.msgLarge : "");
  if (!box.validity.valid && box.validity.customError) box.reportValidity();
});

/* ---- what a figure does before it is sent: base minus the product of the named fields ---- */
function showEffect(output) {
  const form = output.closest("form");
  if (!form) return;
  const product = output.dataset.effectMinus
    .split("*")
    .reduce((sum, name) => sum * (Number(form.elements[name.trim()]?.value) || 0), 1);
  const rest = Number(output.dataset.effectBase) - product;
  const short = rest < 0 && output.dataset.effectShort;
  output.classList.toggle("is-short", rest < 0);
  output.textContent = (short ? output.dataset.effectShort : output.dataset.effectText)
    .replace("{n}", (short ? -rest : rest).toLocaleString("en"));
}

document.querySelectorAll("[data-effect-base]").forEach((output) => {
  showEffect(output);
  output.closest("form")?.addEventListener("input", () => showEffect(output));
});

/* ---- a page that goes on by itself: data-go-after (seconds) and data-go-to ---- */
document.querySelectorAll("[data-go-after]").forEach((element) => {
  const timer = setTimeout(() => location.assign(element.dataset.goTo), Number(element.dataset.goAfter) * 1000);
  // Whoever presses a button is not done here: leaving would take the question, or the press itself, out of their hand.
  document.addEventListener("click", (event) => { if (event.target.closest("button")) clearTimeout(timer); }, { capture: true });
});

/* ---- the place of the person, asked only by a press: data-locate fills latitude, longitude and accuracy_m of its form ---- */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-locate]");
  if (!button || !navigator.geolocation || button.dataset.located) return;
  event.preventDefault();
  const form = button.form;
  button.classList.add("is-busy");
  const send = () => {
    button.dataset.located = "1";
    button.classList.remove("is-busy");
    form.requestSubmit(button);
    delete button.dataset.located;
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      for (const [name, value] of [["latitude", coords.latitude], ["longitude", coords.longitude], ["accuracy_m", Math.round(coords.accuracy)]]) {
        let box = form.elements[name];
        if (!box) {
          box = Object.assign(document.createElement("input"), { type: "hidden", name });
          form.append(box);
        }
        box.value = value;
      }
      send();
    },
    send, // refused or slow: the server says what to do next
    { enableHighAccuracy: true, timeout: 8000, maximumAge: 30000 },
  );
});

/* ---- what arrives later gets the same care ---- */
function adopt(root) {
  root.querySelectorAll("[data-flash]").forEach(startFlash);
  root.querySelectorAll("[data-count-up]").forEach(countUp);
  root.querySelectorAll("[data-peek]").forEach((button) => { button.hidden = false; });
}

// Other modules speak to this one by events: an import of "./ui.js" would miss its ?v= and run a second copy.
document.addEventListener("live:swap", (event) => adopt(event.target));
document.addEventListener("form:free", (event) => freeForm(event.target));
adopt(document);
document.querySelector("[data-focus]")?.focus({ preventScroll: false });
