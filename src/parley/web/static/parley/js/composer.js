/**
 * [data-composer]: Enter sends, Shift Enter breaks the line (a phone's Enter always does), the field grows, reply
 * and note share it. What is sent leaves the field at once, so a second Enter or click finds nothing to send.
 */
import { attach } from "./attach.js";
import { newId } from "./ids.js";
import { send } from "./outbox.js";
import { filesOf } from "./tray.js";

const LONGEST = { reply: 4_096, caption: 1_024, note: 20_000 };
const coarse = matchMedia("(pointer: coarse)");

attach("[data-composer]", (composer) => {
  const form = composer.querySelector("[data-composer-form]");
  const { body, quoted_id: quoted } = form.elements;
  const button = composer.querySelector("[data-send]");
  const isNote = () => composer.dataset.mode === "note";
  const isLocked = () => !isNote() && composer.querySelector(".lock > *") !== null;

  const grow = () => {
    button.disabled = !body.value.trim() && (isNote() || !filesOf(composer).length);
    body.dataset.most = LONGEST[isNote() ? "note" : filesOf(composer).length ? "caption" : "reply"];
    body.dispatchEvent(new CustomEvent("parley:limit"));
    if (CSS.supports("field-sizing", "content")) return;
    body.style.height = "auto";
    body.style.height = `${body.scrollHeight}px`;
  };
  const setMode = (mode) => {
    composer.dataset.mode = mode;
    body.placeholder = isNote() ? body.dataset.notePlaceholder : body.dataset.replyPlaceholder;
    for (const choice of composer.querySelectorAll("[data-mode-choice]")) {
      choice.setAttribute("aria-pressed", String(choice.dataset.modeChoice === mode));
    }
    grow();
  };

  function parts() {
    const text = body.value.trim();
    if (isNote()) return text ? [{ kind: "note", text }] : [];
    const files = filesOf(composer);
    const quote = quoted.value ? { id: quoted.value, who: quoteWord("who"), text: quoteWord("text") } : null;
    if (!files.length) return text ? [{ kind: "reply", text, quote }] : [];
    return files.map((file, at) => ({ kind: "reply", file, text: at ? "" : text, quote: at ? null : quote }));
  }
  const quoteWord = (name) => composer.querySelector(`[data-quoting-${name}]`).textContent;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (isLocked()) return;
    const all = parts();
    if (!all.length) return;
    body.value = "";
    composer.dispatchEvent(new CustomEvent("parley:cleared"));
    for (const part of all) send(composer, { ...part, clientId: newId() });
    if (isNote()) setMode("reply");
    grow();
    body.focus();
  });
  body.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !coarse.matches) {
      event.preventDefault();
      form.requestSubmit();
    }
    if (event.key === "Escape" && !quoted.value) composer.closest("[data-thread]")?.querySelector("[data-scroller]").focus();
  });
  body.addEventListener("input", grow);
  composer.addEventListener("parley:tray", grow);
  composer.addEventListener("parley:mode", (event) => setMode(event.detail));
  composer.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-mode-choice]");
    if (!choice) return;
    setMode(choice.dataset.modeChoice);
    body.focus();
  });
  setMode("reply");
});
