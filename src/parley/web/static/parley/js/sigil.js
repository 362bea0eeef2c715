/** ":" and two letters in the composer offer emoji by name; arrows choose, Enter or Tab takes, Esc leaves. */
import { attach } from "./attach.js";
import { insert, remember } from "./emoji.js";
import { search } from "./emoji-list.js";

const OPEN = /(?:^|\s):([\p{L}\d_+-]{2,24})$/u;
const MOST = 6;

attach("[data-composer]", (composer) => {
  const body = composer.querySelector("textarea[name=body]");
  const list = document.createElement("div");
  list.className = "menu sigils";
  list.setAttribute("role", "listbox");
  list.id = `sigils-${composer.dataset.conversation}`;
  list.hidden = true;
  composer.querySelector("[data-composer-form]").append(list);
  let found = [];
  let at = 0;
  let start = 0;

  const close = () => {
    list.hidden = true;
    body.removeAttribute("aria-activedescendant");
  };
  const take = (index) => {
    const { emoji } = found[index];
    remember(emoji);
    insert(body, `${emoji} `, start, body.selectionStart);
    close();
  };
  const select = (index) => {
    at = (index + found.length) % found.length;
    [...list.children].forEach((item, each) => item.setAttribute("aria-selected", String(each === at)));
    body.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };
  const item = ({ emoji, words }, index) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "item";
    made.id = `${list.id}-${index}`;
    made.tabIndex = -1;
    made.setAttribute("role", "option");
    made.textContent = `${emoji}  ${words.split(" ").slice(0, 2).join(" ")}`;
    made.addEventListener("mousedown", (event) => (event.preventDefault(), take(index)));
    return made;
  };

  body.addEventListener("input", () => {
    const match = OPEN.exec(body.value.slice(0, body.selectionStart));
    found = match ? search(match[1], MOST) : [];
    if (!found.length) return close();
    start = body.selectionStart - match[1].length - 1;
    list.replaceChildren(...found.map(item));
    list.hidden = false;
    select(0);
  });
  body.addEventListener(
    "keydown",
    (event) => {
      if (list.hidden || event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) select(at + step);
      else if (event.key === "Enter" || event.key === "Tab") take(at);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  body.addEventListener("blur", close);
});
