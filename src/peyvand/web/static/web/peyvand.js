/* Comfort only: every page works without this file. */
(() => {
  "use strict";

  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);

  // Signing in beside an open form changes its key; the form that was typed before is still one's own.
  document.addEventListener("submit", (event) => {
    const key = event.target.method === "post" && event.target.querySelector("[name=csrfmiddlewaretoken]");
    if (key && cookie("csrftoken")) key.value = cookie("csrftoken");
  });

  // What stands on a page when it opens is not read out; what is put in afterwards is: the messages, how many a filter found, how
  // far a work is.
  let told = "";
  const tell = (said) => {
    const voice = document.getElementById("voice");
    if (said && said !== told && voice) setTimeout(() => { voice.textContent = said; }, 200);
    told = said;
  };
  const tellPage = () => tell([...document.querySelectorAll("[data-announce]")].map((box) => box.textContent.replace(/\s+/g, " ").trim()).join(" "));
  window.addEventListener("load", tellPage);
  document.addEventListener("htmx:afterSettle", tellPage);

  // A part that asks by itself how far a work is changes alone, and never under the reader's hands. At the work's end the whole
  // page comes anew; where the reader is busy on it, a link to that does.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const swap = event.detail, box = swap.requestConfig.elt, page = document.getElementById("content"), at = document.activeElement;
    if (!box.hasAttribute("data-watch")) return;
    if (swap.serverResponse.includes(`id="${box.id}"`)) {
      swap.shouldSwap = !box.contains(at);
    } else if (page.contains(at) && at !== page) {
      swap.shouldSwap = false;
      const link = document.createElement("a");
      [link.href, link.textContent] = [location.href, box.dataset.over];
      box.replaceWith(link);
      tell(box.dataset.over);
    } else {
      [swap.target, swap.selectOverride] = [page, "#content"];
      tell(box.dataset.over);
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") {
      const field = document.querySelector("[name=csrfmiddlewaretoken]");
      event.detail.headers["X-CSRFToken"] = field?.value ?? cookie("csrftoken") ?? "";
    }
  });

  // A reader who is told of errors should stand before them, not at the foot of the form.
  document.querySelector("[data-error-summary]:not([data-sample] *)")?.focus();

  // After "skip to the content" the address ends in a fragment. A form sent to that address would move its reader past the
  // errors the answer shows, at a moment of the browser's choosing: it is sent to the address without the fragment.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "post" && !form.getAttribute("action")) form.setAttribute("action", location.pathname + location.search);
  });

  // A second press of the same button must not send the same act twice.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  // A pointer may open a place on the map; its link stands in the table beside it.
  document.addEventListener("click", (event) => {
    const place = event.target.closest("[data-go]");
    if (place) location.assign(place.dataset.go);
  });

  // Ticking rows: one box ticks those of the page, and Shift ticks every row between two presses.
  document.querySelectorAll("table[data-pick]").forEach((table) => {
    const boxes = [...table.querySelectorAll("input[name=row]")];
    const told = document.querySelector("#bulk [data-picked]");
    const count = () => {
      const picked = boxes.filter((box) => box.checked).length;
      if (told) told.textContent = picked ? `${told.dataset.some} ${new Intl.NumberFormat(document.documentElement.lang).format(picked)}` : told.dataset.none;
    };
    let last = null;
    boxes.forEach((box, place) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) boxes.slice(Math.min(last, place), Math.max(last, place) + 1).forEach((one) => { one.checked = box.checked; });
      last = place;
    }));
    table.addEventListener("change", count);
    table.addEventListener("click", (event) => { if (event.shiftKey) count(); });
    const head = table.querySelector("th.pick");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", table.dataset.pick);
    all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); });
    head.querySelector(".visually-hidden")?.remove();
    const label = document.createElement("label");
    label.append(all);
    head.append(label);
    count();
  });

  // A list that covers the page closes when the reader goes on elsewhere, by pointer or by keyboard: it would hide what has the focus.
  ["click", "focusin"].forEach((gone) => document.addEventListener(gone, (event) => {
    document.querySelectorAll("details.nav-more[open], details.acting[open]").forEach((box) => { if (!box.contains(event.target)) box.open = false; });
  }));

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      const search = document.querySelector("[data-search] input");
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "Escape") document.querySelectorAll("details.confirm[open], details.nav-narrow[open], details.nav-more[open], details.acting[open]").forEach((box) => {
      const inside = box.contains(document.activeElement);
      box.open = false;
      if (inside) box.querySelector("summary").focus();
    });
  });
})();
