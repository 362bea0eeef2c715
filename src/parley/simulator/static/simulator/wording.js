// WhatsApp's marks in a text: *bold*, _italic_, ~struck~, `code` and ```code```, as elements.

import { el } from "./dom.js";

const MARKS = /```([\s\S]+?)```|`([^`\n]+)`|(?<![\p{L}\p{N}*])\*(\S|\S[^\n]*?\S)\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(\S|\S[^\n]*?\S)_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(\S|\S[^\n]*?\S)~(?![\p{L}\p{N}~])/u;
const NAMES = ["code", "code", "b", "i", "s"];

export function worded(text) {
  const found = MARKS.exec(text);
  if (!found) return text ? [text] : [];
  const which = found.slice(1).findIndex((inner) => inner !== undefined);
  const inner = found[which + 1];
  const children = NAMES[which] === "code" ? [inner] : worded(inner);
  return [
    ...(found.index ? [text.slice(0, found.index)] : []),
    el(NAMES[which], {}, ...children),
    ...worded(text.slice(found.index + found[0].length)),
  ];
}
