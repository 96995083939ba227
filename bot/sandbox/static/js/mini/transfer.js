// 商家转账: the page that wx.requestMerchantTransfer brings up, where the receiver confirms.

import { control } from "../api.js";
import { h, yuan } from "../dom.js";
import { busyButton } from "./parts.js";

/** Fetch what the shop hands over, and let the customer confirm; resolves to whether they did. */
export async function confirmTransfer(tool, withdrawalNo) {
  const given = await tool.call(`distribution/withdrawals/${encodeURIComponent(withdrawalNo)}/confirmation`);
  const bill = await control("transfer-sheet", "POST", { fan_id: tool.fanId, arguments: given });
  return sheet(tool, bill);
}

function sheet(tool, bill) {
  return new Promise((resolve) => {
    const leave = () => {
      tool.layer();
      resolve(false);
    };
    const confirm = async () => {
      const done = await tool.attempt(() => control(`transfers/${encodeURIComponent(bill.out_bill_no)}/confirm`, "POST", {}));
      if (!done) return;
      tool.layer();
      resolve(true);
    };
    tool.layer(h("div", { class: "sheet-shade" },
      h("div", { class: "sheet", role: "dialog", "aria-label": "确认收款", dataset: { testid: "mini-transfer" } },
        h("header", {}, h("button", { type: "button", "aria-label": "暂不收款", dataset: { testid: "mini-transfer-leave" }, onclick: leave }, "×"), h("h3", {}, "确认收款")),
        h("p", { class: "sheet-what" }, bill.transfer_remark ?? ""),
        h("p", { class: "sheet-amount", dataset: { testid: "mini-transfer-amount" } }, yuan(bill.transfer_amount)),
        h("dl", {}, h("div", {}, h("dt", {}, "付款方"), h("dd", {}, tool.shopName)), h("div", {}, h("dt", {}, "收款到"), h("dd", {}, "零钱（沙盒）"))),
        busyButton({ class: "pay-button", dataset: { testid: "mini-transfer-confirm" } }, "确认收款", confirm))));
  });
}
