// The customer's phone: 微信客服 and friends in the corp, customer groups, moments.

import { control } from "../api.js";
import { h } from "../dom.js";
import { GroupChat } from "./groups.js";
import { draw } from "./items.js";
import { drawMoments } from "./moments.js";

const $ = (id) => document.getElementById(id);
const STATES = ["等待应答", "智能助手", "排队中", "人工客服", ""];
const TITLES = { group: "客户群", moments: "朋友圈" };

export class CustomerPhone {
  #page;
  #group;
  #person = 0;
  #place = "chat";
  #drawn = "";

  constructor(page) {
    this.#page = page;
    this.#group = new GroupChat(page, (path) => this.#open(path));
    $("kf-new").onclick = () => this.#begin();
    $("kf-enter").onclick = () => this.#act("enter", { scene: "sandbox" });
    $("kf-person").onchange = (event) => this.#go(() => { this.#person = Number(event.target.value); });
    for (const tab of $("places").children) {
      tab.onclick = () => this.#go(() => { this.#place = tab.dataset.place; });
    }
    $("kf-composer").onsubmit = (event) => {
      event.preventDefault();
      const content = $("kf-input").value.trim();
      if (!content) return;
      $("kf-input").value = "";
      if (this.#place === "group") this.#group.say(this.#person, content);
      else this.#act("messages", { type: "text", content });
    };
  }

  /** Become whoever is this fan, as forwarding a card does. */
  chooseFan(fanId, people) {
    const person = people.find((each) => each.fan_id === fanId);
    if (person) this.#person = person.person_id;
  }

  async draw(state) {
    if (!state.people.some((each) => each.person_id === this.#person)) this.#person = state.people[0]?.person_id ?? 0;
    $("kf-person").replaceChildren(...state.people.map((each) =>
      h("option", { value: each.person_id, selected: each.person_id === this.#person }, each.nickname)));
    for (const tab of $("places").children) tab.setAttribute("aria-selected", String(tab.dataset.place === this.#place));
    const session = state.sessions.find((each) => each.person_id === this.#person);
    const isChat = this.#place === "chat";
    $("kf-title").textContent = TITLES[this.#place] ?? state.name;
    $("kf-state").textContent = isChat && session ? STATES[session.state] : "";
    $("kf-enter").hidden = !this.#person || !isChat;
    // Never hidden for a moment only: somebody may be writing in it.
    if (this.#place !== "group" || !this.#person) $("kf-composer").hidden = !this.#person || !isChat;
    $("group-bar").hidden = this.#place !== "group";
    if (!this.#person) this.#put("nobody", [h("p", { class: "system" }, "点“新顾客”，从微信客服进来一位")]);
    else await { chat: () => this.#chat(state), group: () => this.#inGroup(state), moments: () => this.#moments() }[this.#place]();
  }

  async #chat(state) {
    const { items } = await control(`wecom/people/${this.#person}/items`);
    const staff = new Map(state.staff.map((each) => [each.userid, each.name]));
    const { nickname } = state.people.find((each) => each.person_id === this.#person);
    const hands = {
      tap: (menu, option) => this.#act("taps", { item_id: menu.item_id, option }),
      open: (path) => this.#open(path),
    };
    this.#put(`chat:${items.length}`, items.map((item) => draw(item, "customer", nickname, hands, staff.get(item.account) ?? "")));
  }

  async #inGroup(state) {
    const { key, nodes, title, isMember } = await this.#group.draw(state, this.#person);
    $("kf-title").textContent = title;
    $("kf-composer").hidden = !isMember;
    this.#put(`group:${key}`, nodes);
  }

  async #moments() {
    const { moments } = await control(`wecom/people/${this.#person}/moments`);
    this.#put(`moments:${moments.length}`, drawMoments(moments));
  }

  /** Only what has changed: a tap must not fall between two drawings. */
  #put(what, nodes) {
    const shown = `${this.#person}:${what}`;
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    const chat = $("kf-chat");
    const toEnd = () => { chat.scrollTop = this.#place === "moments" ? 0 : chat.scrollHeight; };
    chat.replaceChildren(...nodes);
    for (const picture of chat.querySelectorAll("img")) picture.onload = toEnd;
    toEnd();
  }

  async #begin() {
    const person = await this.#page.attempt(() => control("wecom/people", "POST", { nickname: `顾客${Date.now() % 1000}` }));
    if (!person) return;
    this.#person = person.person_id;
    if (this.#place === "chat") await this.#act("enter", { scene: "sandbox" });
  }

  /** A card opens the mini-program as the customer whose phone this is. */
  async #open(path) {
    const known = await this.#page.attempt(() => control(`wecom/people/${this.#person}/fan`, "POST", {}));
    if (known) this.#page.openMini(path, known.fan_id);
  }

  #go(change) {
    change();
    return this.#page.refresh();
  }

  #act(what, body) {
    return this.#page.attempt(() => control(`wecom/people/${this.#person}/${what}`, "POST", body));
  }
}
