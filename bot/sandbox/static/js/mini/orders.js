// 订单列表 and 订单详情.

import { h, yuan } from "../dom.js";
import { payOrder } from "./payment.js";
import { busyButton, emptyView, goodsList, ORDER_STATES, price, steps } from "./parts.js";

const POLL_MS = 1500;
const STAMP = new Intl.DateTimeFormat("zh-CN", { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" });

export async function ordersPage(tool) {
  tool.title("我的订单");
  const { items } = await tool.call("orders?page=1");
  if (!items.length) return emptyView("orders", "还没有订单", "去逛逛", () => tool.go("pages/index/index"));
  return items.map((order) =>
    h("button", { class: "panel-white order-row", type: "button", dataset: { testid: "order-row" }, onclick: () => tool.go(`pages/order/index?order_no=${encodeURIComponent(order.order_no)}`) },
      h("span", { class: "order-head" }, h("small", {}, order.order_no), h("b", { class: `state-${order.state}` }, ORDER_STATES[order.state] ?? order.state)),
      h("span", { class: "order-what" }, order.lines.map((line) => `${line.title} ×${line.quantity}`).join("，")),
      h("span", { class: "order-foot" }, `共 ${order.lines.reduce((sum, line) => sum + line.quantity, 0)} 件 `, price(order.payable))));
}

export async function orderPage(tool) {
  tool.title("订单详情");
  const path = `orders/${encodeURIComponent(tool.query.get("order_no"))}`;
  const place = h("div", { dataset: { testid: "order-detail" } });
  const bar = h("div", { class: "mini-bar" });
  let order = await tool.call(path);
  const draw = () => {
    place.replaceChildren(...detail(tool, order));
    place.dataset.state = order.state;
    bar.hidden = order.state !== "unpaid";
    bar.replaceChildren(...(order.state === "unpaid" ? unpaidButtons(tool, order, path, (next) => { order = next; draw(); }) : []));
  };
  draw();
  // The payment reaches the shop a moment later, and the seller acts at any time.
  const poll = setInterval(async () => {
    if (!tool.isCurrent()) return clearInterval(poll);
    const next = await tool.call(path).catch(() => order);
    if (next.state !== order.state) {
      order = next;
      draw();
    }
  }, POLL_MS);
  return [place, bar];
}

function detail(tool, order) {
  const address = order.address ?? {};
  const facts = [["订单编号", order.order_no], ["下单时间", stamp(order.created_at)], ["付款时间", stamp(order.paid_at)]];
  return [
    h("div", { class: `order-banner state-${order.state}` },
      h("h3", { dataset: { testid: "order-state" } }, ORDER_STATES[order.state] ?? order.state),
      order.state === "unpaid" ? h("p", {}, `请在 ${stamp(order.expires_at)} 前完成支付`) : null),
    h("div", { class: "panel-white address-known" }, h("b", {}, `${address.recipient ?? ""} `, h("small", {}, address.phone ?? "")), h("span", {}, `${address.region ?? ""} ${address.detail ?? ""}`)),
    h("div", { class: "panel-white" }, ...goodsList(order.lines)),
    steps({ goods_total: order.goods_total, discount: order.discount, freight: order.freight }),
    h("div", { class: "panel-white steps" }, h("div", { class: "step" }, h("b", {}, "实付"), h("b", {}, yuan(order.payable)))),
    history(order),
    h("div", { class: "panel-white steps" }, ...facts.filter(([, value]) => value).map(([name, value]) => h("div", { class: "step" }, h("span", {}, name), h("span", {}, value)))),
  ];
}

function history(order) {
  const moments = order.history ?? [];
  if (moments.length < 2) return "";
  return h("div", { class: "panel-white" }, h("h4", {}, "订单动态"), h("ol", { class: "timeline" }, ...moments.toReversed().map((moment) =>
    h("li", {}, h("span", {}, ORDER_STATES[moment.state] ?? moment.state), h("small", {}, stamp(moment.at))))));
}

function unpaidButtons(tool, order, path, draw) {
  const cancel = () => tool.attempt(async () => draw(await tool.call(`${path}/cancel`, "POST", {})));
  return [
    busyButton({ class: "ghost", dataset: { testid: "mini-order-cancel" } }, "取消订单", cancel),
    busyButton({ class: "solid grow", dataset: { testid: "mini-order-pay" } }, `立即支付 ${yuan(order.payable)}`, () => tool.attempt(() => payOrder(tool, order))),
  ];
}

const stamp = (iso) => (iso ? STAMP.format(Date.parse(iso)) : "");
