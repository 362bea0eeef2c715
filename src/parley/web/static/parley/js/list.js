/**
 * [data-list]: which row is open, the count in the rail and the title, j and k, and refreshes that keep as many
 * rows as were loaded.
 */
import { attach } from "./attach.js";
import { isWriting } from "./keys.js";

const MOST = 200;
const FIRST_PAGE = 50;
const rows = () => [...document.querySelectorAll("#list .row")];
let open = document.querySelector("[data-thread]")?.dataset.conversation ?? null;
let title = document.title.replace(/^\(\d+\+?\) /, "");

function mark() {
  for (const row of rows()) {
    const current = row.dataset.conversation === open;
    if (current !== row.hasAttribute("aria-current")) row.toggleAttribute("aria-current", current);
    if (current && row.getAttribute("aria-current") !== "true") row.setAttribute("aria-current", "true");
  }
}

function count(list) {
  const unread = Number(list.dataset.unread);
  const text = unread > 99 ? "99+" : unread ? String(unread) : "";
  for (const badge of document.querySelectorAll("[data-count=inbox]")) badge.textContent = text;
  document.title = text ? `(${text}) ${title}` : title;
}

document.addEventListener("parley:opened", ({ detail: { thread } }) => {
  open = thread?.dataset.conversation ?? null;
  const base = title.split(" · ").slice(-2).join(" · ");
  title = thread ? `${thread.dataset.name} · ${base}` : base;
  mark();
  const list = document.getElementById("list");
  if (list) count(list);
});

attach("[data-list]", (list) => {
  // Microtasks after a morph, before the paint: the mark on the open row does not flicker.
  const observer = new MutationObserver(mark);
  observer.observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-current"] });

  list.addEventListener("htmx:config:request", (event) => {
    const loaded = rows().length;
    const refresh = event.target === list && event.detail.ctx.sourceEvent.type.startsWith("parley:");
    if (refresh && loaded > FIRST_PAGE) event.detail.ctx.request.body.set("count", Math.min(loaded, MOST));
  });
  const settled = (event) => {
    if (event.detail.ctx?.target !== list) return;
    const { tab, sort, q } = list.dataset;
    const search = `?${new URLSearchParams({ tab, sort, ...(q && { q }) })}`;
    if (search !== location.search) history.replaceState(history.state, "", location.pathname + search);
    count(list);
  };
  document.addEventListener("htmx:after:swap", settled);
  mark();
  count(list);
  return () => (observer.disconnect(), document.removeEventListener("htmx:after:swap", settled));
});

document.addEventListener("keydown", (event) => {
  if (isWriting(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  const step = { j: 1, k: -1 }[event.key] ?? (event.target.closest?.(".row") && { ArrowDown: 1, ArrowUp: -1 }[event.key]);
  const all = rows();
  if (!step || !all.length) return;
  event.preventDefault();
  const from = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const current = from >= 0 ? from : all.findIndex((row) => row.dataset.conversation === open);
  const next = all[Math.max(0, Math.min(all.length - 1, current < 0 ? 0 : current + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
});
