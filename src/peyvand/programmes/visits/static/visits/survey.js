/* Asks of a survey only what is to be asked, and says at once where an answer breaks a condition. The server says both again. */
(() => {
  "use strict";

  const form = document.querySelector("form[data-draft='answer']");
  if (!form) return;
  const inputs = [...form.querySelectorAll("[data-question]")];
  const names = [...new Set(inputs.map((input) => input.dataset.question))];
  const of = (name) => inputs.filter((input) => input.dataset.question === name);
  const said = (name) => {
    const [first] = of(name), ticked = of(name).filter((input) => input.checked).map((input) => input.value);
    if (first.dataset.kind === "select_multiple") return ticked.length ? ticked : undefined;
    if (first.dataset.kind === "select_one") return ticked[0];
    return first.value.trim() || undefined;
  };

  const look = () => {
    const answers = {};
    for (const name of names) {
      const own = of(name), [first] = own;
      const asked = JSON.parse(first.dataset.relevant).every((node) => peyvandHolds(node, answers));
      const box = first.closest("fieldset.field") ?? first.closest(".field");
      box.hidden = !asked;
      const answer = asked ? said(name) : undefined;
      own.forEach((input) => { input.disabled = !asked; input.setCustomValidity(""); });
      if (!asked) continue;
      if (answer === undefined) {
        if (first.dataset.must) first.setCustomValidity(form.dataset.must);
      } else {
        answers[name] = answer;
        if (!peyvandHolds(JSON.parse(first.dataset.constraint), answers, answer)) first.setCustomValidity(first.dataset.message || form.dataset.wrong);
      }
    }
  };

  form.addEventListener("input", look);
  form.addEventListener("draft:restored", look);
  look();
})();
