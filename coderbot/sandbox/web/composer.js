// Writing: text, command menu, files, replies and edits.

import { $, icon, make, size } from "./dom.js";

const MAX_FILES = 10;

export class Composer {
  // `host` has: place() (the chat that is open, a path; empty: none), send(place, text,
  // context), upload(place, file, kind, caption), toast(text), commands() and lastOwn().
  constructor(host) {
    this.host = host;
    this.text = $("#text");
    this.list = $("#commands");
    this.files = [];
    this.context = null;
    this.chosen = 0;
    this.listen();
  }

  listen() {
    this.text.addEventListener("input", () => { this.grow(); this.filter(); });
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) {
        event.preventDefault();
        this.attach(event.clipboardData.files);
      }
    });
    $("#send").addEventListener("click", () => this.submit());
    $("#attach").addEventListener("click", () => $("#file").click());
    $("#file").addEventListener("change", (event) => {
      this.attach(event.target.files);
      event.target.value = "";
    });
    $("#menu").addEventListener("click", () => {
      if (this.list.hidden) this.show(this.host.commands());
      else this.hide();
      this.text.focus();
    });
    $("#context button").addEventListener("click", () => this.setContext(null));
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("#composer")) this.hide();
    });
    this.listenDrop();
  }

  listenDrop() {
    const chat = $("#chat");
    let depth = 0;
    const mark = (change) => {
      depth = change === 0 ? 0 : Math.max(0, depth + change);
      $("#drop").hidden = depth === 0 || !this.host.place();
    };
    chat.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
    chat.addEventListener("dragleave", () => mark(-1));
    chat.addEventListener("dragover", (event) => event.preventDefault());
    chat.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(0);
      if (this.host.place()) this.attach(event.dataTransfer.files);
    });
  }

  grow() {
    this.text.style.height = "";
    if (this.text.value) this.text.style.height = `${this.text.scrollHeight}px`;
  }

  reset() {
    this.text.value = "";
    this.grow();
    this.hide();
    this.setContext(null);
    this.setFiles([]);
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.listKey(event)) {
      event.preventDefault();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      this.setContext(null);
    } else if (event.key === "ArrowUp" && !this.text.value) {
      const own = this.host.lastOwn();
      if (own) {
        event.preventDefault();
        this.edit(own);
      }
    }
  }

  listKey(event) {
    const count = this.list.children.length;
    if (event.key === "ArrowDown") this.select((this.chosen + 1) % count);
    else if (event.key === "ArrowUp") this.select((this.chosen + count - 1) % count);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Tab") this.complete(this.list.children[this.chosen].dataset.command);
    else if (event.key === "Enter" && !event.shiftKey) this.take(this.list.children[this.chosen].dataset.command);
    else return false;
    return true;
  }

  filter() {
    const typed = /^\/([a-z0-9_]*)$/i.exec(this.text.value);
    if (!typed) return this.hide();
    const start = typed[1].toLowerCase();
    return this.show(this.host.commands().filter((each) => each.command.startsWith(start)));
  }

  show(commands) {
    if (!commands.length) return this.hide();
    this.list.replaceChildren(...commands.map((each, index) => make("li", {
      id: `command-${index}`, role: "option", "data-command": each.command,
      onclick: () => this.take(each.command) },
      make("b", { text: `/${each.command}` }), make("span", { text: each.description }))));
    this.list.hidden = false;
    return this.select(0);
  }

  select(index) {
    this.chosen = index;
    [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
    this.list.children[index].scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", `command-${index}`);
  }

  hide() {
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }

  take(command) {
    this.hide();
    this.text.value = "";
    this.grow();
    this.host.send(this.host.place(), `/${command}`, null).catch((error) => this.host.toast(error.message));
    this.text.focus();
  }

  complete(command) {
    this.text.value = `/${command} `;
    this.hide();
  }

  attach(files) {
    const all = [...this.files];
    for (const file of files) {
      if (all.length >= MAX_FILES) {
        this.host.toast(`At most ${MAX_FILES} files at once.`);
        break;
      }
      all.push({ file, kind: kindOf(file), preview: previewOf(file) });
    }
    this.setFiles(all);
    this.text.focus();
  }

  setFiles(files) {
    for (const old of this.files) {
      if (old.preview && !files.includes(old)) URL.revokeObjectURL(old.preview);
    }
    this.files = files;
    $("#attached").hidden = !files.length;
    $("#attached").replaceChildren(...files.map((item) => this.chip(item)));
  }

  chip(item) {
    const canSwitch = previewOf(item.file, false);
    const how = canSwitch
      ? make("button", { class: "as", text: item.kind === "photo" ? "as photo" : "as file",
        title: "Photo or file?", onclick: () => {
          item.kind = item.kind === "photo" ? "document" : "photo";
          this.setFiles(this.files);
        } })
      : null;
    return make("li", {},
      item.preview ? make("img", { src: item.preview, alt: "" }) : null,
      make("span", {}, make("b", { text: item.file.name }), make("small", { text: size(item.file.size) }), how),
      make("button", { class: "icon", "aria-label": `Remove ${item.file.name}`,
        onclick: () => this.setFiles(this.files.filter((each) => each !== item)) }, icon("close")));
  }

  setContext(context) {
    this.context = context;
    $("#context").hidden = !context;
    if (!context) return;
    $("#context strong").textContent = context.edit ? "Edit message" : `Reply to ${context.message.from.first_name}`;
    $("#context span").textContent = context.message.text || context.message.kind;
    this.text.focus();
  }

  reply(message) {
    this.setContext({ edit: false, message });
  }

  edit(message) {
    this.setContext({ edit: true, message });
    this.text.value = message.text;
    this.grow();
  }

  async submit() {
    const { context } = this;
    const place = this.host.place();
    const files = [...this.files];
    let text = this.text.value.trim();
    if (!text && !files.length) return;
    // At once: what is typed from now on belongs to the next message.
    this.reset();
    try {
      if (!files.length) await this.host.send(place, text, context);
      while (files.length) {
        await this.host.upload(place, files[0].file, files[0].kind, text);
        files.shift();
        text = "";
      }
    } catch (error) {
      this.host.toast(error.message);
      if (this.host.place() === place) this.giveBack(text, files, context);
    }
  }

  // Puts back what could not be sent, before what has been written since.
  giveBack(text, files, context) {
    this.text.value = [text, this.text.value].filter(Boolean).join("\n");
    this.grow();
    if (context) this.setContext(context);
    const again = files.map((item) => ({ ...item, preview: previewOf(item.file) }));
    this.setFiles([...again, ...this.files]);
  }
}

function kindOf(file) {
  if (/^image\/(png|jpeg|bmp|webp)$/.test(file.type)) return "photo";
  if (file.type === "image/gif") return "animation";
  if (file.type === "video/mp4" || file.type === "video/webm") return "video";
  if (file.type.startsWith("audio/")) return "audio";
  return "document";
}

function previewOf(file, url = true) {
  const shown = /^image\/(png|jpeg|bmp|webp)$/.test(file.type);
  if (!shown) return null;
  return url ? URL.createObjectURL(file) : true;
}
