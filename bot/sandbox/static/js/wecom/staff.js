// The phone of one of the corp's people: mass tasks and moments to confirm, the app's cards, the
// pool, and the chats with one's customers.

import { control } from "../api.js";
import { h } from "../dom.js";
import { draw } from "./items.js";
import { drawMomentTasks, drawTasks } from "./tasks.js";

const $ = (id) => document.getElementById(id);
const POOL = 2;
const SERVED = 3;

export class StaffPhone {
  #page;
  #userid = "";
  #open = 0;
  #drawn = "";

  constructor(page) {
    this.#page = page;
    $("staff-member").onchange = (event) => this.#go(() => {
      this.#userid = event.target.value;
      this.#open = 0;
    });
    $("staff-back").onclick = () => this.#go(() => { this.#open = 0; });
    $("staff-switch").onclick = () => this.#act("", { is_receiving: $("staff-switch").dataset.on !== "true" });
    $("staff-end").onclick = () => this.#act("/end", { session_id: this.#open });
    $("staff-composer").onsubmit = (event) => {
      event.preventDefault();
      const content = $("staff-input").value.trim();
      if (!content) return;
      $("staff-input").value = "";
      this.#act("/answer", { session_id: this.#open, content });
    };
  }

  async draw(state) {
    const member = state.staff.find((each) => each.userid === this.#userid) ?? state.staff[0];
    this.#userid = member.userid;
    $("staff-member").replaceChildren(...state.staff.map((each) =>
      h("option", { value: each.userid, selected: each === member }, each.name)));
    $("staff-switch").dataset.on = String(Boolean(member.is_receiving));
    $("staff-switch").textContent = member.is_receiving ? "接待中" : "停止接待";
    const mine = state.sessions.filter((each) => each.state === SERVED && each.servicer === this.#userid);
    const session = mine.find((each) => each.session_id === this.#open);
    if (!session) this.#open = 0;
    $("staff-composer").hidden = !session;
    $("staff-back").toggleAttribute("data-empty", !session);
    const named = new Map(state.people.map((each) => [each.person_id, each.nickname]));
    $("staff-title").textContent = session ? named.get(session.person_id) : "企业微信";
    await (session ? this.#talk(session, named.get(session.person_id)) : this.#home(state, mine, named));
  }

  async #talk(session, name) {
    const { items } = await control(`wecom/people/${session.person_id}/items`);
    const seen = items.filter((each) => each.account === session.open_kfid);
    this.#put(seen, () => seen.map((item) => draw(item, "servicer", name)));
    $("staff-page").scrollTop = $("staff-page").scrollHeight;
  }

  async #home(state, mine, named) {
    const of = (what) => control(`wecom/staff/${this.#userid}/${what}`);
    const [{ cards }, { tasks }, { moments }] = await Promise.all([of("cards"), of("mass"), of("moments")]);
    const act = (path, body) => this.#act(`/${path}`, body);
    const pool = state.sessions.filter((each) => each.state === POOL);
    this.#put([cards, pool, mine, tasks, moments], () => [
      ...(tasks.length || moments.length ? [h("h3", {}, "群发助手")] : []),
      ...drawTasks(tasks, act),
      ...drawMomentTasks(moments, act),
      h("h3", {}, "我的顾客"),
      ...list(mine, "没有正在接待的顾客", (each) => this.#row(each, named, "打开", () => this.#go(() => { this.#open = each.session_id; }))),
      h("h3", {}, "待接入池"),
      ...list(pool, "没有人在排队", (each) => this.#row(each, named, "接入", () => this.#act("/claim", { session_id: each.session_id }))),
      h("h3", {}, "应用消息"),
      ...list([...cards].reverse(), "还没有消息", (each) => this.#card(each)),
    ]);
  }

  #row(session, named, label, onclick) {
    const name = named.get(session.person_id);
    return h("button", { class: "talk", type: "button", dataset: { testid: "staff-talk" }, onclick },
      h("span", { class: "avatar" }, name.slice(0, 1)),
      h("span", {}, h("b", {}, name), h("small", {}, "微信客服")),
      h("span", { class: "pill pill-strong" }, label));
  }

  #card({ card_id: id, kind, content, replaced }) {
    if (kind === "text") return h("div", { class: "app-card" }, h("p", {}, content.content), h("br"));
    const tap = (key) => this.#act("/taps", { card_id: id, key });
    return h("div", { class: "app-card", dataset: { testid: "app-card" } },
      h("div", { class: "app-card-source" }, content.source?.desc ?? "掌柜"),
      h("div", { class: "app-card-title" }, content.main_title.title ?? ""),
      h("p", {}, content.main_title.desc ?? ""),
      content.sub_title_text ? h("p", {}, content.sub_title_text) : null,
      h("dl", {}, (content.horizontal_content_list ?? []).map((each) => [h("dt", {}, each.keyname), h("dd", {}, each.value ?? "")])),
      h("div", { class: "app-card-buttons" }, replaced
        ? h("span", {}, replaced)
        : content.button_list.map((each) => h("button", { type: "button", class: each.style === 2 ? "second" : "", onclick: () => tap(each.key) }, each.text))));
  }

  /** Only what has changed: a tap must not fall between two drawings. */
  #put(what, draws) {
    const shown = JSON.stringify([this.#userid, this.#open, what]);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    $("staff-page").replaceChildren(...draws());
  }

  #go(change) {
    change();
    return this.#page.refresh();
  }

  #act(path, body) {
    return this.#page.attempt(() => control(`wecom/staff/${this.#userid}${path}`, "POST", body));
  }
}

function list(rows, calm, one) {
  return rows.length ? rows.map(one) : [h("p", { class: "calm" }, calm)];
}
