// The transcript: new lines as they come, delivery states as they change, older ones when asked for.

import { ask, elements, find, talkId } from "./page.js";

const NEAR = 120; // Pixels from an edge that count as being there.
const place = find("lines");
let since = Number(place?.dataset.first ?? 0); // All lines from here on are shown and kept fresh.
let earliest = since;
let isAsking = false;

export function isAtEnd() {
  return place.scrollHeight - place.scrollTop - place.clientHeight < NEAR;
}

export function toEnd() {
  place.scrollTop = place.scrollHeight;
}

export async function refreshLines() {
  const stays = !isAtEnd();
  const { html, headers } = await ask(`/console/talks/${talkId}/lines?since=${since}`);
  const fresh = elements(html);
  if (!since) since = earliest = Number(headers.get("X-First-Line"));
  merge(fresh);
  if (!stays) toEnd();
}

// Entries are known by their key: what is open on one that did not change stays open.
function merge(fresh) {
  if (fresh.some((each) => each.dataset.entry)) place.querySelector(".talk-silent")?.remove();
  let last = null;
  for (const entry of fresh) {
    const key = entry.dataset.entry;
    if (!key) continue;
    const shown = place.querySelector(`[data-entry="${key}"]`);
    if (!shown) {
      if (last) last.after(entry); else place.append(entry);
      last = entry;
      continue;
    }
    if (bare(shown) !== entry.innerHTML) {
      shown.replaceWith(entry);
      last = entry;
    } else {
      last = shown;
    }
  }
}

// An entry as the server sent it.
function bare(shown) {
  const copy = shown.cloneNode(true);
  copy.querySelector(".line-understood")?.remove();
  return copy.innerHTML;
}

async function showEarlier() {
  const mark = find("earlier");
  if (isAsking || mark.hidden || !earliest) return;
  isAsking = true;
  try {
    const { html, headers } = await ask(`/console/talks/${talkId}/lines?before=${earliest}`);
    const height = place.scrollHeight;
    mark.after(...elements(html).filter((each) => each.dataset.entry));
    place.scrollTop += place.scrollHeight - height;
    earliest = Number(headers.get("X-First-Line")) || earliest;
    mark.hidden = headers.get("X-Has-Earlier") !== "yes";
  } finally {
    isAsking = false;
  }
}

async function showUnderstood(button) {
  const shown = button.nextElementSibling;
  if (shown) { shown.remove(); return; }
  const { html } = await ask(button.dataset.understood);
  button.after(...elements(html));
}

export function beginLines() {
  toEnd();
  place.addEventListener("load", (event) => { if (event.target.tagName === "IMG" && isAtEnd()) toEnd(); }, true);
  place.addEventListener("scroll", () => { if (place.scrollTop < NEAR) showEarlier(); }, { passive: true });
  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-understood]");
    if (button) showUnderstood(button);
  });
}
