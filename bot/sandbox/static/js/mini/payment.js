// 微信支付: the sheet that wx.requestPayment brings up, and the page after it.

import { control } from "../api.js";
import { h, icon, toast, yuan } from "../dom.js";
import { busyButton, price } from "./parts.js";

const orderPath = (order) => `pages/order/index?order_no=${encodeURIComponent(order.order_no)}`;

/** Ask the shop for a prepay, let the customer pay, and show what became of it. */
export async function payOrder(tool, order) {
  const signed = await tool.call(`orders/${encodeURIComponent(order.order_no)}/prepay`, "POST", {});
  const payment = await control("sheet", "POST", { fan_id: tool.fanId, arguments: signed });
  const isPaid = await sheet(tool, payment);
  if (!isPaid) {
    toast("已取消支付");
    tool.go(orderPath(order), { replace: true });
    return;
  }
  showPaid(tool, payment, order);
}

/** The sheet; resolves to whether the customer has paid. */
function sheet(tool, payment) {
  return new Promise((resolve) => {
    const cancel = async () => {
      await tool.attempt(() => control(`payments/${payment.prepay_id}/cancel`, "POST", {}));
      tool.layer();
      resolve(false);
    };
    const confirm = async () => {
      const paid = await tool.attempt(() => control(`payments/${payment.prepay_id}/pay`, "POST", {}));
      if (!paid) return;
      tool.layer();
      resolve(true);
    };
    tool.layer(h("div", { class: "sheet-shade" },
      h("div", { class: "sheet", role: "dialog", "aria-label": "微信支付", dataset: { testid: "mini-pay" } },
        h("header", {}, h("button", { type: "button", "aria-label": "取消支付", dataset: { testid: "mini-pay-cancel" }, onclick: cancel }, "×"), h("h3", {}, "微信支付")),
        h("p", { class: "sheet-what" }, payment.description),
        h("p", { class: "sheet-amount", dataset: { testid: "mini-pay-amount" } }, yuan(payment.amount.total)),
        h("dl", {}, h("div", {}, h("dt", {}, "收款方"), h("dd", {}, tool.shopName)), h("div", {}, h("dt", {}, "付款方式"), h("dd", {}, "零钱（沙盒）"))),
        busyButton({ class: "pay-button", dataset: { testid: "mini-pay-confirm" } }, "确认支付", confirm))));
  });
}

function showPaid(tool, payment, order) {
  tool.layer(h("div", { class: "paid", dataset: { testid: "mini-paid" } },
    h("div", { class: "paid-mark" }, icon("done")),
    h("h3", {}, "支付成功"),
    price(payment.amount.total, "huge"),
    h("p", {}, tool.shopName),
    h("div", { class: "paid-buttons" },
      h("button", { class: "pay-ghost", type: "button", dataset: { testid: "mini-paid-order" }, onclick: () => tool.go(orderPath(order), { replace: true }) }, "查看订单"),
      h("button", { class: "pay-button", type: "button", dataset: { testid: "mini-paid-done" }, onclick: () => tool.close() }, "完成"))));
}
