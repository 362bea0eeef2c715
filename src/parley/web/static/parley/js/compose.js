/** [data-compose-form="kind"]: a poll, a card or buttons go into the open conversation; options grow as they fill. */
import { attach } from "./attach.js";
import { newId } from "./ids.js";
import { send } from "./outbox.js";

attach("[data-compose-form]", (form) => {
  const options = [...form.querySelectorAll("[name=option]")];
  const grow = () => {
    const last = options.findLastIndex((option) => option.value.trim());
    options.forEach((option, at) => (option.hidden = at > Math.max(last + 1, 2)));
  };

  form.addEventListener("input", grow);
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
