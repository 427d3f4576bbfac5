/* Maps of places, drawn from borders and points of this site alone. Comfort only: corners can be written, places are told in words. */
(() => {
  "use strict";

  const L = window.L;
  if (!L) return;
  const FAR = 4, NEAR = 18, SEAT_ZOOM = 12;
  const LABELS = { county: 8, city: 10, province: 5 };
  const LABEL_ZOOM = 12;
  const LEAST = 3;
  const number = new Intl.NumberFormat(document.documentElement.lang);

  const text = (words) => Object.assign(document.createElement("span"), { textContent: words, dir: "auto", lang: /[\u0600-\u06ff]/.test(words) ? "fa" : document.documentElement.lang });

  // Who asks for less motion gets a map that jumps.
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {};

  /* ---- The background ---- */

  function open(box) {
    const map = L.map(box, { ...calm, zoomControl: false, attributionControl: false, scrollWheelZoom: false, minZoom: FAR, maxZoom: NEAR, zoomSnap: 0.5 });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    const near = () => new Set([...Object.values(LABELS), LABEL_ZOOM]).forEach((zoom) => box.classList.toggle(`map-z${zoom}`, map.getZoom() >= zoom));
    map.on("zoomend", near);
    map.setView([32.5, 53.5], 5);
    return map;
  }

  function feature(one, links) {
    const { name, kind, part, url } = one.properties;
    const follow = links && part === "beside" && url;
    const layer = L.geoJSON(one, {
      interactive: Boolean(follow),
      style: one.geometry.type === "Point" ? {} : { className: `map-border map-${part}`, interactive: Boolean(follow) },
      pointToLayer: (_point, at) => L.circleMarker(at, { radius: part === "own" ? 8 : 5, className: `map-point map-${part}`, interactive: Boolean(follow) }),
    });
    const labelled = LABELS[kind] ?? LABEL_ZOOM;
    if (part === "beside" || part === "seat" || one.geometry.type === "Point") layer.bindTooltip(() => text(name), { permanent: true, direction: "top", offset: [0, -4], className: `map-label map-label-${labelled}` });
    if (follow) layer.on("click", () => { location.href = url; });
    return layer;
  }

  async function background(map, layers, url, links) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) return;
    const { features } = await answer.json();
    layers.clearLayers();
    features.forEach((one) => layers.addLayer(feature(one, links)));
    const bounds = (...parts) => L.featureGroup(features.filter((one) => parts.includes(one.properties.part)).map((one) => feature(one, false))).getBounds();
    const own = features.find((one) => one.properties.part === "own");
    const bordered = own && own.geometry.type !== "Point";
    const fine = own && !(own.properties.kind in LABELS);
    if (fine && !bordered) map.setView(bounds("own").getCenter(), SEAT_ZOOM, { animate: false });
    else fit(map, [bordered ? bounds("own") : bounds("own", "seat", "beside"), bounds("around")]);
  }

  function fit(map, choices) {
    const bounds = choices.find((one) => one.isValid());
    if (bounds) map.fitBounds(bounds, { maxZoom: SEAT_ZOOM + 2, padding: [24, 24], animate: false });
  }

  /* ---- The drawing ---- */

  const ARABIC = /[\u06F0-\u06F9\u0660-\u0669]/g;
  const latin = (words) => words.replace(ARABIC, (sign) => String(sign.charCodeAt(0) & 15)).replaceAll("٫", ".").replaceAll("−", "-");

  function read(words) {
    return latin(words).split("\n").map((line) => line.replace(/[()[\]]/g, "").split(/[\s,;،؛]+/).filter(Boolean).map(Number))
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite) && Math.abs(pair[0]) <= 90 && Math.abs(pair[1]) <= 180)
      .map(([lat, lng]) => L.latLng(lat, lng));
  }

  function draw(box, map) {
    const field = document.getElementById(box.dataset.draw);
    const tools = document.querySelector("[data-map-tools]");
    const said = tools.querySelector("[data-map-said]");
    const button = (name) => tools.querySelector(`[data-map-${name}]`);
    const shown = L.layerGroup().addTo(map);
    let corners = read(field.value), closed = corners.length >= LEAST;
    const handle = L.divIcon({ className: "map-corner", iconSize: [28, 28] });

    const write = () => {
      field.value = corners.map((one) => `${one.lat.toFixed(6)}, ${one.lng.toFixed(6)}`).join("\n");
    };
    const line = () => (closed ? L.polygon : L.polyline)(corners, { className: "map-border map-drawn", interactive: false });

    function show() {
      shown.clearLayers();
      let border = line().addTo(shown);
      corners.forEach((at, index) => {
        const marker = L.marker(at, { icon: handle, draggable: true, keyboard: false, autoPan: true }).addTo(shown);
        marker.on("drag", () => { corners[index] = marker.getLatLng(); border.setLatLngs(corners); });
        marker.on("dragend", () => { write(); show(); });
        if (index === 0) marker.on("click", close);
      });
      button("undo").disabled = button("clear").disabled = corners.length === 0;
      button("close").disabled = closed || corners.length < LEAST;
      const words = closed ? said.dataset.closed : corners.length ? said.dataset.open : said.dataset.none;
      said.textContent = words.replace("{count}", number.format(corners.length));
    }
    function close() {
      if (closed || corners.length < LEAST) return;
      closed = true;
      write();
      show();
    }
    map.on("click", (event) => {
      if (closed) return;
      corners.push(event.latlng);
      write();
      show();
    });
    button("close").addEventListener("click", close);
    button("undo").addEventListener("click", () => {
      if (closed) closed = false;
      else corners.pop();
      write();
      show();
    });
    button("clear").addEventListener("click", () => { corners = []; closed = false; write(); show(); });
    field.addEventListener("input", () => { corners = read(field.value); closed = corners.length >= LEAST; show(); });
    map.doubleClickZoom.disable();
    tools.hidden = false;
    show();
    if (corners.length) return L.latLngBounds(corners);
    return null;
  }

  /* ---- Each map of the page ---- */

  document.querySelectorAll("[data-map]").forEach(async (box) => {
    box.hidden = false;
    const map = open(box), layers = L.featureGroup().addTo(map);
    const drawn = box.dataset.draw ? draw(box, map) : null;
    const county = document.getElementById(box.dataset.county ?? "");
    const of = () => box.dataset.map.replace("/-/", `/${(county?.value || box.dataset.path).replace(/\/$/, "")}/`);
    const load = () => background(map, layers, of(), !box.dataset.draw);
    county?.addEventListener("change", load);
    await load();
    if (drawn) map.fitBounds(drawn, { maxZoom: NEAR - 2, padding: [24, 24], animate: false });
    box.dataset.ready = "yes";
  });
})();
