// The phone: shows the chosen chat and writes as the customer.

import { bubble } from "./bubbles.js";
import { el, fill, say } from "./dom.js";
import { get, post } from "./doors.js";

const talk = document.getElementById("talk");
const text = document.getElementById("text");
const file = document.getElementById("file");
const menu = document.getElementById("attach-menu");
const quoting = document.getElementById("quoting");
const shopState = document.getElementById("shop-state");
const ring = document.getElementById("call");
const CARD = { name: "Oficina Madeira Viva", phone: "+55 19 3255-0101" };
const SAMPLES = {
  image: () => ({ type: "image", picture: ["table", "chair", "sofa", "shelf", "room"][Math.floor(Math.random() * 5)] }),
  document: () => ({ type: "document", filename: "planta-sala.pdf" }),
  location: () => ({ type: "location" }),
  contacts: () => ({ type: "contacts", contacts: [CARD] }),
  sticker: () => ({ type: "sticker" }),
};

let wa_id = "";
let channel = "";
let quotedMessage = null;
let editedMessage = null;
let typedAt = 0;
let atEnd = true;

export async function showChat(person, toChannel) {
  if (person !== wa_id || toChannel !== channel) {
    talk.replaceChildren();
    atEnd = true;
    dropQuote();
  }
  wa_id = person;
  channel = toChannel;
  ring.hidden = !wa_id || !channel?.startsWith("waha:");
  if (!wa_id || !channel) {
    fill(talk, [el("p", { class: "hint", data: { key: "none" } }, "Nobody can write yet: connect a channel first.")]);
    return;
  }
  const { messages, media } = await get(`people/${wa_id}/messages?channel=${encodeURIComponent(channel)}`);
  if (person !== wa_id || toChannel !== channel) return;
  show(messages, media);
  const unread = messages.some((message) => message.from_us && ["sent", "delivered"].includes(message.status));
  if (unread && document.visibilityState === "visible" && talk.offsetParent) setTimeout(read, 900, person, toChannel);
}

function show(messages, media) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const acts = { byId, voter: wa_id, react, quote, change: erase, edit, vote };
  const nodes = messages.map((message) => bubble(message, { media: media[message.media_id], ...acts }));
  fill(talk, nodes.length ? nodes : [el("p", { class: "hint", data: { key: "empty" } }, "Write the first message.")]);
  stay();
}

// The end of the chat stays in view while it is in view, also when a picture arrives later.
function stay() {
  if (atEnd) talk.scrollTop = talk.scrollHeight;
}

function read(person, toChannel) {
  if (person === wa_id && toChannel === channel) post(`people/${wa_id}/read`, { channel });
}

async function send(letter) {
  const quoted_id = quotedMessage?.id ?? null;
  dropQuote();
  await post(`people/${wa_id}/messages`, { channel, quoted_id, ...letter });
  atEnd = true;
  stay();
}

function react(message, emoji) {
  post(`people/${wa_id}/messages`, { channel, type: "reaction", target_id: message.id, emoji });
}

function erase(message) {
  post(`people/${wa_id}/changes`, { channel, message_id: message.id });
}

function edit(message) {
  dropQuote();
  editedMessage = message;
  quoting.hidden = false;
  quoting.firstElementChild.textContent = "Edit the message";
  text.value = message.body;
  text.focus();
}

// Votes and calls exist on a WAHA session only: the Cloud API has no polls.
function vote(message, options) {
  const [api, name] = channel.split(":");
  if (api === "waha") post(`waha/sessions/${encodeURIComponent(name)}/votes`, { wa_id, poll_id: message.id, options });
}

function call() {
  const [api, name] = channel.split(":");
  if (api === "waha" && wa_id) post(`waha/sessions/${encodeURIComponent(name)}/calls`, { wa_id }).then(() => say("The shop's phone rings."));
}

function quote(message) {
  editedMessage = null;
  quotedMessage = message;
  quoting.hidden = false;
  quoting.firstElementChild.textContent = message.body || message.type;
  text.focus();
}

function dropQuote() {
  quotedMessage = null;
  if (editedMessage) text.value = "";
  editedMessage = null;
  quoting.hidden = true;
}

export function shopIs(state) {
  shopState.textContent = state === "typing" ? "typing…" : shopState.dataset.rest ?? "";
  clearTimeout(shopIs.timer);
  if (state === "typing") shopIs.timer = setTimeout(shopIs, 25000, "paused");
}

// What stands there when nobody writes. Whoever writes in the same chat goes on writing.
export function shopRests(label, chat) {
  const isSame = shopState.dataset.chat === chat;
  Object.assign(shopState.dataset, { rest: label, chat });
  if (!isSame || shopState.textContent !== "typing…") shopIs("paused");
}

function showTyping(presence) {
  post(`people/${wa_id}/presence`, { channel, presence }).catch(() => {});
}

async function upload(chosen) {
  const data = await new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = fail;
    reader.readAsDataURL(chosen);
  });
  const family = chosen.type.split("/")[0];
  const type = { image: "image", video: "video", audio: "voice" }[family] ?? "document";
  await send({ type, data, mime_type: chosen.type || "application/octet-stream", filename: chosen.name });
}

export function wirePhone() {
  talk.addEventListener("scroll", () => { atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 120; });
  talk.addEventListener("load", stay, true);
  document.getElementById("write").addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = text.value.trim();
    if (!body) return;
    const changed = editedMessage;
    if (changed) dropQuote();
    text.value = "";
    typedAt = 0;
    if (changed) await post(`people/${wa_id}/changes`, { channel, message_id: changed.id, body });
    else await send({ body }).catch(() => { text.value = body; });
  });
  text.addEventListener("input", () => {
    if (Date.now() - typedAt > 3000 && wa_id && channel) {
      typedAt = Date.now();
      showTyping("typing");
      setTimeout(() => { if (Date.now() - typedAt > 3500) showTyping("paused"); }, 4000);
    }
  });
  ring.addEventListener("click", call);
  const attach = document.getElementById("attach");
  attach.addEventListener("click", () => {
    menu.hidden = !menu.hidden;
    attach.setAttribute("aria-expanded", String(!menu.hidden));
  });
  menu.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-send]")?.dataset.send;
    if (!kind) return;
    menu.hidden = true;
    attach.setAttribute("aria-expanded", "false");
    if (kind === "upload") file.click();
    else send(SAMPLES[kind]());
  });
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen) upload(chosen).catch(() => say("The file could not be sent."));
    file.value = "";
  });
  document.getElementById("voice").addEventListener("click", () => send({ type: "voice", seconds: 4 + Math.random() * 6 }));
  quoting.querySelector("button").addEventListener("click", dropQuote);
}
