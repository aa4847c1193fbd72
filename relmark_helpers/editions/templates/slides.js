// Slides that never overflow: each is measured, its text is set in a size that fits, and what does not fit at a legible
// size goes on to a further slide. Then reveal.js shows them.

const HEIGHT_OF_GAP = 14; // as in slides.css
const SMALLEST = { picture: 0.55, shared: 0.85, text: 14 }; // pictures as a share of their own size, text in pixels
const LARGEST_PICTURE = 1.3;
const PRICE_OF_LEVEL = [0, 0.5, 1.5, 4, 30]; // for each page, in the same coin as PRICE_OF_PAGE
const PRICE_OF_PAGE = 10;
const PRICE_OF_OVERFLOW = 500;
const PRICE_OF_SMALL_PICTURE = 4;
const PRICE_OF_CODE_BEFORE = 1; // code stands on the slide before its result
const PRICE_OF_CUT = { piece: 0, block: 0.5, item: 4, row: 12, line: 15, blank: 10, after: 12 };

function element(tag, classes, ...children) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

// Atoms: what is never cut. Each knows the shell (list, table, box of code) that it stands in, if it stands in one.

function atomsOf(piece) {
  const atoms = [];
  const add = (node, cut, shell = null) => atoms.push({ node, piece, shell, cut });
  const walk = (parent) => {
    for (const child of [...parent.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE && child.textContent.trim()) {
        const paragraph = element("p");
        child.replaceWith(paragraph);
        paragraph.append(child);
        add(paragraph, "block");
      } else if (child.nodeType !== Node.ELEMENT_NODE) {
        child.remove();
      } else if (child.matches("div.code, pre")) {
        const pre = child.matches("pre") ? child : child.querySelector("pre");
        splitLines(pre);
        const shell = { root: child, slot: pre, kind: "line" };
        for (const line of pre.children) add(line, line.textContent.trim() ? "line" : "blank", shell);
      } else if (child.matches("div:not(.math)")) {
        walk(child);
      } else if (child.matches("ul, ol, dl")) {
        const shell = { root: child, slot: child, kind: "item" };
        for (const item of child.children) add(item, item.matches("dd") ? "after" : "item", shell);
      } else if (child.matches("table") && withHead(child).tBodies.length === 1 && !child.querySelector("[rowspan]")) {
        alignNumbers(child);
        const shell = { root: child, slot: child.tBodies[0], kind: "row" };
        for (const row of child.tBodies[0].rows) add(row, "row", shell);
      } else {
        add(child, "block");
      }
    }
  };
  walk(piece);
  atoms.forEach((atom, at) => {
    const before = atoms[at - 1];
    if (!before) atom.cut = "piece";
    else if (atom.shell !== before.shell) atom.cut = before.node.matches("p, h3, h4") && leadsOn(before.node) ? "after" : "block";
  });
  return atoms;
}

function leadsOn(node) {
  return !node.matches("p") || /:\s*$/.test(node.textContent) || node.textContent === node.querySelector("strong")?.textContent;
}

function splitLines(pre) {
  const lines = pre.innerHTML.replace(/\n$/, "").split("\n");
  pre.innerHTML = "";
  for (const line of lines) {
    const span = element("span", "line");
    span.innerHTML = line;
    pre.append(span);
  }
}

// A paragraph that is higher than a slide is cut after a sentence.
function cutLongParagraphs(body, room) {
  for (const paragraph of body.querySelectorAll("p")) {
    while (paragraph.getBoundingClientRect().height > room) {
      const range = placeToCut(paragraph, room);
      if (!range) break;
      const head = paragraph.cloneNode(false);
      head.append(range.extractContents());
      paragraph.before(head);
    }
  }
}

function placeToCut(paragraph, room) {
  const top = paragraph.getBoundingClientRect().top;
  const range = document.createRange();
  range.setStart(paragraph, 0);
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  let best = null;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    for (const end of text.data.matchAll(/[.!?。]\s+|。/g)) {
      range.setEnd(text, end.index + end[0].length);
      if (range.getBoundingClientRect().bottom - top > room) return best;
      best = range.cloneRange();
    }
  }
  return best;
}

