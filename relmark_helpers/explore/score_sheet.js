// A sheet for one juror: a name, two scores for each market, a button that saves, and words that a screen reader speaks.

const SCORES = ["present", "desired"];

function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

function render({ model, el }) {
  const own = `sheet-${Math.random().toString(36).slice(2)}`;
  const [low, high] = model.get("ends");
  const fields = new Map();
  const problems = new Map();

  const field = (key, attributes) => {
    const made = element("input", { type: "text", autocomplete: "off", spellcheck: "false", ...attributes });
    fields.set(key, made);
    return made;
  };
  const problem = (key, place) => {
    const made = element(place, { id: `${own}-${key}-problem`, class: "relmark-sheet-problem" });
    problems.set(key, made);
    return made;
  };

  const name = element(
    "p",
    {},
    element("label", { for: `${own}-name` }, "Juror's name "),
    field("name", { id: `${own}-name`, "aria-describedby": `${own}-name-problem` }),
    problem("name", "span"),
  );
  const head = element("tr", {}, element("th", { scope: "col" }, "Market"));
  for (const score of SCORES) {
    const words = `${score[0].toUpperCase()}${score.slice(1)}, ${low} to ${high}`;
    head.append(element("th", { scope: "col", id: `${own}-${score}` }, words));
  }
  const body = element("tbody");
  model.get("markets").forEach((market, at) => {
    const row = element("tr", {}, element("th", { scope: "row", id: `${own}-${at}` }, market));
    for (const score of SCORES) {
      const labels = { "aria-labelledby": `${own}-${at} ${own}-${score}`, "aria-describedby": `${own}-${at}-problem` };
      row.append(element("td", {}, field(`${at} ${score}`, { inputmode: "decimal", ...labels })));
    }
    row.append(problem(String(at), "td"));
    body.append(row);
  });
  const button = element("button", { type: "button", class: "jupyter-button" }, "Save");
  const words = element("p", { role: "status" });
  const hint = `Score the emphasis on each market, now and as it should be: ${low} is the least, ${high} the most. Halves count too.`;
  const table = element("table", {}, element("thead", {}, head), body);
  const sheet = { role: "group", "aria-label": "Score sheet of one juror", "data-lm-suppress-shortcuts": "true" };
  el.append(element("div", { class: "relmark-sheet", ...sheet }, name, element("p", {}, hint), table, button, words));

  // What is typed is kept in the model, so that a sheet that is drawn anew still has it; it is sent when Save is pressed.
  let keeping = false;
  const keep = () => {
    const typed = {};
    model.get("markets").forEach((market, at) => {
      typed[market] = SCORES.map((score) => fields.get(`${at} ${score}`).value);
    });
    keeping = true;
    model.set("juror", fields.get("name").value);
    model.set("entries", typed);
    keeping = false;
  };
  const fill = () => {
    if (keeping) return;
    const typed = model.get("entries");
    fields.get("name").value = model.get("juror");
    model.get("markets").forEach((market, at) => {
      SCORES.forEach((score, which) => {
        fields.get(`${at} ${score}`).value = typed[market]?.[which] ?? "";
      });
    });
  };
  const answer = () => {
    const { words: said, problems: found, bad, saved } = model.get("answer");
    words.textContent = said;
    for (const [key, place] of problems) place.textContent = found[key] ?? "";
    for (const [key, made] of fields) made.setAttribute("aria-invalid", String(bad.includes(key)));
    button.removeAttribute("aria-disabled");
    if (saved && el.contains(document.activeElement)) fields.get("name").focus();
  };
  el.addEventListener("input", keep);
  button.addEventListener("click", (event) => {
    if (event.detail > 1 || button.hasAttribute("aria-disabled")) return; // the second half of a double click
    button.setAttribute("aria-disabled", "true");
    words.textContent = "Saving. If this sentence stays, run the cell again.";
    keep();
    model.set("presses", model.get("presses") + 1);
    model.save_changes();
  });
  model.on("change:juror change:entries", fill);
  model.on("change:answer", answer);
  fill();
  answer();
  return () => {
    model.off("change:juror change:entries", fill);
    model.off("change:answer", answer);
  };
}

export default { render };
