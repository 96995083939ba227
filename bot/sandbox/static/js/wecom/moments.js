// 朋友圈: what a customer sees of the corp's people.

import { h } from "../dom.js";

const media = (id) => `control/media/${encodeURIComponent(id)}`;
const AT = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };

/** The newest first, as 朋友圈 shows them. */
export function drawMoments(moments) {
  if (!moments.length) return [h("p", { class: "system" }, "还没有人发过朋友圈")];
  return moments.map((each) => h("article", { class: "moment", dataset: { testid: "moment" } },
    h("div", { class: "avatar avatar-servicer" }, each.name.slice(0, 1)),
    h("div", {}, h("b", {}, each.name), ...drawMoment(each), h("time", {}, new Date(each.at).toLocaleString("zh-CN", AT)))));
}

/** The words and pictures of one, without who published it. */
export function drawMoment({ text, attachments }) {
  const pictures = attachments.filter((each) => each.msgtype === "image");
  const link = attachments.find((each) => each.msgtype === "link");
  return [
    text ? h("p", {}, text) : null,
    pictures.length ? h("div", { class: "moment-pictures" }, pictures.map((each) => h("img", { src: media(each.image.media_id), alt: "" }))) : null,
    link ? h("a", { class: "link-card", href: link.link.url, target: "_blank", rel: "noopener" }, h("b", {}, link.link.title ?? link.link.url)) : null,
    attachments.some((each) => each.msgtype === "video") ? h("p", {}, "[视频]") : null,
  ].filter(Boolean);
}
