/** Files that will go with the message: chosen, pasted or dropped; too large ones say so and stay behind. */
import { attach } from "./attach.js";

const trays = new WeakMap();

export const filesOf = (composer) => (trays.get(composer) ?? []).map(({ file }) => file);

attach("[data-composer]", (composer) => {
  const input = composer.querySelector("[data-files]");
  const tray = composer.querySelector("[data-tray]");
  const template = composer.querySelector("[data-item-template]");
  const thread = composer.closest("[data-thread]");
  const items = [];
  trays.set(composer, items);
  const changed = () => composer.dispatchEvent(new CustomEvent("parley:tray"));

  function add(files) {
    for (const file of files) addOne(file);
    changed();
    if (files.length) composer.querySelector("textarea").focus();
  }
  function addOne(file) {
    const element = template.content.cloneNode(true).firstElementChild;
    const tooLarge = file.size > Number(composer.dataset.maxBytes);
    const [name, size] = element.querySelectorAll(".about > *");
    name.textContent = file.name;
    size.textContent = tooLarge ? composer.dataset.tooLarge : weigh(file.size);
    element.classList.toggle("bad", tooLarge);
    if (file.type.startsWith("image/")) showInside(element.querySelector(".thumb"), file);
    const item = { file, element };
    if (!tooLarge) items.push(item);
    element.querySelector(".drop").addEventListener("click", () => {
      if (items.includes(item)) items.splice(items.indexOf(item), 1);
      element.remove();
      changed();
    });
    tray.append(element);
  }

  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  composer.addEventListener("parley:attach", (event) => {
    input.accept = event.detail;
    input.click();
  });
  composer.addEventListener("parley:cleared", () => {
    if (composer.dataset.mode === "note") return;
    items.length = 0;
    tray.replaceChildren();
  });
  composer.querySelector("textarea").addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files];
    if (!files.length || composer.dataset.mode === "note") return;
    event.preventDefault();
    add(files);
  });
  catchDrops(thread, composer, add);
});

function catchDrops(thread, composer, add) {
  const carries = (event) => event.dataTransfer?.types.includes("Files") && composer.dataset.mode === "reply";
  const mark = (on) => {
    thread.classList.toggle("dropping", on);
    thread.dataset.drop = composer.dataset.drop;
  };
  thread.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark(true);
  });
  thread.addEventListener("dragleave", (event) => thread.contains(event.relatedTarget) || mark(false));
  thread.addEventListener("drop", (event) => {
    mark(false);
    if (!carries(event)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
}

function showInside(thumb, file) {
  const image = new Image();
  const sign = [...thumb.childNodes];
  image.alt = "";
  image.onload = () => URL.revokeObjectURL(image.src);
  // What calls itself a picture and is none keeps the sign of a document.
  image.onerror = () => {
    URL.revokeObjectURL(image.src);
    thumb.replaceChildren(...sign);
  };
  image.src = URL.createObjectURL(file);
  thumb.replaceChildren(image);
}

function weigh(size) {
  const units = ["byte", "kilobyte", "megabyte"];
  const step = size < 1000 ? 0 : size < 1_000_000 ? 1 : 2;
  const format = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: step === 2 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, format).format(size / 1000 ** step);
}

attach("[data-attach]", (item) => {
  item.addEventListener("click", () => {
    const composer = document.querySelector("[data-composer]");
    composer?.dispatchEvent(new CustomEvent("parley:attach", { detail: item.dataset.attach }));
  });
});
