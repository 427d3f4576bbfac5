/* The expressions of survey forms, said as `expressions.py` says them; a test runs both on the same cases. */
globalThis.peyvandHolds = (() => {
  "use strict";

  // Persian and Arabic digits end in the four bits that are their value.
  const latin = (text) => text.replace(/[\u06f0-\u06f9\u0660-\u0669]/g, (sign) => sign.charCodeAt(0) & 15);
  const text = (value) => (Array.isArray(value) ? value.join(" ") : value === null || value === undefined ? "" : String(value));
  const truth = (value) => (typeof value === "number" ? value !== 0 && !Number.isNaN(value) : Array.isArray(value) ? value.length > 0 : Boolean(value));
  const isNumber = (value) => typeof value === "number" || typeof value === "boolean";

  const number = (value) => {
    if (isNumber(value)) return Number(value);
    const said = latin(text(value)).trim();
    return /^-?\d+(\.\d+)?$/.test(said) ? Number(said) : NaN;
  };

  const compare = (sign, one, other) => {
    if (sign === "=" || sign === "!=") {
      const same = isNumber(one) || isNumber(other) ? number(one) === number(other) : text(one) === text(other);
      return same === (sign === "=");
    }
    const left = number(one), right = number(other);
    return { "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right }[sign];
  };

  const value = (node, answers, own) => {
    const [head] = node;
    if (head === "ref") return answers[node[1]];
    if (head === "self") return own;
    if (head === "text" || head === "number") return node[1];
    if (head === "selected") {
      const said = value(node[1], answers, own);
      return Array.isArray(said) ? said.includes(node[2]) : said === node[2];
    }
    if (head === "not") return !truth(value(node[1], answers, own));
    const one = value(node[1], answers, own), other = value(node[2], answers, own);
    if (head === "and") return truth(one) && truth(other);
    if (head === "or") return truth(one) || truth(other);
    return compare(head, one, other);
  };

  return (node, answers, own) => node === null || truth(value(node, answers, own));
})();
