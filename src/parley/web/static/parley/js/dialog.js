/** [data-open="id"] opens a dialog, [data-close] closes the one it is in; a click beside it closes too. */
import { attach } from "./attach.js";

attach("[data-open]", (button) => {
  button.addEventListener("click", () => document.getElementById(button.dataset.open)?.showModal());
});

attach("dialog", (dialog) => {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
});

// Show the key that this machine has.
attach("[data-mod]", (key) => {
  if (/Mac|iPhone|iPad/.test(navigator.platform)) key.textContent = "⌘";
});
