// The bar under the conversation: the account's menu or the keyboard, and what else can be sent.

import { h, icon } from "./dom.js";

export class Composer {
  #place;
  #hands;
  #menu = undefined;
  #showsMenu = false; // Who tests wants to write; the toggle shows the menu.

  constructor(place, hands) {
    this.#place = place;
    this.#hands = hands;
  }

  /** Draw again only when the menu has changed: never under the fingers of who is typing. */
  draw(menu) {
    const drawn = JSON.stringify(menu);
    if (drawn === this.#menu) return;
    this.#menu = drawn;
    this.#render(menu);
  }

  #render(menu) {
    this.#place.replaceChildren(...(menu && this.#showsMenu ? [this.#buttons(menu)] : this.#keyboard(menu)));
  }

  #toggle(menu) {
    const name = this.#showsMenu ? "keyboard" : "menu";
    const flip = () => {
      this.#showsMenu = !this.#showsMenu;
      this.#render(menu);
      if (!this.#showsMenu) this.#place.querySelector("textarea").focus();
    };
    return h("button", { class: "round", type: "button", "aria-label": "切换菜单与键盘", dataset: { testid: "composer-toggle" }, onclick: flip }, icon(name));
  }

  #keyboard(menu) {
    const input = h("textarea", { rows: 1, "aria-label": "消息", dataset: { testid: "message-input" }, maxlength: 600 });
    const button = h("button", { class: "send", type: "button", disabled: true, dataset: { testid: "send-button" } }, "发送");
    const more = this.#attachments();
    const grow = () => {
      button.disabled = !input.value.trim();
      input.style.height = "38px";
      input.style.height = `${Math.min(input.scrollHeight, 104)}px`;
    };
    const send = async () => {
      const content = input.value.trim();
      if (!content) return;
      input.value = "";
      grow();
      if (!(await this.#hands.send({ type: "text", content }))) {
        input.value = content;
        grow();
      }
    };
    input.oninput = grow;
    input.onkeydown = (event) => {
      // Enter that ends a pinyin composition is not meant to send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    };
    button.onclick = () => {
      send();
      input.focus();
    };
    const plus = h("button", { class: "round", type: "button", "aria-label": "更多", dataset: { testid: "more-button" }, onclick: () => (more.hidden = !more.hidden) }, icon("plus"));
    return [h("div", { class: "composer-row" }, menu ? this.#toggle(menu) : null, input, plus, button), more];
  }

  #attachments() {
    const box = h("div", { class: "attachments", hidden: true });
    const kinds = [
      ["image", "照片", { type: "image" }],
      ["voice", "语音", { type: "voice", recognition: "有没有两百块以内的蓝牙耳机" }],
      ["place", "位置", { type: "location" }],
    ];
    for (const [name, label, message] of kinds) {
      const send = () => {
        box.hidden = true;
        this.#hands.send(message);
      };
      box.append(h("button", { type: "button", onclick: send }, h("i", {}, icon(name)), label));
    }
    return box;
  }

  #buttons(menu) {
    const bar = h("div", { class: "bottom-menu" }, this.#toggle(menu));
    for (const button of menu.button) bar.append(this.#entry(button, bar));
    return bar;
  }

  #entry(button, bar) {
    const close = () => bar.querySelectorAll(".sub-menu").forEach((list) => list.remove());
    const children = button.sub_button ?? [];
    const entry = h("div", { class: children.length ? "entry has-children" : "entry" });
    const open = () => {
      const wasOpen = entry.querySelector(".sub-menu");
      close();
      if (wasOpen) return;
      entry.append(h("div", { class: "sub-menu" }, ...children.map((child) =>
        h("button", { type: "button", onclick: () => { close(); this.#hands.click(child); } }, child.name))));
    };
    const tap = () => { close(); this.#hands.click(button); };
    entry.append(h("button", { type: "button", dataset: { testid: "menu-button" }, onclick: children.length ? open : tap }, button.name));
    return entry;
  }
}
