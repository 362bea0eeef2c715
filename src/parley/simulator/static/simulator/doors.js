// The simulator's own JSON doors.

import { say } from "./dom.js";

async function call(method, path, body) {
  const options = { method, headers: { "content-type": "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const answer = await fetch(`/simulator/${path}`, options);
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    say(data.error ?? `The simulator answered ${answer.status}.`);
    throw new Error(data.error ?? answer.status);
  }
  return data;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const remove = (path) => call("DELETE", path);

// Hints of what changed, gathered for a moment; after a lost connection everything counts as changed.
export function listen(changed) {
  const waiting = new Set();
  let timer;
  const gather = (topics) => {
    topics.forEach((topic) => waiting.add(topic));
    timer ??= setTimeout(() => {
      timer = undefined;
      const all = [...waiting];
      waiting.clear();
      changed(all);
    }, 80);
  };
  const source = new EventSource("/simulator/events");
  let lost = false;
  source.onopen = () => { if (lost) gather(["everything"]); };
  source.onerror = () => { lost = true; };
  source.onmessage = (event) => gather(JSON.parse(event.data).topics);
}
