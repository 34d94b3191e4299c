// Reads a QR with the camera, from a photo, or from a code gun, puts the text into the form's field and sends the form.
// A till (data-answer) is told by the event "code:read" instead, and says by data-busy when it does not want another (till.js).
// The markup is the scanner() macro; without this file the typed code and the photo still reach the server.

const MOST_FAILED = 20; // frames in a row
const SLOW_MS = 8000;
const AGAIN_MS = 2500; // a code counts again only after it has been out of sight for so long

let reader = null;
let trusts = true; // the browser's own reader may be there and never work: some phones lack the service behind it

async function loadReader(box) {
  if (reader) return reader;
  const native = trusts ? globalThis.BarcodeDetector : null;
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
  let last = { text: "", at: 0 };
  let failed = 0;
  let ready = false;

  const tell = (text) => { status.textContent = text; };
  const advise = (text) => { note.textContent = text; note.hidden = !text; };

  form.addEventListener("code:next", () => {
    if (stream) tell(say.msgSeek);
  });

  function submit() {
    if (box.dataset.answer) form.dispatchEvent(new CustomEvent("code:read"));
    else form.requestSubmit();
  }

  const isBusy = () => "busy" in box.dataset;

  function found(text) {
    const now = performance.now();
    const isSame = text === last.text && now - last.at < AGAIN_MS;
    if (isSame) last.at = now;
    if (isBusy() || !text || isSame) return;
    last = { text, at: now };
    field.value = text;
    box.classList.add("is-found");
    tell(say.msgFound);
    if (!box.dataset.answer) {
      navigator.vibrate?.(60);
      stop();
      setTimeout(() => { opener.hidden = Boolean(stream); }, 4000); // still here: the form did not go
    }
    setTimeout(() => box.classList.remove("is-found"), 600);
    submit();
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    box.classList.add("is-off");
  }

  function seek() {
    ready = true;
    tell(say.msgSeek);
    advise("");
  }

  /* Put the camera away, say why, and leave the button that opens it again. */
  function close(why) {
    stop();
    tell("");
    opener.hidden = false;
    advise(why);
    if (box.dataset.answer) return; // a till fits its screen
    box.classList.add("is-shut");
    form.querySelector("button[type=submit]:not(.sr-only)")?.scrollIntoView({ block: "nearest" }); // the way that is left
  }

  /* Where the browser's own reader fails, take ours; false where there is no other. */
  async function readOtherwise() {
    const hasOther = trusts;
    [failed, reader, trusts] = [0, null, false];
    return hasOther && loadReader(box).then(() => true, () => false);
  }

  async function look() {
    if (!stream) return;
    if (video.readyState >= 2 && !document.hidden) {
      try {
        const [code] = await reader.detect(video);
        failed = 0;
        if (!ready) seek();
        if (code) found(code.rawValue);
      } catch { // one frame that cannot be read is followed by the next; many are a reader that did not arrive
        failed += 1;
        if (failed >= MOST_FAILED && !(await readOtherwise())) return stream && close(say.msgReader);
      }
    }
    if (stream) setTimeout(look, isBusy() ? 600 : 160);
  }

  async function open() {
    if (stream) return;
    advise("");
    opener.hidden = true;
    tell(say.msgStart);
    const reading = loadReader(box).then(() => true, () => false);
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } } });
    } catch (error) {
      close({ NotAllowedError: say.msgRefused, NotFoundError: say.msgMissing, NotReadableError: say.msgTaken }[error?.name] ?? say.msgDenied);
      return;
    }
    if (!(await reading)) { // the camera is there, but what reads its pictures did not arrive
      close(say.msgReader);
      return;
    }
    video.srcObject = stream;
    await video.play().catch(() => {});
    box.classList.remove("is-off", "is-shut");
    // The picture is there before the reader is: "hold it in the frame" is said once a first frame has been looked at.
    ready = false;
    setTimeout(() => { if (stream && !ready) advise(say.msgSlow); }, SLOW_MS);
    const [track] = stream.getVideoTracks();
    // A call comes in, another app takes the camera: the picture stands still, so say it and offer the button.
    track.addEventListener("ended", () => { if (stream?.getVideoTracks().includes(track)) close(say.msgTaken); });
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
    photo.addEventListener("picture:ready", submit, { once: true });
    photo.dispatchEvent(new CustomEvent("picture:smaller", { bubbles: true })); // ui.js: a large one would travel for half a minute
  });

  if (navigator.mediaDevices?.getUserMedia) {
    window_.hidden = false;
    opener.addEventListener("click", open);
    // Asking for the camera unasked frightens people; where it is already granted, it simply opens.
    if ("auto" in box.dataset) {
      if (box.dataset.answer) open(); // a till is opened to scan: the browser asks once and remembers
      else navigator.permissions?.query({ name: "camera" }).then((grant) => { if (grant.state === "granted") open(); }, () => {});
    }
  } else {
    advise(say.msgNone);
  }

  addEventListener("pagehide", stop);
  // Back from another page by the browser's own button: the page is as it was, but its camera is off.
  addEventListener("pageshow", (event) => {
    if (!event.persisted || !navigator.mediaDevices?.getUserMedia) return;
    delete box.dataset.busy;
    if (box.dataset.answer) open();
    else close("");
  });

  // A code gun types fast into whatever has the focus: keep it in the field, and catch keys that miss it.
  if (matchMedia("(pointer: fine)").matches || "gun" in field.dataset) field.focus({ preventScroll: true });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if ("busy" in box.dataset || document.activeElement?.closest("input, textarea, select, dialog[open]")) return;
    field.focus({ preventScroll: true });
  });
}

document.querySelectorAll("[data-scan]").forEach(start);
