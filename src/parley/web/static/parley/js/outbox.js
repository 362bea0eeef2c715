/**
 * Sends what the composer hands over, one after another per conversation, and shows it at once.
 *
 * Every message carries a client id made here; trying again repeats the id, so the server stores it once. The
 * shown bubble stands in the outbox until the server's own with the same id is in the thread; it comes back when
 * the conversation is opened again, after a reload from what unsent.js kept.
 */
import { attach } from "./attach.js";
import { toast } from "./toast.js";
import { forget, keep, unsent } from "./unsent.js";

const lines = new Map();
const jobs = new Map();
let waiting = 0;

export function send(composer, message) {
  const job = begin(composer, { ...message, at: Date.now() });
  keep(job);
  enqueue(job);
  composer.closest("[data-thread]").dispatchEvent(new CustomEvent("parley:sent"));
}

function begin(composer, message) {
  const { conversation, messages, notes, failed, fileLost } = composer.dataset;
  const job = { ...message, conversation, composer, url: message.kind === "note" ? notes : messages };
  job.token = composer.querySelector("[name=csrfmiddlewaretoken]").value;
  job.words = { failed, fileLost, trouble: composer.querySelector("[data-trouble-template]") };
  job.bubble = show(job);
  jobs.set(job.clientId, job);
  place(job);
  return job;
}

function place({ composer, bubble, kind }) {
  const outbox = composer.closest("[data-thread]").querySelector("[data-outbox]");
  const first = !outbox.childElementCount && !outbox.previousElementSibling?.querySelector(":scope > .bubble:last-child")?.matches(".out");
  bubble.classList.toggle("starts", first && kind !== "note");
  outbox.append(bubble);
}

function done({ conversation, clientId, bubble }) {
  jobs.delete(clientId);
  forget(conversation, clientId);
  bubble.remove();
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

function post({ url, token, clientId, text, file, quote, place: spot, bubble }) {
  const data = new FormData();
  data.set("client_id", clientId);
  if (!spot?.body) data.set("body", text ?? "");
  if (quote) data.set("quoted_id", quote.id);
  if (file) data.set("file", file, file.name);
  for (const [name, value] of Object.entries(spot ?? {})) for (const one of [value].flat()) data.append(name, one);
  return new Promise((answered, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Request-Type", "partial");
    const bar = bubble.querySelector("progress");
    request.upload.onprogress = (event) => bar && event.lengthComputable && (bar.value = event.loaded / event.total);
    request.onerror = request.ontimeout = failed;
    request.timeout = file ? 300_000 : 30_000;
    request.onload = () => answered({
      status: request.status, text: request.responseText, moved: request.getResponseHeader("HX-Redirect"),
      reason: request.status >= 400 ? read(request.responseText).querySelector(".text")?.textContent.trim() : "",
    });
    request.send(data);
  });
}

const read = (html) => new DOMParser().parseFromString(html, "text/html");

function show({ composer, kind, clientId, text, quote, file, fileName, place: spot, at }) {
  const bubble = composer.querySelector("[data-bubble-template]").content.cloneNode(true).firstElementChild;
  bubble.dataset.clientId = clientId;
  if (kind === "note") bubble.className = "bubble note";
  bubble.querySelector(".text").textContent = text || spot?.place_name || "";
  const format = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: document.body.dataset.timeZone };
  bubble.querySelector("time").textContent = new Date(at).toLocaleTimeString("en-GB", format);
  if (quote) {
    const block = bubble.querySelector(".quote");
    block.hidden = false;
    block.querySelector("b").textContent = quote.who;
    block.querySelector(".said").textContent = quote.text;
  }
  if (file) bubble.prepend(preview(file));
  else if (fileName) bubble.prepend(named(fileName));
  return bubble;
}

function preview(file) {
  const box = named(file.name);
  if (file.type.startsWith("image/")) {
    const image = new Image();
    image.onload = () => URL.revokeObjectURL(image.src);
    // What calls itself a picture and is none keeps the look of a document.
    image.onerror = () => {
      URL.revokeObjectURL(image.src);
      box.className = "waiting";
      image.replaceWith(file.name);
    };
    image.src = URL.createObjectURL(file);
    box.className = "picture";
    box.replaceChildren(image);
  }
  const bar = box.appendChild(document.createElement("progress"));
  bar.className = "progress";
  bar.max = 1;
  bar.value = 0;
  return box;
}

function named(fileName) {
  const box = document.createElement("div");
  box.className = "waiting";
  box.textContent = fileName;
  return box;
}

function settle(job, html) {
  const bubble = read(html).querySelector("[data-bubble]");
  const recent = document.getElementById(`recent-${job.conversation}`);
  if (bubble && recent && !document.getElementById(bubble.id)) {
    recent.append(document.adoptNode(bubble));
    htmx.process(bubble);
  }
  done(job);
}

function fail(job, reason) {
  // The real bubble came by itself: it was only the answer that was lost.
  if (!jobs.has(job.clientId)) return;
  job.reason = reason;
  keep(job);
  complain(job, reason);
  if (!job.bubble.isConnected) toast(reason, "bad");
}

function complain(job, reason) {
  job.bubble.querySelector("progress")?.remove();
  const trouble = job.words.trouble.content.cloneNode(true).firstElementChild;
  trouble.querySelector("b > span").textContent = reason;
  const [again, discard] = trouble.querySelectorAll("button");
  // Without its file a message is not what was meant: what is left of it can be copied or discarded.
  again.hidden = Boolean(job.fileName);
  again.addEventListener("click", () => (trouble.remove(), job.bubble.classList.remove("failed"), enqueue(job)));
  discard.addEventListener("click", () => done(job));
  job.bubble.classList.add("failed");
  job.bubble.append(trouble);
}

// The conversation is opened again: what is on its way or failed on this page, and what an earlier page left.
attach("[data-composer]", (composer) => {
  const recent = composer.closest("[data-thread]").querySelector("[data-recent]");
  for (const kept of unsent(composer.dataset.conversation)) {
    const { clientId } = kept;
    const job = jobs.get(clientId);
    if (recent.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`)) forget(composer.dataset.conversation, clientId);
    else if (job) place(Object.assign(job, { composer }));
    else restore(begin(composer, kept));
  }
});

function restore(job) {
  complain(job, job.fileName ? job.words.fileLost : job.reason || job.words.failed);
}

// Live updates may bring the real bubble before the answer to the POST does.
attach("[data-recent] [data-client-id]", (bubble) => {
  const { conversation } = bubble.closest("[data-thread]").dataset;
  const { clientId } = bubble.dataset;
  const job = jobs.get(clientId);
  if (job) done(job);
  else forget(conversation, clientId);
});

window.addEventListener("beforeunload", (event) => {
  if (waiting) event.preventDefault();
});
