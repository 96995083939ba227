// 积分明细: how the customer's points came and went.

import { h } from "../dom.js";
import { stamp } from "./names.js";

export async function pointsPage(tool) {
  tool.title("积分明细");
  const [points, page] = await Promise.all([tool.call("points"), tool.call("points/statement")]);
  const list = h("div", { class: "panel-white statement", dataset: { testid: "statement" } }, ...page.lines.map(lineView));
  return [
    h("div", { class: "points-head" },
      h("p", {}, "我的积分"),
      h("b", { dataset: { testid: "points-balance" } }, String(points.balance)),
      points.spend_points ? h("small", {}, `下单时每 ${points.spend_points} 积分抵 ${points.spend_fen / 100} 元`) : null),
    page.lines.length ? list : h("p", { class: "page-end" }, "还没有积分往来"),
    page.lines.length ? moreButton(tool, list, page.older) : "",
  ];
}

function lineView(line) {
  return h("div", { class: "statement-line", dataset: { testid: "statement-line" } },
    h("span", {}, line.memo, h("small", {}, stamp(line.at))),
    h("span", {}, h("b", { class: line.amount > 0 ? "plus" : "" }, line.amount > 0 ? `+${line.amount}` : `${line.amount}`), h("small", {}, `余 ${line.balance}`)));
}

function moreButton(tool, list, older) {
  if (!older) return h("p", { class: "page-end" }, "— 到底了 —");
  const button = h("button", { class: "page-end", type: "button" }, "加载更多");
  button.onclick = () => tool.attempt(async () => {
    button.disabled = true;
    const next = await tool.call(`points/statement?before=${older}`);
    list.append(...next.lines.map(lineView));
    button.replaceWith(moreButton(tool, list, next.older));
  });
  return button;
}
