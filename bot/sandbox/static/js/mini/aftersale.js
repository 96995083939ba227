// 退款和售后: the customer's requests, and one of them with its way and its money.

import { h, toast, yuan } from "../dom.js";
import { KINDS, moment, REASONS, REQUEST_STATES, stamp, WAYS } from "./names.js";
import { busyButton, emptyView, factRow, price } from "./parts.js";

const POLL_MS = 1500;
const OVER = ["done", "refused", "withdrawn"];
const CARRIERS = ["顺丰速运", "中通快递", "圆通速递", "申通快递", "韵达快递", "极兔速递", "京东物流", "EMS", "邮政快递包裹", "德邦快递"];

const amountOf = (request) => request.amount_agreed ?? request.amount_wanted;

export async function afterSalesPage(tool) {
  tool.title("退款和售后");
  const { items } = await tool.call("after-sale");
  if (!items.length) return emptyView("service", "没有售后申请", "看看订单", () => tool.go("pages/orders/index"));
  return items.map((request) =>
    h("button", { class: "panel-white order-row", type: "button", dataset: { testid: "request-row" }, onclick: () => tool.go(`pages/after-sale/index?request_no=${request.request_no}`) },
      h("span", { class: "order-head" }, h("small", {}, request.request_no), h("b", { class: OVER.includes(request.state) ? "state-finished" : "" }, REQUEST_STATES[request.state])),
      h("span", { class: "order-what" }, piecesOf(request)),
      h("span", { class: "order-foot" }, `${KINDS[request.kind]} `, amountOf(request) ? price(amountOf(request)) : null)));
}

export async function afterSalePage(tool) {
  tool.title("售后详情");
  const path = `after-sale/${encodeURIComponent(tool.query.get("request_no"))}`;
  const place = h("div", { dataset: { testid: "after-sale-detail" } });
  const bar = h("div", { class: "mini-bar" });
  let request = await tool.call(path);
  const change = (next) => {
    request = next;
    place.dataset.state = request.state;
    place.replaceChildren(...detail(tool, request, path, change));
    const may = mayWithdraw(request);
    bar.hidden = !may;
    bar.replaceChildren(may ? busyButton({ class: "ghost grow", dataset: { testid: "request-withdraw" } }, "撤销申请", withdraw) : "");
  };
  const withdraw = () => tool.attempt(async () => {
    change(await tool.call(`${path}/withdraw`, "POST", {}));
    toast("已撤销", "done");
  });
  change(request);
  const poll = setInterval(async () => {
    if (!tool.isCurrent()) return clearInterval(poll);
    const next = await tool.call(path).catch(() => request);
    if (next.state !== request.state) change(next);
  }, POLL_MS);
  return [place, bar];
}

function mayWithdraw(request) {
  const states = { refund_only: ["requested"], claim: ["requested", "agreed"] }[request.kind] ?? ["requested", "agreed", "returning", "arrived"];
  return states.includes(request.state);
}

function detail(tool, request, path, change) {
  const facts = [["申请编号", request.request_no], ["订单编号", request.order_no], ["怎么处理", KINDS[request.kind]], ["原因", REASONS[request.reason]], ["申请时间", stamp(request.created_at)]];
  return [
    h("div", { class: `order-banner request-${request.state}` },
      h("h3", { dataset: { testid: "request-state" } }, REQUEST_STATES[request.state]),
      hint(request) ? h("p", {}, hint(request)) : null),
    wayView(request),
    moneyView(request),
    picturesView(tool, request, path, change),
    numberView("您寄回的", request.return_parcel),
    numberView("商家寄出的", request.resent_parcel),
    backView(tool, request, path, change),
    h("div", { class: "panel-white" }, h("h4", {}, "商品"), h("p", { class: "parcel-what" }, piecesOf(request))),
    h("div", { class: "panel-white" }, h("h4", {}, "办理经过"), h("ol", { class: "timeline" }, ...request.history.toReversed().map((step) =>
      h("li", {}, h("span", {}, REQUEST_STATES[step.state], step.note ? h("small", {}, ` ${step.note}`) : null), h("small", {}, moment(step.at)))))),
    h("div", { class: "panel-white steps" }, ...facts.map(factRow)),
  ];
}

