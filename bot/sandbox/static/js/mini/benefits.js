// What makes an order cost less: the coupon and the points that the customer chooses.

import { h, yuan } from "../dom.js";

/** The row 优惠券; a tap shows all of the customer's coupons, each with what it does here. */
export function couponRow(tool, quote, chosenId, choose) {
  const chosen = quote.coupons.find((coupon) => coupon.id === chosenId);
  const usable = quote.coupons.filter((coupon) => coupon.saving > 0).length;
  const words = chosen ? `${chosen.name} -${yuan(chosen.saving)}` : usable ? `${usable} 张可用` : quote.coupons.length ? "暂无可用" : "没有优惠券";
  return h("button", {
    class: "panel-white benefit-row arrow", type: "button", disabled: !quote.coupons.length, dataset: { testid: "coupon-row" },
    onclick: () => couponSheet(tool, quote.coupons, chosenId, choose),
  }, h("span", {}, "优惠券"), h("b", { class: chosen ? "minus" : "" }, words));
}

function couponSheet(tool, coupons, chosenId, choose) {
  const pick = (id) => {
    tool.layer();
    choose(id);
  };
  tool.sheet("coupon-sheet", "选择优惠券",
    ...coupons.map((coupon) => couponTicket(coupon, coupon.id === chosenId, pick)),
    h("button", { class: "ghost", type: "button", dataset: { testid: "coupon-none" }, onclick: () => pick(null) }, "不用优惠券"));
}

function couponTicket(coupon, isChosen, pick) {
  return h("button", {
    class: "ticket", type: "button", disabled: coupon.saving < 1, "aria-pressed": String(isChosen), dataset: { testid: "coupon" },
    onclick: () => pick(coupon.id),
  },
  h("b", {}, coupon.saving > 0 ? `-${yuan(coupon.saving)}` : "不可用"),
  h("span", {}, coupon.name, h("small", {}, coupon.saving > 0 ? coupon.rule : `${coupon.rule} · ${coupon.reason}`)),
  coupon.is_best ? h("em", {}, "最省") : null);
}

/** The row 积分: all that may be spent here, or none. */
export function pointsRow(quote, chosen, choose) {
  const usable = quote.points_usable;
  const words = usable ? `用 ${usable} 积分抵 ${yuan(quote.points_worth)}` : `共 ${quote.points_balance} 积分，这单用不上`;
  const box = h("input", { type: "checkbox", disabled: !usable, "aria-label": "用积分", dataset: { testid: "use-points" }, onchange: () => choose(box.checked ? usable : 0) });
  box.checked = chosen > 0;
  return h("label", { class: "panel-white benefit-row" }, h("span", {}, "积分"), h("b", {}, words), box);
}
