// The items of a chat in 微信客服, as both phones draw them.

import { h, icon } from "../dom.js";
import { rich } from "../rich.js";

const media = (id) => `control/media/${encodeURIComponent(id)}`;
const bubble = (...children) => h("div", { class: "bubble" }, ...children);

const KINDS = {
  text: (payload) => bubble(...rich(payload.content, () => {})),
  image: (payload) => h("img", { class: "picture", src: media(payload.media_id), alt: "图片" }),
  voice: () => bubble("[语音]"),
  miniprogram: (payload) => h("div", { class: "card" },
    h("span", { class: "card-app" }, "小程序"),
    h("span", { class: "card-title" }, payload.title),
    payload.thumb_media_id ? h("img", { class: "card-picture", src: media(payload.thumb_media_id), alt: "" }) : null,
    h("span", { class: "card-foot" }, icon("mini"), "小程序")),
  link: (payload) => bubble(h("a", { href: payload.url, target: "_blank", rel: "noopener" }, payload.title)),
  msgmenu: (payload, tap) => bubble(
    payload.head_content ? h("span", { class: "menu-head" }, payload.head_content) : null,
    h("span", { class: "menu-options" }, ...payload.list.map((each) => option(each, tap))),
    payload.tail_content ? h("span", { class: "menu-tail" }, payload.tail_content) : null),
};

function option(each, tap) {
  const { id, content } = each[each.type];
  const isMine = each.type === "click" && tap;
  return h("button", {
    class: "menu-option", type: "button", dataset: { testid: "kf-option" },
    disabled: !isMine, onclick: isMine ? () => tap(id ?? content) : null,
  }, content);
}

/** One item as somebody sees it: `own` says whose direction is on the right. */
export function draw(item, own, name, tap = null) {
  const isOwn = item.direction === own;
  const face = { customer: "", shop: " avatar-shop", servicer: " avatar-servicer" }[item.direction];
  const letter = item.direction === "customer" ? name.slice(0, 1) : null;
  return h("div", {
    class: isOwn ? "item own" : "item",
    dataset: { testid: "kf-item", kind: item.kind, direction: item.direction },
  },
    h("div", { class: `avatar${face}` }, letter ?? icon(item.direction === "shop" ? "shop" : "me")),
    h("div", { class: "item-body" }, (KINDS[item.kind] ?? (() => bubble(`[${item.kind}]`)))(item.payload, tap && ((id) => tap(item, id)))));
}
