// A picture with alt text and spoken words over it, and names for the sliders that share its panel.
// ipywidgets gives its sliders no accessible name; here each takes the text of its visible label.

function nameControls(panel) {
  for (const row of panel.querySelectorAll(".widget-inline-hbox")) {
    const label = row.querySelector(".widget-label")?.textContent;
    if (!label) continue;
    row.querySelector(".noUi-handle")?.setAttribute("aria-label", label);
    const readout = row.querySelector(".widget-readout");
    if (readout) {
      readout.setAttribute("role", "textbox");
      readout.setAttribute("aria-label", `${label}, typed`);
    }
  }
}

function render({ model, el }) {
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  const words = document.createElement("figcaption");
  const title = document.createElement("strong");
  const reading = document.createElement("span");
  figure.style.margin = "0.5em 0";
  image.style.cssText = `width:100%;max-width:${model.get("width")}px;height:auto;display:block`;
  words.setAttribute("role", "status");
  words.style.cssText = `max-width:${model.get("width")}px;margin-bottom:0.5em`;
  title.style.cssText = "display:block;font-size:1.15em";
  words.append(title, reading);
  figure.append(words, image);
  el.append(figure);

  const show = () => {
    const previous = image.src;
    image.src = URL.createObjectURL(new Blob([model.get("jpeg")], { type: "image/jpeg" }));
    image.alt = model.get("alt");
    title.textContent = model.get("title");
    reading.textContent = model.get("reading");
    if (previous) URL.revokeObjectURL(previous);
  };
  model.on("change:jpeg", show);
  show();

  const observer = new MutationObserver(() => nameControls(el.closest(".relmark-explorer")));
  let removed = false;
  requestAnimationFrame(function attach() {
    const panel = el.closest(".relmark-explorer");
    if (panel) {
      nameControls(panel);
      observer.observe(panel, { childList: true, subtree: true });
    } else if (!removed) {
      requestAnimationFrame(attach);
    }
  });
  return () => {
    removed = true;
    observer.disconnect();
    model.off("change:jpeg", show);
    URL.revokeObjectURL(image.src);
  };
}

export default { render };
