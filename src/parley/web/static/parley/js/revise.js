/** parley:edit and parley:revoke of a bubble of ours: other words for it, or its deletion for everyone. */
import { attach } from "./attach.js";

const BLANK = "00000000-0000-0000-0000-000000000000";

function ask(bubble, action, values = {}) {
  const url = bubble.closest("[data-thread]").dataset[action].replace(BLANK, bubble.dataset.message);
  const first = bubble.classList.contains("starts");
  const keep = () => document.getElementById(bubble.id)?.classList.toggle("starts", first);
  return htmx.ajax("POST", url, { source: bubble, target: bubble, swap: "outerMorph", values }).then(keep);
}

export const canRevise = (bubble, ability) =>
  bubble.matches("[data-ours]:not(.failed, .uncertain, .note)") &&
  bubble.closest("[data-thread]").dataset.abilities.split(" ").includes(ability);

export const revoke = (bubble, sure) => confirm(sure) && ask(bubble, "revocation");

attach("[data-edit-dialog]", (dialog) => {
  const form = dialog.querySelector("form");
  const { body } = form.elements;
  let bubble = null;

  const open = ({ detail }) => {
    bubble = detail;
    body.value = bubble.dataset.text;
    dialog.showModal();
    body.focus();
  };
  document.addEventListener("parley:edit", open);
  body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    if (bubble) ask(bubble, "revisions", { body: body.value.trim() });
  });
  return () => document.removeEventListener("parley:edit", open);
});
