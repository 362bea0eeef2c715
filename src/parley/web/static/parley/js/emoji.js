/**
 * [data-emoji-picker]: a small searchable picker, built when first opened. Without another asker, the choice goes
 * into the composer at the caret.
 */
import { attach } from "./attach.js";
import { groups, search } from "./emoji-list.js";
import { putBeside } from "./menu.js";

const MOST_RECENT = 16;

export function recent() {
  try {
    return JSON.parse(localStorage.getItem("emoji")) ?? [];
  } catch {
    return [];
  }
}

export function remember(emoji) {
  localStorage.setItem("emoji", JSON.stringify([emoji, ...recent().filter((other) => other !== emoji)].slice(0, MOST_RECENT)));
}

export function insert(field, text, from = field.selectionStart, to = field.selectionEnd) {
  field.focus();
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

attach("[data-emoji-picker]", (picker) => {
  const input = picker.querySelector("input");
  const choices = picker.querySelector(".choices");
  const tabs = picker.querySelector(".groups");
  const names = JSON.parse(picker.dataset.groups);
  let choose = null;

  const grid = (list) => {
    const made = document.createElement("div");
    made.className = "grid";
    made.append(...list.map(button));
    return made;
  };
  const button = (emoji) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = emoji;
    return made;
  };
  const titled = (name, list, at) => {
    const title = document.createElement("h3");
    title.textContent = name;
    title.id = `emoji-group-${at}`;
    return [title, grid(list)];
  };

  function build() {
    const all = [recent(), ...groups.map((group) => group.map(([emoji]) => emoji))];
    choices.replaceChildren(...all.flatMap((list, at) => (list.length ? titled(names[at], list, at) : [])));
    tabs.replaceChildren(...all.flatMap((list, at) => (at && list.length ? [tab(list[0], at)] : [])));
  }
  function tab(emoji, at) {
    const made = button(emoji);
    made.title = names[at];
    made.setAttribute("aria-label", names[at]);
    made.addEventListener("click", () => choices.querySelector(`#emoji-group-${at}`)?.scrollIntoView());
    return made;
  }

  input.addEventListener("input", () => {
    const found = search(input.value, 64);
    if (!input.value.trim()) build();
    else if (found.length) choices.replaceChildren(grid(found.map(({ emoji }) => emoji)));
    else choices.textContent = picker.dataset.none;
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // Or the same key press would reach the field that the choice gives the focus back to.
    event.preventDefault();
    choices.querySelector(".grid > button")?.click();
  });
  choices.addEventListener("click", (event) => {
    if (!event.target.matches("button")) return;
    const emoji = event.target.textContent;
    remember(emoji);
    picker.hidePopover();
    if (choose) return choose(emoji);
    const field = document.querySelector("[data-composer] textarea[name=body]");
    if (field) insert(field, emoji);
  });
  choices.addEventListener("keydown", (event) => step(event, choices));
  picker.addEventListener("toggle", (event) => {
    if (event.newState === "closed") return void (choose = null);
    input.value = "";
    build();
    input.focus();
  });
  document.addEventListener("parley:pick-emoji", ({ detail }) => {
    picker.showPopover();
    putBeside(picker, detail.anchor, "top");
    choose = detail.choose;
  });
});

function step(event, choices) {
  const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = [...choices.querySelectorAll(".grid > button")];
  all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + by))]?.focus();
}
