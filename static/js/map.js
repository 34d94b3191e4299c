// Places on a map of the operator's tiles. [data-map] is one place; [data-map-list] shows every [data-pin] of the page, numbered as
// the list is. Without scripts, without tiles or off-line the address in words and our own sketch stand alone.

function tiles(map, box) {
  const layer = window.L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: box.dataset.credit ?? "" });
  return layer.addTo(map);
}

document.querySelectorAll("[data-map]").forEach((box) => {
  if (!window.L) return;
  const place = [Number(box.dataset.latitude), Number(box.dataset.longitude)];
  box.hidden = false;
  const map = window.L.map(box, { scrollWheelZoom: false, dragging: !window.L.Browser.mobile }).setView(place, 16);
  tiles(map, box);
  window.L.circleMarker(place, { radius: 9, weight: 3 }).addTo(map);
  const metres = Number(box.dataset.radius);
  if (metres) window.L.circle(place, { radius: metres, weight: 1 }).addTo(map);
});

// Places nearer to each other than a fingertip stand as one pin, as in the sketch.
function gathered(map, cards) {
  const kept = [];
  for (const card of cards) {
    const at = [Number(card.dataset.latitude), Number(card.dataset.longitude)];
    const spot = map.latLngToContainerPoint(at);
    const near = kept.find((pin) => pin.spot.distanceTo(spot) < 42);
    if (near) near.cards.push(card);
    else kept.push({ at, spot, cards: [card] });
  }
  return kept;
}

function words(cards) {
  const list = document.createElement("ul");
  list.className = "map-list";
  for (const card of cards) {
    const link = card.querySelector("a");
    const line = document.createElement("li");
    const go = Object.assign(document.createElement("a"), { href: link.href, textContent: `${card.dataset.pin} ${link.textContent}` });
    line.append(go);
    list.append(line);
  }
  return list;
}

document.querySelectorAll("[data-map-list]").forEach((box) => {
  const cards = [...document.querySelectorAll("[data-pin]")];
  if (!window.L || !box.dataset.tiles || !cards.length) return;
  const sketch = document.querySelectorAll("[data-sketch]");
  box.hidden = false;
  const map = window.L.map(box, { scrollWheelZoom: false });
  map.fitBounds(cards.map((card) => [Number(card.dataset.latitude), Number(card.dataset.longitude)]), { padding: [36, 36], maxZoom: 17 });
  // The sketch goes when the first tile has come: with no tiles there would only be grey.
  tiles(map, box).once("tileload", () => sketch.forEach((part) => { part.hidden = true; }));
  const pins = window.L.layerGroup().addTo(map);
  const draw = () => {
    pins.clearLayers();
    for (const pin of gathered(map, cards)) {
      const many = pin.cards.length > 1;
      const label = many ? box.dataset.together.replace("{n}", pin.cards.length) : pin.cards[0].dataset.pin;
      const icon = window.L.divIcon({ className: "map-pin", html: label, iconSize: [many ? 54 : 34, 34] });
      const title = pin.cards.map((card) => card.querySelector("a").textContent).join("；");
      window.L.marker(pin.at, { icon, title, alt: title }).bindPopup(() => words(pin.cards)).addTo(pins);
    }
  };
  draw();
  map.on("zoomend", draw);
});
