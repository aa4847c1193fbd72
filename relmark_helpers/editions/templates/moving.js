// Explorers on a page without a kernel: each place of a slider has a picture that was made beforehand.

document.addEventListener("DOMContentLoaded", () => {
  for (const explorer of document.querySelectorAll(".moving")) {
    const sliders = JSON.parse(explorer.querySelector("script").textContent);
    const inputs = [...explorer.querySelectorAll("input")];
    const image = explorer.querySelector("img");
    const title = explorer.querySelector("figcaption strong");
    const reading = explorer.querySelector("figcaption span");

    const place = (at, value) => {
      inputs[at].value = value;
      inputs[at].setAttribute("aria-valuetext", sliders[at].frames[value].value);
      inputs[at].nextElementSibling.textContent = sliders[at].frames[value].value;
    };

    inputs.forEach((input, at) => {
      input.addEventListener("input", () => {
        const value = Number(input.value);
        const frame = sliders[at].frames[value];
        sliders.forEach((slider, other) => place(other, other === at ? value : slider.start));
        image.src = frame.src;
        image.alt = frame.alt;
        title.textContent = frame.title;
        reading.textContent = frame.reading;
      });
      const fetchPictures = () => sliders[at].frames.forEach((frame) => { new Image().src = frame.src; });
      for (const event of ["focus", "pointerenter"]) input.addEventListener(event, fetchPictures, { once: true });
    });
  }
});
