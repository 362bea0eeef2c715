/**
 * data-key="e" (or "g i", two keys in a row): pressing it clicks the element, or focuses it when it is a field.
 * Keys are quiet while somebody writes, while a dialog is open and with Ctrl, Alt or Cmd.
 */

const PAUSE = 900;
let before = "";
let timer;

export const isWriting = (element) =>
  Boolean(element?.closest?.("input:not([type=range]), textarea, select, [contenteditable=true]"));

const inSight = (element) => element.checkVisibility?.({ visibilityProperty: true }) ?? element.offsetParent !== null;

function find(key) {
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  // An item of a closed menu counts: its key is written beside it.
  return all.find(inSight) ?? all.find((element) => element.closest("[popover]"));
}

function press(element) {
  if (isWriting(element)) {
    element.focus();
    element.select?.();
  } else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (event.key.length !== 1 || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const element = (before && find(`${before} ${key}`)) || find(key);
  clearTimeout(timer);
  before = before ? "" : key;
  timer = setTimeout(() => (before = ""), PAUSE);
  if (!element) return;
  before = "";
  event.preventDefault();
  press(element);
});
