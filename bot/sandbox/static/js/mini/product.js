// 商品页: choose a variant, put it into the cart, or buy it at once.

import { control } from "../api.js";
import { h, toast } from "../dom.js";
import { busyButton, price } from "./parts.js";

export async function productPage(tool) {
  const product = await tool.call(`products/${encodeURIComponent(tool.query.get("id"))}`);
  let chosen = product.variants.find((variant) => variant.stock > 0) ?? product.variants[0];
  tool.title("商品详情");
  const attention = await attentionRow(tool, product);

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
    h("div", { class: "panel-white product-head" }, amount, h("h3", {}, product.title), product.brand ? h("p", { class: "goods-label" }, `${product.brand} · ${product.category}`) : null, attention),
    h("div", { class: "panel-white" }, h("h4", {}, "规格"), options),
    attributes(product),
    bar,
  ];
}

const WAITS = { price_drop: ["降价提醒", "price_dropped"], back_in_stock: ["到货提醒", "back_in_stock"] };

/** ♥ and what is waited for: the buttons say what is on. */
async function attentionRow(tool, product) {
  const row = h("div", { class: "variants" });
  const draw = (seen) => {
    const set = (path, isOn) => tool.attempt(async () => draw(await tool.call(path, isOn ? "DELETE" : "PUT")));
    const kinds = Object.keys(WAITS).filter((kind) => kind === "price_drop" || !product.in_stock || seen.watches.includes(kind));
    row.replaceChildren(
      h("button", { type: "button", "aria-pressed": String(seen.is_favourite), dataset: { testid: "favourite" }, onclick: () => set(`favourites/${product.id}`, seen.is_favourite) }, seen.is_favourite ? "♥ 已收藏" : "♡ 收藏"),
      ...kinds.map((kind) => {
        const isOn = seen.watches.includes(kind);
        const tap = async () => {
          if (!isOn) await tool.attempt(() => allow(tool, WAITS[kind][1]));
          await set(`watches/${product.id}/${kind}`, isOn);
        };
        return h("button", { type: "button", "aria-pressed": String(isOn), dataset: { testid: `watch-${kind}` }, onclick: tap }, isOn ? `已开${WAITS[kind][0]}` : WAITS[kind][0]);
      }));
  };
  draw(await tool.call(`products/${product.id}/attention`));
  return row;
}

/** wx.requestSubscribeMessage, answered with 允许; nothing where the shop has no template for it. */
async function allow(tool, notice) {
  const { items } = await tool.call("notices");
  const template = items.find((each) => each.kind === notice);
  if (template) await control(`fans/${tool.fanId}/subscribe`, "POST", { template_ids: [template.template_id] });
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
