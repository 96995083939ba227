// Small things that several pages of the mini-program show.

import { h, icon, yuan } from "../dom.js";

const TAB_LABELS = [["home", "首页"], ["cart", "购物车"], ["orders", "订单"]];

export const ORDER_STATES = {
  unpaid: "待付款", paid: "待发货", packed: "待发货", shipped: "待收货", received: "已收货", finished: "交易完成", closed: "交易关闭",
};

/** Grey blocks while the shop answers. */
export function skeleton() {
  return h("div", { class: "skeleton", "aria-label": "加载中" }, ...[0, 1, 2].map(() => h("div", {}, h("i"), h("b"), h("b"))));
}

/** A page that could not be shown, with a way on. */
export function failureView(message, onRetry, onHome) {
  return h("div", { class: "mini-empty", dataset: { testid: "mini-error" } },
    icon("warn"), h("p", {}, message),
    h("div", { class: "mini-actions" },
      h("button", { class: "ghost", type: "button", onclick: onHome }, "回到首页"),
      h("button", { class: "solid", type: "button", onclick: onRetry }, "重试")));
}

/** Nothing here yet, and where to go. */
export function emptyView(name, message, label, onClick) {
  return h("div", { class: "mini-empty" }, icon(name), h("p", {}, message),
    h("button", { class: "solid", type: "button", onclick: onClick }, label));
}

export function tabBar(current, paths, go) {
  return h("nav", { class: "tab-bar" }, ...paths.map((path, index) => {
    const [name, label] = TAB_LABELS[index];
    return h("button", { type: "button", "aria-current": String(path === current), dataset: { testid: `tab-${name}` }, onclick: () => go(path) }, icon(name), label);
  }));
}

/** Yuan with the small sign and small cents of shop windows. */
export function price(fen, size = "") {
  const [whole, cents] = (fen / 100).toFixed(2).split(".");
  return h("span", { class: `price ${size}` }, h("small", {}, "¥"), whole, cents === "00" ? null : h("small", {}, `.${cents}`));
}

/** Whether fewer are left than the line wants; false where nothing is known of it. */
export const isShort = (line) => line.available < line.quantity;

/** What is left of a line that wants more. */
export function shortage(line) {
  return isShort(line) ? h("p", { class: "goods-short" }, line.available ? `仅剩 ${line.available} 件` : "已售罄") : null;
}

/** Lines of a cart, quote or order. */
export function goodsList(lines, picture = null) {
  return lines.map((line) => h("div", { class: "goods" },
    picture ? h("img", { class: "goods-picture", src: picture(line.picture), alt: "", loading: "lazy" }) : null,
    h("div", { class: "goods-text" },
      h("p", { class: "goods-title" }, line.title),
      line.label ? h("p", { class: "goods-label" }, line.label) : null,
      shortage(line),
      h("div", { class: "goods-foot" }, price(line.price), h("span", { class: "goods-count" }, `×${line.quantity}`)))));
}

/** How the amount came about, line by line. */
export function steps(quote) {
  const rows = quote.steps?.length ? quote.steps.map((step) => [step.name, step.amount]) : plain(quote);
  return h("div", { class: "panel-white steps" }, ...rows.map(([name, amount]) =>
    h("div", { class: "step" }, h("span", {}, name), h("span", { class: amount < 0 ? "minus" : "" }, amount < 0 ? `-${yuan(-amount)}` : yuan(amount)))));
}

function plain(quote) {
  const rows = [["商品金额", quote.goods_total]];
  if (quote.discount) rows.push(["优惠", -quote.discount]);
  rows.push(["运费", quote.freight]);
  return rows;
}

/** A button that cannot be tapped twice while its work is under way. */
export function busyButton(properties, label, action) {
  const button = h("button", { type: "button", ...properties }, label);
  button.onclick = async () => {
    button.disabled = true;
    button.classList.add("busy");
    await action();
    button.disabled = false;
    button.classList.remove("busy");
  };
  return button;
}
