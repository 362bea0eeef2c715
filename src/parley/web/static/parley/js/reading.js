/** [data-thread][data-reading]: says that the newest message has been read, once somebody can have seen it. */
import { attach } from "./attach.js";

const NEAR = 200;

attach("[data-thread][data-reading]", (thread) => {
  const recent = thread.querySelector("[data-recent]");
  const scroller = thread.querySelector("[data-scroller]");
  let told = thread.dataset.unread === "0" ? newest()?.id : null;

  function newest() {
    return [...recent.querySelectorAll(".bubble.in, [data-theirs]")].at(-1);
  }

  function seen() {
    const bubble = newest();
    const inSight = Math.abs(scroller.scrollTop) < NEAR && scroller.checkVisibility?.() !== false;
    if (!bubble || bubble.id === told || document.hidden || !document.hasFocus() || !inSight) return;
    told = bubble.id;
    htmx.ajax("POST", thread.dataset.reading, {
      source: thread, target: thread, swap: "none", values: { upto: bubble.id.slice("message-".length) },
    });
  }

  const observer = new MutationObserver(seen);
  observer.observe(recent, { childList: true, subtree: true });
  scroller.addEventListener("scrollend", seen);
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("focus", seen);
  // On a phone the thread comes into sight only after it has come onto the page.
  document.addEventListener("parley:opened", seen);
  seen();
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("focus", seen);
    document.removeEventListener("parley:opened", seen);
  };
});
