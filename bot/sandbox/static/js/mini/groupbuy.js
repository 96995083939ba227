// 拼团: what runs, one activity with groups to join, and one group with who is in it.

import { h } from "../dom.js";
import { checkoutPath, countdown, forwardButton, variantChips } from "./deals.js";
import { chips, emptyView, price } from "./parts.js";

const STATES = { open: "拼团中", succeeded: "拼团成功", failed: "拼团失败" };
const OWN = { overflowed: "付款时团已满，款项原路退回", refunded: "您的款项已安排原路退回", failed: "没有成团，款项原路退回" };
const OVERFLOW = { refund: "自动退款", new_group: "为我新开一团" };
const POLL_MS = 1500;

export async function groupBuysPage(tool) {
  tool.title("拼团");
  const [{ items }, own] = await Promise.all([tool.call("group-buys"), tool.call("groups/own")]);
  if (!items.length && !own.items.length) return emptyView("search", "现在没有拼团活动", "去逛逛", () => tool.go("pages/index/index"));
  return [
    ...items.map((each) => h("button", { class: "panel-white deal-row", type: "button", dataset: { testid: "group-buy" }, onclick: () => tool.go(`pages/group-buy/index?id=${each.activity_id}`) },
      h("img", { src: tool.picture(each.picture), alt: "" }),
      h("span", {}, h("b", {}, each.title), h("small", {}, ladder(each)), price(lowest(each.tiers[0]))))),
    own.items.length ? h("h4", { class: "mini-head" }, "我的团") : "",
    ...own.items.map((group) => groupRow(tool, group)),
  ];
}

export async function groupBuyPage(tool) {
  const activity = await tool.call(`group-buys/${encodeURIComponent(tool.query.get("id"))}`);
  tool.title(activity.name);
  const choice = chooser(tool, activity);
  return [
    goods(tool, activity),
    choice.element,
    activity.groups.length ? h("h4", { class: "mini-head" }, "正在拼的团，可以直接加入") : "",
    ...activity.groups.map((group) => groupRow(tool, group)),
    rules(activity),
    h("div", { class: "mini-bar" },
      forwardButton(tool, `pages/group-buy/index?id=${activity.activity_id}`),
      h("button", { class: "solid grow", type: "button", disabled: !activity.may_open, dataset: { testid: "group-open" }, onclick: () => choice.buy(null) }, activity.may_open ? "我来开团" : "暂时不能开团")),
  ];
}

export async function groupPage(tool) {
  const number = tool.query.get("group_no");
  const path = `groups/${encodeURIComponent(number)}`;
  let group = await tool.call(path);
  tool.title(group.activity.name);
  const [place, bar] = [h("div", { dataset: { testid: "group" } }), h("div", { class: "mini-bar" })];
  const choice = chooser(tool, group.activity);
  const draw = () => {
    place.dataset.state = group.state;
    place.replaceChildren(goods(tool, group.activity), progress(tool, group), ...(mayJoin(group) ? [choice.element] : []), rules(group.activity));
    bar.replaceChildren(...buttons(tool, group, choice));
  };
  draw();
  const poll = setInterval(async () => {
    if (!tool.isCurrent()) return clearInterval(poll);
    const next = await tool.call(path).catch(() => group);
    if (JSON.stringify(next) === JSON.stringify(group)) return;
    group = next;
    draw();
  }, POLL_MS);
  return [place, bar];
}

const mayJoin = (group) => group.state === "open" && !group.own_state && group.paid < group.seats;

function buttons(tool, group, choice) {
  const forward = forwardButton(tool, `pages/group/index?group_no=${group.group_no}`);
  if (mayJoin(group)) {
    return [forward, h("button", { class: "solid grow", type: "button", dataset: { testid: "group-join" }, onclick: () => choice.buy(group.group_no) }, "参加这个团")];
  }
  const own = group.order_no ? h("button", { class: "solid grow", type: "button", dataset: { testid: "group-order" }, onclick: () => tool.go(`pages/order/index?order_no=${group.order_no}`) }, "看我的订单") : null;
  const other = own ? null : h("button", { class: "solid grow", type: "button", onclick: () => tool.go(`pages/group-buy/index?id=${group.activity.activity_id}`) }, "自己开一个团");
  return [group.state === "open" ? forward : null, own ?? other].filter(Boolean);
}

