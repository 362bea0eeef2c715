/**
 * textarea[data-most]: nothing is cut off; close to the limit a counter shows, past it the form is not sent.
 *
 * The counter is the form's [data-counter]; data-most may change, then parley:limit says so.
 */
import { attach } from "./attach.js";

const NEAR = 0.95;

attach("textarea[data-most]", (field) => {
  const counter = field.form.querySelector("[data-counter]");
  const format = new Intl.NumberFormat(document.documentElement.lang);
  const check = () => {
    const most = Number(field.dataset.most);
    const { length } = field.value.trim();
    const over = length > most;
    const hint = over ? counter.dataset.tooLong.replace("#", format.format(most)) : "";
    field.setCustomValidity(hint);
    counter.hidden = length <= most * NEAR;
    counter.classList.toggle("bad", over);
    counter.textContent = `${format.format(length)} / ${format.format(most)}${over ? ` · ${hint}` : ""}`;
  };
  field.addEventListener("input", check);
  field.addEventListener("parley:limit", check);
  check();
});
