// 砍价: what may be bargained for, and one bargain, one's own or a friend's.

import { h, toast, yuan } from "../dom.js";
import { checkoutPath, countdown, forwardButton } from "./deals.js";
import { busyButton, emptyView, price } from "./parts.js";

const STATES = { open: "砍价中", reached: "已砍到底价", ordered: "已下单", expired: "已过期" };

export async function bargainsPage(tool) {
  tool.title("砍价");
  const { items } = await tool.call("bargains");
  if (!items.length) return emptyView("search", "现在没有砍价活动", "去逛逛", () => tool.go("pages/index/index"));
  const start = (each) => tool.attempt(async () => {
    const bargain = await tool.call("bargains", "POST", { activity_id: each.activity_id });
    tool.go(`pages/bargain/index?no=${bargain.bargain_no}`);
  });
  return items.map((each) => h("div", { class: "panel-white deal-row", dataset: { testid: "bargain-activity" } },
    h("img", { src: tool.picture(each.picture), alt: "" }),
    h("span", {}, h("b", {}, each.title), h("small", {}, `${each.helpers} 位朋友帮忙，砍到 ${yuan(each.floor)}`), price(each.usual_price)),
    busyButton({ class: "small-solid", dataset: { testid: "bargain-start" } }, "发起砍价", () => start(each))));
}

export async function bargainPage(tool) {
  tool.title("砍价");
  const number = tool.query.get("no");
  const bargain = await tool.call(`bargains/${encodeURIComponent(number)}`);
  const help = () => tool.attempt(async () => {
    const cut = await tool.call(`bargains/${encodeURIComponent(number)}/help`, "POST", {});
    toast(`帮忙砍掉了 ${yuan(cut.amount)}`, "done");
    tool.reload();
  });
  const buy = () => tool.go(checkoutPath(bargain.variant_id, 1, { kind: "bargain", bargain_no: number }));
  const done = bargain.start_price === bargain.floor ? 100 : Math.round((100 * (bargain.start_price - bargain.price)) / (bargain.start_price - bargain.floor));
  const bar = h("i");
  bar.style.width = `${done}%`;
  return [
    h("div", { class: "panel-white deal-head" },
      h("img", { src: tool.picture(bargain.picture), alt: bargain.title }),
      h("div", {}, h("b", {}, bargain.title), price(bargain.price, "large"), h("small", { class: "usual" }, `原价 ${yuan(bargain.start_price)}，底价 ${yuan(bargain.floor)}`))),
    h("div", { class: "panel-white group-progress", dataset: { testid: "bargain", state: bargain.state } },
      h("h3", {}, STATES[bargain.state]),
      h("span", { class: "me-progress" }, bar),
      h("p", {}, `${bargain.helped} / ${bargain.helpers} 位朋友帮了忙`),
      ["open", "reached"].includes(bargain.state) ? countdown(tool, bargain.expires_at, "有效期还有", "已过期") : null),
    h("div", { class: "mini-bar" }, ...actions(tool, bargain, help, buy)),
  ];
}

function actions(tool, bargain, help, buy) {
  if (!bargain.is_own) return [busyButton({ class: "solid grow", disabled: bargain.state !== "open", dataset: { testid: "bargain-help" } }, bargain.state === "open" ? "帮朋友砍一刀" : "这次砍价结束了", help)];
  if (bargain.state === "reached") return [h("button", { class: "solid grow", type: "button", dataset: { testid: "bargain-buy" }, onclick: buy }, `${yuan(bargain.price)} 买下`)];
  return [forwardButton(tool, `pages/bargain/index?no=${bargain.bargain_no}`, "请朋友帮忙")];
}
