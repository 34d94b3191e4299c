/* Push notices on this phone: asked for by a press, never by itself. The form is sent only once the browser has agreed. */
const box = document.querySelector("[data-push]");
const start = box?.querySelector("[data-push-start]");
const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function keyOf(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4);
  return Uint8Array.from(atob(padded), (char) => char.charCodeAt(0));
}

function show() {
  const denied = can && Notification.permission === "denied";
  box.querySelector("[data-push-none]").hidden = can;
  box.querySelector("[data-push-denied]").hidden = !denied;
  start.hidden = !can || denied;
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return show();
  const worker = await navigator.serviceWorker.ready;
  await (await worker.pushManager.getSubscription())?.unsubscribe(); // one made with other keys would be refused
  const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: keyOf(box.dataset.push) })).toJSON();
  const { form } = start;
  form.elements.endpoint.value = made.endpoint;
  form.elements.p256dh.value = made.keys.p256dh;
  form.elements.auth.value = made.keys.auth;
  form.requestSubmit();
  return undefined;
}

if (start) {
  show();
  start.addEventListener("click", () => {
    start.disabled = true;
    subscribe()
      .catch(() => { box.querySelector("[data-push-none]").hidden = false; })
      .finally(() => { start.disabled = false; });
  });
}
