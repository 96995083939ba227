// 我的推广: the promoter's commission, its lines, withdrawals, the rules, and the code to pass on.

import { h, toast, yuan } from "../dom.js";
import { forwardButton } from "./deals.js";
import { moment, stamp } from "./names.js";
import { busyButton, emptyView, factRow } from "./parts.js";
import { confirmTransfer } from "./transfer.js";

const POLL_MS = 1500;
const FIGURES = [["available", "可提现"], ["pending", "待结算"], ["in_transit", "途中"], ["withdrawn", "已提现"]];
const STATES = {
  asked: "店里审核中", approved: "审核通过", refused: "没有通过", sending: "微信处理中", wait_confirm: "等您确认收款", paid: "已到零钱", failed: "没有成功",
};
const LIVE = ["asked", "approved", "sending", "wait_confirm"];

export async function promoterPage(tool) {
  tool.title("我的推广");
  const read = () => Promise.all([tool.call("distribution"), tool.call("distribution/withdrawals")]);
  let [own, { items }] = await read();
  if (!own.is_promoter) return newcomer(tool, own);
  const [head, form, drawn, lines] = [h("div"), h("div"), h("div"), h("div")];
  const again = async () => {
    [own, { items }] = await read();
    await draw();
  };
  const draw = async () => {
    head.replaceChildren(...standing(own));
    drawn.replaceChildren(...withdrawalsView(tool, items, again));
    lines.replaceChildren(await statement(tool));
  };
  await draw();
  form.append(withdrawForm(tool, () => own, again));
  scrollTo(tool, drawn);
  const poll = setInterval(async () => {
    if (!tool.isCurrent()) return clearInterval(poll);
    const before = JSON.stringify([own, items]);
    const [next, list] = await read().catch(() => [own, { items }]);
    if (JSON.stringify([next, list.items]) === before) return;
    [own, items] = [next, list.items];
    await draw().catch(() => null);
  }, POLL_MS);
  return [head, form, drawn, lines, rules(own), bar(tool, own)];
}

function newcomer(tool, own) {
  const join = async () => {
    if (!(await tool.attempt(() => tool.call("distribution", "POST", {})))) return;
    toast("已成为推广员", "done");
    tool.reload();
  };
  if (!own.may_join) return [emptyView("points", own.refusal, "去逛逛", () => tool.go("pages/index/index")), rules(own)];
  return [
    h("div", { class: "panel-white" }, h("h4", {}, "成为推广员"), h("p", { class: "rule" }, own.terms.words[0]),
      busyButton({ class: "solid form-button", dataset: { testid: "promoter-join" } }, "我要当推广员", join)),
    rules(own),
  ];
}

function standing(own) {
  return [
    h("div", { class: "points-head promoter-head" },
      h("p", {}, own.state === "stopped" ? "推广资格已停用，之前的佣金照样可以提现" : `推广码 ${own.code} · ${own.brought} 位顾客`),
      h("div", { class: "promoter-figures" }, ...FIGURES.map(([name, label]) =>
        h("span", {}, h("b", { dataset: { testid: `promoter-${name}` } }, yuan(own.standing[name])), label)))),
    own.standing.available < 0 ? h("p", { class: "mini-note" }, "结算过的订单退了款，之后的佣金会先补上。") : "",
    months(own.months),
  ];
}

function months(all) {
  const most = Math.max(...all.map((each) => each.amount), 1);
  return h("div", { class: "panel-white" }, h("h4", {}, "近六个月的佣金"),
    h("div", { class: "month-bars", dataset: { testid: "promoter-months" } }, ...all.map((each) => {
      const bar = h("i");
      bar.style.height = `${Math.max(2, Math.round((60 * each.amount) / most))}px`;
      return h("span", { title: `${each.month} ${yuan(each.amount)}` }, h("small", {}, each.amount ? yuan(each.amount) : ""), bar, `${Number(each.month.slice(5))}月`);
    })));
}