function hint(request) {
  return {
    requested: "商家会尽快处理",
    agreed: request.kind === "claim" ? "" : "请把商品寄回，并填写快递单号",
    returning: "商家收到后检查",
    refunding: "已请微信支付退回，到账后告诉您",
    done: amountOf(request) ? "退款已原路退回" : "",
  }[request.state] ?? "";
}

/** The way of a request, with the step it is at. */
function wayView(request) {
  const way = WAYS[request.kind];
  const at = way.findIndex(([state]) => state === request.state);
  if (at < 0) return "";
  return h("ol", { class: "panel-white way", dataset: { testid: "request-way" } }, ...way.map(([, name], index) =>
    h("li", { class: index < at || request.state === "done" ? "past" : index === at ? "now" : "" }, name)));
}

function moneyView(request) {
  const amount = amountOf(request);
  if (!amount && !request.points_back && !request.points_clawed) return "";
  const isOver = request.state === "done";
  return h("div", { class: "panel-white steps", dataset: { testid: "request-money" } },
    h("div", { class: "step step-total" }, h("b", {}, isOver ? "已退款" : request.amount_agreed === null ? "预计退款" : "退款"), price(amount)),
    request.freight_back ? factRow(["其中运费", yuan(request.freight_back)]) : null,
    request.points_back ? factRow(["退回抵扣的积分", `${request.points_back}`]) : null,
    request.points_clawed ? factRow(["扣回赠送的积分", `-${request.points_clawed}`]) : null);
}

/** How many pictures the shop has as evidence, and another one. */
function picturesView(tool, request, path, change) {
  if (OVER.includes(request.state)) return "";
  const file = h("input", { type: "file", accept: "image/png,image/jpeg", hidden: true, dataset: { testid: "request-picture" } });
  file.onchange = () => tool.attempt(async () => {
    change(await tool.call(`${path}/pictures`, "POST", { content: await base64(file.files[0]) }));
    toast("照片已收到", "done");
  });
  return h("label", { class: "panel-white benefit-row arrow" }, h("span", {}, "照片凭证"), h("b", {}, request.pictures ? `已传 ${request.pictures} 张，再加一张` : "添加照片"), file);
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.onerror = () => reject(new Error("照片读取失败"));
    reader.readAsDataURL(file);
  });
}

/** Where the goods go back to, and the form for their number. */
function backView(tool, request, path, change) {
  if (!["agreed", "returning"].includes(request.state) || request.kind === "claim") return "";
  const carrier = h("select", { "aria-label": "快递公司", dataset: { testid: "return-carrier" } }, ...CARRIERS.map((name) => h("option", { value: name }, name)));
  if (request.return_parcel) carrier.value = request.return_parcel.carrier_name;
  const number = h("input", { placeholder: "快递单号", "aria-label": "快递单号", value: request.return_parcel?.tracking_no ?? "", dataset: { testid: "return-number" } });
  const send = () => tool.attempt(async () => {
    if (!number.value.trim()) throw new Error("请填写快递单号");
    change(await tool.call(`${path}/return-parcel`, "POST", { carrier: carrier.value, tracking_no: number.value.trim() }));
    toast("已记下", "done");
  });
  return h("div", { class: "panel-white address-form", dataset: { testid: "return-form" } },
    h("h4", {}, request.return_parcel ? "单号填错了可以改" : "填写退货单号"),
    h("p", { class: "apply-hint" }, request.return_address ? `寄到：${request.return_address}` : "寄到哪里，商家会告诉您"),
    h("label", {}, h("span", {}, "快递公司"), carrier),
    h("label", {}, h("span", {}, "快递单号"), number),
    busyButton({ class: "ghost form-button", dataset: { testid: "return-send" } }, request.return_parcel ? "改单号" : "提交单号", send));
}

function numberView(label, parcel) {
  return parcel ? h("div", { class: "panel-white steps" }, factRow([label, `${parcel.carrier_name} ${parcel.tracking_no}`])) : "";
}

const piecesOf = (request) => request.pieces.map((each) => `${each.title}${each.label ? `（${each.label}）` : ""} ×${each.quantity}`).join("，");
