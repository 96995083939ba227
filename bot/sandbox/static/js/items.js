// Chat items as WeChat draws them.

import { h, icon } from "./dom.js";
import { tint } from "./panel.js";
import { rich } from "./rich.js";

const ROUTES = { passive: "被动回复", api: "客服接口", callback: "", platform: "平台" };

/** How the page speaks about a person. */
export const ownName = (fan) => (fan ? `${fan.nickname}，` : "");

/** One item: a bubble beside an avatar, or a grey line in the middle. */
export function draw(item, fan, state, hands) {
  if (item.direction === "platform") return line(item);
  const isOwn = item.direction === "fan";
  const body = (KINDS[item.kind] ?? unknown)(item.payload, state, hands, item);
  return h("div", {
    class: isOwn ? "item own" : "item",
    dataset: { testid: "chat-item", kind: item.kind, direction: item.direction, route: item.route, itemId: item.item_id },
    title: `${new Date(item.at).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai" })} ${ROUTES[item.route]}`,
  },
    isOwn
      ? h("div", { class: `avatar ${tint(fan)}` }, fan.nickname.slice(0, 1))
      : h("div", { class: "avatar avatar-shop" }, icon("shop")),
    h("div", { class: "item-body" }, body, ROUTES[item.route] ? h("div", { class: "route" }, ROUTES[item.route]) : null));
}

function line(item) {
  const isFailure = item.kind === "notice";
  return h("p", {
    class: isFailure ? "system failing" : "system",
    title: item.payload.reason ?? null,
    dataset: { testid: "chat-item", kind: item.kind, direction: "platform" },
  }, item.payload.content);
}

const media = (id) => `control/media/${encodeURIComponent(id)}`;
const bubble = (...children) => h("div", { class: "bubble" }, ...children);
const unknown = (payload, _, __, item) => bubble(`[${item.kind}]`);

const KINDS = {
  text: (payload, state, hands) => bubble(...rich(payload.content, hands.openMini)),
  image: (payload, state, hands) => h("img", { class: "picture", src: media(payload.media_id), alt: "图片", onload: hands.loaded }),
  voice: (payload) => [
    h("div", { class: "bubble voice" }, `${payload.seconds ?? 1}″`, h("span", { class: "round" }, icon("wave"))),
    payload.recognition ? h("div", { class: "voice-text" }, payload.recognition) : null,
  ],
  location: (payload) => h("div", { class: "place" }, h("p", {}, payload.label), h("i")),
  link: (payload) => bubble(h("a", { href: safe(payload.url), target: "_blank", rel: "noopener" }, payload.title || payload.url)),
  handover: () => bubble("正在为您转接人工客服"),
  menu: (payload, state, hands) => bubble(
    payload.head ? h("span", { class: "menu-head" }, ...rich(payload.head, hands.openMini)) : null,
    h("span", { class: "menu-options" }, ...payload.options.map((option) =>
      h("button", { class: "menu-option", type: "button", dataset: { testid: "menu-option", optionId: option.id }, onclick: () => hands.tap(option.id) }, option.content))),
    payload.tail ? h("span", { class: "menu-tail" }, ...rich(payload.tail, hands.openMini)) : null),
  card: (payload, state, hands) =>
    h("button", { class: "card", type: "button", dataset: { testid: "card-open", path: payload.path }, onclick: () => hands.openMini(payload.path) },
      h("span", { class: "card-app" }, h("img", { src: "static/icon.svg", alt: "" }), state.mini_program.name),
      h("span", { class: "card-title" }, payload.title),
      h("img", { class: "card-picture", src: media(payload.media_id), alt: "", onload: hands.loaded }),
      h("span", { class: "card-foot" }, icon("mini"), "小程序")),
  news: (payload, state, hands) => payload.articles.map((article) =>
    h("a", { class: "news", href: safe(article.url), target: "_blank", rel: "noopener" },
      article.picurl ? h("img", { src: safe(article.picurl), alt: "", onload: hands.loaded }) : null,
      h("b", {}, article.title),
      h("span", {}, article.description))),
  template: (payload, state, hands) => h("div", { class: "notice-card" },
    h("h3", {}, payload.title),
    h("p", {}, payload.content),
    payload.path ? h("button", { type: "button", onclick: () => hands.openMini(payload.path) }, "查看详情") : null),
};

/** A link that can only be a web address. */
function safe(url) {
  return /^https?:\/\//.test(url) ? url : "#";
}
