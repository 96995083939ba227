// 商品页: choose a variant, put it into the cart, or buy it at once.

import { h, toast } from "../dom.js";
import { busyButton, price } from "./parts.js";

export async function productPage(tool) {
  const product = await tool.call(`products/${encodeURIComponent(tool.query.get("id"))}`);
  let chosen = product.variants.find((variant) => variant.stock > 0) ?? product.variants[0];
  tool.title("商品详情");

  const amount = h("div", { class: "product-price" });
  const options = h("div", { class: "variants" });
  const bar = h("div", { class: "mini-bar" });
  const draw = () => {
    amount.replaceChildren(price(chosen?.price ?? product.price, "large"), product.sales ? h("small", {}, `已售 ${product.sales}`) : null);
    options.replaceChildren(...product.variants.map((variant) =>
      h("button", {
        type: "button", disabled: variant.stock < 1, "aria-pressed": String(variant === chosen), dataset: { testid: "variant" },
        onclick: () => { chosen = variant; draw(); },
      }, variant.label || product.title)));
    bar.replaceChildren(...buttons(tool, chosen));
  };
  draw();
  return [
    h("div", { class: "product-picture" }, h("img", { src: tool.picture(product.picture), alt: product.title })),
    h("div", { class: "panel-white product-head" }, amount, h("h3", {}, product.title), product.brand ? h("p", { class: "goods-label" }, `${product.brand} · ${product.category}`) : null),
    h("div", { class: "panel-white" }, h("h4", {}, "规格"), options),
    attributes(product),
    bar,
  ];
}

function attributes(product) {
  const rows = Object.entries(product.attributes ?? {});
  if (!rows.length) return "";
  return h("div", { class: "panel-white" }, h("h4", {}, "参数"), ...rows.map(([name, value]) =>
    h("div", { class: "step" }, h("span", {}, name), h("span", {}, String(value)))));
}

function buttons(tool, variant) {
  if (!variant || variant.stock < 1) return [h("button", { class: "solid grow", type: "button", disabled: true }, "暂时缺货")];
  const put = () => tool.attempt(async () => {
    const cart = await tool.call("cart");
    const before = cart.lines.find((line) => line.variant_id === variant.id)?.quantity ?? 0;
    await tool.call(`cart/lines/${variant.id}`, "PUT", { quantity: before + 1 });
    toast("已加入购物车", "done");
  });
  return [
    busyButton({ class: "ghost grow", dataset: { testid: "add-to-cart" } }, "加入购物车", put),
    h("button", { class: "solid grow", type: "button", dataset: { testid: "buy-now" }, onclick: () => tool.go(`pages/checkout/index?variant=${variant.id}`) }, "立即购买"),
  ];
}
