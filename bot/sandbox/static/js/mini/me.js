// 我的: level, points, signing in, and the way to everything that is the customer's own.

import { h, icon, toast } from "../dom.js";
import { busyButton } from "./parts.js";

const WAYS_ON = [
  ["orders", "我的订单", "pages/orders/index"],
  ["service", "退款和售后", "pages/after-sales/index"],
  ["coupon", "领券", "pages/coupons/index?view=offered"],
  ["points", "积分明细", "pages/points/index"],
  ["share", "我的推广", "pages/promoter/index"],
  ["place", "收货地址", "pages/addresses/index"],
];

export async function mePage(tool) {
  tool.title("我的");
  const { served } = await tool.call("membership/tasks", "POST", {});
  const [member, coupons] = await Promise.all([tool.call("membership"), tool.call("coupons/own")]);
  for (const task of served) toast(`${task.title}，+${task.points} 积分`, "done");
  return [
    head(tool, member),
    h("div", { class: "panel-white figures" },
      figure("积分", member.points, "my-points", () => tool.go("pages/points/index")),
      figure("优惠券", coupons.items.length, "my-coupons", () => tool.go("pages/coupons/index"))),
    h("div", { class: "panel-white ways" }, ...WAYS_ON.map(([name, label, path]) =>
      h("button", { type: "button", dataset: { testid: `way-${name}` }, onclick: () => tool.go(path) }, icon(name), label))),
    member.tasks.length ? h("div", { class: "panel-white" }, h("h4", {}, "做任务得积分"), ...member.tasks.map(taskRow)) : "",
  ];
}

function head(tool, member) {
  const { is_done: isDone, streak, next_points: gain } = member.sign_in;
  const sign = async () => {
    const told = await tool.attempt(() => tool.call("sign-in", "POST", {}));
    if (!told) return;
    toast(`签到成功，+${told.points} 积分`, "done");
    tool.reload();
  };
  return h("div", { class: "me-head" },
    h("div", {},
      h("h3", { dataset: { testid: "my-level" } }, `${member.level?.name ?? "普通"}会员`),
      h("p", {}, member.next_level ? `再消费 ${yuanOf(member.missing)} 元升为${member.next_level.name}会员` : "已是最高等级"),
      progress(member)),
    isDone || gain
      ? busyButton({ class: "sign-in", disabled: isDone, dataset: { testid: "sign-in" } }, isDone ? `已签到 ${streak} 天` : `签到 +${gain}`, sign)
      : null);
}

function progress(member) {
  if (!member.next_level) return null;
  const bar = h("i");
  bar.style.width = `${Math.min(100, (100 * member.experience) / (member.experience + member.missing))}%`;
  return h("span", { class: "me-progress" }, bar);
}

function figure(label, value, testid, onclick) {
  return h("button", { type: "button", onclick }, h("b", { dataset: { testid } }, String(value)), label);
}

function taskRow(task) {
  return h("div", { class: "step" }, h("span", {}, task.title), task.is_done ? h("span", { class: "done" }, "已完成") : h("span", { class: "plus" }, `+${task.points}`));
}

const yuanOf = (fen) => (fen / 100).toFixed(2).replace(".00", "");
