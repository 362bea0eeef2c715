/** a[data-view-picture] opens its picture in the viewer; arrows go through those of the same thread. */
import { attach } from "./attach.js";

// A picture that the browser cannot show is offered like a document: its name, and a click that downloads it.
attach("a[data-view-picture] img", (image) => {
  const instead = () => {
    const link = image.closest("a[data-view-picture]");
    if (!link) return;
    const name = link.dataset.name || image.alt;
    const sign = document.createElement("span");
    const what = document.createElement("span");
    sign.className = "sign";
    sign.textContent = /\.(\w{1,4})$/.exec(name)?.[1].toUpperCase() ?? "";
    what.className = "what";
    what.textContent = name;
    link.className = "attached";
    link.download = link.dataset.name;
    link.removeAttribute("data-view-picture");
    link.replaceChildren(sign, what);
  };
  image.addEventListener("error", instead);
  // It may have failed before this module came.
  if (image.complete && image.currentSrc && !image.naturalWidth) image.decode().catch(instead);
});

attach("[data-viewer]", (viewer) => {
  const picture = viewer.querySelector("[data-viewer-picture]");
  const caption = viewer.querySelector("[data-viewer-caption]");
  const download = viewer.querySelector("[data-viewer-download]");
  let shown = null;

  const show = (link) => {
    shown = link;
    picture.src = link.href;
    picture.alt = link.querySelector("img")?.alt ?? "";
    caption.textContent = link.dataset.name || picture.alt;
    download.href = link.href;
    download.download = link.dataset.name || "";
  };
  const step = (by) => {
    const all = [...document.querySelectorAll("a[data-view-picture]")];
    const next = all[all.indexOf(shown) + by];
    if (next) show(next);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-view-picture]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(link);
    viewer.showModal();
  });
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-viewer-step]");
    if (button) step(Number(button.dataset.viewerStep));
    else if (event.target === picture) viewer.close();
  });
  viewer.addEventListener("keydown", (event) => {
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") step(event.key === forward ? 1 : -1);
  });
  viewer.addEventListener("close", () => {
    picture.removeAttribute("src");
    shown?.focus();
  });
});