function progress(tool, group) {
  const empty = Math.max(0, (group.missing || group.missing_to_next ? group.paid + (group.missing || group.missing_to_next) : group.seats) - group.initials.length);
  return h("div", { class: "panel-white group-progress" },
    h("h3", { dataset: { testid: "group-state" } }, headline(group)),
    group.state === "open" ? countdown(tool, group.expires_at, "距结束", "时间到，正在结算") : null,
    h("div", { class: "seats" },
      ...group.initials.map((initial) => h("i", { class: "seat taken", dataset: { testid: "seat-taken" } }, initial)),
      ...Array.from({ length: group.state === "open" ? empty : 0 }, () => h("i", { class: "seat" }, "?"))),
    OWN[group.own_state] ? h("p", { class: "mini-note" }, OWN[group.own_state]) : null,
    group.disclosure ? h("p", { class: "mini-note", dataset: { testid: "group-disclosure" } }, group.disclosure) : null);
}

function headline(group) {
  if (group.state !== "open") return STATES[group.state];
  if (group.missing) return `还差 ${group.missing} 人成团`;
  return group.missing_to_next ? `已经成团，再来 ${group.missing_to_next} 人更便宜` : "已经满员";
}

function goods(tool, activity) {
  const first = activity.tiers[0].prices[0];
  return h("div", { class: "panel-white deal-head" },
    h("img", { src: tool.picture(activity.picture), alt: activity.title }),
    h("div", {}, h("b", {}, activity.title), price(lowest(activity.tiers[0]), "large"),
      first ? h("small", { class: "usual" }, `单买 ¥${(first.usual_price / 100).toFixed(2)}`) : null, h("small", {}, ladder(activity))));
}

function rules(activity) {
  const hours = activity.lifetime_seconds / 3600;
  const lines = [`付款后开团，${hours >= 1 ? `${Math.round(hours)}小时` : `${Math.round(activity.lifetime_seconds / 60)}分钟`}内人满即成团`, "到期人数不够，自动原路全额退款", activity.tiers.length > 1 ? "都先付第一档的价，成团时达到更低一档，差价自动退回" : "", `每单最多${activity.pieces_per_order}件，每人最多参加${activity.orders_per_customer}次`, activity.disclosure];
  return h("div", { class: "panel-white" }, h("h4", {}, "拼团规则"), ...lines.filter(Boolean).map((line) => h("p", { class: "rule" }, line)));
}

function groupRow(tool, group) {
  return h("button", { class: "panel-white benefit-row arrow", type: "button", dataset: { testid: "group-row" }, onclick: () => tool.go(`pages/group/index?group_no=${group.group_no}`) },
    h("span", {}, h("i", { class: "seat taken small" }, group.initials[0] ?? "团"), ` ${group.activity.title}`),
    h("b", {}, group.state === "open" ? headline(group) : STATES[group.state]));
}

/** Which variant, how many, and what to do when others take the last seat first. */
function chooser(tool, activity) {
  const variants = activity.tiers[0].prices;
  const chosen = { variant: (variants.find((each) => each.stock > 0) ?? variants[0])?.variant_id, overflow: "refund" };
  const element = h("div", { class: "panel-white" });
  const draw = () => element.replaceChildren(
    h("h4", {}, "规格"), variantChips(variants, chosen.variant, activity.title, (variant) => { chosen.variant = variant; draw(); }),
    h("h4", {}, "付款时团已满"), chips(OVERFLOW, chosen.overflow, "overflow", (overflow) => { chosen.overflow = overflow; draw(); }));
  draw();
  const buy = (groupNo) => tool.go(checkoutPath(chosen.variant, 1, {
    kind: "group_buy", activity_id: activity.activity_id, overflow: chosen.overflow, ...(groupNo ? { group_no: groupNo } : {}),
  }, tool.query.get("source") ?? ""));
  return { element, buy };
}

const lowest = (tier) => Math.min(...tier.prices.map((each) => each.price));
const ladder = (activity) => activity.tiers.map((tier) => `${tier.heads}人 ¥${(lowest(tier) / 100).toFixed(2).replace(".00", "")}`).join(" · ");
