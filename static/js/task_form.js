/* The publish form reckons while one types: what the shifts cost, which budget pays, what stays. The server says it again before anything is sent. */
const left = document.querySelector("[data-budget-left]");
const known = document.querySelector("[data-budgets]");
if (left && known) {
  const { areas, budgets } = JSON.parse(known.textContent);
  const form = left.closest("form");
  const number = (name) => Math.max(0, Math.floor(Number(form.elements[name]?.value) || 0));
  const shown = (points) => points.toLocaleString("en");

  const cost = () => {
    const points = number("points");
    const hourly = form.elements.points_mode?.value === "per_hour";
    let sum = 0;
    for (let place = 0; form.elements[`shifts-${place}-capacity`]; place += 1) {
      const start = form.elements[`shifts-${place}-starts_at`]?.value;
      const end = form.elements[`shifts-${place}-ends_at`]?.value;
      if (!start || !end) continue;
      const minutes = Math.max(0, Math.floor((new Date(end) - new Date(start)) / 60000));
      sum += number(`shifts-${place}-capacity`) * (hourly ? Math.floor((points * minutes) / 60) : points);
    }
    return sum;
  };

  const show = () => {
    const needed = cost();
    const chain = (areas[form.elements.area_id?.value] || []).map((key) => budgets[key]);
    const payer = chain.find(([, amount]) => amount >= needed);
    const best = Math.max(0, ...chain.map(([, amount]) => amount));
    const own = chain[0]; // the nearest budget: where it does not reach, one above pays, which nobody should overlook
    const isAbove = Boolean(payer) && needed > 0 && payer !== own;
    const { free, fits, above, short } = left.dataset;
    const words = needed === 0 ? free : isAbove ? above : payer ? fits : short;
    left.hidden = false;
    left.classList.toggle("is-short", needed > 0 && !payer);
    left.classList.toggle("is-above", isAbove);
    left.textContent = words
      .replace("{needed}", shown(needed))
      .replace("{own}", isAbove ? own[0] : "")
      .replace("{had}", isAbove ? shown(own[1]) : "")
      .replace("{area}", payer ? payer[0] : "")
      .replace("{left}", payer ? shown(payer[1] - needed) : "")
      .replace("{best}", shown(best))
      .replace("{short}", shown(Math.max(0, needed - best)));
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}
