// The button of a task's page keeps telling the truth while the page lies open: live.js brings how many places are left, and when the
// stamp that comes with it says that the button would read differently now, the bar and "my shift" are taken from the page itself.

const box = document.getElementById("places");

function isBusy() {
  return document.querySelector("form[data-sent], dialog[open]")
    || [...document.querySelectorAll("#mine textarea")].some((area) => area.value || area === document.activeElement);
}

async function renew(stamp) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const bar = box.parentElement;
  const next = fresh.getElementById("places")?.parentElement;
  const mine = document.getElementById("mine");
  const its = fresh.getElementById("mine");
  if (!next || Boolean(mine) !== Boolean(its)) {
    location.reload();
    return;
  }
  if (isBusy()) return;
  bar.replaceChildren(box, ...[...next.children].filter((child) => child.id !== "places"));
  if (mine) mine.replaceChildren(...its.childNodes);
  bar.querySelectorAll("[data-now]").forEach((clock) => { clock.dataset.fresh = "1"; });
  box.dataset.stamp = stamp;
}

box?.addEventListener("live:swap", () => {
  const stamp = box.querySelector("[data-stamp]")?.dataset.stamp;
  if (stamp && stamp !== box.dataset.stamp && !isBusy()) renew(stamp).catch(() => { /* the next look tries again */ });
});
