// Reads a QR with the camera, from a photo, or from a code gun, puts the text into the form's field and sends the form.
// The markup is the scanner() macro; without this file the typed code and the photo still reach the server.

const AGAIN_MS = 2500; // a code counts again only after it has been out of sight for so long
const YES_SECONDS = 3;

let reader = null;

async function loadReader(box) {
  if (reader) return reader;
  const native = globalThis.BarcodeDetector;
  if (native && (await native.getSupportedFormats().catch(() => [])).includes("qr_code")) {
    reader = new native({ formats: ["qr_code"] });
    return reader;
  }
  await new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = box.dataset.reader;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
  const { BarcodeDetector, prepareZXingModule } = globalThis.BarcodeDetectionAPI;
  // Without this the reader would fetch its wasm from a public CDN.
  prepareZXingModule({
    overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? new URL(box.dataset.wasm, location.href).href : prefix + path) },
  });
  reader = new BarcodeDetector({ formats: ["qr_code"] });
  return reader;
}

/* ---- sound and buzz ---- */
let audio = null;

function play(kind) {
  navigator.vibrate?.(kind === "yes" ? 80 : [120, 80, 120]);
  try {
    audio ??= new AudioContext();
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

/* ---- the till: the form is sent without leaving the page, so the camera stays warm ---- */
async function sendInPlace(form, box) {
  const place = document.getElementById(box.dataset.answer);
  const page = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  const answer = fresh.querySelector("[data-answer-kind]");
  const next = fresh.querySelector("input[name=request_id]");
  if (!answer || !next) {
    // Signed out, page too old, or a page we do not know: let the browser show it properly.
    form.dataset.plain = "1";
    form.submit();
    return;
  }
  form.elements.request_id.value = next.value;
  fresh.querySelectorAll("[data-live-copy]").forEach((part) => document.getElementById(part.id)?.replaceChildren(...part.cloneNode(true).childNodes));
  place.replaceChildren(answer);
  place.hidden = false;
  place.dispatchEvent(new CustomEvent("live:swap", { bubbles: true }));
  const kind = answer.dataset.answerKind;
  play(kind);
  answer.tabIndex = -1;
  answer.focus();
  await new Promise((done) => {
    const timer = kind === "yes" ? setTimeout(done, (Number(answer.dataset.closeAfter) || YES_SECONDS) * 1000) : 0;
    answer.addEventListener("click", (event) => {
      // A form inside the answer (undo) is a real press; everything else means "go on".
      if (event.target.closest("form, a:not([data-close])")) return clearTimeout(timer);
      event.preventDefault();
      clearTimeout(timer);
      done();
    });
  });
  place.hidden = true;
  place.replaceChildren();
}

function start(box) {
  const form = box.closest("form");
  const field = document.getElementById(box.dataset.into);
  const window_ = box.querySelector(".scan__window");
  const video = box.querySelector("video");
  const status = box.querySelector(".scan__words");
  const note = box.querySelector(".scan__note");
  const opener = box.querySelector("[data-scan-start]");
  const torch = box.querySelector(".scan__torch");
  const photo = box.querySelector("input[type=file]");
  const say = box.dataset;
  let stream = null;
  let busy = false;
  let last = { text: "", at: 0 };

  const tell = (text) => { status.textContent = text; };
  const advise = (text) => { note.textContent = text; note.hidden = !text; };

  async function submit() {
    if (!box.dataset.answer) {
      form.requestSubmit();
      return;
    }
    busy = true;
    try {
      await sendInPlace(form, box);
    } catch {
      advise(say.msgLost);
    }
    field.value = "";
    if (photo) photo.value = "";
    form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
    busy = false;
    tell(say.msgSeek);
    field.focus({ preventScroll: true });
  }

  if (box.dataset.answer) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.plain) return;
      event.preventDefault();
      if (!busy && (field.value.trim() || photo?.files.length)) submit();
    }, { capture: true });
  }

  function found(text) {
    const now = performance.now();
    const isSame = text === last.text && now - last.at < AGAIN_MS;
    if (isSame) last.at = now;
    if (busy || !text || isSame) return;
    last = { text, at: now };
    busy = true;
    field.value = text;
    box.classList.add("is-found");
    tell(say.msgFound);
    if (!box.dataset.answer) {
      navigator.vibrate?.(60);
      stop();
    }
    setTimeout(() => box.classList.remove("is-found"), 600);
    busy = false;
    submit();
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    box.classList.add("is-off");
  }

  async function look() {
    if (!stream) return;
    if (video.readyState >= 2 && !document.hidden) {
      try {
        const [code] = await reader.detect(video);
        if (code) found(code.rawValue);
      } catch { /* one frame that cannot be read is followed by the next */ }
    }
    if (stream) setTimeout(look, busy ? 600 : 160);
  }

  async function open() {
    if (stream) return;
    advise("");
    opener.hidden = true;
    tell(say.msgStart);
    try {
      [stream] = await Promise.all([
        navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } }),
        loadReader(box),
      ]);
    } catch {
      stop();
      tell("");
      opener.hidden = false;
      advise(say.msgDenied);
      return;
    }
    video.srcObject = stream;
    await video.play().catch(() => {});
    box.classList.remove("is-off");
    tell(say.msgSeek);
    const [track] = stream.getVideoTracks();
    if (track.getCapabilities?.().torch) {
      torch.hidden = false;
      let lit = false;
      torch.onclick = () => {
        lit = !lit;
        track.applyConstraints({ advanced: [{ torch: lit }] }).catch(() => {});
        torch.setAttribute("aria-pressed", String(lit));
      };
    }
    look();
  }

  photo?.addEventListener("change", async () => {
    const [file] = photo.files;
    if (!file) return;
    advise("");
    try {
      const detector = await loadReader(box);
      const [code] = await detector.detect(await createImageBitmap(file));
      if (code) {
        photo.value = "";
        last = { text: "", at: 0 };
        found(code.rawValue);
        return;
      }
    } catch { /* the server reads photos too */ }
    // Not read here: the server looks at the photo with a second reader and says what it saw.
    if (field.required) field.required = false;
    submit();
  });

  if (navigator.mediaDevices?.getUserMedia) {
    window_.hidden = false;
    opener.addEventListener("click", open);
    // Asking for the camera unasked frightens people; where it is already granted, it simply opens.
    if ("auto" in box.dataset) {
      navigator.permissions?.query({ name: "camera" }).then((grant) => { if (grant.state === "granted") open(); }, () => {});
    }
  } else {
    advise(say.msgNone);
  }

  addEventListener("pagehide", stop);

  // A code gun types fast into whatever has the focus: keep it in the field, and catch keys that miss it.
  if (matchMedia("(pointer: fine)").matches || "gun" in field.dataset) field.focus({ preventScroll: true });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (document.activeElement?.closest("input, textarea, select, dialog[open]")) return;
    field.focus({ preventScroll: true });
  });
}

document.querySelectorAll("[data-scan]").forEach(start);
document.querySelectorAll("[data-sound]").forEach((element) => play(element.dataset.sound));
