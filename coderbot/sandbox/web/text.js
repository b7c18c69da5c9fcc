// Text with entities. Offsets of Telegram are UTF-16 units, as are those of JavaScript.

import { make } from "./dom.js";

const SAFE_LINK = /^(https?|tg|ton|mailto):/i;

const SIMPLE = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

function link(url, children) {
  if (!SAFE_LINK.test(url)) return make("span", {}, ...children);
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, ...children);
}

function wrap(entity, piece, children, actions) {
  const { type } = entity;
  if (type === "code") {
    return make("code", { title: "Copy", onclick: () => actions.copy(piece) }, ...children);
  }
  if (SIMPLE[type]) return make(SIMPLE[type], {}, ...children);
  if (type === "pre") {
    const label = entity.language ? make("span", { class: "language", text: entity.language }) : null;
    return make("pre", {}, label, make("code", {}, ...children));
  }
  if (type === "spoiler") {
    return make("span", { class: "spoiler", tabindex: 0, role: "button", "aria-label": "Spoiler",
      onclick: (event) => event.currentTarget.classList.add("shown") }, ...children);
  }
  if (type === "text_link") return link(entity.url ?? "", children);
  if (type === "url") return link(/^[a-z]+:/i.test(piece) ? piece : `http://${piece}`, children);
  if (type === "bot_command") {
    return make("button", { class: "command", onclick: () => actions.say(piece) }, ...children);
  }
  return make("span", { class: "mention" }, ...children);
}

function build(text, entities, start, end, actions) {
  const nodes = [];
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    index += 1;
    if (to <= from) continue;
    const inner = [];
    while (index < entities.length && entities[index].offset < to) inner.push(entities[index++]);
    if (from > at) nodes.push(text.slice(at, from));
    nodes.push(wrap(entity, text.slice(from, to), build(text, inner, from, to, actions), actions));
    // A block ends its line by itself.
    at = BLOCKS.has(entity.type) && text[to] === "\n" && to < end ? to + 1 : to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

export function renderText(text, entities, actions) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return build(text, sorted, 0, text.length, actions);
}
