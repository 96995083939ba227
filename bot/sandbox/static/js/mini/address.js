// 收货地址: a form, remembered on this phone for each customer.

import { h } from "../dom.js";

const FIELDS = [
  ["recipient", "收货人", "姓名", "name"],
  ["phone", "手机号", "11 位手机号", "tel"],
  ["region", "地区", "省 市 区，如 上海市 浦东新区", "address-level2"],
  ["detail", "详细地址", "街道、楼栋、门牌号", "street-address"],
];
// What wx.chooseAddress would hand over from the customer's WeChat.
const FROM_WECHAT = { recipient: "林小满", phone: "13800138000", region: "上海市 黄浦区", detail: "人民大道 200 号 3 楼" };

/** The address box: `element` to show, `read()` gives the address or throws what is missing. */
export function addressBox(fanId) {
  const key = `address:${fanId}`;
  const known = JSON.parse(localStorage.getItem(key) ?? "null");
  const inputs = Object.fromEntries(FIELDS.map(([name, , placeholder, autocomplete]) =>
    [name, h("input", { name, placeholder, autocomplete, value: known?.[name] ?? "", inputmode: name === "phone" ? "tel" : null, dataset: { testid: `address-${name}` } })]));
  const fill = (values) => FIELDS.forEach(([name]) => (inputs[name].value = values[name]));

  const form = h("div", { class: "address-form", hidden: Boolean(known) },
    ...FIELDS.map(([name, label]) => h("label", {}, h("span", {}, label), inputs[name])),
    h("button", { class: "address-fill", type: "button", dataset: { testid: "address-fill" }, onclick: () => fill(FROM_WECHAT) }, "使用微信收货地址"));
  const summary = h("button", { class: "address-known", type: "button", hidden: !known, dataset: { testid: "address-known" }, onclick: () => { form.hidden = false; summary.hidden = true; } },
    h("b", {}, `${known?.recipient} `, h("small", {}, masked(known?.phone))),
    h("span", {}, `${known?.region} ${known?.detail}`));

  const read = () => {
    const address = Object.fromEntries(FIELDS.map(([name]) => [name, inputs[name].value.trim()]));
    const missing = FIELDS.find(([name]) => !address[name]);
    if (missing) throw wrong(inputs, missing[0], `请填写${missing[1]}`);
    if (!/^1[3-9]\d{9}$/.test(address.phone)) throw wrong(inputs, "phone", "手机号格式不正确");
    localStorage.setItem(key, JSON.stringify(address));
    return address;
  };
  return { element: h("div", { class: "panel-white address" }, summary, form), read };
}

function wrong(inputs, name, message) {
  if (!inputs[name].closest("[hidden]")) inputs[name].focus();
  return new Error(message);
}

const masked = (phone) => (phone ? phone.replace(/^(\d{3})\d{4}/, "$1****") : "");
