// Small helpers to build the page. Text always goes in as text, never as markup.

export const $ = (selector, root = document) => root.querySelector(selector);

export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  svg.setAttribute("aria-hidden", "true");
  return svg;
}

export function paintAvatar(element, id, name) {
  const words = name.trim().split(/\s+/);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? "").join("");
  element.textContent = letters.toUpperCase();
  element.dataset.colour = String(Math.abs(id) % 7);
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export const clock = (unix) =>
  new Date(unix * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export const day = (unix) =>
  new Date(unix * 1000).toLocaleDateString([], { day: "numeric", month: "long" });

export function popup(anchor, items) {
  const menu = $("#popup");
  const close = () => {
    menu.hidden = true;
    document.removeEventListener("pointerdown", outside, true);
    menu.removeEventListener("keydown", keys);
    anchor.focus({ preventScroll: true });
  };
  const outside = (event) => { if (!menu.contains(event.target)) close(); };
  const keys = (event) => {
    const all = [...menu.children];
    const at = all.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key === "ArrowDown") all[(at + 1) % all.length].focus();
    else if (event.key === "ArrowUp") all[(at + all.length - 1) % all.length].focus();
    else return;
    event.preventDefault();
  };
  menu.replaceChildren(...items.map(([text, act]) =>
    make("button", { role: "menuitem", text, onclick: () => { close(); act(); } })));
  menu.hidden = false;
  const box = anchor.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - menu.offsetWidth - 8);
  const below = box.bottom + menu.offsetHeight + 8 < innerHeight;
  menu.style.left = `${Math.max(8, left)}px`;
  menu.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - menu.offsetHeight - 4)}px`;
  document.addEventListener("pointerdown", outside, true);
  menu.addEventListener("keydown", keys);
  menu.firstElementChild?.focus();
}

export function ask(title, text, withInput) {
  const dialog = $("#ask");
  const input = $("input", dialog);
  $("h2", dialog).textContent = title;
  $("p", dialog).textContent = text;
  $("p", dialog).hidden = !text;
  $("h2", dialog).hidden = !title;
  input.hidden = !withInput;
  input.value = "";
  $("[value=cancel]", dialog).hidden = !withInput;
  dialog.returnValue = "";
  dialog.showModal();
  ($(withInput ? "input" : "[value=ok]", dialog)).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () =>
      resolve(dialog.returnValue === "ok" ? (withInput ? input.value.trim() : "ok") : null), { once: true });
  });
}
