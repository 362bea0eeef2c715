/**
 * [data-menu] on a button with popovertarget: puts the popover beside it (bottom, top or end), moves through its
 * items with the arrows and closes it after a choice.
 */
import { attach } from "./attach.js";

const GAP = 6;
const EDGE = 8;

export function putBeside(popover, anchor, side = "bottom") {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const rtl = document.documentElement.dir === "rtl";
  let left = side === "end" ? (rtl ? box.left - width - GAP : box.right + GAP) : rtl ? box.left : box.right - width;
  let top = side === "end" ? box.bottom - height : side === "top" ? box.top - height - GAP : box.bottom + GAP;
  if (side === "top" && box.left < innerWidth / 2) left = box.left;
  if (side === "end" && box.top < innerHeight / 2) top = box.top;
  if (top + height > innerHeight - EDGE) top = box.top - height - GAP;
  if (top < EDGE) top = Math.min(box.bottom + GAP, innerHeight - height - EDGE);
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${Math.max(EDGE, top)}px`;
  popover.style.margin = "0";
}

attach("[data-menu][popovertarget]", (button) => {
  button.setAttribute("aria-haspopup", "menu");
  const opening = () => {
    const popover = document.getElementById(button.getAttribute("popovertarget"));
    popover?.addEventListener("toggle", (event) => opened(event, popover, button), { once: true });
  };
  button.addEventListener("click", opening, { capture: true });
});

function opened(event, popover, button) {
  if (event.newState !== "open") return;
  popover.opener = button;
  putBeside(popover, button, button.dataset.menu || "bottom");
  if (event.source?.matches?.(":focus-visible") ?? button.matches(":focus-visible")) items(popover)[0]?.focus();
}

const items = (menu) => [...menu.querySelectorAll(".item")].filter((item) => item.offsetParent !== null);

attach(".menu[popover]", (menu) => {
  menu.addEventListener("click", (event) => {
    if (event.target.closest(".item")) menu.hidePopover();
  });
  menu.addEventListener("keydown", (event) => {
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || !all.length) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
});
