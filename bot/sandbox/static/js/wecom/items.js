// The items of chats in WeCom, as both phones draw them.

import { h, icon } from "../dom.js";
import { rich } from "../rich.js";

const media = (id) => `control/media/${encodeURIComponent(id)}`;
const bubble = (...children) => h("div", { class: "bubble" }, ...children);
const NO_HANDS = { tap: null, open: null };

const KINDS = {
  text: (payload) => bubble(...rich(payload.content, () => {})),
  image: (payload) => h("img", { class: "picture", src: payload.media_id ? media(payload.media_id) : payload.pic_url, alt: "图片" }),
  voice: () => bubble("[语音]"),
  video: () => bubble("[视频]"),
  file: () => bubble("[文件]"),
  miniprogram: (payload, hands) => card(payload, hands.open),
  link: (payload) => h("a", { class: "link-card", href: safe(payload.url), target: "_blank", rel: "noopener" },
    h("b", {}, payload.title), payload.desc ? h("span", {}, payload.desc) : null),
  msgmenu: (payload, hands) => bubble(
    payload.head_content ? h("span", { class: "menu-head" }, payload.head_content) : null,
    h("span", { class: "menu-options" }, ...payload.list.map((each) => option(each, hands.tap))),
    payload.tail_content ? h("span", { class: "menu-tail" }, payload.tail_content) : null),
};

function card(payload, open) {
  const picture = payload.thumb_media_id ?? payload.pic_media_id;
  return h("button", {
    class: "card", type: "button", dataset: { testid: "wecom-card" },
    disabled: !open, onclick: open ? () => open(pathOf(payload)) : null,
  },
    h("span", { class: "card-app" }, h("img", { src: "static/icon.svg", alt: "" }), "小程序"),
    h("span", { class: "card-title" }, payload.title),
    picture ? h("img", { class: "card-picture", src: media(picture), alt: "" }) : null,
    h("span", { class: "card-foot" }, icon("mini"), "小程序"));
}

/** A card's page as the mini-program knows it: mass tasks write `.html` before the query. */
function pathOf(payload) {
  const [name, query] = (payload.page ?? payload.pagepath ?? "").split("?");
  return [name.replace(/^\//, "").replace(/\.html$/, ""), query].filter(Boolean).join("?");
}

function option(each, tap) {
  const { id, content } = each[each.type];
  const isMine = each.type === "click" && tap;
  return h("button", {
    class: "menu-option", type: "button", dataset: { testid: "kf-option" },
    disabled: !isMine, onclick: isMine ? () => tap(id ?? content) : null,
  }, content);
}

/** What an item says, without the avatar: for cards that show a message in full. */
export function body(kind, payload, hands = NO_HANDS) {
  return (KINDS[kind] ?? (() => bubble(`[${kind}]`)))(payload, hands);
}

/** One item as somebody sees it: `own` says whose direction is on the right. */
export function draw(item, own, name, hands = NO_HANDS, said = "") {
  const isOwn = item.direction === own;
  const face = { customer: "", shop: " avatar-shop", servicer: " avatar-servicer" }[item.direction];
  const letter = item.direction === "customer" ? name.slice(0, 1) : said.slice(0, 1);
  const given = { open: hands.open, tap: hands.tap && ((id) => hands.tap(item, id)) };
  return h("div", {
    class: isOwn ? "item own" : "item",
    dataset: { testid: "kf-item", kind: item.kind, direction: item.direction },
  },
    h("div", { class: said && !isOwn ? "avatar avatar-servicer" : `avatar${face}` }, letter || icon(item.direction === "shop" ? "shop" : "me")),
    h("div", { class: "item-body" },
      said && !isOwn ? h("div", { class: "said-by" }, said) : null,
      body(item.kind, item.payload, given)));
}

/** One item of a customer group, as the member `personId` sees it. */
export function drawInGroup(item, personId, open) {
  const isOwn = item.person_id === personId;
  const face = item.person_id ? ` tint-${item.person_id % 6}` : " avatar-servicer";
  return h("div", { class: isOwn ? "item own" : "item", dataset: { testid: "group-item", kind: item.kind } },
    h("div", { class: `avatar${face}` }, item.name.slice(0, 1)),
    h("div", { class: "item-body" },
      isOwn ? null : h("div", { class: "said-by" }, item.name, item.person_id ? null : h("i", {}, "群主")),
      body(item.kind, item.payload, { open })));
}

/** A link that can only be a web address. */
function safe(url) {
  return /^https?:\/\//.test(url) ? url : "#";
}
