// 购物车.

import { h } from "../dom.js";
import { emptyView, price, shortage, stepper } from "./parts.js";

export async function cartPage(tool) {
  tool.title("购物车");
  const token = tool.query.get("cart");
  const place = h("div");
  const bar = h("div", { class: "mini-bar above-tabs" });
  const draw = (cart) => {
    if (!cart.lines.length) {
      bar.hidden = true;
      place.replaceChildren(emptyView("cart", "购物车还是空的", "去逛逛", () => tool.go("pages/index/index")));
      return;
    }
    place.replaceChildren(...cart.lines.map((line) => lineView(tool, line, draw)));
    bar.replaceChildren(
      h("span", { class: "total" }, "合计 ", price(cart.total, "large")),
      h("button", { class: "solid", type: "button", dataset: { testid: "mini-checkout" }, onclick: () => tool.go("pages/checkout/index") }, "去结算"));
  };
  draw(await tool.call(token ? `cart?cart=${encodeURIComponent(token)}` : "cart"));
  return [place, bar];
}

function lineView(tool, line, draw) {
  const set = (quantity) => tool.attempt(async () => draw(await tool.call(`cart/lines/${line.variant_id}`, "PUT", { quantity })));
  return h("div", { class: "panel-white goods" },
    h("img", { class: "goods-picture", src: tool.picture(line.picture), alt: "" }),
    h("div", { class: "goods-text" },
      h("p", { class: "goods-title" }, line.title),
      h("p", { class: "goods-label" }, line.label),
      shortage(line),
      h("div", { class: "goods-foot" }, price(line.price),
        stepper(line.quantity, line.available, set))));
}
