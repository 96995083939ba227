// 优惠券: one's own, and those that can be taken.

import { h, toast, yuan } from "../dom.js";
import { day } from "./names.js";
import { busyButton, emptyView } from "./parts.js";

/** What a coupon is worth, large: ¥10 or 8.8折. */
const worth = (coupon) => (coupon.kind === "percent" ? `${coupon.percent / 10}折` : yuan(coupon.off).replace(".00", ""));

export async function couponsPage(tool) {
  tool.title("优惠券");
  const isOffered = tool.query.get("view") === "offered";
  const { items } = await tool.call(isOffered ? "coupons" : "coupons/own");
  const tabs = h("div", { class: "category-row" }, ...[["", "我的券"], ["offered", "领券"]].map(([view, name]) =>
    h("button", { type: "button", "aria-current": String((view === "offered") === isOffered), dataset: { testid: `coupons-${view || "own"}` }, onclick: () => tool.go(`pages/coupons/index?view=${view}`, { replace: true }) }, name)));
  if (items.length) return [tabs, h("div", { class: "tickets" }, ...items.map((coupon) => (isOffered ? offered(tool, coupon) : own(tool, coupon))))];
  const empty = isOffered
    ? emptyView("coupon", "现在没有能领的券", "去逛逛", () => tool.go("pages/index/index"))
    : emptyView("coupon", "手里还没有券", "去领券", () => tool.go("pages/coupons/index?view=offered", { replace: true }));
  return [tabs, empty];
}

function own(tool, coupon) {
  const use = h("button", { class: "small-solid", type: "button", onclick: () => tool.go("pages/index/index") }, "去使用");
  return ticket(coupon, "own-coupon", `有效期至 ${lastDay(coupon.valid_until)}`, use);
}

function offered(tool, coupon) {
  const take = async () => {
    const taken = await tool.attempt(() => tool.call(`coupons/${coupon.template_id}/take`, "POST", {}, { "Idempotency-Key": crypto.randomUUID() }));
    if (!taken) return;
    toast("领取成功", "done");
    tool.reload();
  };
  const label = coupon.may_take ? "领取" : coupon.held ? "已领取" : "领不了";
  const button = busyButton({ class: "small-solid", disabled: !coupon.may_take, dataset: { testid: "coupon-take" } }, label, take);
  const note = coupon.may_take ? (coupon.left === null ? "" : `还剩 ${coupon.left} 张`) : coupon.refusal;
  return ticket(coupon, "offered-coupon", note, button);
}

function ticket(coupon, testid, note, button) {
  return h("div", { class: "ticket", dataset: { testid } },
    h("b", {}, worth(coupon)),
    h("span", {}, coupon.name, h("small", {}, `${coupon.rule} · ${coupon.scope}`), note ? h("small", {}, note) : null),
    button);
}

/** A coupon is good until just before that moment. */
const lastDay = (iso) => day(new Date(Date.parse(iso) - 1).toISOString());
