// The conversations' page: what is new comes by itself, and everything can be done from the keyboard.

import { alertOf, beginAlerts, callOut, showBell } from "./alerts.js";
import { beginComposer, setMode, showPermission } from "./composer.js";
import { beginLines, refreshLines } from "./lines.js";
import { ask, desk, elements, fill, find, Refused, say, send, talkId } from "./page.js";

const SLOWLY = 20_000; // Waits grow although nothing happens.
const ALIVE = 30_000; // Somebody who is not heard of for two minutes is given nobody.
let newest = Number(desk.dataset.newest);

async function refreshList() {
  const list = find("inbox");
  if (list.contains(document.activeElement) && /INPUT|SELECT/.test(document.activeElement.tagName)) return;
  fill(list, (await ask(list.dataset.src)).html);
  const tabs = list.querySelector(".inbox-tabs").dataset;
  alertOf(Number(tabs.queued));
  if (Number(tabs.newest) > newest) {
    newest = Number(tabs.newest);
    if (Number(tabs.queued)) callOut(tabs.queued);
  }
  showBell();
}

async function refreshHead() {
  const head = find("talk-head");
  if (!head || head.querySelector("details[open]")) return;
  const [shown, quota] = await Promise.all([
    ask(`${head.dataset.src}${location.search}`),
    ask(`/console/talks/${talkId}/quota`),
  ]);
  fill(head, shown.html);
  find("quota").textContent = elements(`<p>${quota.html}</p>`)[0]?.textContent.trim() ?? "";
  showPermission();
}

async function refreshPanel() {
  const panel = find("panel");
  fill(panel, (await ask(`${panel.dataset.src}${location.search}`)).html);
}

const gathered = new Map();
// Several events at once are one look.
function soon(refresh) {
  if (gathered.has(refresh)) return;
  gathered.set(refresh, setTimeout(() => {
    gathered.delete(refresh);
    refresh().catch((error) => { if (!(error instanceof Refused)) throw error; });
  }, 80));
}

function refreshTalk() {
  [refreshLines, refreshHead, refreshPanel].forEach(soon);
}

function listen() {
  const topics = talkId ? `inbox,talk:${talkId}` : "inbox";
  const events = new EventSource(`/console/events?topics=${topics}`);
  events.addEventListener("inbox", () => soon(refreshList));
  if (talkId) events.addEventListener(`talk:${talkId}`, refreshTalk);
  events.addEventListener("signed-out", () => location.reload());
  let wasCut = false;
  events.addEventListener("error", () => { wasCut = true; });
  events.addEventListener("open", () => { if (wasCut) { soon(refreshList); if (talkId) refreshTalk(); } wasCut = false; });
  addEventListener("pagehide", () => events.close());
}

async function act(button) {
  const head = document.querySelector(".talk-who").dataset;
  button.disabled = true;
  try {
    await send(button.dataset.act, { epoch: head.epoch, ...(button.dataset.to ? { to: button.dataset.to } : {}) });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(error.message);
  } finally {
    button.disabled = false;
    button.closest("details")?.removeAttribute("open");
    await refreshHead();
    refreshTalk();
  }
}

async function be(button) {
  button.disabled = true;
  await send("/inbox/presence", { presence: button.dataset.presence });
  await refreshList();
}

function live() {
  send("/inbox/life").catch((error) => { if (!(error instanceof Refused)) throw error; });
}

function press(action) {
  document.querySelector(`[data-act="${action}"]`)?.click();
}

function go(step) {
  const rows = [...document.querySelectorAll(".inbox-row")];
  const at = rows.findIndex((each) => each.classList.contains("is-active"));
  rows[at < 0 ? 0 : at + step]?.click();
}

function takeNext() {
  document.querySelector('.inbox-row[data-owner="queued"]')?.click();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  n: takeNext,
  t: () => press("take"),
  b: () => press("hand-back"),
  e: () => press("end"),
  r: () => talkId && setMode("reply"),
  m: () => talkId && setMode("note"),
  1: () => document.querySelector('.inbox-tab[data-key="1"]').click(),
  2: () => document.querySelector('.inbox-tab[data-key="2"]').click(),
  3: () => document.querySelector('.inbox-tab[data-key="3"]').click(),
  "?": () => { const keys = find("desk-keys"); if (keys.open) keys.close(); else keys.showModal(); },
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

if (talkId) {
  beginLines();
  beginComposer(refreshHead);
  desk.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button) act(button);
  });
}
desk.addEventListener("click", (event) => {
  const button = event.target.closest("[data-presence]");
  if (button) be(button);
});
beginAlerts();
live();
setInterval(live, ALIVE);
alertOf(Number(document.querySelector(".inbox-tabs")?.dataset.queued ?? 0));
listen();
document.addEventListener("keydown", onKey);
setInterval(() => soon(refreshList), SLOWLY);
document.querySelector(".inbox-row.is-active")?.scrollIntoView({ block: "nearest" });
