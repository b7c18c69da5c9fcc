// The list of bots, and who one is.

import { $, clock, make, paintAvatar } from "./dom.js";

const KIND_NAMES = {
  photo: "🖼 Photo", document: "📎 File", video: "🎬 Video", audio: "🎵 Audio", voice: "🎤 Voice message",
  video_note: "🎬 Video message", animation: "GIF", sticker: "Sticker",
};

export function preview(message) {
  if (!message) return "No messages yet";
  const kind = KIND_NAMES[message.kind];
  const text = message.text.replace(/\s+/g, " ").slice(0, 100);
  const own = message.from_bot ? "" : "You: ";
  return own + (kind ? `${kind}${text ? ` ${text}` : ""}` : text);
}

function row(bot, chat, current, choose) {
  const avatar = make("span", { class: "avatar big" });
  paintAvatar(avatar, bot.id, bot.first_name);
  const unread = chat?.unread ? make("span", { class: "badge", text: String(chat.unread), "aria-label": `${chat.unread} unread` }) : null;
  return make("li", {}, make("button", { "aria-current": current ? "page" : null, "data-bot": bot.id, onclick: () => choose(bot.id) },
    make("span", { class: "ring" }, avatar, bot.online ? make("i", { title: "on line" }) : null),
    make("span", { class: "lines" },
      make("span", { class: "top" }, make("b", { text: bot.first_name }), chat?.last ? make("time", { text: clock(chat.last.date) }) : null),
      make("span", { class: "bottom" }, make("span", { class: "last", text: preview(chat?.last) }), unread))));
}

export function renderBots(bots, chatOf, currentId, choose) {
  const list = $("#bots");
  const focused = document.activeElement?.dataset?.bot;
  list.replaceChildren(...bots.map((bot) => row(bot, chatOf(bot.id), bot.id === currentId, choose)));
  if (focused) list.querySelector(`[data-bot="${focused}"]`)?.focus();
}

export function renderUsers(users, currentId) {
  $("#user").replaceChildren(...users.map((user) =>
    make("option", { value: user.id, text: `${user.first_name} (${user.id})`, selected: user.id === currentId })));
  const me = users.find((user) => user.id === currentId);
  if (me) paintAvatar($("#me-avatar"), me.id, me.first_name);
}
