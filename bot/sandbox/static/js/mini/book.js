// 收货地址: the customer's address book.

import { h, toast } from "../dom.js";
import { addressForm, addressWords } from "./address.js";
import { busyButton, emptyView } from "./parts.js";

export async function bookPage(tool) {
  tool.title("收货地址");
  const { items } = await tool.call("addresses");
  const add = () => tool.go("pages/address/index");
  if (!items.length) return emptyView("place", "还没有收货地址", "添加地址", add);
  return [
    ...items.map((address) => h("button", { class: "panel-white address-known", type: "button", dataset: { testid: "book-address" }, onclick: () => tool.go(`pages/address/index?id=${address.id}`) }, ...addressWords(address))),
    h("div", { class: "mini-bar" }, h("button", { class: "solid grow", type: "button", dataset: { testid: "book-add" }, onclick: add }, "添加地址")),
  ];
}

export async function bookedPage(tool) {
  const id = tool.query.get("id");
  tool.title(id ? "修改地址" : "添加地址");
  const known = id ? await tool.call(`addresses/${id}`) : null;
  const form = addressForm(known);
  const isDefault = h("input", { type: "checkbox", "aria-label": "设为默认地址", dataset: { testid: "book-default" } });
  isDefault.checked = known?.is_default ?? false;
  const save = () => tool.attempt(async () => {
    const address = { ...form.read(), is_default: isDefault.checked };
    await tool.call(id ? `addresses/${id}` : "addresses", id ? "PUT" : "POST", address);
    toast("已保存", "done");
    tool.back();
  });
  const remove = () => tool.attempt(async () => {
    await tool.call(`addresses/${id}`, "DELETE");
    toast("已删除", "done");
    tool.back();
  });
  return [
    h("div", { class: "panel-white address" }, form.element),
    h("label", { class: "panel-white benefit-row" }, h("span", {}, "设为默认地址"), h("b"), isDefault),
    h("div", { class: "mini-bar" },
      id ? busyButton({ class: "ghost", dataset: { testid: "book-remove" } }, "删除", remove) : null,
      busyButton({ class: "solid grow", dataset: { testid: "book-save" } }, "保存", save)),
  ];
}
