/**
 * Live updates. meta[name=stream-token] holds a short-lived token, its data-renew where to get the next one.
 *
 * A hint {"topics": ["inbox", "conversation:…"]} becomes the events parley:inbox, parley:conversation:… on body;
 * after a gap, or for the topic "*", parley:resync makes everything on the page fetch itself. One tab of a
 * workspace holds the connection and tells the others: browsers allow six to a host over HTTP/1.1, and people
 * open more tabs. A new tab asks it for what was told while its page was on the way.
 */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const SHOW_OFFLINE_AFTER = 3_000;
const ASLEEP = 60_000;
const REMEMBERED = 15_000;

const meta = document.querySelector("meta[name=stream-token]");
const channel = meta && "BroadcastChannel" in window ? new BroadcastChannel(`parley-live:${meta.dataset.renew}`) : null;
let source = null;
let wait = FIRST_WAIT;
let retry;
let gap = false;
let offlineTimer;
let told = [];

function announce(topics) {
  for (const topic of topics) document.body.dispatchEvent(new CustomEvent(`parley:${topic === "*" ? "resync" : topic}`));
}

function tell(message) {
  if (message.topics) told = [...recently(), { topics: message.topics, at: Date.now() }];
  hear(message);
  channel?.postMessage(message);
}

const recently = () => told.filter(({ at }) => Date.now() - at < REMEMBERED);

function hear({ topics, online, isNew }) {
  if (isNew && source && recently().length) {
    channel.postMessage({ topics: [...new Set(recently().flatMap((hint) => hint.topics))] });
  }
  if (topics) announce(topics);
  if (online === undefined) return;
  clearTimeout(offlineTimer);
  const banner = document.querySelector("[data-offline]");
  if (!banner) return;
  if (online) banner.hidden = true;
  else offlineTimer = setTimeout(() => (banner.hidden = false), SHOW_OFFLINE_AFTER);
}

function open() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(`/events?token=${encodeURIComponent(meta.content)}`);
  source.addEventListener("open", opened);
  source.addEventListener("changed", (event) => tell({ topics: JSON.parse(event.data).topics }));
  source.addEventListener("error", broken);
}

function opened() {
  wait = FIRST_WAIT;
  tell(gap ? { online: true, topics: ["resync"] } : { online: true });
  gap = false;
}

function broken() {
  gap = true;
  tell({ online: false });
  source.close();
  clearTimeout(retry);
  retry = setTimeout(renew, wait * (0.7 + Math.random() * 0.6));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

// A refused stream and a lost one look the same, so every new start begins with a fresh token.
async function renew() {
  try {
    const answer = await fetch(meta.dataset.renew, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (answer.headers.get("HX-Redirect") || answer.status === 401) return location.reload();
    if (answer.ok) meta.content = (await answer.json()).token;
  } catch {
    return broken();
  }
  open();
}

function lead() {
  open();
  let awake = Date.now();
  // A timer that comes a minute late means that the machine slept: the old connection may be dead and not know.
  const clock = setInterval(() => {
    if (Date.now() - awake > ASLEEP) (gap = true), renew();
    awake = Date.now();
  }, ASLEEP / 4);
  window.addEventListener("online", renew);
  return new Promise((done) => {
    window.addEventListener("pagehide", () => (clearInterval(clock), source?.close(), done()), { once: true });
  });
}

function start() {
  const name = `parley-live:${meta.dataset.renew}`;
  if (navigator.locks && channel) navigator.locks.request(name, lead).catch(() => lead());
  else lead();
}

if (meta?.content) {
  channel?.addEventListener("message", (event) => hear(event.data));
  channel?.postMessage({ isNew: true });
  start();
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) announce(["resync"]), start();
  });
}
