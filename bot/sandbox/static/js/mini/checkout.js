// 结算页: what the card of the chat opens. Quote, address, order, payment.

import { h, toast } from "../dom.js";
import { addressBox } from "./address.js";
import { payOrder } from "./payment.js";
import { busyButton, emptyView, goodsList, isShort, price, steps } from "./parts.js";

export async function checkoutPage(tool) {
  tool.title("确认订单");
  let { basket, lines } = await basketOf(tool);
  if (!lines.length) return emptyView("cart", "没有可以结算的商品", "去逛逛", () => tool.go("pages/index/index"));
  let quote = await tool.call("quote", "POST", basket);
  let key = crypto.randomUUID();

  const address = addressBox(tool.fanId);
  const remark = h("input", { class: "remark", placeholder: "选填，告诉掌柜", maxlength: 100, "aria-label": "订单备注", dataset: { testid: "order-remark" } });
  const stepsBox = h("div");
  const goodsBox = h("div", { class: "panel-white" });
  const bar = h("div", { class: "mini-bar" });
  const draw = () => {
    const goods = quote.lines.map((line) => ({ ...lines.find((one) => one.variant_id === line.variant_id), ...line }));
    const isBuyable = !goods.some(isShort);
    goodsBox.replaceChildren(...goodsList(goods, tool.picture));
    stepsBox.replaceChildren(steps(quote));
    bar.replaceChildren(
      h("span", { class: "total" }, "合计 ", price(quote.payable, "large")),
      busyButton({ class: "solid", disabled: !isBuyable, dataset: { testid: "mini-submit-order" } }, isBuyable ? "提交订单" : "库存不足", submit));
  };
  const requote = async () => {
    ({ basket, lines } = await basketOf(tool));
    quote = await tool.call("quote", "POST", basket);
    key = crypto.randomUUID(); // Another amount is another order.
    draw();
  };
  async function submit() {
    try {
      const order = await tool.call("orders", "POST",
        { ...basket, address: address.read(), remark: remark.value.trim(), payable: quote.payable },
        { "Idempotency-Key": key });
      await payOrder(tool, order);
    } catch (error) {
      toast(error.message, "warn");
      if (["price_changed", "out_of_stock"].includes(error.code)) await tool.attempt(requote);
    }
  }
  draw();
  return [address.element, goodsBox, stepsBox,
    h("label", { class: "panel-white remark-row" }, h("span", {}, "备注"), remark), bar];
}

/** What is bought: the cart a card carries, one variant, or the customer's own cart. */
async function basketOf(tool) {
  const token = tool.query.get("cart");
  const variant = Number(tool.query.get("variant"));
  if (variant) {
    const line = { variant_id: variant, quantity: Number(tool.query.get("quantity")) || 1 };
    return { basket: { lines: [line] }, lines: [line] };
  }
  const cart = await tool.call(token ? `cart?cart=${encodeURIComponent(token)}` : "cart");
  const lines = cart.lines.map(({ variant_id, quantity }) => ({ variant_id, quantity }));
  return { basket: token ? { cart: token } : { lines }, lines: cart.lines };
}

