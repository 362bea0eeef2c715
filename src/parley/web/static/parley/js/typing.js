/** [data-composer]: while somebody writes an answer, the customer is told so, every few seconds at most. */
import { attach } from "./attach.js";

const PAUSE = 10_000;

attach("[data-composer]", (composer) => {
  const { abilities, typing } = composer.closest("[data-thread]").dataset;
  const body = composer.querySelector("textarea");
  const token = composer.querySelector("[name=csrfmiddlewaretoken]");
  if (!body || !abilities?.split(" ").includes("typing")) return;
  let told = 0;
  body.addEventListener("input", () => {
    const isNote = composer.dataset.mode === "note";
    if (isNote || !body.value.trim() || composer.querySelector(".lock > *") || Date.now() - told < PAUSE) return;
    told = Date.now();
    fetch(typing, { method: "POST", headers: { "X-CSRFToken": token.value } }).catch(() => {});
  });
});
