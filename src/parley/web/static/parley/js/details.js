/** [data-details] shows or hides the side panel (data-panel of the inbox): beside the thread on a desk, over it on a small screen. */
import { attach } from "./attach.js";

const narrow = matchMedia("(max-width: 1180px)");

attach("[data-inbox]", (inbox) => {
  if (localStorage.getItem("details") === "hidden" && !narrow.matches) inbox.dataset.panel = "hidden";

  inbox.addEventListener("click", (event) => {
    if (!event.target.closest("[data-details]")) return;
    event.preventDefault();
    const shown = (inbox.dataset.panel ?? (narrow.matches ? "hidden" : "shown")) === "shown";
    inbox.dataset.panel = shown ? "hidden" : "shown";
    if (!narrow.matches) localStorage.setItem("details", inbox.dataset.panel);
    if (!shown && narrow.matches) inbox.querySelector(".context-column [data-details]")?.focus();
  });
  inbox.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !narrow.matches || inbox.dataset.panel !== "shown") return;
    inbox.dataset.panel = "hidden";
    event.stopPropagation();
  });
  // Another conversation on a small screen begins without the panel over it.
  inbox.addEventListener("htmx:after:swap", () => {
    if (narrow.matches && document.activeElement?.closest(".row")) delete inbox.dataset.panel;
  });
});
