// The chat page: what is known, what happens, and what is shown.

import { $, ask, day, make, paintAvatar, popup } from "./dom.js";
import { Composer } from "./composer.js";
import { renderEdited, renderMessage } from "./message.js";
import { Stream, call } from "./net.js";
import { renderBots, renderUsers } from "./sidebar.js";
import { followViewer, openViewer } from "./viewer.js";

const ACTION_MS = 5000;
const TOAST_MS = 3500;
const SPINNER_MS = 20000;
const NEAR_END_PX = 120;
const ACTIONS = {
  typing: "typing…", upload_photo: "sending a photo…", upload_document: "sending a file…", upload_video: "sending a video…",
  record_voice: "recording a voice message…", upload_voice: "sending a voice message…", choose_sticker: "choosing a sticker…",
};

const known = { users: new Map(), bots: new Map(), chats: new Map() };
const spinners = new Map(); // callback id -> button, or null when the answer came first
let me = 0;
let open = 0; // bot of the chat that is shown; 0: none
let messages = new Map();
let blocked = false;
let commands = [];
let missed = 0;
let actionTimer = 0;
let loading = 0;

const scroll = $("#scroll");
const log = $("#messages");
const place = () => (open ? `chats/${open}/${me}` : "");
const path = (rest) => `${place()}/${rest}`;

function chatOf(bot, user = me) {
  const key = `${bot}:${user}`;
  if (!known.chats.has(key)) known.chats.set(key, { last: null, unread: 0 });
  return known.chats.get(key);
}

// ---- what is shown -------------------------------------------------------------

function paintSidebar() {
  renderUsers([...known.users.values()], me);
  renderBots([...known.bots.values()], (bot) => chatOf(bot), open, (bot) => go(me, bot));
  let unread = 0;
  for (const [key, chat] of known.chats) if (key.endsWith(`:${me}`)) unread += chat.unread;
  document.title = unread ? `(${unread}) CoderBot sandbox` : "CoderBot sandbox";
}

function paintHead() {
  const bot = known.bots.get(open);
  $("#app").classList.toggle("chatting", Boolean(bot));
  $("#chat").classList.toggle("open", Boolean(bot));
  if (!bot) return;
  paintAvatar($("#bot-avatar"), bot.id, bot.first_name);
  $("#bot-name").textContent = bot.first_name;
  paintStatus("");
}

function paintStatus(action) {
  const bot = known.bots.get(open);
  if (!bot) return;
  const status = $("#bot-status");
  const line = bot.online ? "bot, on line" : bot.revoked ? "token revoked" : "bot, its program is not running";
  const text = action || line;
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("active", Boolean(action));
}

function paintFoot() {
  const fresh = messages.size === 0;
  const bot = known.bots.get(open);
  const start = $("#start");
  start.hidden = !(fresh || blocked);
  start.textContent = blocked ? "UNBLOCK AND RESTART" : "START";
  $("#row").hidden = blocked;
  $("#menu").hidden = !commands.length;
  log.querySelector(".empty")?.remove();
  if (fresh && bot) log.append(make("p", { class: "empty", text: bot.description || "No messages here yet.\nPress START or write something." }));
  paintReplyKeyboard();
}

function paintReplyKeyboard() {
  const last = [...messages.values()].reverse().find((message) => message.reply_keyboard.length || message.removes_keyboard);
  const box = $("#keyboard");
  const rows = last?.reply_keyboard ?? [];
  box.hidden = !rows.length;
  box.replaceChildren(...rows.map((row) =>
    make("div", {}, ...row.map((text) => make("button", { text, onclick: () => actions.say(text) })))));
}

function arrange() {
  log.querySelectorAll(".day").forEach((element) => element.remove());
  let before = null;
  for (const element of log.querySelectorAll(".message")) {
    const date = day(Number(element.dataset.date));
    if (!before || day(Number(before.dataset.date)) !== date) element.before(make("span", { class: "day", text: date }));
    const side = element.classList.contains("mine");
    element.classList.toggle("follows", Boolean(before) && before.classList.contains("mine") === side);
    before = element;
  }
}

const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END_PX;

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  missed = 0;
  paintMissed();
}

function paintMissed() {
  $("#to-end").hidden = nearEnd();
  const badge = $("#to-end .badge");
  badge.hidden = missed === 0;
  badge.textContent = String(missed);
}

function toast(text) {
  const element = make("p", { text });
  $("#toasts").append(element);
  setTimeout(() => element.remove(), TOAST_MS);
}

// ---- what a person does --------------------------------------------------------

const guarded = (work) => work.catch((error) => toast(error.message));

