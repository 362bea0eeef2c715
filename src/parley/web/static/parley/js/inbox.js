/**
 * [data-inbox]: opening a conversation beside the list, the address and title that go with it, and the way back,
 * on a desk as on a phone, where list and thread take turns.
 */
import { attach } from "./attach.js";

const coarse = matchMedia("(pointer: coarse), (max-width: 720px)");

attach("[data-inbox]", (inbox) => {
  const home = inbox.dataset.home;
  const ours = (path) => path.startsWith(home);

  const show = (view) => (inbox.dataset.view = view);
  const query = () => location.search;

  function shown(path, { push }) {
    const thread = inbox.querySelector("[data-thread]");
    show(thread ? "thread" : "list");
    if (push && path !== location.pathname) history.pushState({ htmx: true, within: true }, "", path + query());
    document.dispatchEvent(new CustomEvent("parley:opened", { detail: { thread } }));
    if (thread) focusOn(thread);
  }

  function focusOn(thread) {
    const target = coarse.matches ? thread.querySelector("h2") : thread.querySelector("textarea[name=body]");
    (target?.checkVisibility?.() === false ? thread.querySelector("h2") : target)?.focus({ preventScroll: true });
  }

  inbox.addEventListener("htmx:after:swap", (event) => {
    const row = event.target.closest?.(".row");
    if (row && event.detail.ctx.target?.id === "pane") shown(new URL(row.href).pathname, { push: true });
  });

  inbox.addEventListener("click", (event) => {
    if (!event.target.closest("[data-back]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (history.state?.within) history.back();
    else {
      history.replaceState({ htmx: true }, "", home + query());
      leave();
    }
  });

  // Only the pane goes on a desk's way back; the list stays as it is, live and where it was scrolled to.
  function restore(event) {
    const { pathname } = new URL(event.detail.path, location.href);
    if (!inbox.isConnected || !ours(pathname)) return;
    event.preventDefault();
    if (pathname === home) leave();
    else htmx.ajax("GET", pathname, { target: "#pane", swap: "innerHTML" }).then(() => shown(pathname, { push: false }));
  }

  function leave() {
    const open = inbox.querySelector("[data-thread]")?.dataset.conversation;
    show("list");
    document.dispatchEvent(new CustomEvent("parley:opened", { detail: { thread: null } }));
    if (open) document.getElementById(`conversation-${open}`)?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:before:history:restore", restore);
  return () => document.removeEventListener("htmx:before:history:restore", restore);
});
