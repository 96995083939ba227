// 订单详情: where it is, its parcels, how its amount came about, and what may be done with it.

import { h, toast, yuan } from "../dom.js";
import { addressWords } from "./address.js";
import { KINDS, moment, ORDER_STATES, PARCEL_STATES, REQUEST_STATES, stamp } from "./names.js";
import { payOrder } from "./payment.js";
import { busyButton, factRow, goodsList, stepRows } from "./parts.js";

const POLL_MS = 1500;
const PAID = ["paid", "packed", "shipped", "received", "finished"];

export async function orderPage(tool) {
  tool.title("订单详情");
  const number = tool.query.get("order_no");
  const path = `orders/${encodeURIComponent(number)}`;
  const place = h("div", { dataset: { testid: "order-detail" } });
  const bar = h("div", { class: "mini-bar" });
  let order = await tool.call(path);
  let requests = await requestsOf(tool, order);
  const draw = () => {
    place.replaceChildren(...detail(tool, order, requests));
    place.dataset.state = order.state;
    const buttons = actions(tool, order, path, change);
    bar.hidden = !buttons.length;
    bar.replaceChildren(...buttons);
  };
  const change = (next) => {
    order = next;
    draw();
  };
  draw();
  // The payment reaches the shop a moment later, and the seller acts at any time.
  const poll = setInterval(async () => {
    if (!tool.isCurrent()) return clearInterval(poll);
    const next = await tool.call(path).catch(() => order);
    if (JSON.stringify(next) === JSON.stringify(order)) return;
    requests = await requestsOf(tool, next).catch(() => requests);
    change(next);
  }, POLL_MS);
  return [place, bar];
}

async function requestsOf(tool, order) {
  if (!PAID.includes(order.state) && order.state !== "closed") return [];
  const { items } = await tool.call("after-sale");
  return items.filter((request) => request.order_no === order.order_no);
}

function detail(tool, order, requests) {
  const facts = [["订单编号", order.order_no], ["下单时间", stamp(order.created_at)], ["付款时间", stamp(order.paid_at)], ["备注", order.remark]];
  return [
    h("div", { class: `order-banner state-${order.state}` },
      h("h3", { dataset: { testid: "order-state" } }, order.awaits_group ? "拼团中，成团后发货" : ORDER_STATES[order.state] ?? order.state),
      order.state === "unpaid" ? h("p", {}, `请在 ${stamp(order.expires_at)} 前完成支付`) : null),
    ...requests.map((request) => requestRow(tool, request)),
    order.group_no ? groupRow(tool, order) : "",
    order.pickup ? pickupView(order.pickup) : h("div", { class: "panel-white address-known" }, ...addressWords(order.address)),
    ...order.parcels.map(parcelView),
    h("div", { class: "panel-white" }, ...goodsList(order.lines)),
    h("div", { class: "panel-white steps", dataset: { testid: "order-steps" } }, ...stepRows(order),
      h("div", { class: "step step-total" }, h("b", {}, order.paid_at ? "实付" : "应付"), h("b", {}, yuan(order.payable)))),
    order.points_given ? h("p", { class: "mini-note" }, earned(order)) : "",
    history(order),
    h("div", { class: "panel-white steps" }, ...facts.filter(([, value]) => value).map(factRow)),
  ];
}

function earned(order) {
  if (order.state === "closed") return "";
  return ["received", "finished"].includes(order.state) ? `这单送了 ${order.points_given} 积分` : `确认收货后送 ${order.points_given} 积分`;
}

function requestRow(tool, request) {
  return h("button", { class: "panel-white benefit-row arrow", type: "button", dataset: { testid: "order-request" }, onclick: () => tool.go(`pages/after-sale/index?request_no=${request.request_no}`) },
    h("span", {}, KINDS[request.kind]), h("b", {}, REQUEST_STATES[request.state]));
}

function groupRow(tool, order) {
  return h("button", { class: "panel-white benefit-row arrow", type: "button", dataset: { testid: "order-group" }, onclick: () => tool.go(`pages/group/index?group_no=${order.group_no}`) },
    h("span", {}, "我的团"), h("b", {}, order.rebate ? `已退差价 ${yuan(order.rebate)}` : "看看进度"));
}

function pickupView(pickup) {
  return h("div", { class: "panel-white address-known" }, h("b", {}, `到店自提 · ${pickup.store.name}`), h("span", {}, pickup.store.address), pickup.code ? h("span", {}, `取货码 ${pickup.code}`) : null);
}

function parcelView(parcel) {
  return h("div", { class: "panel-white", dataset: { testid: "parcel" } },
    h("div", { class: "order-head" }, h("h4", {}, PARCEL_STATES[parcel.state]), h("small", {}, `${parcel.carrier} ${parcel.tracking_no}`)),
    h("p", { class: "parcel-what" }, parcel.pieces.map((each) => `${each.title} ×${each.quantity}`).join("，")),
    h("ol", { class: "timeline scans" }, ...parcel.timeline.map((scan) => h("li", {}, h("span", {}, scan.words), h("small", {}, moment(scan.at)))),
      h("li", {}, h("span", {}, "商家已发货"), h("small", {}, moment(parcel.shipped_at)))));
}

function history(order) {
  const moments = order.history ?? [];
  if (moments.length < 2) return "";
  return h("div", { class: "panel-white" }, h("h4", {}, "订单动态"), h("ol", { class: "timeline" }, ...moments.toReversed().map((step) =>
    h("li", {}, h("span", {}, ORDER_STATES[step.state] ?? step.state), h("small", {}, stamp(step.at))))));
}

function actions(tool, order, path, change) {
  const act = (what) => tool.attempt(async () => {
    const next = await tool.call(`${path}/${what}`, "POST", {});
    change(next);
    return next;
  });
  if (order.state === "unpaid") {
    return [
      busyButton({ class: "ghost", dataset: { testid: "mini-order-cancel" } }, "取消订单", () => act("cancel")),
      busyButton({ class: "solid grow", dataset: { testid: "mini-order-pay" } }, `立即支付 ${yuan(order.payable)}`, () => tool.attempt(() => payOrder(tool, order))),
    ];
  }
  const receive = async () => {
    if (await act("receive")) toast("已确认收货", "done");
  };
  return [
    PAID.includes(order.state) && !order.awaits_group
      ? h("button", { class: "ghost grow", type: "button", dataset: { testid: "order-after-sale" }, onclick: () => tool.go(`pages/apply/index?order_no=${order.order_no}`) }, "申请售后")
      : null,
    order.can_receive ? busyButton({ class: "solid grow", dataset: { testid: "order-receive" } }, "确认收货", receive) : null,
  ].filter(Boolean);
}
