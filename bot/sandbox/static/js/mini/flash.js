// 秒杀: what runs with its countdown, and what comes next.

import { h, toast } from "../dom.js";
import { checkoutPath, countdown } from "./deals.js";
import { busyButton, emptyView, price } from "./parts.js";
import { stamp } from "./names.js";

export async function flashPage(tool) {
  tool.title("限时秒杀");
  const { items } = await tool.call("flash-sales");
  if (!items.length) return emptyView("search", "现在没有秒杀，下一场还没定", "去逛逛", () => tool.go("pages/index/index"));
  return items.flatMap((sale) => [head(tool, sale), ...sale.items.map((item) => row(tool, sale, item))]);
}

function head(tool, sale) {
  const remind = async () => {
    const kept = await tool.attempt(() => tool.call(`flash-sales/${sale.sale_id}/reminder`, sale.is_wanted ? "DELETE" : "PUT", sale.is_wanted ? undefined : {}));
    if (!kept) return;
    toast(kept.is_wanted ? "开抢前5分钟提醒您" : "不提醒了", "done");
    tool.reload();
  };
  return h("div", { class: "flash-head", dataset: { testid: "flash-sale" } },
    h("b", {}, sale.name),
    sale.is_running ? countdown(tool, sale.ends_at, "距结束", "已结束") : h("span", {}, `${stamp(sale.starts_at)} 开抢 `, countdown(tool, sale.starts_at, "还有", "开始了，下拉刷新")),
    sale.is_running ? null : busyButton({ class: "small-solid", dataset: { testid: "flash-remind" } }, sale.is_wanted ? "取消提醒" : "提醒我", remind));
}

function row(tool, sale, item) {
  const sold = item.pieces ? Math.round((100 * (item.pieces - item.left)) / item.pieces) : 100;
  const buy = () => tool.go(checkoutPath(item.variant_id, 1, { kind: "flash_sale", item_id: item.item_id }, tool.query.get("source") ?? ""));
  const label = sale.is_running ? (item.left ? "马上抢" : "抢光了") : "未开始";
  return h("div", { class: "panel-white deal-row", dataset: { testid: "flash-item" } },
    h("img", { src: tool.picture(item.picture), alt: "" }),
    h("span", {}, h("b", {}, item.title), item.label ? h("small", {}, item.label) : null,
      h("span", {}, price(item.price), h("small", { class: "usual" }, ` ¥${(item.usual_price / 100).toFixed(2)}`)),
      h("small", { dataset: { testid: "flash-left" } }, sale.is_running ? `剩 ${item.left} 件 · 已抢 ${sold}%` : `共 ${item.pieces} 件 · 每人限 ${item.per_customer} 件`)),
    h("button", { class: "small-solid", type: "button", disabled: !sale.is_running || !item.left, dataset: { testid: "flash-buy" }, onclick: buy }, label));
}