const actions = {
  toast,
  say: (text) => guarded(call("POST", path("messages"), { user_id: me, text })),
  find: (id) => messages.get(id),
  view: (id) => { const message = messages.get(id); if (message?.file) openViewer(message); },
  reveal(id) {
    const element = log.querySelector(`[data-id="${id}"]`);
    element?.scrollIntoView({ block: "center", behavior: "smooth" });
    element?.classList.add("flash");
    setTimeout(() => element?.classList.remove("flash"), 900);
  },
  copy(text) {
    navigator.clipboard.writeText(text).then(() => toast("Copied."), () => toast("The browser did not let me copy."));
  },
  async press(message, button, element) {
    if (element.hasAttribute("aria-busy")) return;
    element.setAttribute("aria-busy", "true");
    const stop = () => element.removeAttribute("aria-busy");
    const timer = setTimeout(stop, SPINNER_MS);
    try {
      const data = { user_id: me, data: button.callback_data };
      const answer = await call("POST", path(`messages/${message.message_id}/press`), data);
      if (spinners.get(answer.callback_id) === null) stop(); // the answer was faster
      else spinners.set(answer.callback_id, () => { clearTimeout(timer); stop(); });
    } catch (error) {
      stop();
      toast(error.message);
    }
  },
  menu(id, anchor) {
    const message = messages.get(id);
    if (!message) return;
    const items = [["Reply", () => composer.reply(message)]];
    if (message.text) items.push(["Copy text", () => actions.copy(message.text)]);
    if (!message.from_bot && message.text) items.push(["Edit", () => composer.edit(message)]);
    items.push(["Delete", () => guarded(call("DELETE", path(`messages/${id}`)))]);
    popup(anchor, items);
  },
};

const writer = (to) => Number(to.split("/").at(-1));

const composer = new Composer({
  toast,
  place,
  commands: () => commands,
  lastOwn: () => [...messages.values()].reverse().find((message) => !message.from_bot && message.kind === "text"),
  async send(to, text, context) {
    const body = { user_id: writer(to), text };
    if (context?.edit) await call("PATCH", `${to}/messages/${context.message.message_id}`, body);
    else await call("POST", `${to}/messages`, { ...body, reply_to: context?.message.message_id });
    toEnd();
  },
  async upload(to, file, kind, caption) {
    const form = new FormData();
    const fields = { user_id: writer(to), kind, caption, name: file.name, mime: file.type };
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, "file");
    await call("POST", `${to}/files`, form);
    toEnd();
  },
});

function go(user, bot) {
  const hash = `#u=${user}${bot ? `&b=${bot}` : ""}`;
  if (location.hash === hash) return;
  location.hash = hash;
}

async function enter() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const user = Number(wanted.get("u"));
  const bot = Number(wanted.get("b"));
  me = known.users.has(user) ? user : known.users.keys().next().value ?? 0;
  open = known.bots.has(bot) ? bot : 0;
  composer.reset();
  $("#toasts").replaceChildren();
  messages = new Map();
  log.replaceChildren();
  paintHead();
  if (open) await loadChat();
  paintSidebar();
}

async function loadChat() {
  const turn = ++loading;
  const answer = await call("GET", path("messages"));
  if (turn !== loading) return;
  // What has come while the answer was on its way is newer than the answer.
  const newer = [...messages.values()].filter((message) => message.seq > answer.cursor);
  messages = new Map([...answer.messages, ...newer].map((message) => [message.message_id, message]));
  ({ blocked, commands } = answer);
  log.replaceChildren(...[...messages.values()].map((message) => renderMessage(message, actions)));
  chatOf(open).unread = 0;
  arrange();
  paintFoot();
  toEnd();
  if (matchMedia("(hover: hover)").matches) $("#text").focus({ preventScroll: true });
}

// ---- what happens --------------------------------------------------------------

