// Text of a message: WeChat allows links in it, and nothing else.

import { h } from "./dom.js";

const ANCHOR = /<a\s([^>]*)>([\s\S]*?)<\/a>/gi;
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ADDRESS = /https?:\/\/[^\s\u4e00-\u9fff，。；！？）】]+/g;

/** Nodes of a text; links to the mini-program open it, web addresses open a tab. */
export function rich(text, openMini) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(ANCHOR)) {
    nodes.push(...addresses(text.slice(at, match.index)), anchor(match[1], match[2], openMini));
    at = match.index + match[0].length;
  }
  return [...nodes, ...addresses(text.slice(at))];
}

function anchor(source, label, openMini) {
  const given = Object.fromEntries([...source.matchAll(ATTRIBUTE)].map((part) => [part[1].toLowerCase(), part[2] ?? part[3]]));
  const path = given["data-miniprogram-path"];
  if (path) {
    const open = (event) => {
      event.preventDefault();
      openMini(path);
    };
    return h("a", { href: "#", dataset: { testid: "mini-link" }, onclick: open }, label);
  }
  return link(given.href ?? "", label);
}

function addresses(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    nodes.push(text.slice(at, match.index), link(match[0], match[0]));
    at = match.index + match[0].length;
  }
  return [...nodes, text.slice(at)].filter((node) => node !== "");
}

function link(url, label) {
  if (!/^https?:\/\//.test(url)) return label;
  return h("a", { href: url, target: "_blank", rel: "noopener" }, label);
}
