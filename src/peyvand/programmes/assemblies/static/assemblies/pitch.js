/* The clock of a pitch: one idea after the other, each with the same time. Without it the page still says who speaks when. */
(() => {
  "use strict";

  const box = document.getElementById("pitch");
  if (!box) return;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const words = (name) => box.querySelector(`template[data-word="${name}"]`).content.textContent.trim();
  const titles = [...document.querySelectorAll("[data-turn]")].map((one) => one.textContent);
  const whole = Number(box.dataset.seconds) * 1000;
  const shown = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2, useGrouping: false });
  const WARNINGS = [[60000, "minute"], [10000, "ten"], [0, "over"]];
  let turn = 0, left = whole, ends = 0, timer = 0;

  const remaining = () => (timer ? Math.max(0, ends - Date.now()) : left);
  const draw = () => {
    const seconds = Math.ceil(remaining() / 1000);
    find("title").textContent = titles[turn] ?? words("done");
    find("clock").textContent = titles[turn] === undefined ? "" : `${shown.format(Math.floor(seconds / 60))}:${shown.format(seconds % 60)}`;
    find("start").hidden = Boolean(timer) || titles[turn] === undefined || left === 0;
    find("pause").hidden = !timer;
    find("next").hidden = titles[turn] === undefined;
  };
  const stop = () => { left = remaining(); clearInterval(timer); timer = 0; };
  const tick = () => {
    const now = remaining();
    for (const [at, word] of WARNINGS) if (now <= at && left > at && whole > at) { find("told").textContent = words(word); left = at; }
    if (now === 0) stop();
    draw();
  };

  find("start").addEventListener("click", () => { find("told").textContent = ""; ends = Date.now() + left; timer = setInterval(tick, 200); draw(); find("pause").focus(); });
  find("pause").addEventListener("click", () => { stop(); draw(); find("start").focus(); });
  find("next").addEventListener("click", () => { stop(); turn += 1; left = whole; find("told").textContent = ""; draw(); });
  box.hidden = titles.length === 0;
  draw();
})();