// Measuring: on a page of its own, in the size of a level.

function measure(stage, atoms, level) {
  stage.page.className = `page level-${level}`;
  const width = stage.body.clientWidth;
  for (const atom of atoms) {
    const explorer = atom.node.matches(".moving");
    const picture = !explorer && atom.node.querySelector(":scope > img");
    atom.whole = explorer;
    if (picture) {
      atom.picture = picture;
      atom.width = parseFloat(atom.node.style.maxWidth) || picture.naturalWidth;
      picture.style.width = `${atom.width}px`;
      const high = picture.getBoundingClientRect().height;
      atom.least = atom.node.getBoundingClientRect().height - high * (1 - SMALLEST.picture);
      atom.give = high * (1 - SMALLEST.shared);
    }
    atom.height = atom.node.getBoundingClientRect().height;
    atom.wide = atom.node.scrollWidth > width + 1 || (atom.shell?.root.scrollWidth ?? 0) > width + 1;
  }
  for (const shell of new Set(atoms.map((atom) => atom.shell).filter(Boolean))) {
    const inside = atoms.filter((atom) => atom.shell === shell).reduce((sum, atom) => sum + atom.height, 0);
    shell.frame = shell.root.getBoundingClientRect().height - inside;
  }
}

// Breaking: the cheapest way to put atoms on pages, found from the end to the beginning.

function breakIntoPages(atoms, room) {
  const best = Array(atoms.length + 1);
  best[atoms.length] = { price: 0, end: null };
  for (let start = atoms.length - 1; start >= 0; start -= 1) {
    best[start] = { price: Infinity, end: null };
    let height = 0, give = 0, begun = null;
    for (let end = start + 1; end <= atoms.length; end += 1) {
      const atom = atoms[end - 1];
      const alone = end - 1 === start;
      if (!alone && atom.section !== atoms[end - 2].section) {
        if (begun || !atom.piece.matches(".of-code")) break;
        begun = atom.piece; // a slide of the lesson begins here; only its code may stand on the page before
      } else if (begun && atom.piece !== begun) break;
      const opens = alone || !atom.shell || atom.shell !== atoms[end - 2].shell;
      height += (atom.whole ? room : atom.height) + (opens ? (atom.shell?.frame ?? 0) + (alone ? 0 : HEIGHT_OF_GAP) : 0);
      give += atom.give ?? 0;
      const over = height - room;
      if (over > give && !alone) break;
      if (begun && atoms[end]?.piece === begun) continue;
      let price = best[end].price + PRICE_OF_PAGE + 3 * (1 - Math.min(height / room, 1)) ** 2;
      if (over > 0) price += over <= give ? (PRICE_OF_SMALL_PICTURE * over) / give : atom.least <= room ? 1 : PRICE_OF_OVERFLOW;
      if (begun) price += PRICE_OF_CODE_BEFORE;
      if (end < atoms.length) price += PRICE_OF_CUT[atoms[end].cut];
      if (atom.wide) price += 2 * PRICE_OF_PAGE;
      if (price < best[start].price) best[start] = { price, end };
    }
  }
  const pages = [];
  for (let start = 0; start < atoms.length; start = best[start].end) pages.push(atoms.slice(start, best[start].end));
  return { price: best[0].price, pages };
}

// Building: pages of reveal.js from the sections of the source that share a heading.

