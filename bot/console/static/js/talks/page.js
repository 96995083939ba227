// What all scripts of the conversations share: the page's elements, asking the server, and words that pass.

export const desk = document.getElementById("desk");
export const talkId = desk?.dataset.talk ?? "";
export const find = (id) => document.getElementById(id);

export class Refused extends Error {
  constructor(status, words) {
    super(words);
    this.status = status;
  }
}

const HEADERS = { "HX-Request": "true" };
const CUT = "网络断了，内容还在，请稍后再试";

async function reach(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    throw new Refused(0, CUT);
  }
}

export async function ask(address) {
  const answer = await reach(address, { headers: HEADERS });
  await refuseFailure(answer);
  return { html: await answer.text(), headers: answer.headers };
}

// A path that begins with a slash is below /console, any other below the conversation.
export async function send(path, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const headers = { ...HEADERS, "X-CSRF-Token": desk.dataset.token };
  const below = path.startsWith("/") ? path : `/talks/${talkId}/${path}`;
  const answer = await reach(`/console${below}`, { method: "POST", headers, body });
  await refuseFailure(answer);
}

async function refuseFailure(answer) {
  if (answer.ok) return;
  if (answer.status === 401) location.reload();
  throw new Refused(answer.status, words(await answer.text()) || "出错了，请稍后再试");
}

function words(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.trim();
}

const SAID_MS = 5000;

export function say(text) {
  const line = document.createElement("div");
  line.className = "toast";
  line.setAttribute("role", "status");
  line.textContent = text;
  find("toasts").append(line);
  setTimeout(() => line.remove(), SAID_MS);
}

export function elements(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.children];
}

// The parsed page of the server is trusted: every value in it is escaped there.
export function fill(place, html) {
  place.replaceChildren(...elements(html));
}
