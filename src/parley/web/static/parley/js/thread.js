/**
 * [data-thread]: stays at the newest unless somebody scrolled up, says how many came meanwhile, jumps to quotes
 * (loading earlier pages on the way), and moves between bubbles with the arrows.
 */
import { attach } from "./attach.js";

const NEAR = 60;
const DEEPEST = 12;

attach("[data-thread]", (thread) => {
  const scroller = thread.querySelector("[data-scroller]");
  const button = thread.querySelector("[data-to-latest]");
  const count = thread.querySelector("[data-to-latest-count]");
  let missed = 0;

  // The scroller is reversed: 0 is the newest, earlier is negative.
  const atNewest = () => Math.abs(scroller.scrollTop) < NEAR;
  const down = () => scroller.scrollTo({ top: 0, behavior: "instant" });
  const draw = () => {
    if (atNewest()) missed = 0;
    if (!button) return;
    button.hidden = atNewest();
    count.textContent = missed || "";
  };

  const line = thread.querySelector("[data-unread-line]");
  const looks = () => !document.hidden && document.hasFocus() && atNewest();
  if (line && line.offsetTop < scroller.scrollHeight - scroller.clientHeight) line.scrollIntoView({ block: "center" });
  draw();

  scroller.addEventListener("scroll", draw, { passive: true });
  button?.addEventListener("click", down);
  thread.addEventListener("parley:sent", down);

  const observer = new MutationObserver((changes) => {
    const came = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.matches?.(".bubble.in")).length;
    if (came && !atNewest()) missed += came;
    draw();
  });
  const holder = hold(thread.querySelector("[data-recent]"), looks);
  for (const part of thread.querySelectorAll("[data-recent], [data-outbox]")) observer.observe(part, { childList: true });

  // What asked for it changed the thread itself: look at once, whether or not a live hint comes.
  thread.addEventListener("htmx:after:request", (event) => {
    if (event.target.matches?.("[data-refresh]")) htmx.trigger(thread.querySelector("[data-recent]"), "parley:refresh", {}, false);
  });
  thread.addEventListener("click", (event) => {
    const link = event.target.closest("[data-jump]");
    if (!link) return;
    event.preventDefault();
    jumpTo(thread, link.dataset.jump);
  });
  scroller.addEventListener("keydown", (event) => move(event, thread));
  return () => (observer.disconnect(), holder.disconnect());
});

/**
 * Keeps the line over the new messages where it was, though the server leaves it out once they have been read. It
 * moves on only for what comes while nobody looks; for what somebody sees coming there is none.
 */
function hold(recent, looks) {
  const find = () => recent.querySelector("[data-unread-line]");
  let line = find();
  let first = line?.nextElementSibling?.id;
  const observer = new MutationObserver(() => {
    const shown = find();
    const under = first && document.getElementById(first);
    if (shown && !looks()) {
      line = shown;
      first = line.nextElementSibling?.id;
    } else if (!under) shown?.remove();
    else if (under.previousElementSibling !== line) {
      shown?.remove();
      under.before(line);
    }
  });
  observer.observe(recent, { childList: true });
  return observer;
}

async function jumpTo(thread, id) {
  for (let page = 0; page < DEEPEST && !document.getElementById(id); page += 1) {
    const earlier = thread.querySelector(".earlier");
    if (!earlier) return;
    await htmx.ajax("GET", earlier.getAttribute("hx-get"), { source: earlier, target: earlier, swap: "outerHTML" });
  }
  const bubble = document.getElementById(id);
  if (!bubble || !thread.contains(bubble)) return;
  bubble.scrollIntoView({ block: "center" });
  bubble.classList.add("found");
  bubble.addEventListener("animationend", () => bubble.classList.remove("found"), { once: true });
  bubble.focus({ preventScroll: true });
}

function move(event, thread) {
  if (event.target.closest("input, textarea, audio, video")) return;
  const bubbles = [...thread.querySelectorAll("[data-bubble]")];
  const at = bubbles.indexOf(document.activeElement?.closest("[data-bubble]"));
  const last = bubbles.length - 1;
  const to = { ArrowUp: at < 0 ? last : at - 1, ArrowDown: at < 0 ? last : at + 1, End: last }[event.key];
  if (event.key === "Escape") thread.querySelector("textarea[name=body]")?.focus();
  if (to === undefined || !bubbles[Math.min(to, last)]) return;
  event.preventDefault();
  bubbles[Math.max(0, Math.min(to, last))].focus();
}
