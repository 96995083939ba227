// The customer's phone: a chat with an account of 微信客服.

import { control } from "../api.js";
import { h } from "../dom.js";
import { draw } from "./items.js";

const $ = (id) => document.getElementById(id);
const STATES = ["等待应答", "智能助手", "排队中", "人工客服", ""];

export class CustomerPhone {
  #page;
  #person = 0;
  #drawn = "";

  constructor(page) {
    this.#page = page;
    $("kf-new").onclick = () => this.#begin();
    $("kf-enter").onclick = () => this.#act("enter", { scene: "sandbox" });
    $("kf-person").onchange = (event) => {
      this.#person = Number(event.target.value);
      page.refresh();
    };
    $("kf-composer").onsubmit = (event) => {
      event.preventDefault();
      const content = $("kf-input").value.trim();
      if (!content) return;
      $("kf-input").value = "";
      this.#act("messages", { type: "text", content });
    };
  }

  async draw(state) {
    if (!state.people.some((each) => each.person_id === this.#person)) this.#person = state.people[0]?.person_id ?? 0;
    $("kf-person").replaceChildren(...state.people.map((each) =>
      h("option", { value: each.person_id, selected: each.person_id === this.#person }, each.nickname)));
    const session = state.sessions.find((each) => each.person_id === this.#person);
    $("kf-title").textContent = state.name;
    $("kf-state").textContent = session ? STATES[session.state] : "";
    $("kf-composer").hidden = $("kf-enter").hidden = !this.#person;
    if (!this.#person) {
      $("kf-chat").replaceChildren(h("p", { class: "system" }, "点“新顾客”，从微信客服进来一位"));
      return;
    }
    const { items } = await control(`wecom/people/${this.#person}/items`);
    const shown = `${this.#person}:${items.length}`;
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    const { nickname } = state.people.find((each) => each.person_id === this.#person);
    $("kf-chat").replaceChildren(...items.map((item) =>
      draw(item, "customer", nickname, (menu, option) => this.#act("taps", { item_id: menu.item_id, option }))));
    $("kf-chat").scrollTop = $("kf-chat").scrollHeight;
  }

  async #begin() {
    const person = await this.#page.attempt(() => control("wecom/people", "POST", { nickname: `顾客${Date.now() % 1000}` }));
    if (!person) return;
    this.#person = person.person_id;
    await this.#act("enter", { scene: "sandbox" });
  }

  #act(what, body) {
    return this.#page.attempt(() => control(`wecom/people/${this.#person}/${what}`, "POST", body));
  }
}
