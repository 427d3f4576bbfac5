/* Drafts of visits, of households' answers and of reported places: kept on this phone as they are typed, sent later, each exactly once.

   A draft gets its key when it is begun. Pressing the button freezes it: from then on the same bytes are sent under the same key
   until the site has said that they are kept, however often that takes, so that the site can tell one draft sent twice from two. */
(() => {
  "use strict";

  const phone = document.getElementById("phone");
  const form = document.querySelector("form[data-draft]");
  if (!phone || !form || !window.indexedDB) return;
  const { owner } = phone.dataset;
  const words = (name) => phone.querySelector(`template[data-word="${name}"]`).content.textContent.trim();
  const status = phone.querySelector("[role=status]");
  const list = phone.querySelector("[data-drafts]");
  const DAYS_THROWN = 30, DAYS_SENT = 60, LONGEST_SIDE = 1600, MOST_BYTES = 10 * 2 ** 20, NEVER_TAKEN = [400, 404, 410, 413];
  let photos = {}, shrinking = Promise.resolve(), timer = 0, busy = false;

  // ---- The store: durable, so that what is said to be kept outlives a phone that is switched off ----

  const opened = new Promise((done, fail) => {
    const asked = indexedDB.open("peyvand-visits", 1);
    asked.onupgradeneeded = () => ["drafts", "sent"].forEach((name) => asked.result.createObjectStore(name, { keyPath: "key" }));
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const deal = async (mode, act) => {
    const store = await opened;
    return new Promise((done, fail) => {
      const one = store.transaction(["drafts", "sent"], mode, { durability: "strict" });
      const asked = act(one.objectStore("drafts"), one.objectStore("sent"));
      one.oncomplete = () => done(asked?.result);
      one.onabort = one.onerror = () => fail(one.error);
    });
  };
  const put = (draft) => deal("readwrite", (drafts) => drafts.put(draft));
  const all = async (name) => {
    const rows = await deal("readonly", (drafts, sent) => (name === "sent" ? sent : drafts).getAll());
    return rows.filter((row) => row.owner === owner).sort((one, other) => one.at - other.at);
  };
  const others = async () => (await deal("readonly", (drafts) => drafts.getAll())).filter((row) => row.owner !== owner && row.state !== "thrown").length;

  // ---- The draft in the form ----

  const fresh = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
  const key = form.elements.namedItem("key");
  const begun = () => form.dataset.begun === "yes";
  const begin = () => {
    if (begun()) return;
    key.value = fresh();
    form.dataset.begun = "yes";
    navigator.storage?.persist?.().catch(() => {}); // so that a full phone throws other things away first
  };
  const blank = () => { unchoose(); form.reset(); photos = {}; showPhotos(); delete form.dataset.begun; delete form.dataset.sent; form.dispatchEvent(new Event("draft:restored")); };

  // Where several names fit what was written, the site says which: then the field becomes a choice among them.
  const written = new Map();
  const unchoose = () => { written.forEach((input, select) => select.replaceWith(input)); written.clear(); };
  const choose = (name, options) => {
    const input = form.elements.namedItem(name), select = document.createElement("select");
    Object.assign(select, { id: input.id, name, required: input.required });
    options.forEach(([value, label]) => select.add(new Option(label, value)));
    written.set(select, input);
    input.replaceWith(select);
  };
  const choices = () => Object.fromEntries([...written.keys()].map((select) => [select.name, [...select.options].map((one) => [one.value, one.text])]));

  const title = () => {
    const chosen = form.elements.namedItem({ visit: "place", answer: "visit", report: "name" }[form.dataset.draft]);
    const name = chosen.value ? (chosen.selectedOptions?.[0].textContent ?? chosen.value).replace(/^[–\s]+/, "").trim() : words("nameless");
    return form.dataset.draft === "visit" ? `${name} · ${form.elements.namedItem("visited_date").value}` : `${form.dataset.title} · ${name}`;
  };
  const entries = () => {
    const typed = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof Blob));
    return [...typed, ...Object.entries(photos)];
  };
  const draft = (state) => ({
    key: key.value, owner, kind: form.dataset.draft, title: title(), address: phone.dataset.own, page: location.pathname,
    entries: entries(), choices: choices(), state, said: [], at: Date.now(),
  });
  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (!begun() || busy) return;
    await put(draft("draft"));
    status.textContent = words("saved");
  };
  const soon = () => { begin(); clearTimeout(timer); timer = setTimeout(save, 300); };
  form.addEventListener("input", soon);
  document.addEventListener("visibilitychange", () => { if (document.hidden && timer) save(); });

  const restore = (row) => {
    blank();
    Object.entries(row.choices ?? {}).forEach(([name, options]) => choose(name, options));
    for (const [name, value] of row.entries) {
      if (value instanceof Blob) photos[name] = value;
      else for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (["radio", "checkbox"].includes(input.type)) input.checked ||= input.value === value;
        else input.value = value;
      }
    }
    form.dataset.begun = "yes";
    showPhotos();
    form.dispatchEvent(new Event("draft:restored"));
    form.querySelector("input:not([type=hidden]), select").focus();
  };

  // ---- Pictures: made small, and without what the camera wrote into them, before they are kept ----

  // A file that is no picture here goes along as it is, for the site to say what is wrong with it; one it would never take does not.
  const small = async (file) => {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
      const sheet = document.createElement("canvas");
      sheet.width = Math.round(picture.width * scale);
      sheet.height = Math.round(picture.height * scale);
      sheet.getContext("2d").drawImage(picture, 0, 0, sheet.width, sheet.height);
      return await new Promise((done) => sheet.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.8));
    } catch { return file.size > MOST_BYTES ? null : file; }
  };
  const shots = [...form.querySelectorAll("input[type=file]")];
  const showPhotos = () => shots.forEach((input) => {
    const told = input.parentElement.querySelector("output") ?? input.insertAdjacentElement("afterend", document.createElement("output"));
    told.textContent = photos[input.name] ? `${words("photo")} ` : "";
    if (photos[input.name]) told.append(button(words("leave-out"), async () => { delete photos[input.name]; showPhotos(); input.focus(); await save(); }));
  });
  shots.forEach((input) => input.addEventListener("change", async () => {
    if (!input.files.length) return;
    begin();
    const [file] = input.files, own = key.value;
    let picture = null;
    const kept = small(file).then((blob) => { picture = blob; if (blob && begun() && key.value === own) photos[input.name] = blob; });
    shrinking = Promise.all([shrinking, kept]);
    await shrinking;
    if (key.value !== own) return; // the draft was frozen meanwhile, with its picture
    input.value = "";
    showPhotos();
    if (!picture) input.parentElement.querySelector("output").prepend(`${words("too-large")} `);
    await save();
  }));

  // ---- The position of the place, to about a kilometre: nothing finer is ever written down ----

  const place = form.querySelector("[data-position]");
  if (place && navigator.geolocation) {
    place.hidden = false;
    place.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.namedItem("lat").value = coords.latitude.toFixed(2);
        form.elements.namedItem("lon").value = coords.longitude.toFixed(2);
        soon();
      },
      () => { status.textContent = words("no-position"); },
      { maximumAge: 600000, timeout: 30000 },
    ));
  }

  // ---- Sending ----

  const cookie = (name) => document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
  const alone = (act) => (navigator.locks ? navigator.locks.request("peyvand-visits-send", act) : act());

  const send = async (row) => {
    const body = new FormData();
    row.entries.forEach(([name, value]) => (value instanceof Blob ? body.append(name, value, "picture.jpg") : body.append(name, value)));
    let answer, told = null;
    try {
      const headers = { Accept: "application/json", "X-CSRFToken": cookie("csrftoken") };
      answer = await fetch(row.address, { method: "POST", body, headers, redirect: "manual", credentials: "same-origin" });
      if (answer.headers.get("Content-Type")?.includes("json")) told = await answer.json();
    } catch { return "away"; } // nothing came back: whether it arrived the next try will show
    if (answer.ok && told) {
      const { key: sentKey, kind, title: name } = row;
      await deal("readwrite", (drafts, sent) => { drafts.delete(sentKey); return sent.put({ key: sentKey, owner, kind, title: name, url: told.url, said: told.refused ?? [], at: Date.now() }); });
      return told.refused?.length ? "sent-without" : "sent";
    }
    // What the site will not take however often it is sent is kept and told, and does not hold up what waits behind it.
    if ((answer.status === 422 && told) || NEVER_TAKEN.includes(answer.status)) {
      await put({ ...row, state: "wrong", said: told?.said ?? [words("not-taken")], choices: told?.choices ?? {} });
      return "wrong";
    }
    return answer.type === "opaqueredirect" || [401, 403].includes(answer.status) ? "sign-in" : "away";
  };
  const sendAll = () => alone(async () => {
    let outcome = "", wrong = false, without = false;
    for (const kind of ["visit", "answer", "report"]) {
      for (const row of (await all("drafts")).filter((one) => one.kind === kind && one.state === "ready")) {
        const unsent = new Set((await all("drafts")).map((one) => one.key));
        if (kind === "answer" && row.entries.some(([name, value]) => name === "visit" && unsent.has(value))) continue;
        outcome = await send(row);
        if (outcome === "away" || outcome === "sign-in") { status.textContent = words(outcome); await draw(); return; }
        wrong ||= outcome === "wrong";
        without ||= outcome === "sent-without";
      }
    }
    if (outcome) status.textContent = words(wrong ? "wrong" : without ? "sent-without" : outcome);
    await draw();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy || !form.reportValidity()) return;
    busy = true; // a second press finds an empty form, and the draft frozen
    clearTimeout(timer);
    begin();
    try {
      await shrinking; // a picture chosen a moment ago belongs to this draft
      await put(draft("ready"));
      blank();
      status.textContent = words("frozen");
      status.scrollIntoView({ block: "center" });
    } finally { busy = false; }
    await draw();
    await sendAll();
  });

  // ---- The list of what lies on this phone ----

  const button = (label, act) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = "button button-quiet";
    one.textContent = label;
    one.addEventListener("click", act);
    return one;
  };
  const line = (row) => {
    const item = document.createElement("li");
    const name = document.createElement("p"), told = document.createElement("p"), acts = document.createElement("div");
    name.textContent = row.title;
    told.className = "soft";
    told.textContent = [words(row.url ? "was-sent" : `is-${row.state}`), ...(row.said ?? [])].join(" ");
    acts.className = "actions";
    if (row.url) {
      const lacks = row.said?.length > 0;
      acts.append(Object.assign(document.createElement("a"), { href: row.url, textContent: words(lacks ? "replace" : row.kind === "report" ? "open-report" : "open") }));
      if (lacks) acts.append(button(words("without"), async () => { await deal("readwrite", (drafts, sent) => sent.put({ ...row, url: row.url.split("?")[0], said: [] })); await draw(); }));
    }
    else if (row.state === "thrown") acts.append(button(words("put-back"), async () => { await put({ ...row, state: "draft" }); await draw(); }));
    else if (row.state !== "ready") {
      if (row.page === location.pathname) acts.append(button(words("continue"), async () => { await shrinking; await save(); restore(row); }));
      else acts.append(Object.assign(document.createElement("a"), { href: row.page, textContent: words("continue") }));
      acts.append(button(words("throw"), async () => { if (key.value === row.key) blank(); await put({ ...row, state: "thrown" }); await draw(); }));
    }
    item.append(name, told, acts);
    return item;
  };
  const draw = async () => {
    const old = (days) => Date.now() - days * 86400000;
    const rows = await all("drafts"), done = await all("sent");
    await deal("readwrite", (drafts, sent) => {
      rows.filter((row) => row.state === "thrown" && row.at < old(DAYS_THROWN)).forEach((row) => drafts.delete(row.key));
      done.filter((row) => row.at < old(DAYS_SENT)).forEach((row) => sent.delete(row.key));
    });
    const shown = [...rows, ...done.slice(-5)];
    list.replaceChildren(...shown.map(line));
    list.hidden = !shown.length;
    phone.querySelector("[data-none]").hidden = shown.length > 0;
    phone.querySelector("[data-send]").hidden = !rows.some((row) => row.state === "ready");
    phone.querySelector("[data-others]").hidden = !(await others());
    visitsOfPhone([...rows.filter((row) => row.kind === "visit" && row.state !== "thrown"), ...done.filter((row) => row.kind === "visit")]);
  };

  // The visit a household belongs to may still wait on this phone: then it is named by its key.
  const visitsOfPhone = (rows) => {
    const choice = form.dataset.draft === "answer" && form.elements.namedItem("visit");
    if (!choice) return;
    for (const row of rows.filter((one) => ![...choice.options].some((option) => option.value === one.key))) choice.add(new Option(row.title, row.key));
  };

  phone.hidden = false;
  phone.querySelector("[data-send]").addEventListener("click", sendAll);
  window.addEventListener("online", sendAll);
  draw().then(sendAll);

  // ---- This page without a network ----

  if (navigator.serviceWorker) {
    const parts = () => [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon], link[rel=preload]")].map((one) => one.src || one.href);
    const seen = () => performance.getEntriesByType("resource").filter((one) => ["css", "link", "script", "font"].includes(one.initiatorType)).map((one) => one.name);
    const pages = [...document.querySelectorAll("a[data-keep]")].map((one) => one.href);
    navigator.serviceWorker.addEventListener("message", (event) => { phone.querySelector("[data-offline]").textContent = words(event.data.kept ? "kept" : "not-kept"); });
    navigator.serviceWorker.register(phone.dataset.worker).then(() => navigator.serviceWorker.ready).then((ready) => {
      const own = [...parts(), ...seen()].filter((address) => address.startsWith(location.origin));
      ready.active.postMessage({ keep: [...new Set([location.origin + phone.dataset.first, location.origin + location.pathname, ...pages, ...own])] });
    }).catch(() => { phone.querySelector("[data-offline]").textContent = words("not-kept"); });
  }
})();
