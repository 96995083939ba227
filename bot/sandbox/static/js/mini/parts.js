// Small things that several pages of the mini-program show.

import { h, icon, yuan } from "../dom.js";

const TAB_LABELS = [["home", "首页"], ["cart", "购物车"], ["orders", "订单"], ["me", "我的"]];

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
export function stepRows(quote) {
  const rows = quote.steps?.length ? quote.steps.map((step) => [step.name, step.amount]) : plain(quote);
  return rows.map(([name, amount]) =>
    h("div", { class: "step" }, h("span", {}, name), h("span", { class: amount < 0 ? "minus" : "" }, amount < 0 ? `-${yuan(-amount)}` : yuan(amount))));
}

/** A name and what stands for it. */
export function factRow([name, value]) {
  return h("div", { class: "step" }, h("span", {}, name), h("span", {}, value));
}

/** So many pieces, of at most so many. */
export function stepper(count, most, set, least = 0) {
  return h("span", { class: "stepper" },
    h("button", { type: "button", "aria-label": "减少", disabled: count <= least, onclick: () => set(count - 1) }, "−"),
    h("b", {}, String(count)),
    h("button", { type: "button", "aria-label": "增加", disabled: count >= most, onclick: () => set(count + 1) }, "＋"));
}

/** A row of choices of which one is taken. */
export function chips(names, chosen, testid, choose) {
  return h("div", { class: "variants" }, ...Object.entries(names).map(([code, name]) =>
    h("button", { type: "button", "aria-pressed": String(code === chosen), dataset: { testid: `${testid}-${code}` }, onclick: () => choose(code) }, name)));
}

function plain(quote) {
  const rows = [["商品金额", quote.goods_total]];
  if (quote.discount) rows.push(["优惠", -quote.discount]);
  rows.push(["运费", quote.freight]);
  return rows;
}

/** A sheet from below, to choose something from. */
export function sheetView(testid, title, content, close) {
  return h("div", { class: "sheet-shade", onclick: (event) => event.target === event.currentTarget && close() },
    h("div", { class: "sheet choice", role: "dialog", "aria-label": title, dataset: { testid } },
      h("header", {}, h("button", { type: "button", "aria-label": "关闭", onclick: close }, "×"), h("h3", {}, title)),
      ...content));
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
