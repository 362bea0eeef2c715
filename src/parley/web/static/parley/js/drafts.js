/** Half-written words, kept per conversation in this browser and shown in the list as "Draft: …". */
import { attach } from "./attach.js";
import { unsent } from "./unsent.js";

const PAUSE = 250;
const OLDEST = 14 * 86_400_000;
const key = (conversation) => `draft:${conversation}`;

function read(conversation) {
  try {
    return JSON.parse(localStorage.getItem(key(conversation))) ?? null;
  } catch {
    return null;
  }
}

function write(conversation, text, mode) {
  if (text.trim()) localStorage.setItem(key(conversation), JSON.stringify({ text, mode, at: Date.now() }));
  else localStorage.removeItem(key(conversation));
  draw(conversation);
}

function draw(conversation) {
  const line = document.querySelector(`[data-draft-of="${CSS.escape(conversation)}"]`);
  if (line) fill(line);
}

function fill(line) {
  const conversation = line.dataset.draftOf;
  const open = document.querySelector("[data-thread]")?.dataset.conversation === conversation;
  const draft = open ? null : (read(conversation) ?? unsent(conversation).find(({ text }) => text));
  line.hidden = !draft;
  line.lastElementChild.textContent = draft?.text ?? "";
}

attach("[data-draft-of]", fill);

attach("[data-composer]", (composer) => {
  const { conversation } = composer.dataset;
  const body = composer.querySelector("textarea[name=body]");
  let timer;
  const save = () => write(conversation, body.value, composer.dataset.mode);
  const draft = read(conversation);
  if (draft?.text && !body.value) {
    if (draft.mode) composer.dispatchEvent(new CustomEvent("parley:mode", { detail: draft.mode }));
    body.value = draft.text;
    body.dispatchEvent(new Event("input"));
  }
  body.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  composer.addEventListener("parley:cleared", () => (clearTimeout(timer), write(conversation, "", "")));
  window.addEventListener("pagehide", save);
  return () => {
    clearTimeout(timer);
    window.removeEventListener("pagehide", save);
    save();
  };
});

document.addEventListener("parley:opened", () => {
  for (const line of document.querySelectorAll("[data-draft-of]")) fill(line);
});
document.addEventListener("parley:draft", (event) => draw(event.detail));

for (const name of Object.keys(localStorage).filter((name) => name.startsWith("draft:"))) {
  const draft = read(name.slice(6));
  if (!draft || (draft.at && Date.now() - draft.at > OLDEST)) localStorage.removeItem(name);
}
