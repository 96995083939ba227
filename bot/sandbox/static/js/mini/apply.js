// 申请售后: which pieces, what for, and what it would give back, before anything is sent.

import { h, toast, yuan } from "../dom.js";
import { KINDS, REASONS } from "./names.js";
import { busyButton, chips, price, stepper } from "./parts.js";

const BEFORE_DISPATCH = ["paid", "packed"];

export async function applyPage(tool) {
  tool.title("申请售后");
  const order = await tool.call(`orders/${encodeURIComponent(tool.query.get("order_no"))}`);
  const kinds = Object.entries(KINDS).filter(([kind]) => !BEFORE_DISPATCH.includes(order.state) || ["refund_only", "claim"].includes(kind));
  const only = order.lines.length === 1 && order.lines[0].quantity === 1;
  const wish = { counts: new Map(order.lines.map((line) => [line.id, only ? 1 : 0])), kind: kinds[0][0], reason: null };
  const words = h("textarea", { class: "account", rows: 2, maxlength: 500, placeholder: "选填，说说具体情况", "aria-label": "说明", dataset: { testid: "apply-words" } });
  const [goodsBox, kindBox, reasonBox, estimateBox] = [0, 1, 2, 3].map(() => h("div", { class: "panel-white" }));
  const bar = h("div", { class: "mini-bar" });
  let estimate = null;
  let trouble = "";
  let asked = 0;

  const pieces = () => [...wish.counts].filter(([, quantity]) => quantity).map(([line_id, quantity]) => ({ line_id, quantity }));
  const body = () => ({ order_no: order.order_no, kind: wish.kind, reason: wish.reason, pieces: pieces() });
  let key = crypto.randomUUID(); // One wish has one key: sent twice, it is registered once.
  const change = async (what) => {
    what();
    key = crypto.randomUUID();
    const turn = ++asked;
    [estimate, trouble] = [null, pieces().length ? (wish.reason ? "" : "请选择原因") : "请选择要退换的商品"];
    draw();
    if (trouble) return;
    try {
      const told = await tool.call("after-sale/estimate", "POST", body());
      if (turn === asked) estimate = told;
    } catch (error) {
      if (turn === asked) trouble = error.message;
    }
    if (turn === asked) draw();
  };
  const submit = () => tool.attempt(async () => {
    const request = await tool.call("after-sale", "POST", { ...body(), words: words.value.trim() }, { "Idempotency-Key": key });
    toast("申请已提交", "done");
    tool.go(`pages/after-sale/index?request_no=${request.request_no}`, { replace: true });
  });
  const draw = () => {
    goodsBox.replaceChildren(...order.lines.map((line) => pieceRow(line, wish.counts.get(line.id), (count) => change(() => wish.counts.set(line.id, count)))));
    kindBox.replaceChildren(h("h4", {}, "怎么处理"), chips(Object.fromEntries(kinds), wish.kind, "kind", (kind) => change(() => (wish.kind = kind))));
    reasonBox.replaceChildren(h("h4", {}, "原因"), chips(REASONS, wish.reason, "reason", (reason) => change(() => (wish.reason = reason))), words);
    estimateBox.replaceChildren(...estimateView(wish.kind, estimate, trouble));
    bar.replaceChildren(
      h("span", { class: "total" }, ...(estimate?.amount ? ["预计退 ", price(estimate.amount, "large")] : [""])),
      busyButton({ class: "solid", disabled: !estimate, dataset: { testid: "apply-submit" } }, "提交申请", submit));
  };
  await change(() => {});
  return [goodsBox, kindBox, reasonBox, estimateBox, bar];
}

function pieceRow(line, count, set) {
  return h("div", { class: "goods", dataset: { testid: "apply-line" } },
    h("div", { class: "goods-text" },
      h("p", { class: "goods-title" }, line.title),
      line.label ? h("p", { class: "goods-label" }, line.label) : null,
      h("div", { class: "goods-foot" }, h("span", { class: "goods-count" }, `买了 ${line.quantity} 件，实付 ${yuan(line.total)}`), stepper(count, line.quantity, set))));
}

/** What goes back, each part on a line of its own. */
function estimateView(kind, estimate, trouble) {
  if (!estimate) return [h("p", { class: "apply-hint", dataset: { testid: "estimate" } }, trouble || "正在算…")];
  const rows = [
    ["退款（原路退回）", estimate.amount && yuan(estimate.amount)],
    ["其中运费", estimate.freight && yuan(estimate.freight)],
    ["退回抵扣的积分", estimate.points_back],
    ["扣回赠送的积分", estimate.points_clawed && `-${estimate.points_clawed}`],
  ].filter(([, value]) => value);
  const note = { return_refund: "商品寄回、检查没问题后退。", exchange: "商品寄回、检查没问题后换新的寄给您。", claim: "商家看过后和您商量怎么办。", refund_only: "商家同意后退。" }[kind];
  return [
    h("h4", {}, rows.length ? "预计退给您" : "不涉及退款"),
    h("div", { dataset: { testid: "estimate" } }, ...rows.map(([name, value]) => h("div", { class: "step" }, h("span", {}, name), h("b", {}, String(value))))),
    h("p", { class: "apply-hint" }, note),
  ];
}
