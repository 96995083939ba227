// 结算页: what the card of the chat opens. Quote, address, coupon, points, order, payment.

import { h, toast } from "../dom.js";
import { addressBox } from "./address.js";
import { couponRow, pointsRow } from "./benefits.js";
import { payOrder } from "./payment.js";
import { busyButton, emptyView, goodsList, isShort, price, stepRows } from "./parts.js";

const ASK_AGAIN = ["price_changed", "out_of_stock", "illegal_move"];

export async function checkoutPage(tool) {
  tool.title("确认订单");
  let { basket, lines, extra = {} } = await basketOf(tool);
  const { source, ...terms } = extra;
  if (!lines.length) return emptyView("cart", "没有可以结算的商品", "去逛逛", () => tool.go("pages/index/index"));

  const chosen = { coupon: null, points: 0 };
  const address = await addressBox(tool, () => tool.attempt(requote));
  const remark = h("input", { class: "remark", placeholder: "选填，告诉掌柜", maxlength: 100, "aria-label": "订单备注", dataset: { testid: "order-remark" } });
  const [stepsBox, benefitsBox] = [h("div"), h("div")];
  const goodsBox = h("div", { class: "panel-white" });
  const bar = h("div", { class: "mini-bar" });
  const benefits = () => ({ ...(chosen.coupon ? { coupon_id: chosen.coupon } : {}), points: chosen.points });
  const ask = () => tool.call("quote", "POST", { ...basket, ...terms, ...benefits(), region: address.region() });

  let quote = await ask();
  let key = crypto.randomUUID();
  const best = quote.coupons.find((coupon) => coupon.is_best);
  if (best) {
    chosen.coupon = best.id;
    quote = await ask();
  }
  const draw = () => {
    const goods = quote.lines.map((line) => ({ ...lines.find((one) => one.variant_id === line.variant_id), ...line }));
    const problem = goods.some(isShort) ? "库存不足" : quote.refused.length ? "不送到这里" : "";
    goodsBox.replaceChildren(...goodsList(goods, tool.picture));
    benefitsBox.replaceChildren(
      couponRow(tool, quote, chosen.coupon, (coupon) => change({ coupon })),
      pointsRow(quote, chosen.points, (points) => change({ points })));
    stepsBox.replaceChildren(h("div", { class: "panel-white steps" }, ...stepRows(quote)), freightNote(quote));
    bar.replaceChildren(
      h("span", { class: "total" }, "合计 ", price(quote.payable, "large")),
      busyButton({ class: "solid", disabled: Boolean(problem), dataset: { testid: "mini-submit-order" } }, problem || "提交订单", submit));
  };
  const requote = async () => {
    ({ basket, lines } = await basketOf(tool));
    try {
      quote = await ask();
    } catch (error) {
      if (!chosen.coupon) throw error;
      toast(error.message, "warn"); // The coupon does not fit what is bought now.
      chosen.coupon = null;
      quote = await ask();
    }
    key = crypto.randomUUID(); // Another amount is another order.
    draw();
  };
  const change = (choice) => tool.attempt(async () => {
    Object.assign(chosen, choice);
    await requote();
  });
  async function submit() {
    try {
      const order = await tool.call("orders", "POST",
        { ...basket, ...extra, ...benefits(), address: address.read(), remark: remark.value.trim(), payable: quote.payable },
        { "Idempotency-Key": key });
      if (order.state === "unpaid") return await payOrder(tool, order);
      toast("下单成功，不用付款", "done"); // Points and coupons have paid for all of it.
      tool.go(`pages/order/index?order_no=${encodeURIComponent(order.order_no)}`, { replace: true });
    } catch (error) {
      toast(error.message, "warn");
      if (ASK_AGAIN.includes(error.code)) await tool.attempt(requote);
    }
  }
  draw();
  return [address.element, goodsBox, benefitsBox, stepsBox,
    h("label", { class: "panel-white remark-row" }, h("span", {}, "备注"), remark), bar];
}

/** Why sending costs what it does, and that it is not sure before there is an address. */
function freightNote(quote) {
  const words = [quote.freight_why, quote.freight_is_estimate ? "以收货地址为准" : ""].filter(Boolean).join("，");
  return words ? h("p", { class: "mini-note" }, `运费：${words}`) : "";
}

/** What is bought: the cart a card carries, one variant, or the customer's own cart. */
async function basketOf(tool) {
  const token = tool.query.get("cart");
  const variant = Number(tool.query.get("variant"));
  if (variant) {
    const line = { variant_id: variant, quantity: Number(tool.query.get("quantity")) || 1 };
    const [deal, source] = [tool.query.get("deal"), tool.query.get("source")];
    const extra = { ...(deal ? { deal: JSON.parse(deal) } : {}), ...(source ? { source } : {}) };
    return { basket: { lines: [line] }, extra, lines: [line] };
  }
  const cart = await tool.call(token ? `cart?cart=${encodeURIComponent(token)}` : "cart");
  const lines = cart.lines.map(({ variant_id, quantity }) => ({ variant_id, quantity }));
  return { basket: token ? { cart: token } : { lines }, lines: cart.lines };
}
