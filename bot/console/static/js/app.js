// What every page does: the menu on a phone, refusals beside what was typed, words that pass.

const TOAST_MS = 4000;

function toast(words, tone = "") {
  const line = document.createElement("div");
  line.className = tone ? `toast toast--${tone}` : "toast";
  line.setAttribute("role", "status");
  line.textContent = words;
  document.getElementById("toasts")?.append(line);
  setTimeout(() => line.remove(), TOAST_MS);
}

function showMenu(isOpen) {
  document.getElementById("side")?.toggleAttribute("data-open", isOpen);
}

function forget(form) {
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll("[data-refusal]").forEach((place) => place.replaceChildren());
}

// A refused form keeps what was typed: only the sentence is shown, beside the field it is about.
function refuse(source, html) {
  const told = new DOMParser().parseFromString(html, "text/html").querySelector("[data-words]");
  const words = told ? told.textContent.trim() : "出错了，请稍后再试";
  const form = source?.closest?.("form");
  const place = form?.querySelector("[data-refusal]");
  if (!place) {
    toast(words, "bad");
    return;
  }
  place.textContent = words;
  const field = told?.dataset.field ? form.elements.namedItem(told.dataset.field) : null;
  if (field instanceof HTMLElement) {
    field.setAttribute("aria-invalid", "true");
    field.focus();
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-menu], [data-dialog], [data-close], [data-copy]");
  if (!pressed) return;
  if (pressed.dataset.menu) showMenu(pressed.dataset.menu === "open");
  if (pressed.dataset.dialog) document.getElementById(pressed.dataset.dialog)?.showModal();
  if ("close" in pressed.dataset) pressed.closest("dialog")?.close();
  if (pressed.dataset.copy) {
    navigator.clipboard?.writeText(pressed.dataset.copy).then(() => toast("已复制"));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") showMenu(false);
});

// Plain forms that must be asked about first, as hx-confirm asks for the others.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form?.requestSubmit();
});

document.addEventListener("htmx:before:request", (event) => {
  const form = event.detail.ctx.sourceElement?.closest?.("form");
  if (form) forget(form);
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response.headers.get("HX-Redirect")) refuse(ctx.sourceElement, ctx.text);
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx) toast("网络不通，请检查后再试", "bad");
});

document.addEventListener("signed-out", () => window.location.reload());

const notice = document.getElementById("notice");
if (notice) toast(notice.dataset.words);

export { toast };
