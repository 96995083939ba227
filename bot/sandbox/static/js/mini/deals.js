// What the pages of deals share: countdowns, passing a page on, and the way to checkout.

import { h } from "../dom.js";

const TICK_MS = 500;

/** A line that counts down to a moment; `over` is what stands there afterwards. */
export function countdown(tool, until, words, over) {
  const line = h("span", { class: "countdown", dataset: { testid: "countdown" } });
  const end = Date.parse(until);
  const draw = () => {
    const left = Math.ceil((end - tool.now()) / 1000);
    line.textContent = left > 0 ? `${words} ${clock(left)}` : over;
    return left > 0;
  };
  draw();
  const timer = setInterval(() => {
    if (!tool.isCurrent() || !draw()) clearInterval(timer);
  }, TICK_MS);
  return line;
}

function clock(seconds) {
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const days = Math.floor(seconds / 86400);
  return `${days ? `${days}天 ` : ""}${parts.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

/** A button that passes the page on to a friend, as the menu of a mini-program does. */
export function forwardButton(tool, path, label = "转发给朋友") {
  const choose = () => {
    const friends = tool.friends();
    tool.sheet("forward", "转发给", ...(friends.length ? friends.map((fan) =>
      h("button", { class: "benefit-row arrow", type: "button", dataset: { testid: "forward-to", fanId: fan.fan_id }, onclick: () => tool.forward(path, fan.fan_id) }, h("span", {}, fan.nickname))) : [h("p", { class: "mini-note" }, "还没有别的顾客，先在左边添加一位。")]));
  };
  return h("button", { class: "ghost grow", type: "button", dataset: { testid: "forward" }, onclick: choose }, label);
}

/** Checkout for one variant under a deal. */
export function checkoutPath(variantId, quantity, deal, source = "") {
  return `pages/checkout/index?${new URLSearchParams({ variant: variantId, quantity, deal: JSON.stringify(deal), source })}`;
}

/** Buttons of which one is taken; `draw` is called with the new choice. */
export function variantChips(variants, chosen, label, choose) {
  return h("div", { class: "variants" }, ...variants.map((variant) =>
    h("button", { type: "button", disabled: variant.stock < 1, "aria-pressed": String(variant.variant_id === chosen), dataset: { testid: "variant" }, onclick: () => choose(variant.variant_id) }, variant.label || label)));
}
