/** form[data-once]: a second click or Enter while the first is on its way does nothing. */
import { attach } from "./attach.js";

attach("form[data-once]", (form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  // Coming back by the browser's own cache must not find the form asleep.
  window.addEventListener("pageshow", () => delete form.dataset.sent);
});
