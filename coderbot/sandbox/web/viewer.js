// The picture viewer. It follows edits, so a live screen stays live at full size.

import { $ } from "./dom.js";

const dialog = $("#viewer");
const image = $("img", dialog);
let shown = null;

export function openViewer(message) {
  paint(message);
  dialog.classList.remove("actual");
  dialog.showModal();
}

export function followViewer(message) {
  if (shown === message.message_id && dialog.open && message.file) paint(message);
}

function paint(message) {
  shown = message.message_id;
  image.src = message.file.url;
  image.alt = message.text || message.file.name;
  $("p", dialog).textContent = `${message.file.width} × ${message.file.height}${message.text ? `  ·  ${message.text}` : ""}`;
  const save = $("[data-do=save]", dialog);
  save.href = `${message.file.url}?download=1`;
  save.download = message.file.name;
}

dialog.addEventListener("click", (event) => {
  const action = event.target.closest("[data-do]")?.dataset.do;
  if (action === "close" || event.target.classList.contains("stage")) dialog.close();
  else if (action === "zoom" || event.target === image) dialog.classList.toggle("actual");
});