const happened = {
  message(event) {
    const { message } = event;
    const chat = chatOf(event.bot_id, event.chat_id);
    chat.last = message;
    if (event.bot_id !== open || event.chat_id !== me) {
      if (message.from_bot) chat.unread += 1;
    } else if (!messages.has(message.message_id)) {
      show(message);
    }
    paintSidebar();
  },
  edit(event) {
    const { message } = event;
    const chat = chatOf(event.bot_id, event.chat_id);
    if (chat.last?.message_id === message.message_id) chat.last = message;
    if (event.bot_id === open && event.chat_id === me) change(message);
    paintSidebar();
  },
  delete(event) {
    if (event.bot_id !== open || event.chat_id !== me) return;
    messages.delete(event.message_id);
    log.querySelector(`[data-id="${event.message_id}"]`)?.remove();
    chatOf(open).last = [...messages.values()].pop() ?? null;
    arrange();
    paintFoot();
    paintSidebar();
  },
  toast(event) {
    const stop = spinners.get(event.callback_id);
    if (stop) stop();
    if (stop) spinners.delete(event.callback_id);
    else spinners.set(event.callback_id, null);
    if (event.bot_id !== open || event.user_id !== me || !event.text) return;
    if (event.show_alert) ask("", event.text, false);
    else toast(event.text);
  },
  action(event) {
    if (event.bot_id !== open || event.chat_id !== me) return;
    paintStatus(event.draft || (ACTIONS[event.action] ?? "busy…"));
    clearTimeout(actionTimer);
    actionTimer = setTimeout(() => paintStatus(""), ACTION_MS);
  },
  async bot(event) {
    known.bots.set(event.bot.id, event.bot);
    paintSidebar();
    if (event.bot.id !== open) return;
    paintHead();
    const answer = await call("GET", path("messages"));
    if (event.bot.id !== open) return;
    ({ commands } = answer);
    paintFoot();
  },
  user(event) {
    known.users.set(event.user.id, event.user);
    paintSidebar();
  },
  chat(event) {
    if (event.bot_id !== open || event.chat_id !== me) return;
    ({ blocked } = event);
    paintFoot();
  },
};

function show(message) {
  const stay = !nearEnd() && message.from_bot;
  messages.set(message.message_id, message);
  const element = renderMessage(message, actions);
  element.classList.add("new");
  log.append(element);
  arrange();
  paintFoot();
  if (message.from_bot) {
    clearTimeout(actionTimer);
    paintStatus("");
  }
  if (stay) missed += 1;
  else toEnd();
  paintMissed();
}

async function change(message) {
  messages.set(message.message_id, message);
  followViewer(message);
  const stay = !nearEnd();
  const old = () => log.querySelector(`[data-id="${message.message_id}"]`);
  const fresh = await renderEdited(message, actions);
  // While the picture was decoded a later edit may have come, or a deletion.
  if (messages.get(message.message_id) !== message || !old()) return;
  keepFocus(old(), fresh);
  old().replaceWith(fresh);
  arrange();
  paintReplyKeyboard();
  if (!stay) toEnd();
}

function keepFocus(old, fresh) {
  const place = document.activeElement?.dataset?.place;
  const inside = old.contains(document.activeElement);
  for (const [id, stop] of spinners) if (stop === null) spinners.delete(id);
  if (inside && place) queueMicrotask(() => fresh.querySelector(`[data-place="${place}"]`)?.focus({ preventScroll: true }));
}

async function reload() {
  const state = await call("GET", "state");
  known.users = new Map(state.users.map((user) => [user.id, user]));
  known.bots = new Map(state.bots.map((bot) => [bot.id, bot]));
  known.chats.forEach((chat) => { chat.last = null; });
  for (const last of state.chats) chatOf(last.bot_id, last.chat_id).last = last;
  await enter();
  return state;
}

const stream = new Stream(
  reload,
  (event) => { guarded(Promise.resolve(happened[event.type]?.(event))); },
  (connected) => { $("#notice").hidden = connected; },
);

// ---- wiring --------------------------------------------------------------------

addEventListener("hashchange", () => guarded(enter()));
scroll.addEventListener("scroll", () => {
  if (nearEnd()) missed = 0;
  paintMissed();
});
new ResizeObserver(() => { if (nearEnd()) toEnd(); }).observe(scroll);
$("#to-end").addEventListener("click", toEnd);
$("#back").addEventListener("click", () => go(me, 0));
$("#user").addEventListener("change", (event) => go(Number(event.target.value), open));
$("#start").addEventListener("click", () => actions.say("/start"));
$("#add-user").addEventListener("click", async () => {
  const name = await ask("New user", "The name of a person who can write to the bots.", true);
  if (!name) return;
  const id = Math.max(1000, ...known.users.keys()) + 1;
  await guarded(call("POST", "users", { id, first_name: name }));
  go(id, open);
});
$("#head-menu").addEventListener("click", (event) => {
  const turn = (value) => () => guarded(call("POST", path("block"), { user_id: me, blocked: value }));
  popup(event.currentTarget, [
    ["Profile", () => { const bot = known.bots.get(open); ask(bot.first_name, `@${bot.username}\nid ${bot.id}\n\n${bot.short_description}`, false); }],
    blocked ? ["Unblock bot", turn(false)] : ["Block bot", turn(true)],
  ]);
});
log.addEventListener("contextmenu", (event) => {
  const bubble = event.target.closest(".bubble");
  if (!bubble || getSelection().toString()) return;
  event.preventDefault();
  const more = bubble.parentElement.querySelector(".more");
  actions.menu(Number(bubble.closest(".message").dataset.id), more.offsetParent ? more : bubble);
});
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog");
  if (!typing && open && event.key === "Escape" && $("#popup").hidden) go(me, 0);
});
stream.start();
