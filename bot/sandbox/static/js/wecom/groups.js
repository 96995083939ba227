// A customer group as one of its members sees it, or somebody who might come in.

import { control } from "../api.js";
import { h } from "../dom.js";
import { drawInGroup } from "./items.js";

const $ = (id) => document.getElementById(id);
const BY_CODE = 3;

export class GroupChat {
  #page;
  #open;
  #chatId = "";

  constructor(page, open) {
    this.#page = page;
    this.#open = open;
    $("group-choice").onchange = (event) => {
      this.#chatId = event.target.value;
      page.refresh();
    };
  }

  /** What the phone shows for a person: `key` changes whenever `nodes` would. */
  async draw(state, personId) {
    const groups = (await control("wecom/groups")).groups.filter((each) => !each.is_dismissed);
    const group = groups.find((each) => each.chat_id === this.#chatId) ?? groups[0];
    this.#chatId = group?.chat_id ?? "";
    $("group-choice").replaceChildren(...groups.map((each) =>
      h("option", { value: each.chat_id, selected: each === group }, `${each.name}（${each.people}）`)));
    if (!group) return this.#nothing();
    const [{ members }, { items }] = await Promise.all([
      control(`wecom/groups/${this.#chatId}`), control(`wecom/groups/${this.#chatId}/items`),
    ]);
    const isMember = members.some((each) => each.person_id === personId);
    this.#switch(isMember, personId);
    const owner = state.staff.find((each) => each.userid === group.owner);
    const nodes = isMember
      ? items.map((item) => drawInGroup(item, personId, this.#open))
      : [h("p", { class: "system" }, `群主是${owner?.name ?? group.owner}，扫码进群就能看到聊天`)];
    return { key: `${this.#chatId}:${isMember}:${items.length}`, nodes, title: `${group.name}（${group.people}）`, isMember };
  }

  say(personId, content) {
    return this.#page.attempt(() => control(`wecom/groups/${this.#chatId}/messages`, "POST", { person_id: personId, content }));
  }

  #nothing() {
    $("group-join").hidden = $("group-leave").hidden = true;
    const make = h("button", { class: "pill pill-strong", type: "button", dataset: { testid: "groups-demo" }, onclick: () => this.#page.attempt(() => control("wecom/demo", "POST", {})) }, "建三个演示群");
    return { key: "none", nodes: [h("p", { class: "system" }, "还没有客户群"), h("p", { class: "system" }, make)], title: "客户群", isMember: false };
  }

  #switch(isMember, personId) {
    $("group-join").hidden = isMember;
    $("group-leave").hidden = !isMember;
    const path = `wecom/groups/${this.#chatId}`;
    $("group-join").onclick = () => this.#page.attempt(() => control(`${path}/join`, "POST", { person_ids: [personId], scene: BY_CODE }));
    $("group-leave").onclick = () => this.#page.attempt(() => control(`${path}/leave`, "POST", { person_ids: [personId] }));
  }
}
