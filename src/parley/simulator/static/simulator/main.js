// Ties the page together: what is chosen, what changed, what to draw again.

import { get, listen, post } from "./doors.js";
import { showChannels, showDeliveries, showFaults, showLedger, showLimits, wirePanel } from "./panel.js";
import { showPeople } from "./people.js";
import { shopIs, shopRests, showChat, wirePhone } from "./phone.js";

const PACES = {
  natural: { sent: 0.2, delivered: 0.8, read: 4, spread: 0.5 },
  instant: { sent: 0, delivered: 0, read: 0, spread: 0 },
  hand: { sent: 0.1, delivered: 0.4, read: null, spread: 0 },
};

const list = document.getElementById("people");
const channelSelect = document.getElementById("channel");
const scripts = document.getElementById("scripts");
const pace = document.getElementById("pace");
let state = { people: [], channels: [], faults: [] };
let [person, channel] = decodeURIComponent(location.hash.slice(1)).split("@");

function remember() {
  history.replaceState(null, "", `#${encodeURIComponent(`${person ?? ""}@${channel ?? ""}`)}`);
}

async function choose(wa_id) {
  person = wa_id;
  document.body.dataset.view = "phone";
  remember();
  await draw();
}

async function refresh() {
  state = await get("state");
  const known = state.channels.map((each) => each.channel);
  if (!known.includes(channel)) channel = (state.channels.find((each) => each.open) ?? state.channels[0])?.channel ?? "";
  if (!state.people.some((each) => each.wa_id === person)) person = state.people[0]?.wa_id ?? "";
  scripts.checked = state.scripts.running;
  pace.value = state.pace.read === null ? "hand" : state.pace.read === 0 ? "instant" : "natural";
  showSelect();
  showChannels(state.channels);
  showFaults(state.faults);
  showPeople(list, state.people, { channel, chosen: person, choose });
  showNames();
}

async function draw() {
  await refresh();
  await showChat(person, channel);
}

function showSelect() {
  const wanted = JSON.stringify(state.channels.map((each) => [each.channel, each.label, each.status]));
  if (channelSelect.dataset.shown !== wanted) {
    channelSelect.dataset.shown = wanted;
    channelSelect.replaceChildren(...state.channels.map((each) => {
      const kind = each.api === "waha" ? "WAHA" : "Cloud API";
      return new Option(`${each.label} · ${kind}${each.open ? "" : " (not connected)"}`, each.channel);
    }));
  }
  channelSelect.value = channel;
  channelSelect.disabled = state.channels.length === 0;
}

function showNames() {
  const chosen = state.channels.find((each) => each.channel === channel);
  document.getElementById("who-writes").textContent = state.people.find((each) => each.wa_id === person)?.name ?? "";
  document.getElementById("shop-name").textContent = chosen?.label ?? "No channel yet";
  shopRests(chosen ? (chosen.open ? "business account" : "not connected") : "", `${channel}:${person}`);
}

function changed(topics) {
  const any = topics.includes("everything");
  const has = (name) => any || topics.includes(name);
  if (has("people") || has("channels") || has("faults") || has("scripts")) refresh();
  if (any || topics.includes(`chat:${channel}:${person}`)) showChat(person, channel);
  if (has("ledger")) showLedger();
  if (has("deliveries")) showDeliveries();
  if (has("limits") || has("ledger")) showLimits();
  const typing = `shop:${channel}:${person}:`;
  for (const topic of topics) if (topic.startsWith(typing)) shopIs(topic.slice(typing.length));
}

channelSelect.addEventListener("change", () => { channel = channelSelect.value; remember(); draw(); });
scripts.addEventListener("change", () => post("scripts", { running: scripts.checked }));
pace.addEventListener("change", () => post("pace", PACES[pace.value]));
document.addEventListener("click", (event) => {
  const view = event.target.closest("[data-show]")?.dataset.show;
  if (!view) return;
  document.body.dataset.view = view;
  // What comes into sight has been read.
  if (view === "phone") showChat(person, channel);
});
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") draw(); });
document.getElementById("new-person").addEventListener("submit", async (event) => {
  event.preventDefault();
  const added = await post("people", { wa_id: new FormData(event.target).get("wa_id") });
  event.target.reset();
  await choose(added.wa_id);
});

wirePhone();
wirePanel();
listen(changed);
await draw();
await Promise.all([showLedger(), showDeliveries(), showLimits()]);
