/**
 * What was handed over and is not known to be on the server, kept per conversation in this browser.
 *
 * Only what text can hold: of a file its name. The client id stays the same, so that nothing is stored twice.
 */

const key = (conversation) => `unsent:${conversation}`;

export function unsent(conversation) {
  try {
    return JSON.parse(localStorage.getItem(key(conversation))) ?? [];
  } catch {
    return [];
  }
}

export function keep({ conversation, clientId, kind, text, quote, place, file, fileName, at, reason }) {
  const kept = { clientId, kind, text, quote, place, fileName: file?.name ?? fileName, at, reason };
  const all = unsent(conversation);
  const before = all.findIndex((other) => other.clientId === clientId);
  all.splice(before < 0 ? all.length : before, 1, kept);
  write(conversation, all);
}

export function forget(conversation, clientId) {
  const all = unsent(conversation);
  const others = all.filter((other) => other.clientId !== clientId);
  if (others.length < all.length) write(conversation, others);
}

function write(conversation, all) {
  try {
    if (all.length) localStorage.setItem(key(conversation), JSON.stringify(all));
    else localStorage.removeItem(key(conversation));
  } catch {
    // The browser's room is full: the words are still in the bubble on this page.
  }
  document.dispatchEvent(new CustomEvent("parley:draft", { detail: conversation }));
}
