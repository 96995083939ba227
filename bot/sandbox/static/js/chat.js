// The phone with the conversation.

import { control } from "./api.js";
import { Composer } from "./composer.js";
import { h, icon, toast } from "./dom.js";
import { draw as drawItem, ownName } from "./items.js";

const APART = 5 * 60 * 1000; // WeChat shows the time again after five quiet minutes.
const TIME = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
const DATE = new Intl.DateTimeFormat("zh-CN", { month: "long", day: "numeric", timeZone: "Asia/Shanghai" });

const $ = (id) => document.getElementById(id);

export class Chat {
  #page;
  #composer;
  #state = null;
  #fan = null;
  #shownFor = 0;
  #lastId = 0;
  #lastAt = 0;
  #fetching = null;
  #again = false;

  constructor(page) {
    this.#page = page;
    this.#composer = new Composer($("composer"), {
      send: (message) => this.#send("messages", message),
      click: (button) => this.#click(button),
    });
  }

  draw(state, fan) {
    this.#state = state;
    this.#fan = fan;
    const isIn = Boolean(fan?.subscribed);
    if ((fan?.fan_id ?? 0) !== this.#shownFor) this.#begin(fan);
    $("chat-title").textContent = fan?.is_typing ? "对方正在输入…" : state.account.name;
    $("chat").hidden = !isIn;
    $("composer").hidden = !isIn;
    $("profile").hidden = isIn;
    if (!isIn) this.#drawProfile();
    this.#composer.draw(state.menu);
  }

  /** Show what is new; calls while one is under way are folded into one more. */
  fetch() {
    if (!this.#shownFor) return;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    this.#fetching = this.#load().catch((error) => toast(error.message, "warn")).finally(() => {
      this.#fetching = null;
      if (this.#again) {
        this.#again = false;
        this.fetch();
      }
    });
  }

  #begin(fan) {
    this.#shownFor = fan?.fan_id ?? 0;
    this.#lastId = this.#lastAt = 0;
    $("chat").replaceChildren();
    this.fetch();
  }

  async #load() {
    const fanId = this.#shownFor;
    const { items } = await control(`fans/${fanId}/items?after=${this.#lastId}`);
    if (fanId !== this.#shownFor) return;
    for (const item of items) {
      if (item.item_id > this.#lastId) this.#append(item);
    }
    if (items.length) $("chat").scrollTop = $("chat").scrollHeight;
  }

  #append(item) {
    const at = Date.parse(item.at);
    if (at - this.#lastAt > APART) $("chat").append(h("p", { class: "separator" }, this.#when(at)));
    this.#lastAt = at;
    this.#lastId = item.item_id;
    const scroll = () => ($("chat").scrollTop = $("chat").scrollHeight);
    $("chat").append(drawItem(item, this.#fan, this.#state, {
      openMini: this.#page.openMini,
      tap: (option) => this.#send("taps", { item_id: item.item_id, option }),
      loaded: scroll,
    }));
  }

  #when(at) {
    const today = DATE.format(Date.parse(this.#state.clock.now));
    const day = DATE.format(at);
    return day === today ? TIME.format(at) : `${day} ${TIME.format(at)}`;
  }

  #send(path, body) {
    return this.#page.attempt(() => control(`fans/${this.#fan.fan_id}/${path}`, "POST", body));
  }

  #click(button) {
    if (button.type === "miniprogram") {
      this.#page.openMini(button.pagepath);
      return this.#send("events", { event: "view_miniprogram", key: button.pagepath });
    }
    if (button.type === "view") {
      window.open(button.url, "_blank", "noopener");
      return this.#send("events", { event: "VIEW", key: button.url });
    }
    return this.#send("events", { event: button.type === "click" ? "CLICK" : button.type, key: button.key });
  }

  #drawProfile() {
    const fan = this.#fan;
    const act = () => (fan ? this.#send("events", { event: "subscribe" }) : this.#page.createFan());
    $("profile").replaceChildren(
      h("div", { class: "avatar avatar-shop" }, icon("shop")),
      h("h3", {}, this.#state.account.name),
      h("p", {}, `${ownName(fan)}想找什么，直接和掌柜说`),
      h("button", { class: "wide", type: "button", dataset: { testid: "follow" }, onclick: act }, "关注公众号"),
      h("p", { class: "profile-hint" }, "试着问一句：有没有200块以内的蓝牙耳机"));
  }
}