/** The form stays as it is while the figures around it change. */
function withdrawForm(tool, own, again) {
  const { terms } = own();
  const input = h("input", { type: "text", inputmode: "decimal", placeholder: `${yuan(terms.withdraw_min)} 起`, "aria-label": "提现金额", dataset: { testid: "withdraw-amount" } });
  const all = h("button", { class: "small-solid", type: "button", onclick: () => { input.value = (Math.max(0, Math.min(own().standing.available, terms.withdraw_most)) / 100).toFixed(2); } }, "全部");
  const ask = () => tool.attempt(async () => {
    const amount = fen(input.value);
    if (!amount) throw new Error("请填提现金额，最多两位小数");
    // The shop knows by `after` that a request which comes twice is one.
    await tool.call("distribution/withdrawals", "POST", { amount, after: own().latest_withdrawal });
    input.value = "";
    toast("已申请，等店里审核", "done");
    await again();
  });
  return h("div", { class: "panel-white" }, h("h4", {}, "提现到微信零钱"),
    h("div", { class: "withdraw-row" }, h("b", {}, "¥"), input, all),
    busyButton({ class: "solid form-button", dataset: { testid: "withdraw-ask" } }, "申请提现", ask),
    h("p", { class: "rule" }, terms.words[2]));
}

function withdrawalsView(tool, items, again) {
  if (!items.length) return [];
  return [h("h4", { class: "mini-head" }, "提现记录"), ...items.map((each) => withdrawalRow(tool, each, again))];
}

function withdrawalRow(tool, each, again) {
  const confirm = () => tool.attempt(async () => {
    if (await confirmTransfer(tool, each.withdrawal_no)) toast("已确认，稍后到零钱", "done");
    await again();
  });
  const facts = [["编号", each.withdrawal_no], ["申请时间", stamp(each.asked_at)], ["手续费", each.fee ? yuan(each.fee) : ""], ["到手", each.fee ? yuan(each.net) : ""], ["原因", each.reason]];
  return h("div", { class: "panel-white steps", dataset: { testid: "withdrawal", number: each.withdrawal_no, state: each.state } },
    h("div", { class: "order-head" }, h("h4", {}, yuan(each.amount)), h("b", { class: LIVE.includes(each.state) ? "plus" : "" }, STATES[each.state])),
    ...facts.filter(([, value]) => value).map(factRow),
    each.may_confirm ? busyButton({ class: "solid form-button", dataset: { testid: "withdrawal-confirm" } }, `确认收款，${moment(each.confirm_until)} 前有效`, confirm) : null);
}

/** A card leads to one withdrawal among them. */
function scrollTo(tool, place) {
  const number = tool.query.get("withdrawal_no");
  const row = [...place.children].find((each) => each.dataset.number === number);
  if (!number || !row) return;
  row.classList.add("asked-for");
  requestAnimationFrame(() => row.scrollIntoView({ block: "center" }));
}

async function statement(tool) {
  const page = await tool.call("distribution/statement");
  if (!page.lines.length) return h("p", { class: "page-end" }, "还没有佣金明细");
  const list = h("div", { class: "panel-white statement", dataset: { testid: "commission-lines" } }, h("h4", { class: "statement-head" }, "佣金明细"), ...page.lines.map(lineView));
  return h("div", {}, list, moreButton(tool, list, page.next_before));
}

function lineView(line) {
  return h("div", { class: "statement-line", dataset: { testid: "commission-line" } },
    h("span", {}, line.memo, h("small", {}, stamp(line.at))),
    h("span", {}, h("b", { class: line.amount > 0 ? "plus" : "" }, line.amount > 0 ? `+${yuan(line.amount)}` : `-${yuan(-line.amount)}`)));
}

function moreButton(tool, list, before) {
  if (!before) return h("p", { class: "page-end" }, "— 到底了 —");
  const button = h("button", { class: "page-end", type: "button" }, "加载更多");
  button.onclick = () => tool.attempt(async () => {
    button.disabled = true;
    const next = await tool.call(`distribution/statement?before=${before}`);
    list.append(...next.lines.map(lineView));
    button.replaceWith(moreButton(tool, list, next.next_before));
  });
  return button;
}

function rules(own) {
  return h("div", { class: "panel-white" }, h("h4", {}, "推广规则"), ...own.terms.words.slice(1).map((line) => h("p", { class: "rule" }, line)));
}

function bar(tool, own) {
  if (own.state !== "active") return "";
  return h("div", { class: "mini-bar" }, forwardButton(tool, `pages/index/index?p=${own.code}`, "转发我的推广码"));
}

function fen(written) {
  const found = /^(\d{1,6})(?:\.(\d{1,2}))?$/.exec(written.trim());
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : 0;
}
