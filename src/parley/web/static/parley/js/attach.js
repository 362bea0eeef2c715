/**
 * Behaviour by attribute, for what is on the page now and for every fragment swapped in later.
 *
 * attach(selector, behaviour) runs behaviour(element) once per matching element. What it returns, if anything,
 * is run when the element has left the page for good (a move does not count).
 */

const behaviours = [];
const attached = new WeakMap();

export function attach(selector, behaviour) {
  behaviours.push({ selector, behaviour });
  for (const element of document.querySelectorAll(selector)) begin(element, behaviour);
}

function begin(element, behaviour) {
  const ends = attached.get(element) ?? new Map();
  if (ends.has(behaviour)) return;
  attached.set(element, ends);
  ends.set(behaviour, null);
  ends.set(behaviour, behaviour(element) ?? null);
}

function arrived(node) {
  for (const { selector, behaviour } of behaviours) {
    if (node.matches(selector)) begin(node, behaviour);
    for (const element of node.querySelectorAll(selector)) begin(element, behaviour);
  }
}

function left(node) {
  if (node.isConnected) return;
  for (const element of [node, ...node.querySelectorAll("*")]) {
    for (const end of attached.get(element)?.values() ?? []) end?.();
    attached.delete(element);
  }
}

new MutationObserver((changes) => {
  for (const { removedNodes } of changes) {
    for (const node of removedNodes) if (node instanceof Element) left(node);
  }
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node instanceof Element && node.isConnected) arrived(node);
  }
}).observe(document, { childList: true, subtree: true });
