// 订单列表.

import { h } from "../dom.js";
import { ORDER_STATES } from "./names.js";
import { emptyView, price } from "./parts.js";

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
