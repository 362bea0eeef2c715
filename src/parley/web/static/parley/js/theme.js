/** [data-theme-choice]: light, dark or "" for the system's, at once here and kept by the server for the next page. */
import { attach } from "./attach.js";

attach("[data-theme-choice]", (button) => {
  button.addEventListener("click", () => {
    const choice = button.dataset.themeChoice;
    const root = document.documentElement;
    if (choice) root.dataset.theme = choice;
    else delete root.dataset.theme;
    htmx.ajax("POST", button.dataset.themeUrl, { source: button, target: button, swap: "none", values: { theme: choice } });
    for (const other of document.querySelectorAll("[data-theme-choice]")) {
      other.setAttribute("aria-checked", String(other === button));
    }
  });
});
