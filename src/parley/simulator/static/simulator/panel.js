// Behind the scenes: channels with their codes, faults, the ledger's end, webhooks on their way.

import { clock, el, fill, icon } from "./dom.js";
import { get, post, remove } from "./doors.js";

const STATES = { WORKING: "good", CONNECTED: "good", SCAN_QR_CODE: "warn", STARTING: "warn", FAILED: "bad" };
const WORDS = {
  WORKING: "working", CONNECTED: "connected", SCAN_QR_CODE: "waits for a scan", STARTING: "starting",
  STOPPED: "stopped", FAILED: "failed",
};

export function showChannels(channels) {
  const section = document.getElementById("channels");
  const cards = channels.map((channel) => card(channel));
  const none = el("p", { class: "hint", data: { key: "none" } },
    "No channel yet. Connect one in Parley: a WAHA session shows its QR code here, a Cloud API number appears when its app is set up.");
  fill(section, cards.length ? cards : [none]);
}

function card(channel) {
  const waits = channel.status === "SCAN_QR_CODE";
  return el("article", { class: "card", data: { key: JSON.stringify(channel) } },
    el("header", {}, el("b", {}, channel.label), el("span", { class: `chip ${STATES[channel.status] ?? ""}` }, WORDS[channel.status] ?? channel.status)),
    el("small", {}, channel.api === "waha" ? `WAHA · ${channel.name} · ${channel.detail}` : `Cloud API · ${channel.detail}`),
    waits ? el("img", { class: "qr", alt: `QR code ${channel.qr_round}`, src: `/simulator/sessions/${encodeURIComponent(channel.name)}/qr.png?round=${channel.qr_round}` }) : null,
    waits && channel.pairing_code ? el("p", { class: "code" }, "or type ", el("b", {}, channel.pairing_code)) : null,
    waits ? el("button", { class: "button primary", on: { click: () => post(`sessions/${encodeURIComponent(channel.name)}/scan`) } }, icon("qr"), "Scan with the shop's phone") : null,
    channel.api === "waha" && channel.open ? el("button", { class: "button", on: { click: () => post(`sessions/${encodeURIComponent(channel.name)}`, { status: "FAILED" }) } }, "Drop the connection") : null,
    channel.api === "waha" && channel.status === "FAILED" ? el("button", { class: "button", on: { click: () => post(`sessions/${encodeURIComponent(channel.name)}`, { status: "STARTING" }) } }, "Start again") : null);
}

export function showFaults(faults) {
  fill(document.getElementById("fault-list"), faults.map((fault) => {
    const spent = fault.times > 0 && fault.hits >= fault.times;
    return el("li", { class: spent ? "spent" : "", data: { key: JSON.stringify(fault) } },
      el("span", { class: "grow" }, el("b", {}, fault.action.replaceAll("_", " ")), el("small", {}, `${fault.api} · ${fault.match || "any"}`)),
      el("span", { class: "num" }, fault.times ? `${fault.hits} of ${fault.times}` : `${fault.hits}`),
      el("button", { class: "round", "aria-label": "Remove", on: { click: () => remove(`faults/${fault.id}`) } }, icon("close")));
  }));
}

export async function showLedger() {
  const entries = (await get("ledger?tail=60")).reverse();
  const lines = entries.map((entry) => el("div", { class: "line", data: { key: `${entry.seq}:${entry.attempts}` } },
    el("time", {}, clock(entry.at)),
    el("span", { class: "grow" }, el("b", { dir: "auto" }, entry.body || entry.type), el("small", {}, `${entry.channel} → +${entry.recipient}`)),
    entry.attempts > 1 ? el("span", { class: "chip warn" }, `${entry.attempts} attempts`) : null));
  const none = el("p", { class: "hint", data: { key: "none" } }, "Nothing was accepted yet. Every message that the shop sends stands here before it is answered.");
  fill(document.getElementById("ledger"), lines.length ? lines : [none]);
}

export async function showDeliveries() {
  const outcomes = (await get("deliveries")).slice(-60).reverse();
  const lines = outcomes.map((outcome) => el("div", { class: "line", data: { key: JSON.stringify(outcome) } },
    el("time", {}, clock(outcome.at)),
    el("span", { class: "grow" }, el("b", {}, outcome.event), el("small", {}, outcome.error || outcome.url)),
    el("span", { class: `chip ${outcome.status && outcome.status < 300 ? "good" : "bad"}` }, String(outcome.status ?? "no answer")),
    outcome.attempt > 1 ? el("span", { class: "chip" }, `attempt ${outcome.attempt}`) : null));
  const none = el("p", { class: "hint", data: { key: "none" } }, "No webhook was sent yet.");
  fill(document.getElementById("deliveries"), lines.length ? lines : [none]);
}

export async function showLimits() {
  const { limits, used } = await get("cloud/limits");
  for (const field of document.getElementById("limits-form").elements) field.checked = limits[field.name];
  const told = [
    ["People reached today", used.people_reached], ["Messages in this second", used.messages_this_second],
    ["Calls about templates and numbers in this hour", used.management_this_hour],
  ].flatMap(([words, counts]) => Object.entries(counts).map(([name, count]) => [`${words} · ${name}`, String(count)]));
  fill(document.getElementById("limits-used"), told.map(([words, count]) => el("div", { class: "line", data: { key: `${words} ${count}` } },
    el("dt", { class: "grow" }, words), el("dd", { class: "num" }, count))));
}

export function wirePanel() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      for (const other of tabs) {
        const chosen = other === tab;
        other.setAttribute("aria-selected", String(chosen));
        document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
      }
    });
  }
  document.getElementById("fault").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    await post("faults", {
      api: form.get("api"), action: form.get("action"), match: form.get("match"), channel: form.get("channel"),
      times: Number(form.get("times")),
    });
  });
  document.getElementById("limits-form").addEventListener("change", (event) => {
    post("cloud/limits", { [event.target.name]: event.target.checked });
  });
}
