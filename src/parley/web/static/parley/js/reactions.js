/** [data-quick-reactions]: six faces beside a bubble; the same one again takes it back; plus opens the picker. */
import { attach } from "./attach.js";
import { putBeside } from "./menu.js";

const BLANK = "00000000-0000-0000-0000-000000000000";

function send(bubble, emoji) {
  const thread = bubble.closest("[data-thread]");
  const url = thread.dataset.reactions.replace(BLANK, bubble.dataset.message);
  // The answer is the bubble alone, which does not know whether it stands first among its neighbours.
  const first = bubble.classList.contains("starts");
  const keep = () => document.getElementById(bubble.id)?.classList.toggle("starts", first);
  htmx.ajax("POST", url, { source: bubble, target: bubble, swap: "outerMorph", values: { emoji } }).then(keep);
}

const ours = (bubble) => bubble.querySelector("[data-our-reaction]")?.dataset.ourReaction ?? "";

attach("[data-quick-reactions]", (menu) => {
  let bubble = null;
  let anchor = null;

  const open = ({ detail }) => {
    ({ bubble, anchor } = detail);
    for (const button of menu.querySelectorAll("[data-emoji-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.emojiChoice === ours(bubble)));
    }
    menu.showPopover();
    putBeside(menu, anchor, "top");
    menu.querySelector("button").focus();
  };
  document.addEventListener("parley:react", open);

  menu.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    menu.hidePopover();
    if (button.matches("[data-more-emoji]")) {
      const detail = { anchor, choose: (emoji) => send(bubble, emoji) };
      document.dispatchEvent(new CustomEvent("parley:pick-emoji", { detail }));
    } else send(bubble, button.dataset.emojiChoice === ours(bubble) ? "" : button.dataset.emojiChoice);
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...menu.querySelectorAll("button")];
    const forward = document.documentElement.dir === "rtl" ? -step : step;
    all[(all.indexOf(document.activeElement) + forward + all.length) % all.length].focus();
  });
  return () => document.removeEventListener("parley:react", open);
});