function fit(sections, stage) {
  const heading = sections[0].querySelector("h1, h2");
  const atoms = [];
  const again = element("span", "again", " (continued)");
  heading.append(again); // measured with the longer heading
  stage.page.className = "page level-1";
  stage.page.replaceChildren(heading, stage.body);
  stage.body.replaceChildren();
  const room = stage.body.clientHeight;
  again.remove();
  for (const section of sections) {
    for (const piece of section.querySelectorAll(":scope > .piece")) {
      stage.body.append(piece);
      cutLongParagraphs(piece, room);
      atoms.push(...atomsOf(piece).map((atom) => Object.assign(atom, { section })));
    }
  }
  const levels = PRICE_OF_LEVEL.map((price, level) => {
    measure(stage, atoms, level);
    const broken = breakIntoPages(atoms, room);
    return { level, price: price * broken.pages.length + broken.price, pages: broken.pages };
  });
  const chosen = levels.reduce((best, one) => (one.price < best.price ? one : best));
  measure(stage, atoms, chosen.level);
  chosen.pages.forEach((page, at) => {
    const shell = page.at(-1).shell;
    if (shell?.kind === "row" && chosen.pages[at + 1]?.[0].shell === shell) keepColumns(shell.root);
  });
  stage.body.replaceChildren();
  const begun = new Map();
  let seen = -1;
  const pages = (chosen.pages.length ? chosen.pages : [[]]).map((page, at) => {
    const first = page.length ? sections.indexOf(page[0].section) : 0;
    const last = page.length ? sections.indexOf(page.at(-1).section) : 0;
    const noted = sections.filter((section, place) => place >= Math.min(first, seen + 1) && place <= last);
    const times = begun.get(sections[first]) ?? 0;
    begun.set(sections[first], times + 1);
    seen = last;
    return build(heading, page, at, chosen.level, { section: sections[first], times, noted });
  });
  heading.remove();
  return pages;
}

// A first row of headings is a head, so that it is repeated where the table goes on.
function withHead(table) {
  const first = table.rows[0];
  if (!table.tHead && first && [...first.cells].every((cell) => cell.matches("th"))) table.createTHead().append(first);
  return table;
}

// A table that goes on has the same columns on each page.
function keepColumns(table) {
  if (table.querySelector("colgroup")) return;
  const widths = [...(table.tHead?.rows[0] ?? table.rows[0]).cells].map((cell) => cell.getBoundingClientRect().width);
  table.style.width = `${table.getBoundingClientRect().width}px`;
  table.prepend(element("colgroup", "", ...widths.map((width) => {
    const column = element("col");
    column.style.width = `${width}px`;
    return column;
  })));
}

function build(heading, atoms, at, level, { section, times, noted }) {
  const title = heading.cloneNode(true);
  if (at > 0) title.append(element("span", "again", " (continued)"));
  const body = element("div", "body");
  let piece = null, source = null, shell = null, slot = null;
  for (const atom of atoms) {
    if (atom.piece !== source) {
      piece = atom.piece.cloneNode(false);
      body.append(piece);
      [source, shell] = [atom.piece, null];
    }
    if (atom.shell && atom.shell !== shell) {
      const root = copyOfShell(atom.shell);
      piece.append(root.root);
      slot = root.slot;
      if (root.root.matches("ol")) root.root.start = (atom.shell.used ?? 0) + 1;
    }
    shell = atom.shell;
    if (shell) shell.used = (shell.used ?? 0) + 1;
    (shell ? slot : piece).append(atom.node);
  }
  for (const one of body.children) { // the page turn was the key press that these waited for
    if (!one.matches(".fragment")) break;
    one.classList.remove("fragment");
  }
  const page = element("div", `page level-${level}${title.matches("h1") && at === 0 ? " title" : ""}`, title, body);
  const made = element("section", "", page);
  made.id = times ? `${section.id}-${times + 1}` : section.id;
  const notes = noted.flatMap((one) => [...(one.querySelector("aside.notes")?.cloneNode(true).childNodes ?? [])]);
  if (notes.length) made.append(element("aside", "notes", ...notes));
  return { made, below: times > 0 || "below" in section.dataset, page, body, pictures: atoms.filter((atom) => atom.picture) };
}

