/** [data-bubble-actions]: one small bar, moved beside the bubble under the pointer, finger or focus. */
import { attach } from "./attach.js";
import { copy } from "./copy.js";
import { canRevise, revoke } from "./revise.js";

const GAP = 6;

attach("[data-bubble-actions]", (bar) => {
  const thread = bar.closest("[data-thread]");
  const log = bar.parentElement;
  let bubble = null;
  let pointer = "mouse";

  function place(next) {
    if (!next || !next.dataset.message) return hide();
    bubble = next;
    bar.hidden = false;
    const note = bubble.classList.contains("note");
    bar.querySelector("[data-act=react]").hidden = note;
    bar.querySelector("[data-act=reply]").hidden = note;
    bar.querySelector("[data-act=edit]").hidden = !canRevise(bubble, "edit") || !bubble.matches("[data-type=text]");
    bar.querySelector("[data-act=revoke]").hidden = !canRevise(bubble, "revoke");
    const [outer, box] = [log.getBoundingClientRect(), bubble.getBoundingClientRect()];
    const right = box.right + GAP + bar.offsetWidth < outer.right;
    const wanted = bubble.matches("[data-ours]") === (document.documentElement.dir === "rtl") ? right : false;
    const left = wanted ? box.right + GAP : box.left - bar.offsetWidth - GAP;
    const fits = left >= outer.left && left + bar.offsetWidth <= outer.right;
    bar.style.left = `${(fits ? left : Math.max(outer.left + GAP, box.right - bar.offsetWidth)) - outer.left}px`;
    bar.style.top = `${box.top - outer.top + (fits ? 2 : GAP - bar.offsetHeight)}px`;
  }
  const hide = () => {
    bar.hidden = true;
    bubble = null;
  };

  const act = (name) => {
    if (!bubble) return;
    const text = bubble.querySelector(".text")?.textContent.trim() ?? "";
    if (name === "copy") copy(text, bar.querySelector("[data-act=copy]").dataset.done);
    if (name === "reply") {
      const who = bubble.matches("[data-ours]") ? thread.dataset.you : thread.dataset.name;
      const detail = { id: bubble.dataset.message, who, text: text || bubble.querySelector("img")?.alt || "…" };
      thread.dispatchEvent(new CustomEvent("parley:quote", { detail }));
    }
    if (name === "edit") document.dispatchEvent(new CustomEvent("parley:edit", { detail: bubble }));
    if (name === "revoke") revoke(bubble, bar.querySelector("[data-act=revoke]").dataset.sure);
    if (name === "react") {
      const detail = { bubble, anchor: bar.hidden ? bubble : bar };
      document.dispatchEvent(new CustomEvent("parley:react", { detail }));
    }
  };

  log.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "mouse") return;
    const over = event.target.closest("[data-bubble]");
    if (over && over !== bubble) place(over);
  });
  log.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && !bar.matches(":focus-within") && hide());
  log.addEventListener("pointerdown", (event) => (pointer = event.pointerType));
  log.addEventListener("keydown", () => (pointer = "keyboard"), { capture: true });
  // A finger focuses before it clicks; the click decides then, or it would take away what the focus brought.
  log.addEventListener("focusin", (event) => pointer !== "touch" && place(event.target.closest("[data-bubble]") ?? bubble));
  log.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) return act(button.dataset.act);
    const tapped = event.target.closest("[data-bubble]");
    if (pointer === "touch" && !event.target.closest("a, button, input, summary")) place(tapped === bubble ? null : tapped);
  });
  log.addEventListener("dblclick", (event) => {
    if (!event.target.closest("[data-bubble]") || event.target.closest("a, button, .text")) return;
    place(event.target.closest("[data-bubble]"));
    act("reply");
  });
  log.addEventListener("keydown", (event) => {
    const name = { q: "reply", "+": "react", c: "copy", e: "edit" }[event.key];
    if (!name || !event.target.matches("[data-bubble]") || event.ctrlKey || event.metaKey) return;
    const isHidden = bar.querySelector(`[data-act=${name}]`).hidden;
    // E elsewhere closes the conversation: on a message of ours that nobody can edit it does nothing.
    if (isHidden && !(name === "edit" && event.target.matches("[data-ours]"))) return;
    event.preventDefault();
    event.stopPropagation();
    if (!isHidden) act(name);
  });
  // What comes and goes above it moves the bubble; the bar goes with it.
  const moved = new ResizeObserver(() => bubble && (bubble.isConnected ? place(bubble) : hide()));
  moved.observe(log);
  return () => moved.disconnect();
});
