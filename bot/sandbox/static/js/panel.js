// The side panel: customers, time, and what the platform still has to do.

import { control } from "./api.js";
import { h } from "./dom.js";

const WINDOWS = { message: "来信", follow: "关注", menu: "菜单", scan: "扫码" };
const EVENTS = { text: "文字消息", image: "图片消息", voice: "语音消息", "TRANSACTION.SUCCESS": "支付通知", "REFUND.SUCCESS": "退款通知" };
const DECISIONS = [
  ["agree", "同意售后", "商家同意这位顾客最近的售后申请"],
  ["refuse", "拒绝售后", "商家不同意这位顾客最近的售后申请"],
  ["arrived", "退件到店", "寄回的商品到店、检查没问题：退款，或寄出换的"],
];
const PAYOUTS = [
  ["approve", "商家通过提现", "商家核准这位顾客最近的提现申请，微信发起转账"],
  ["refuse", "拒绝提现", "商家不同意这位顾客最近的提现申请，钱退回可提现佣金"],
];
const DAY = { year: "numeric", month: "long", day: "numeric", weekday: "long", timeZone: "Asia/Shanghai" };

const $ = (id) => document.getElementById(id);

/** The tint of a person's avatar. */
export const tint = (fan) => `tint-${fan.fan_id % 6}`;

export class Panel {
  #page;
  #state = null;
  #fan = null;
  #fansShown = "";

  constructor(page) {
    this.#page = page;
    $("fan-new").onclick = () => this.#busy($("fan-new"), page.createFan);
    for (const chip of $("clock-moves").children) {
      chip.onclick = () => this.#busy(chip, () => this.#move(Number(chip.dataset.seconds)));
    }
    $("show-routes").onchange = (event) => document.body.classList.toggle("show-routes", event.target.checked);
    $("panel-open").onclick = () => $("panel").classList.add("open");
    $("panel-fold").onclick = () => $("panel").classList.remove("open");
  }

  draw(state, fan) {
    this.#state = state;
    this.#fan = fan;
    this.#drawFans(state.fans, fan);
    this.tick();
  }

  /** Twice a second: whatever counts down. */
  tick() {
    const now = this.#page.now();
    $("clock").textContent = new Date(now).toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    $("clock-date").textContent = new Date(now).toLocaleDateString("zh-CN", DAY);
    if (!this.#state) return;
    const offset = this.#state.clock.offset;
    $("clock-offset").textContent = offset ? `快 ${span(offset)}` : "";
    $("fan-facts").replaceChildren(...this.#facts(now));
    this.#drawPending(now);
  }

  /** Only when something about it has changed: a tap must not fall between two drawings. */
  #drawFans(fans, chosen) {
    const shown = JSON.stringify([fans.map(({ fan_id: id, nickname, subscribed }) => [id, nickname, subscribed]), chosen?.fan_id]);
    if (shown === this.#fansShown) return;
    this.#fansShown = shown;
    $("fans").replaceChildren(...this.#fans(fans, chosen));
  }

  #fans(fans, chosen) {
    if (!fans.length) return [h("li", { class: "fans-empty" }, "还没有顾客，点“新顾客”来一位。")];
    return fans.map((fan) =>
      h("li", {},
        h("button", {
          class: "fan", type: "button", "aria-current": String(fan === chosen),
          dataset: { testid: "fan", fanId: fan.fan_id },
          onclick: () => this.#page.choose(fan.fan_id),
        },
          h("span", { class: `avatar ${tint(fan)}` }, fan.nickname.slice(0, 1)),
          h("span", {},
            h("div", { class: "fan-name" }, fan.nickname),
            h("div", { class: "fan-state" }, fan.subscribed ? "已关注" : "未关注")))));
  }

  #facts(now) {
    const fan = this.#fan;
    if (!fan) return [];
    const windows = fan.windows.filter((one) => Date.parse(one.expires_at) > now).map((one) =>
      h("div", { class: one.left ? "window" : "window used-up" },
        h("span", {}, `${WINDOWS[one.action]} · 还可回复 `, h("b", {}, `${one.left}/${one.allowed}`), " 条"),
        h("span", { class: "muted" }, span((Date.parse(one.expires_at) - now) / 1000))));
    const label = fan.subscribed ? "取消关注" : "关注";
    const button = h("button", { class: "chip", type: "button", dataset: { testid: "fan-follow" }, onclick: () => this.#page.follow(fan) }, label);
    const ship = h("button", { class: "chip", type: "button", dataset: { testid: "fan-ship" }, title: "商家把这位顾客最近付款的订单交给快递", onclick: () => this.#page.ship(fan) }, "商家发货");
    const decisions = DECISIONS.map(([move, name, title]) =>
      h("button", { class: "chip", type: "button", dataset: { testid: `after-sale-${move}` }, title, onclick: () => this.#page.decide(fan, move, name) }, name));
    const payouts = PAYOUTS.map(([move, name, title]) =>
      h("button", { class: "chip", type: "button", dataset: { testid: `withdrawal-${move}` }, title, onclick: () => this.#page.payOut(fan, move, name) }, name));
    return [...windows, h("div", { class: "fan-actions" }, button, ship, ...decisions, ...payouts)];
  }

  #drawPending(now) {
    const { callbacks, notices, notify } = this.#state;
    const rows = [...callbacks, ...notices].filter((row) => row.tries > 0 || !notify || Date.parse(row.next_at) > now).map((row) => {
      const what = EVENTS[row.what ?? row.event_type] ?? row.what ?? row.event_type;
      const wait = Math.max(0, (Date.parse(row.next_at) - now) / 1000);
      return h("li", { title: row.detail }, h("span", {}, `${what} · 第 ${row.tries + 1} 次`), h("span", {}, wait ? span(wait) : "发送中"));
    });
    $("pending-count").textContent = rows.length ? `${rows.length}` : "";
    $("pending").replaceChildren(...(rows.length ? rows : [h("li", { class: "calm" }, "全部送达")]));
  }

  #move(seconds) {
    return this.#page.attempt(() => control("clock", "POST", { seconds }));
  }

  async #busy(button, action) {
    button.disabled = true;
    await action();
    button.disabled = false;
  }
}

/** Seconds in words: 47 时 59 分. */
function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} 秒`;
  if (whole < 3600) return `${Math.floor(whole / 60)} 分 ${whole % 60} 秒`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} 时 ${Math.floor((whole % 3600) / 60)} 分`;
  return `${Math.floor(whole / 86400)} 天 ${Math.floor((whole % 86400) / 3600)} 时`;
}
