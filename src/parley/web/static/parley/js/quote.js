/** The quoted line over the field: set by "reply to this", taken away by its cross, Esc or sending. */
import { attach } from "./attach.js";

attach("[data-composer]", (composer) => {
  const thread = composer.closest("[data-thread]");
  const box = composer.querySelector("[data-quoting]");
  const body = composer.querySelector("textarea[name=body]");
  const field = composer.querySelector("[name=quoted_id]");

  const clear = () => {
    field.value = "";
    box.hidden = true;
  };
  thread.addEventListener("parley:quote", ({ detail: { id, who, text } }) => {
    composer.dispatchEvent(new CustomEvent("parley:mode", { detail: "reply" }));
    field.value = id;
    box.querySelector("[data-quoting-who]").textContent = who;
    box.querySelector("[data-quoting-text]").textContent = text;
    box.hidden = false;
    body.focus();
  });
  composer.addEventListener("parley:cleared", clear);
  composer.addEventListener("click", (event) => {
    if (!event.target.closest("[data-quoting-cancel]")) return;
    clear();
    body.focus();
  });
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !field.value) return;
    clear();
    // Esc leaves the field only when there is nothing quoted.
    event.preventDefault();
  });
});
