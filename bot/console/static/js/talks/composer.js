// The reply box: nothing typed is ever lost, whatever becomes of its sending.

import { ask, fill, find, Refused, say, send, talkId } from "./page.js";
import { refreshLines, toEnd } from "./lines.js";

const box = find("said");
const most = Number(find("composer")?.dataset.most ?? 0);
const TYPING_MS = 10_000;
const draft = `talk-draft-${talkId}`;
let mode = "reply";
let key = "";
let isSending = false;
let signedAt = 0;
let refreshHead = async () => {};

const head = () => document.querySelector(".talk-who").dataset;
const bytes = (text) => new TextEncoder().encode(text.trim()).length;

function newKey() {
  const random = crypto.getRandomValues(new Uint8Array(16));
  key = [...random].map((each) => each.toString(16).padStart(2, "0")).join("");
}

export function showPermission() {
  const { why, left, mine } = head();
  const reason = why || (Number(left) ? "" : find("quota").textContent.trim());
  find("why").textContent = reason;
  find("why").hidden = !reason || mode === "note";
  for (const each of document.querySelectorAll("[data-reply-only]")) each.classList.toggle("is-off", mode === "note" || Boolean(reason));
  find("send").disabled = isSending || (mode === "reply" && Boolean(reason));
  find("composer").classList.toggle("is-mine", mine === "yes");
}

function refuse(text) {
  const place = find("refusal");
  place.textContent = text;
  place.hidden = !text;
}

function count() {
  const size = bytes(box.value);
  find("bytes").textContent = `${size} / ${most}`;
  find("bytes").classList.toggle("is-over", size > most);
  if (box.value) sessionStorage.setItem(draft, box.value); else sessionStorage.removeItem(draft);
}

export function setMode(to) {
  mode = to;
  for (const tab of document.querySelectorAll("[data-mode]")) tab.setAttribute("aria-selected", String(tab.dataset.mode === to));
  find("composer").classList.toggle("is-note", to === "note");
  box.placeholder = to === "note" ? "只有同事看得到" : "写给顾客。输入 / 找快捷短语";
  find("send").textContent = to === "note" ? "记下" : "发送";
  showPermission();
  box.focus();
}

// Sends once under one key: pressed again after a broken network, the same is not said twice.
async function submit(path, fields, after = () => {}) {
  if (isSending) return;
  isSending = true;
  refuse("");
  showPermission();
  try {
    await send(path, { ...fields, epoch: head().epoch, key });
    newKey();
    after();
    await refreshLines();
    toEnd();
    for (const soon of [1200, 4000]) setTimeout(refreshLines, soon);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refuse(error.message);
    if (error.status === 409) say(error.message);
    if (error.status && error.status !== 409) newKey();
  } finally {
    isSending = false;
    await refreshHead();
    showPermission();
  }
}

function sendWords() {
  const path = mode === "note" ? "notes" : "replies";
  const content = box.value;
  if (!content.trim()) return;
  submit(path, { content }, () => {
    if (box.value === content) box.value = "";
    count();
    if (mode === "note") setMode("reply");
  });
}

async function openPicker(kind) {
  const picker = find("picker");
  if (picker.dataset.kind === kind && !picker.hidden) { picker.hidden = true; return; }
  picker.dataset.kind = kind;
  picker.hidden = false;
  fill(picker, (await ask(`/console/talks/${kind}`)).html);
  picker.querySelector("input")?.focus();
}

async function searchPicker(form) {
  const wanted = new URLSearchParams(new FormData(form));
  fill(find("picker"), (await ask(`/console/talks/${form.dataset.pickerSearch}?${wanted}`)).html);
}

async function showCanned() {
  const place = find("canned");
  const asked = mode === "reply" && /^\/(\S*)$/.exec(box.value);
  if (!asked) { place.hidden = true; return; }
  const { html } = await ask(`/console/talks/canned?q=${encodeURIComponent(asked[1])}`);
  if (!/^\//.test(box.value)) return;
  fill(place, html);
  place.querySelector("button")?.setAttribute("aria-selected", "true");
  place.hidden = false;
}

function moveCanned(step) {
  const options = [...find("canned").querySelectorAll("button")];
  const at = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
  options[at]?.removeAttribute("aria-selected");
  const next = options[(at + step + options.length) % options.length];
  next?.setAttribute("aria-selected", "true");
  next?.scrollIntoView({ block: "nearest" });
}

// The customer sees that somebody writes; no word of it leaves.
function signTyping() {
  const { channel, mine, why } = head();
  if (mode !== "reply" || mine !== "yes" || why || channel !== "official_account") return;
  if (!box.value || Date.now() - signedAt < TYPING_MS) return;
  signedAt = Date.now();
  send("/inbox/typing", { talk: talkId }).catch((error) => { if (!(error instanceof Refused)) throw error; });
}

function useCanned(button) {
  box.value = button.dataset.words;
  find("canned").hidden = true;
  count();
  box.focus();
}

function onKey(event) {
  if (event.isComposing) return; // Enter chooses a Chinese word then.
  const canned = find("canned");
  if (!canned.hidden) {
    const chosen = canned.querySelector('[aria-selected="true"]');
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); moveCanned(event.key === "ArrowDown" ? 1 : -1); return; }
    if (event.key === "Escape") { canned.hidden = true; return; }
    if (event.key === "Enter" && chosen) { event.preventDefault(); useCanned(chosen); return; }
  }
  if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); if (!find("send").disabled) sendWords(); }
  if (event.key === "Escape") box.blur();
}

function onClick(event) {
  const target = event.target.closest("[data-mode], [data-picker], [data-send], [data-words]");
  if (!target) return;
  const { mode: to, picker, send: path, name, value, words } = target.dataset;
  if (to) setMode(to);
  else if (picker) openPicker(picker);
  else if (path) submit(`${path}s`, { [name]: value }, () => { find("picker").hidden = true; });
  else if (words !== undefined) useCanned(target);
}

export function beginComposer(refresh) {
  refreshHead = refresh;
  newKey();
  box.value = sessionStorage.getItem(draft) ?? "";
  count();
  showPermission();
  box.addEventListener("input", () => { count(); showCanned(); signTyping(); });
  box.addEventListener("keydown", onKey);
  find("composer").addEventListener("click", onClick);
  find("reply").addEventListener("submit", (event) => { event.preventDefault(); if (!find("send").disabled) sendWords(); });
  find("picker").addEventListener("submit", (event) => { event.preventDefault(); searchPicker(event.target); });
  find("picture").addEventListener("change", (event) => {
    const [file] = event.target.files;
    if (file) submit("pictures", { picture: file });
    event.target.value = "";
  });
}
