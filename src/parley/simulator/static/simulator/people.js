// The list of customers.

import { clock, el, fill, hue, icon, initials } from "./dom.js";

const KINDS = {
  image: "Photo", video: "Video", voice: "Voice message", audio: "Audio", document: "Document",
  location: "Location", contacts: "Contact", sticker: "Sticker", template: "Template",
};

export function preview(chat) {
  const text = chat.body || KINDS[chat.type] || chat.type;
  return KINDS[chat.type] && chat.body ? `${KINDS[chat.type]} · ${text}` : text;
}

export function showPeople(list, people, { channel, chosen, choose }) {
  const last = (person) => person.chats[channel]?.at ?? 0;
  const sorted = [...people].sort((a, b) => last(b) - last(a) || a.name.localeCompare(b.name));
  fill(list, sorted.map((person) => row(person, { channel, isChosen: person.wa_id === chosen, choose })));
}

function row(person, { channel, isChosen, choose }) {
  const chat = person.chats[channel];
  const unread = chat?.unread ?? 0;
  const key = JSON.stringify([person, channel, isChosen]);
  return el("li", { data: { key } },
    el("button", { class: "row", "aria-current": isChosen ? "true" : null, on: { click: () => choose(person.wa_id) } },
      el("span", { class: "face", data: { hue: hue(person.wa_id) }, "aria-hidden": "true" }, initials(person.name)),
      el("span", { class: "name", dir: "auto" }, person.name),
      el("time", {}, chat ? clock(chat.at) : ""),
      el("span", { class: "preview", dir: "auto" },
        chat && !chat.from_us ? icon("tick-two") : null,
        chat ? preview(chat) : `+${person.wa_id}`),
      unread ? el("b", { class: "count" }, String(unread)) : null,
      person.registered ? null : el("span", { class: "chip" }, "no WhatsApp")));
}
