/** [data-compose-form="kind"]: a poll, a card or buttons go into the open conversation; options grow as they fill. */
import { attach } from "./attach.js";
import { newId } from "./ids.js";
import { send } from "./outbox.js";

// WhatsApp's: so many buttons, and how long the words of a button or of a row may be.
const [BUTTONS, BUTTON, ROW] = [3, 20, 24];

attach("[data-compose-form]", (form) => {
  const options = [...form.querySelectorAll("[name=option]")];
  const ofList = form.querySelector("[data-list-only]");
  const grow = () => {
    const words = options.map((option) => option.value.trim());
    const last = words.findLastIndex(Boolean);
    const isList = words.filter(Boolean).length > BUTTONS;
    options.forEach((option, at) => {
      option.hidden = at > Math.max(last + 1, 2);
      const isSame = words[at] && words.indexOf(words[at]) < at;
      option.setCustomValidity(isSame ? form.dataset.same : "");
      if (ofList) option.maxLength = isList ? ROW : BUTTON;
    });
    if (ofList) ofList.hidden = !isList;
  };

  grow();
  form.addEventListener("input", grow);
  // Enter goes on to the next option; in an empty one it sends.
  form.addEventListener("keydown", (event) => {
    const next = options[options.indexOf(event.target) + 1];
    if (event.key !== "Enter" || event.isComposing || !options.includes(event.target)) return;
    if (!next || !event.target.value.trim()) return;
    event.preventDefault();
    next.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const composer = document.querySelector("[data-composer]");
    const place = { type: form.dataset.composeForm };
    for (const [name, value] of new FormData(form)) {
      if (name === "option") (place.option ??= []).push(value.trim());
      else place[name] = value.trim();
    }
    place.option = place.option?.filter(Boolean) ?? [];
    const text = place.question ?? place.contact_name ?? place.body;
    form.closest("dialog").close();
    form.reset();
    grow();
    if (composer) send(composer, { kind: "reply", text, place, clientId: newId() });
  });
});
