// One message as an element.

import { clock, icon, make, size } from "./dom.js";
import { renderText } from "./text.js";

const MAX_PHOTO = { width: 540, height: 460 };

function photo(message, actions) {
  const { url, width, height, name } = message.file;
  const scale = Math.min(1, MAX_PHOTO.width / width, MAX_PHOTO.height / height);
  const image = make("img", { src: url, alt: message.text || name, decoding: "async",
    width: Math.max(60, Math.round(width * scale)), height: Math.max(40, Math.round(height * scale)) });
  return make("button", { class: "photo", "aria-label": "Open the picture", onclick: () => actions.view(message.message_id) }, image);
}

function player(message) {
  const { kind, file } = message;
  if (kind === "audio" || kind === "voice") {
    return make("div", { class: "audio" },
      kind === "audio" ? make("p", { text: file.name }) : null,
      make("audio", { src: file.url, controls: true, preload: "metadata" }));
  }
  return make("video", { src: file.url, controls: true, preload: "metadata",
    loop: kind === "animation", class: kind === "video_note" ? "round" : "video" });
}

function card(message) {
  const { url, name, size: bytes } = message.file;
  const tail = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  return make("a", { class: "card", href: `${url}?download=1`, download: name || "file" },
    make("span", { class: "disc" }, tail ? make("b", { text: tail }) : null, icon("download")),
    make("span", { class: "what" }, make("b", { text: name || "file" }), make("small", { text: size(bytes) })));
}

function media(message, actions) {
  if (!message.file) return null;
  if (message.kind === "photo") return photo(message, actions);
  if (message.kind === "sticker") {
    return make("img", { class: "sticker", src: message.file.url, alt: "Sticker" });
  }
  const playable = ["video", "animation", "video_note", "audio", "voice"].includes(message.kind);
  if (message.kind === "animation" && message.file.mime.startsWith("image/")) {
    return make("img", { class: "sticker", src: message.file.url, alt: message.file.name });
  }
  return playable ? player(message) : card(message);
}

function key(message, button, row, column, actions) {
  const place = `${row}:${column}`;
  if (button.url) {
    const safe = /^(https?|tg):/i.test(button.url) ? button.url : undefined;
    return make("a", { class: "key", href: safe, target: "_blank", rel: "noopener noreferrer" }, button.text, icon("link"));
  }
  if (button.copy_text) {
    return make("button", { class: "key", text: button.text, onclick: () => actions.copy(button.copy_text.text) });
  }
  const act = (event) => (button.callback_data === undefined
    ? actions.toast("This kind of button does nothing in the sandbox.")
    : actions.press(message, button, event.currentTarget));
  return make("button", { class: "key", "data-place": place, onclick: act },
    make("span", { text: button.text }));
}

function keyboard(message, actions) {
  if (!message.keyboard.length) return null;
  const rows = message.keyboard.map((buttons, row) => make("div", { class: "keys" },
    ...buttons.map((button, column) => key(message, button, row, column, actions))));
  const columns = Math.max(...message.keyboard.map((buttons) => buttons.length));
  return make("div", { class: `keyboard ${columns > 3 ? "many" : ""}` }, ...rows);
}

function quoted(message, actions) {
  if (!message.reply_to) return null;
  const original = actions.find(message.reply_to);
  const name = original ? original.from.first_name : "Deleted message";
  const text = original ? original.text.slice(0, 120) || original.kind : "";
  return make("button", { class: "quote", onclick: () => actions.reveal(message.reply_to) },
    make("b", { text: name }), make("span", { text }));
}

function foot(message) {
  return make("span", { class: "foot" },
    message.silent ? make("span", { text: "🔕", title: "Sent without a notification" }) : null,
    message.edits ? make("span", { class: "edited", text: "edited", title: `Edited ${message.edits} times` }) : null,
    make("time", { text: clock(message.date), datetime: new Date(message.date * 1000).toISOString() }),
    message.from_bot ? null : make("span", { class: "ticks", text: "✓✓", "aria-label": "delivered" }));
}

function bubble(message, actions) {
  const content = media(message, actions);
  const bare = message.kind === "sticker";
  const shape = [`k-${message.kind}`, message.text ? "texted" : "untexted"];
  return make("div", { class: `bubble ${shape.join(" ")}${bare ? " bare" : ""}` },
    message.forwarded ? make("small", { class: "forwarded", text: "Forwarded message" }) : null,
    quoted(message, actions),
    content,
    message.text ? make("div", { class: "text" }, ...renderText(message.text, message.entities, actions)) : null,
    foot(message));
}

export function renderMessage(message, actions) {
  const more = make("button", { class: "icon more", "aria-label": "Message menu", "aria-haspopup": "menu",
    onclick: (event) => actions.menu(message.message_id, event.currentTarget) }, icon("more"));
  return make("article", { class: `message ${message.from_bot ? "theirs" : "mine"}`, "data-id": message.message_id,
    "data-date": message.date },
    make("div", { class: "line" }, bubble(message, actions), more), keyboard(message, actions));
}

// Renders a message that was edited. A new picture is decoded first, so that a live
// screen changes without a blink.
export async function renderEdited(message, actions) {
  const fresh = renderMessage(message, actions);
  fresh.classList.add("flash");
  const image = fresh.querySelector(".photo img");
  if (image) await image.decode().catch(() => undefined);
  return fresh;
}
