/** [data-toast] goes by itself, later for an error or one with an action; toast(text) clones one of #toast-template. */
import { attach } from "./attach.js";

const SHORT = 5_000;
const LONG = 8_000;
const MOST = 2;

export function toast(text, kind = "good") {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!region || !template) return;
  if ([...region.querySelectorAll(".text")].some((other) => other.textContent.trim() === text)) return;
  const made = template.content.querySelector(`.toast.${kind}`).cloneNode(true);
  made.querySelector(".text").textContent = text;
  region.append(made);
}

attach("[data-toast]", (element) => {
  let timer;
  const wait = () => {
    timer = setTimeout(() => element.remove(), element.matches(".bad, :has(.undo)") ? LONG : SHORT);
  };
  const stay = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stay);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusin", stay);
  element.addEventListener("focusout", wait);
  element.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) element.remove();
  });
  // An undo has been asked for: its own answer brings the next toast.
  element.addEventListener("htmx:after:request", () => element.remove());
  wait();
  return stay;
});

// The popover layer lies above open dialogs, so that a toast is never behind one.
attach("[data-toasts]", (region) => {
  new MutationObserver(() => {
    while (region.childElementCount > MOST) region.firstElementChild.remove();
  }).observe(region, { childList: true });
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail?.error?.name === "AbortError") return;
  const live = event.detail?.ctx?.sourceEvent?.type?.startsWith("parley:");
  const template = document.getElementById("toast-template");
  if (template && !live) toast(template.dataset.offlineText, "bad");
});
