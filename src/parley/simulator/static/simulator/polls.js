// A poll on the customer's phone: each option is a button that chooses it or takes it back.

import { el } from "./dom.js";

export function poll(message, { voter, vote }) {
  const { options = [], multipleAnswers = false } = message.content.poll ?? {};
  const chosen = message.votes[voter] ?? [];
  const choose = (option) => {
    const others = multipleAnswers ? chosen.filter((one) => one !== option) : [];
    vote(message, chosen.includes(option) ? others : [...others, option]);
  };
  return el("span", { class: "poll" },
    el("b", {}, message.body),
    ...options.map((option) => el("button", {
      type: "button", "aria-pressed": String(chosen.includes(option)), on: { click: () => choose(option) },
    }, el("span", { dir: "auto" }, option), el("small", {}, String(count(message, option))))));
}

function count(message, option) {
  return Object.values(message.votes).filter((chosen) => chosen.includes(option)).length;
}
