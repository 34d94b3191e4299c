// The place of a task on a map: [data-map] carries latitude, longitude and the operator's tile address.
// Without scripts, without tiles or off-line the address in words stands alone.

document.querySelectorAll("[data-map]").forEach((box) => {
  if (!window.L) return;
  const place = [Number(box.dataset.latitude), Number(box.dataset.longitude)];
  box.hidden = false;
  const map = window.L.map(box, { scrollWheelZoom: false, dragging: !window.L.Browser.mobile }).setView(place, 16);
  window.L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: box.dataset.credit ?? "" }).addTo(map);
  window.L.circleMarker(place, { radius: 9, weight: 3 }).addTo(map);
  const metres = Number(box.dataset.radius);
  if (metres) window.L.circle(place, { radius: metres, weight: 1 }).addTo(map);
});
