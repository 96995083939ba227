// The second phone: a stand-in for the mini-program, on the shop's own API.

import { MiniClient } from "../api.js";
import { h } from "../dom.js";
import { afterSalePage, afterSalesPage } from "./aftersale.js";
import { applyPage } from "./apply.js";
import { bargainPage, bargainsPage } from "./bargain.js";
import { bookedPage, bookPage } from "./book.js";
import { cartPage } from "./cart.js";
import { checkoutPage } from "./checkout.js";
import { couponsPage } from "./coupons.js";
import { flashPage } from "./flash.js";
import { groupBuyPage, groupBuysPage, groupPage } from "./groupbuy.js";
import { indexPage } from "./index.js";
import { mePage } from "./me.js";
import { orderPage } from "./order.js";
import { ordersPage } from "./orders.js";
import { failureView, sheetView, skeleton, tabBar } from "./parts.js";
import { pointsPage } from "./points.js";
import { productPage } from "./product.js";
import { promoterPage } from "./promoter.js";

const PAGES = {
  "pages/index/index": indexPage,
  "pages/category/index": indexPage,
  "pages/product/index": productPage,
  "pages/cart/index": cartPage,
  "pages/checkout/index": checkoutPage,
  "pages/order/index": orderPage,
  "pages/orders/index": ordersPage,
  "pages/me/index": mePage,
  "pages/coupons/index": couponsPage,
  "pages/coupon/index": couponsPage,
  "pages/points/index": pointsPage,
  "pages/promoter/index": promoterPage,
  "pages/addresses/index": bookPage,
  "pages/address/index": bookedPage,
  "pages/apply/index": applyPage,
  "pages/group-buys/index": groupBuysPage,
  "pages/group-buy/index": groupBuyPage,
  "pages/group/index": groupPage,
  "pages/flash-sale/index": flashPage,
  "pages/bargains/index": bargainsPage,
  "pages/bargain/index": bargainPage,
  "pages/after-sales/index": afterSalesPage,
  "pages/after-sale/index": afterSalePage,
};
const TABS = ["pages/index/index", "pages/cart/index", "pages/orders/index", "pages/me/index"];

const $ = (id) => document.getElementById(id);

export class MiniProgram {
  #page;
  #clients = new Map();
  #stack = [];
  #fanId = 0;
  #settings = null;
  #visit = 0;

  constructor(page) {
    this.#page = page;
    $("mini-close").onclick = () => this.close();
    $("mini-back").onclick = () => this.back();
  }

  /** Names and addresses, from the platform's state. */
  configure(state) {
    this.#settings = state;
  }

  /** Open a path as a tap on a card does; the client of each customer is kept. */
  open(path, fanId) {
    this.#fanId = fanId;
    this.#stack = [];
    $("mini-phone").hidden = false;
    this.#noteVisit(path);
    this.go(path);
  }

  /** Whose code the path carries is told to the shop, as a mini-program does when it is launched. */
  #noteVisit(path) {
    const query = new URLSearchParams(path.split("?")[1] ?? "");
    const code = query.get("p");
    if ((query.get("source") ?? "").startsWith("cp-")) this.#page.attempt(() => this.#client().call("card-visits", "POST", { path }));
    if (code) this.#page.attempt(() => this.#client().call("visits", "POST", { scene: `p_${code}` }));
  }

  #client() {
    if (!this.#clients.has(this.#fanId)) this.#clients.set(this.#fanId, new MiniClient(this.#fanId));
    return this.#clients.get(this.#fanId);
  }

  close() {
    this.#visit += 1;
    $("mini-phone").hidden = true;
    $("mini-layer").replaceChildren();
  }

  /** Show another page on top; a tab page forgets what was below it. */
  go(path, { replace = false } = {}) {
    const name = nameOf(path);
    if (TABS.includes(name)) this.#stack = [];
    if (replace) this.#stack.pop();
    this.#stack.push(path);
    this.#show();
  }

  back() {
    this.#stack.pop();
    if (!this.#stack.length) this.#stack.push(TABS[0]);
    this.#show();
  }

  /** Draw the present page again, from fresh answers of the shop. */
  reload() {
    this.#show();
  }

  async #show() {
    const visit = ++this.#visit;
    const path = this.#stack.at(-1);
    const name = nameOf(path);
    const tool = this.#tool(visit, new URLSearchParams(path.split("?")[1] ?? ""));
    $("mini-layer").replaceChildren();
    $("mini-back").toggleAttribute("data-empty", this.#stack.length < 2 && name === TABS[0]);
    this.#place(name, skeleton());
    let content;
    try {
      if (!PAGES[name]) throw new Error("页面不存在");
      content = await PAGES[name](tool);
    } catch (error) {
      content = failureView(error.message, () => this.reload(), () => this.go(TABS[0]));
    }
    if (visit === this.#visit) this.#place(name, ...[content].flat());
  }

  #place(name, ...content) {
    const page = h("div", { class: "mini-page", dataset: { testid: "mini-page", page: name } }, ...content);
    const bars = page.querySelectorAll(":scope > .mini-bar");
    $("mini").replaceChildren(page, ...bars);
    if (TABS.includes(name)) $("mini").append(tabBar(name, TABS, (path) => this.go(path)));
  }

  /** What a page may use. */
  #tool(visit, query) {
    const fanId = this.#fanId;
    const client = this.#client();
    $("mini-title").textContent = this.#settings.mini_program.name;
    return {
      query,
      fanId,
      shopName: this.#settings.account.name,
      call: (...request) => client.call(...request),
      picture: (url) => (url ? new URL(url, this.#settings.shop_url).href : "static/icon.svg"),
      title: (text) => {
        if (visit === this.#visit) $("mini-title").textContent = text;
      },
      go: (path, options) => this.go(path, options),
      back: () => this.back(),
      reload: () => this.reload(),
      close: () => this.close(),
      friends: () => this.#settings.fans.filter((fan) => fan.fan_id !== fanId),
      forward: (path, friendId) => {
        this.#page.choose(friendId);
        this.open(path, friendId);
      },
      isCurrent: () => visit === this.#visit,
      layer: (...content) => $("mini-layer").replaceChildren(...content),
      sheet: (testid, title, ...content) => $("mini-layer").replaceChildren(sheetView(testid, title, content, () => $("mini-layer").replaceChildren())),
      attempt: (action) => this.#page.attempt(action),
      now: () => this.#page.now(),
    };
  }
}

const nameOf = (path) => path.replace(/^\//, "").split("?")[0];
