// What waits on a member's phone to be confirmed: mass tasks and moments.

import { h } from "../dom.js";
import { body } from "./items.js";
import { drawMoment } from "./moments.js";

const STATES = { declined: "已忽略", sent: "已发送", cancelled: "已被停止", partly: "还有群没发" };
const KINDS = { single: "企业群发", group: "客户群群发" };
const OPEN = ["waiting", "partly", "declined"];
const SHOWN = 6;

/** Cards of the tasks, those that wait first; `act(path, given)` does what the member taps. */
export function drawTasks(tasks, act) {
  return [...tasks].sort((one, other) => OPEN.includes(other.state) - OPEN.includes(one.state)).map((task) => drawTask(task, act));
}

function drawTask(task, act) {
  const isOpen = OPEN.includes(task.state);
  const boxes = task.chat_type === "group" ? task.targets.map((each) => choice(each, isOpen)) : [];
  const chosen = () => boxes.map((each) => each.querySelector("input")).filter((each) => each.checked && !each.disabled).map((each) => each.value);
  const send = () => act("mass/confirm", { msgid: task.msgid, ...(boxes.length ? { chat_ids: chosen() } : {}) });
  return h("div", { class: "app-card task", dataset: { testid: "mass-task", state: task.state } },
    h("div", { class: "app-card-source" }, KINDS[task.chat_type], task.reminders ? h("em", {}, `企业提醒了 ${task.reminders} 次`) : null),
    h("div", { class: "app-card-title" }, toWhom(task)),
    h("div", { class: "task-says" }, ...says(task)),
    boxes.length ? h("div", { class: "task-groups" }, boxes) : h("p", { class: "muted" }, names(task)),
    buttons(task, isOpen, send, () => act("mass/decline", { msgid: task.msgid })));
}

function toWhom(task) {
  if (task.state === "sent") return `已发给 ${task.sent} ${task.chat_type === "group" ? "个群" : "位客户"}${task.failed ? `，${task.failed} 个没收到` : ""}`;
  return task.chat_type === "group" ? `发到 ${task.wanted} 个客户群` : `发给 ${task.wanted} 位客户`;
}

function says(task) {
  const parts = task.attachments.map((each) => body(each.msgtype, each[each.msgtype]));
  return task.text ? [body("text", { content: task.text }), ...parts] : parts;
}

function names(task) {
  const shown = task.targets.slice(0, SHOWN).map((each) => each.name).join("、");
  return task.wanted > SHOWN ? `${shown} 等` : shown;
}

function choice(target, isOpen) {
  const wasSent = target.status !== 0;
  return h("label", {}, h("input", { type: "checkbox", value: target.target, checked: true, disabled: wasSent || !isOpen }), target.name,
    wasSent ? h("small", {}, target.status === 1 ? "已发" : "没收到") : null);
}

function buttons(task, isOpen, send, decline) {
  if (!isOpen) return h("div", { class: "app-card-buttons" }, h("span", {}, STATES[task.state]));
  return h("div", { class: "app-card-buttons" },
    h("button", { type: "button", dataset: { testid: "mass-send" }, onclick: send }, "发送"),
    task.state === "waiting" ? h("button", { type: "button", class: "second", dataset: { testid: "mass-ignore" }, onclick: decline }, "忽略") : h("span", {}, STATES[task.state]));
}

const ENDS = { published: "已发表", cancelled: "已被停止" };

/** Cards of moments that the corp has written. */
export function drawMomentTasks(tasks, act) {
  return tasks.map((task) => {
    const given = { moment_id: task.moment_id };
    return h("div", { class: "app-card task", dataset: { testid: "moment-task", state: task.state } },
      h("div", { class: "app-card-source" }, "企业朋友圈"),
      h("div", { class: "app-card-title" }, `${task.viewers} 位客户可见`),
      h("div", { class: "task-says" }, ...drawMoment(task)),
      h("div", { class: "app-card-buttons" }, ENDS[task.state]
        ? h("span", {}, ENDS[task.state])
        : [
          h("button", { type: "button", dataset: { testid: "moment-publish" }, onclick: () => act("moments/publish", given) }, "发表"),
          task.state === "waiting" ? h("button", { type: "button", class: "second", onclick: () => act("moments/decline", given) }, "忽略") : h("span", {}, "已忽略"),
        ]));
  });
}