function copyOfShell(shell) {
  const root = shell.root.cloneNode(false);
  if (shell.slot === shell.root) return { root, slot: root };
  if (shell.kind === "row") {
    const kept = shell.root.querySelectorAll(":scope > caption, :scope > colgroup, :scope > thead");
    root.append(...[...kept].map((part) => part.cloneNode(true)));
  }
  const slot = shell.slot.cloneNode(false);
  root.append(slot);
  return { root, slot };
}

// Finishing: on the finished page, pictures take the room that is left, and nothing may be too high or too wide.

function finish({ page, body, pictures }, holder) {
  holder.append(page);
  const overflows = () => body.scrollHeight > body.clientHeight || body.scrollWidth > body.clientWidth;
  for (const explorer of body.querySelectorAll(".moving")) fitExplorer(explorer, body);
  for (let share = LARGEST_PICTURE; share > 0.2; share -= 0.01) {
    for (const { picture, width } of pictures) picture.style.width = `${Math.min(width * share, body.clientWidth)}px`;
    if (!overflows()) break;
  }
  for (let text = 22; overflows() && text >= SMALLEST.text; text -= 1) {
    for (const name of ["--text", "--table", "--code"]) {
      const now = parseFloat(getComputedStyle(page).getPropertyValue(name));
      page.style.setProperty(name, `${Math.min(now, text)}px`);
    }
  }
  if (overflows()) page.classList.add("narrow");
  page.remove();
}

function fitExplorer(explorer, body) {
  const words = explorer.querySelector("figcaption");
  const [title, reading] = words.querySelectorAll("strong, span");
  const image = explorer.querySelector("img");
  const start = [title.textContent, reading.textContent];
  let height = 0;
  for (const { frames } of JSON.parse(explorer.querySelector("script").textContent)) {
    for (const frame of frames) {
      [title.textContent, reading.textContent] = [frame.title, frame.reading];
      height = Math.max(height, words.getBoundingClientRect().height);
    }
  }
  [title.textContent, reading.textContent] = start;
  words.style.minHeight = `${height}px`;
  const ratio = image.width / image.height;
  const most = Math.min((body.clientHeight - height - 10) * ratio, words.getBoundingClientRect().width);
  image.style.width = `${most}px`;
}

// Keys on a slider: arrows move it and nothing else; a remote control turns the slide; Escape gives the keys back.

function keysOfSliders() {
  for (const input of document.querySelectorAll(".moving input")) {
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") input.blur();
      if (event.key === "PageDown" || event.key === "PageUp") {
        event.preventDefault();
        input.blur();
        if (event.key === "PageDown") Reveal.next();
        else Reveal.prev();
      }
    });
  }
}

async function show() {
  await Promise.all(["关", "a"].map((sign) => document.fonts.load("24px 'Relmark Sans SC'", sign)));
  const slides = document.querySelector(".slides");
  const sources = [...slides.children];
  await Promise.all([...slides.querySelectorAll("img")].map((image) => image.decode().catch(() => null)));
  for (const note of slides.querySelectorAll(".moving-note")) note.append(" Arrow keys move a slider; Esc gives the keys back.");
  const body = element("div", "body");
  const stage = { page: element("div", "page", body), body };
  const holder = element("div", "stage", stage.page);
  document.body.append(holder);
  const groups = [];
  for (const section of sources) {
    if ("repeats" in section.dataset && groups.length) groups.at(-1).push(section);
    else groups.push([section]);
  }
  const stacks = [];
  for (const sections of groups) {
    for (const finished of fit(sections, stage)) {
      finish(finished, holder);
      finished.made.prepend(finished.page);
      if (!finished.below || !stacks.length) stacks.push(element("section"));
      stacks.at(-1).append(finished.made);
    }
  }
  holder.remove();
  slides.replaceChildren(...stacks);
  keysOfSliders();
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0, maxScale: 4, center: false, hash: true, slideNumber: "c/t",
    navigationMode: "linear", transition: "none", scrollActivationWidth: null, plugins: [RevealNotes],
  });
  document.documentElement.dataset.ready = "yes";
}

show();
