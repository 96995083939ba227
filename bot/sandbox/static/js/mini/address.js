// 收货地址: the form for one, and the box of the checkout page, which takes one from the book.

import { h } from "../dom.js";

const FIELDS = [
  ["recipient", "收货人", "姓名", "name"],
  ["phone", "手机号", "11 位手机号", "tel"],
  ["region", "地区", "省 市 区，如 上海市 浦东新区", "address-level2"],
  ["detail", "详细地址", "街道、楼栋、门牌号", "street-address"],
];
// What wx.chooseAddress would hand over from the customer's WeChat.
const FROM_WECHAT = { recipient: "林小满", phone: "13800138000", region: "上海市 黄浦区", detail: "人民大道 200 号 3 楼" };

/**
 * The form, filled with what is known: `element`, `region()` as far as it is written, `fill()`, and
 * `read()`, which gives the address or throws what is missing. `onRegion` hears of another region.
 */
export function addressForm(known, onRegion = () => {}) {
  const inputs = Object.fromEntries(FIELDS.map(([name, , placeholder, autocomplete]) =>
    [name, h("input", { name, placeholder, autocomplete, value: known?.[name] ?? "", inputmode: name === "phone" ? "tel" : null, dataset: { testid: `address-${name}` } })]));
  const fill = (values) => {
    FIELDS.forEach(([name]) => (inputs[name].value = values[name] ?? ""));
    onRegion();
  };
  inputs.region.onchange = onRegion;
  const read = () => {
    const address = Object.fromEntries(FIELDS.map(([name]) => [name, inputs[name].value.trim()]));
    const missing = FIELDS.find(([name]) => !address[name]);
    if (missing) throw wrong(inputs, missing[0], `请填写${missing[1]}`);
    if (!/^1[3-9]\d{9}$/.test(address.phone)) throw wrong(inputs, "phone", "手机号格式不正确");
    return address;
  };
  const element = h("div", { class: "address-form" },
    ...FIELDS.map(([name, label]) => h("label", {}, h("span", {}, label), inputs[name])),
    h("button", { class: "address-fill", type: "button", dataset: { testid: "address-fill" }, onclick: () => fill(FROM_WECHAT) }, "使用微信收货地址"));
  return { element, fill, read, region: () => inputs.region.value.trim() };
}

/** The box of the checkout page: the customer's default address, another of theirs, or a new one. */
export async function addressBox(tool, onRegion) {
  const { items: book } = await tool.call("addresses");
  const whole = (id) => tool.call(`addresses/${id}`);
  const known = book.length ? await whole(book[0].id) : null;
  const form = addressForm(known, onRegion);
  const summary = h("button", { class: "address-known", type: "button", dataset: { testid: "address-known" }, onclick: () => addressSheet(tool, book, choose) });
  const show = (address) => {
    summary.hidden = !address;
    form.element.hidden = Boolean(address);
    if (address) summary.replaceChildren(...addressWords({ ...address, phone: masked(address.phone) }));
  };
  const choose = (id) => tool.attempt(async () => {
    const address = id ? await whole(id) : null;
    show(address);
    form.fill(address ?? {});
  });
  show(known);
  return { element: h("div", { class: "panel-white address" }, summary, form.element), read: form.read, region: form.region };
}

/** An address as it is shown. */
export function addressWords(address) {
  return [
    h("b", {}, `${address.recipient} `, h("small", {}, address.phone), address.is_default ? h("em", {}, "默认") : null),
    h("span", {}, `${address.region} ${address.detail}`),
  ];
}

function addressSheet(tool, book, choose) {
  const pick = (id) => {
    tool.layer();
    choose(id);
  };
  tool.sheet("address-sheet", "选择收货地址",
    ...book.map((address) => h("button", { class: "sheet-row address-known", type: "button", dataset: { testid: "address-option" }, onclick: () => pick(address.id) }, ...addressWords(address))),
    h("button", { class: "ghost", type: "button", dataset: { testid: "address-new" }, onclick: () => pick(null) }, "填写新地址"));
}

function wrong(inputs, name, message) {
  if (!inputs[name].closest("[hidden]")) inputs[name].focus();
  return new Error(message);
}

const masked = (phone) => phone.replace(/^(\d{3})\d{4}/, "$1****");
