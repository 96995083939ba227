// What the bot made of each message: intent, how sure, entities, who understood, who answered.

import { control } from "./api.js";
import { h } from "./dom.js";

const INTENTS = {
  search_product: "找商品", refine_search: "缩小范围", compare_products: "比较商品", ask_product_detail: "问商品",
  add_to_cart: "加购物车", update_cart: "改购物车", view_cart: "看购物车", checkout: "结算", order_status: "查订单",
  track_shipment: "查物流", cancel_order: "取消订单", change_address: "改地址", request_refund: "退换售后",
  ask_invoice: "发票", ask_shipping: "运费时效", ask_return_policy: "退换规定", ask_payment: "支付", ask_store: "门店",
  ask_promotion: "优惠", group_buy: "拼团", flash_sale: "秒杀砍价", ask_points: "积分会员", distribution: "分销",
  live_stream: "直播", unsubscribe: "退订", privacy_request: "个人信息", human_handoff: "转人工", complaint: "投诉",
  greet: "问候", goodbye: "告别", thank: "道谢", affirm: "肯定", deny: "否定", help: "帮助", out_of_scope: "店外的事",
  nlu_fallback: "没听懂",
};
const ENTITIES = {
  product: "商品", brand: "品牌", color: "颜色", size: "尺码", attribute: "要求", price_min: "最低价", price_max: "最高价",
  quantity: "数量", ordinal: "第几个", order_no: "订单号", tracking_no: "运单号", coupon: "券", phone: "手机", region: "地区",
  date: "日期",
};
const KINDS = {
  follow: "关注了公众号", unfollow: "取消关注", scan: "扫了二维码", image: "图片", voice: "语音", video: "视频", location: "位置",
  link: "链接", menu_click: "点了菜单", mini_program_page: "小程序页面", event: "事件", unknown: "未知消息",
};
const SOURCES = { rasa: "Rasa", keyword: "关键词", shortcut: "快捷词", none: "没有文字" };
const KEPT = "zhanggui.insight";
const MOST = 60;

const $ = (id) => document.getElementById(id);

export class Insight {
  #fanId = 0;
  #lastId = 0;
  #fetching = null;
  #again = false;

  constructor() {
    const box = $("show-insight");
    box.checked = localStorage.getItem(KEPT) === "on";
    box.onchange = () => {
      localStorage.setItem(KEPT, box.checked ? "on" : "off");
      this.#toggle(box.checked);
    };
    $("insight-close").onclick = () => box.click();
    this.#toggle(box.checked);
  }

  /** Show another person's turns. */
  draw(fan) {
    if ((fan?.fan_id ?? 0) === this.#fanId) return;
    this.#fanId = fan?.fan_id ?? 0;
    this.#lastId = 0;
    $("insight-turns").replaceChildren();
    this.fetch();
  }

  /** Show what is new; calls while one is under way are folded into one more. */
  fetch() {
    if (!this.#fanId || $("insight").hidden) return;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = this.#load().catch((error) => this.#say(error.message)).finally(() => {
      this.#fetching = null;
      if (this.#again) {
        this.#again = false;
        this.fetch();
      }
    });
  }

  #toggle(isOn) {
    $("insight").hidden = !isOn;
    this.fetch();
  }

  async #load() {
    const fanId = this.#fanId;
    const { lines } = await control(`fans/${fanId}/lines?after=${this.#lastId}`);
    if (fanId !== this.#fanId) return;
    this.#say("");
    const place = $("insight-turns");
    for (const line of lines) {
      this.#lastId = Math.max(this.#lastId, line.id);
      if (line.understood) place.prepend(card(line));
      else if (line.author !== "customer") place.firstElementChild?.querySelector("[data-answer]")?.append(answer(line));
    }
    while (place.children.length > MOST) place.lastElementChild.remove();
    if (!place.children.length) this.#say("说一句话，这里就会显示机器人怎么理解、由谁回答。");
  }

  #say(words) {
    $("insight-note").textContent = words;
  }
}

function card({ words, kind, understood: u }) {
  const isUnsure = words && u.intent === "nlu_fallback";
  const sure = Math.round(u.confidence * 100);
  const meter = h("i", { class: "meter-fill" });
  meter.style.width = `${sure}%`;
  return h("li", { class: isUnsure ? "turn unsure" : "turn", dataset: { testid: "turn", intent: u.intent } },
    h("p", { class: "turn-words" }, ...(words ? marked(words, u.spans) : [h("span", { class: "muted" }, KINDS[kind] ?? kind)])),
    words ? h("div", { class: "turn-intent" },
      h("b", {}, INTENTS[u.intent] ?? u.intent), h("code", {}, u.intent),
      h("span", { class: `source source-${u.source}` }, SOURCES[u.source] ?? u.source)) : null,
    words ? h("div", { class: "meter", title: "把握" }, h("span", { class: "meter-bar" }, meter), `${sure}%`) : null,
    isUnsure && u.guess && u.guess !== u.intent ? h("p", { class: "turn-guess" }, `最像“${INTENTS[u.guess] ?? u.guess}”，但把握不够`) : null,
    Object.keys(u.entities).length ? h("div", { class: "entities" }, ...Object.entries(u.entities).map(entity)) : null,
    h("dl", { class: "turn-course" },
      u.asked ? [h("dt", {}, "接着问题"), h("dd", {}, h("code", {}, u.asked))] : null,
      h("dt", {}, "处理"), h("dd", {}, u.handler ? h("code", {}, u.handler) : "人工接待中，机器人没有回答"),
      u.asks ? [h("dt", {}, "等着回答"), h("dd", {}, h("code", {}, u.asks))] : null),
    h("div", { dataset: { answer: "" } }));
}

function entity([name, value]) {
  const shown = Array.isArray(value) ? value.join("、") : String(value);
  return h("span", { class: "entity" }, h("small", {}, ENTITIES[name] ?? name), shown);
}

function answer({ words }) {
  return h("p", { class: "turn-answer" }, words);
}

/** The customer's words with what was recognised in them marked. Offsets count code points. */
function marked(words, spans) {
  const points = Array.from(words);
  const parts = [];
  let at = 0;
  for (const { entity: name, start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push(points.slice(at, start).join(""), h("mark", { title: ENTITIES[name] ?? name }, points.slice(start, end).join("")));
    at = end;
  }
  return [...parts, points.slice(at).join("")];
}
