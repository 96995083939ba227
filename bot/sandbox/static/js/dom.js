// Builds elements without ever parsing text as HTML: what customers write stays text.

/** An element with properties and children. `class`, `dataset`, `on…` and attributes alike. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") element.className = value;
    else if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  shop: '<path fill="currentColor" d="M3.5 9.2 5.2 4h13.6l1.7 5.2a2.6 2.6 0 0 1-4.9 1 2.6 2.6 0 0 1-3.6 1.1 2.6 2.6 0 0 1-3.6-1.1 2.6 2.6 0 0 1-4.9-1z"/><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" d="M5.5 13v7h13v-7M10 20v-4.5h4V20"/>',
  keyboard: '<rect x="3" y="6" width="18" height="12" rx="2" fill="none" stroke="currentColor" stroke-width="1.5"/><path stroke="currentColor" stroke-width="1.6" stroke-linecap="round" d="M7 10h.01M10.3 10h.01M13.6 10h.01M17 10h.01M8 14.2h8"/>',
  menu: '<path stroke="currentColor" stroke-width="1.6" stroke-linecap="round" d="M4 8h16M4 12.5h16M4 17h16"/>',
  plus: '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="1.4"/><path stroke="currentColor" stroke-width="1.4" stroke-linecap="round" d="M12 7.5v9M7.5 12h9"/>',
  image: '<rect x="3.5" y="5" width="17" height="14" rx="2" fill="none" stroke="currentColor" stroke-width="1.5"/><circle cx="9" cy="10" r="1.6" fill="currentColor"/><path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" d="m4 17 5.5-4.5 3.5 2.7 3-2.2 4 3.5"/>',
  voice: '<rect x="9" y="3.5" width="6" height="10.5" rx="3" fill="none" stroke="currentColor" stroke-width="1.5"/><path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" d="M5.8 11.5a6.2 6.2 0 0 0 12.4 0M12 17.7v3"/>',
  place: '<path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" d="M12 21c4.2-4.4 6.5-7.9 6.5-10.8a6.5 6.5 0 1 0-13 0C5.5 13.1 7.8 16.6 12 21z"/><circle cx="12" cy="10" r="2.3" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  wave: '<path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M7.5 10a3 3 0 0 1 0 4M11 7.5a6.5 6.5 0 0 1 0 9M14.5 5a10 10 0 0 1 0 14"/>',
  mini: '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="1.8"/><path fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M14 9.6a2 2 0 1 1 1.7 2.9M10 14.4a2 2 0 1 1-1.7-2.9M12 9.6v4.8"/>',
  done: '<path fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" d="m5 12.5 4.7 4.7L19.5 7"/>',
  warn: '<circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="1.6"/><path stroke="currentColor" stroke-width="2" stroke-linecap="round" d="M12 7.5v5.5M12 16.3h.01"/>',
  home: '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" d="m4 11 8-7 8 7v9h-5.5v-5.5h-5V20H4z"/>',
  cart: '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M3 4h2.5l2.2 11h10l2-8H6.3"/><circle cx="9" cy="19" r="1.5" fill="currentColor"/><circle cx="16.5" cy="19" r="1.5" fill="currentColor"/>',
  orders: '<rect x="5" y="3.5" width="14" height="17" rx="2" fill="none" stroke="currentColor" stroke-width="1.6"/><path stroke="currentColor" stroke-width="1.6" stroke-linecap="round" d="M8.5 8.5h7M8.5 12h7M8.5 15.5h4"/>',
  me: '<circle cx="12" cy="8.2" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6"/><path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" d="M4.2 20.2a7.8 7.8 0 0 1 15.6 0"/>',
  coupon: '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round" d="M3.5 6.5h17v3.6a2 2 0 0 0 0 3.8v3.6h-17v-3.6a2 2 0 0 0 0-3.8z"/><path stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-dasharray="2 2.4" d="M14.5 7.5v9"/>',
  points: '<circle cx="12" cy="12" r="8.6" fill="none" stroke="currentColor" stroke-width="1.6"/><path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="m8.6 8 3.4 4.4L15.4 8M12 12.4V17M9.2 14.2h5.6"/>',
  service: '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M4.5 12a7.5 7.5 0 0 1 13-5.1l2 2M19.5 4.5v4.4h-4.4M19.5 12a7.5 7.5 0 0 1-13 5.1l-2-2M4.5 19.5v-4.4h4.4"/>',
  share: '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M13.5 5.5 20 11l-6.5 5.5v-3.4C9 13.1 6.2 14.6 4 18c.4-4.9 3.4-8.4 9.5-9.1z"/>',
  search: '<circle cx="11" cy="11" r="6" fill="none" stroke="currentColor" stroke-width="1.8"/><path stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="m15.5 15.5 4.5 4.5"/>',
};

/** One of our own line drawings. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.innerHTML = PATHS[name]; // A constant of this file, never a message.
  return svg;
}

let hideToast = 0;

/** A toast as WeChat shows it, in the middle of the phone in use, for two seconds. */
export function toast(text, name = null) {
  const place = document.getElementById("toasts");
  const mini = document.getElementById("mini-phone");
  (mini.hidden ? document.getElementById("chat-phone") : mini).append(place);
  clearTimeout(hideToast);
  place.replaceChildren(h("div", { class: "toast", dataset: { testid: "toast" } }, name ? icon(name) : null, text));
  hideToast = setTimeout(() => place.replaceChildren(), 2200);
}

/** ¥ from fen. */
export function yuan(fen) {
  return `¥${(fen / 100).toFixed(2)}`;
}
