// One message on the customer's phone: what the customer wrote stands on the right.

import { clock, el, icon } from "./dom.js";
import { poll } from "./polls.js";
import { worded } from "./wording.js";

// Which messages show their actions; kept here because a bubble is drawn anew when its message changes.
const open = new Set();

const EMOJI = ["❤️", "👍", "😂", "😮", "😢", "🙏"];

export function bubble(message, { media, byId, voter, react, quote, change, edit, vote }) {
  const own = !message.from_us;
  const mine = message.reactions.customer;
  const reactions = Object.values(message.reactions);
  const node = el("div", {
    class: `bubble ${own ? "own" : "theirs"}${reactions.length ? " reacted" : ""}${message.type === "sticker" ? " bare" : ""}${open.has(message.id) ? " open" : ""}`,
    data: { key: JSON.stringify([message, media?.id]), id: message.id },
  },
    message.quoted_id ? quoted(byId.get(message.quoted_id)) : null,
    ...content(message, { media, voter, vote }),
    el("span", { class: "meta" },
      message.edited ? "edited" : null,
      el("time", {}, clock(message.at)),
      own ? ticks(message) : null),
    reactions.length ? el("span", { class: "reactions" }, reactions.join("")) : null);
  node.append(actions({ own, mine, message, react, quote, change, edit }));
  node.addEventListener("click", (event) => {
    if (event.target.closest("a, audio, video, .actions, .poll")) return;
    if (node.classList.toggle("open")) open.add(message.id);
    else open.delete(message.id);
  });
  return node;
}

function content(message, { media, voter, vote }) {
  if (message.revoked) return [el("span", { class: "gone" }, "This message was deleted")];
  const text = message.body ? [el("span", { class: "text", dir: "auto" }, ...worded(message.body))] : [];
  if (message.type === "poll") return [poll(message, { voter, vote })];
  if (message.location) return [place(message.location), ...text];
  if (message.contacts.length) return message.contacts.map((card) => person(card));
  if (media) return [file(message, media), ...text];
  if (message.type === "template") return [el("span", { class: "chip" }, "Template"), ...text];
  return text.length ? text : [el("span", { class: "gone" }, message.type)];
}

function file(message, media) {
  const source = `/simulator/media/${media.id}`;
  if (media.mime_type.startsWith("image/")) return el("img", { src: source, alt: message.body || "Photo", loading: "lazy" });
  if (media.mime_type.startsWith("audio/")) return el("audio", { src: source, controls: true, preload: "metadata" });
  if (media.mime_type.startsWith("video/")) return el("video", { src: source, controls: true, preload: "metadata" });
  return el("a", { class: "file", href: source, download: media.filename || "file" },
    icon("document"), el("span", {}, media.filename || "Document"), el("small", {}, size(media.byte_size)));
}

function place(location) {
  return el("span", { class: "place" }, icon("pin"),
    el("span", {}, el("b", {}, location.name || "Location"),
      el("small", {}, location.address || `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`)));
}

function person(card) {
  return el("span", { class: "place" }, icon("contacts"), el("span", {}, el("b", {}, card.name), el("small", {}, card.phone)));
}

function quoted(message) {
  if (!message) return el("span", { class: "quote" }, el("span", {}, "Original message not here"));
  return el("span", { class: "quote" },
    el("b", {}, message.from_us ? "Casa Lume" : "You"),
    el("span", { dir: "auto" }, message.body || message.type));
}

function ticks(message) {
  const name = message.status === "pending" || message.status === "sent" ? "tick-one" : "tick-two";
  const node = icon(name);
  if (message.status === "read") node.classList.add("read");
  return node;
}

function actions({ own, mine, message, react, quote, change, edit }) {
  return el("span", { class: "actions" },
    ...EMOJI.map((emoji) => el("button", {
      type: "button", "aria-pressed": String(mine === emoji),
      on: { click: () => react(message, mine === emoji ? "" : emoji) },
    }, emoji)),
    el("button", { type: "button", "aria-label": "Quote", on: { click: () => quote(message) } }, icon("reply")),
    own && message.type === "text" ? el("button", { type: "button", "aria-label": "Edit", on: { click: () => edit(message) } }, icon("note")) : null,
    own ? el("button", { type: "button", "aria-label": "Delete for everyone", on: { click: () => change(message) } }, icon("trash")) : null);
}

function size(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
