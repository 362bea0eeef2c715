/**
 * Sends what the composer hands over, one after another per conversation, and shows it at once.
 *
 * Every message carries a client id made here; trying again repeats the id, so the server stores it once. The
 * shown bubble stands in the outbox until the server's own with the same id is in the thread.
 */
import { attach } from "./attach.js";
import { toast } from "./toast.js";

const lines = new Map();
let waiting = 0;

export function send(composer, message) {
  const job = { ...message, conversation: composer.dataset.conversation, bubble: show(composer, message) };
  job.url = message.kind === "note" ? composer.dataset.notes : composer.dataset.messages;
  job.token = composer.querySelector("[name=csrfmiddlewaretoken]").value;
  job.words = { failed: composer.dataset.failed, trouble: composer.querySelector("[data-trouble-template]") };
  enqueue(job);
  composer.closest("[data-thread]").dispatchEvent(new CustomEvent("parley:sent"));
}

function enqueue(job) {
  waiting += 1;
  const before = lines.get(job.conversation) ?? Promise.resolve();
  lines.set(job.conversation, before.then(() => deliver(job)).finally(() => (waiting -= 1)));
}

async function deliver(job) {
  try {
    const answer = await post(job);
    if (answer.moved) location.assign(answer.moved);
    else if (answer.status < 300) settle(job, answer.text);
    else fail(job, answer.reason || job.words.failed);
  } catch {
    fail(job, job.words.failed);
  }
}

function post({ url, token, clientId, text, file, quote, place, bubble }) {
  const data = new FormData();
  data.set("client_id", clientId);
  data.set("body", text ?? "");
  if (quote) data.set("quoted_id", quote.id);
  if (file) data.set("file", file, file.name);
  for (const [name, value] of Object.entries(place ?? {})) data.set(name, value);
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "partial");
    const bar = bubble.querySelector("progress");
    request.upload.onprogress = (event) => bar && event.lengthComputable && (bar.value = event.loaded / event.total);
    request.onerror = request.ontimeout = failed;
    request.timeout = file ? 300_000 : 30_000;
    request.onload = () => done({
      status: request.status, text: request.responseText, moved: request.getResponseHeader("HX-Redirect"),
      reason: request.status >= 400 ? read(request.responseText).querySelector(".text")?.textContent.trim() : "",
    });
    request.send(data);
  });
}

const read = (html) => new DOMParser().parseFromString(html, "text/html");

function show(composer, { kind, clientId, text, quote, file, place }) {
  const bubble = composer.querySelector("[data-bubble-template]").content.cloneNode(true).firstElementChild;
  bubble.dataset.clientId = clientId;
  if (kind === "note") bubble.className = "bubble note";
  bubble.querySelector(".text").textContent = text || place?.place_name || "";
  const format = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: document.body.dataset.timeZone };
  bubble.querySelector("time").textContent = new Date().toLocaleTimeString("en-GB", format);
  if (quote) {
    const block = bubble.querySelector(".quote");
    block.hidden = false;
    block.querySelector("b").textContent = quote.who;
    block.querySelector(".said").textContent = quote.text;
  }
  if (file) bubble.prepend(preview(file));
  const outbox = composer.closest("[data-thread]").querySelector("[data-outbox]");
  const first = !outbox.childElementCount && !outbox.previousElementSibling?.querySelector(":scope > .bubble:last-child")?.matches(".out");
  bubble.classList.toggle("starts", first && kind !== "note");
  outbox.append(bubble);
  return bubble;
}

function preview(file) {
  const box = document.createElement("div");
  box.className = file.type.startsWith("image/") ? "picture" : "waiting";
  if (file.type.startsWith("image/")) {
    const image = box.appendChild(new Image());
    image.src = URL.createObjectURL(file);
    image.onload = () => URL.revokeObjectURL(image.src);
  } else box.append(file.name);
  const bar = box.appendChild(document.createElement("progress"));
  bar.className = "progress";
  bar.max = 1;
  bar.value = 0;
  return box;
}

function settle(job, html) {
  const bubble = read(html).querySelector("[data-bubble]");
  const recent = document.getElementById(`recent-${job.conversation}`);
  if (bubble && recent && !document.getElementById(bubble.id)) {
    recent.append(document.adoptNode(bubble));
    htmx.process(bubble);
  }
  job.bubble.remove();
}

function fail(job, reason) {
  if (!job.bubble.isConnected) return lost(job, reason);
  job.bubble.querySelector("progress")?.remove();
  const trouble = job.words.trouble.content.cloneNode(true).firstElementChild;
  trouble.querySelector("b > span").textContent = reason;
  const [again, discard] = trouble.querySelectorAll("button");
  again.addEventListener("click", () => (trouble.remove(), job.bubble.classList.remove("failed"), enqueue(job)));
  discard.addEventListener("click", () => job.bubble.remove());
  job.bubble.classList.add("failed");
  job.bubble.append(trouble);
}

// The person has gone on to another conversation: the words go back to being that conversation's draft.
function lost(job, reason) {
  if (job.text) localStorage.setItem(`draft:${job.conversation}`, JSON.stringify({ text: job.text }));
  document.dispatchEvent(new CustomEvent("parley:draft", { detail: job.conversation }));
  toast(reason, "bad");
}

// Live updates may bring the real bubble before the answer to the POST does.
attach("[data-recent] [data-client-id]", (bubble) => {
  const outbox = bubble.closest("[data-thread]")?.querySelector("[data-outbox]");
  outbox?.querySelector(`[data-client-id="${CSS.escape(bubble.dataset.clientId)}"]`)?.remove();
});

window.addEventListener("beforeunload", (event) => {
  if (waiting) event.preventDefault();
});
