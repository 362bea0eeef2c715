/** Keeps what depends on the clock true: [data-ring] and [data-window], each with data-until. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SOON = 3 * HOUR;
const NOW = HOUR / 2;
const KINDS = { calm: "good", soon: "warn", now: "bad", over: "" };

function stateOf(left) {
  if (left <= 0) return "over";
  if (left < NOW) return "now";
  return left < SOON ? "soon" : "calm";
}

function inWords(left) {
  const { unitHour, unitMinute } = document.body.dataset;
  const hours = Math.floor(left / HOUR);
  const minutes = Math.floor((left % HOUR) / 60_000);
  const parts = [];
  if (hours) parts.push(unitHour.replace("#", hours));
  if (minutes || !hours) parts.push(unitMinute.replace("#", minutes));
  return parts.join(" ");
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function tick() {
  const now = Date.now();
  for (const ring of document.querySelectorAll("[data-ring]")) {
    const left = new Date(ring.dataset.until) - now;
    set(ring, "data-state", stateOf(left));
    set(ring.querySelector(".left"), "stroke-dasharray", `${Math.max(0, Math.min(100, (left / DAY) * 100)).toFixed(1)} 200`);
  }
  for (const chip of document.querySelectorAll("[data-window]")) {
    const left = new Date(chip.dataset.until) - now;
    const state = stateOf(left);
    chip.classList.remove("good", "warn", "bad");
    if (KINDS[state]) chip.classList.add(KINDS[state]);
    if (state === "over") {
      chip.replaceChildren(chip.querySelector(".dot"), chip.dataset.over);
      delete chip.dataset.window;
    } else {
      say(chip.querySelector("[data-time-left]"), inWords(left));
      say(chip.querySelector("[data-time-short]"), inWords(left).match(/^\S+\s\S+/)?.[0] ?? "");
    }
  }
}

setInterval(tick, 20_000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
