// The desk by keyboard: `/` searches, j and k move between rows, other letters press the current row's data-key button.

document.querySelectorAll(".table-box--stack").forEach((box) => {
  const names = [...box.querySelectorAll("thead th")].map((cell) => cell.textContent.trim());
  box.querySelectorAll("tbody tr").forEach((row) => {
    [...row.cells].forEach((cell, index) => { if (names[index] && index > 0) cell.dataset.th = names[index]; });
  });
  box.classList.add("is-named");
});

const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")];
const current = () => document.querySelector("tr.is-current");

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  (next.querySelector("a, button, input") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

// A button is pressed; what only unfolds is unfolded, and one writes on in its first field.
function press(target, event) {
  if (!target) return;
  target.click();
  if (target.tagName !== "SUMMARY" || !target.parentElement.open) return;
  event.preventDefault();
  target.parentElement.querySelector("input:not([type=hidden]), textarea")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (document.activeElement?.closest("input:not([type=checkbox]), textarea, select")) {
    if (event.key === "Escape") document.activeElement.blur();
    return;
  }
  if (event.key === "/") {
    const box = document.querySelector("[data-search]");
    if (box) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  } else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key.length === 1) press(current()?.querySelector(`[data-key="${CSS.escape(event.key)}"]`), event);
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("table[data-rows] tbody tr");
  if (!row) return;
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
});
