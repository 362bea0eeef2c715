/** [data-theme-choice]: light, dark or "" for the system's; kept in a cookie so that the server renders it. */
import { attach } from "./attach.js";

const YEAR = 31_536_000;

attach("[data-theme-choice]", (button) => {
  button.addEventListener("click", () => {
    const choice = button.dataset.themeChoice;
    const root = document.documentElement;
    if (choice) root.dataset.theme = choice;
    else delete root.dataset.theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${choice}; path=/; max-age=${choice ? YEAR : 0}; samesite=lax${secure}`;
    for (const other of document.querySelectorAll("[data-theme-choice]")) {
      other.setAttribute("aria-checked", String(other === button));
    }
  });
});
