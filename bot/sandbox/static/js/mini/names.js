// What customers read for the codes of the shop's API, and how times are written.

export const ORDER_STATES = {
  unpaid: "待付款", paid: "待发货", packed: "待发货", shipped: "待收货", received: "已收货", finished: "交易完成", closed: "交易关闭",
};

export const PARCEL_STATES = {
  announced: "等快递来取", collected: "已揽收", moving: "运输中", delivering: "派送中", waiting: "待取件", delivered: "已签收",
  troubled: "有异常", returning: "退回途中", returned: "已退回",
};

export const KINDS = { refund_only: "仅退款", return_refund: "退货退款", exchange: "换货", claim: "补发、补差或维修" };

export const REASONS = {
  unwanted: "不想要了", fit: "大小不合适", quality: "质量问题", damaged: "有破损", wrong: "和买的不一样", missing: "少发了",
  late: "等太久了", not_received: "没收到", price: "降价了", repair: "要维修", other: "其他",
};

export const REQUEST_STATES = {
  requested: "等商家处理", agreed: "商家已同意", returning: "寄回途中", arrived: "商家检查中", refunding: "退款中", resent: "换的已寄出",
  done: "已办完", refused: "商家没有同意", withdrawn: "已撤销",
};

/** The way of each kind of request, state by state. */
export const WAYS = {
  refund_only: [["requested", "商家处理"], ["refunding", "退款"], ["done", "到账"]],
  return_refund: [["requested", "商家处理"], ["agreed", "您寄回"], ["returning", "在途"], ["arrived", "检查"], ["refunding", "退款"], ["done", "到账"]],
  exchange: [["requested", "商家处理"], ["agreed", "您寄回"], ["returning", "在途"], ["arrived", "检查"], ["resent", "寄出"], ["done", "办完"]],
  claim: [["requested", "商家处理"], ["agreed", "商家办理"], ["done", "办完"]],
};

const SHANGHAI = { timeZone: "Asia/Shanghai" };
const STAMP = new Intl.DateTimeFormat("zh-CN", { dateStyle: "medium", timeStyle: "short", ...SHANGHAI });
const MOMENT = new Intl.DateTimeFormat("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", ...SHANGHAI });
const DAY = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "numeric", day: "numeric", ...SHANGHAI });

/** A moment with its year, or nothing for none. */
export const stamp = (iso) => (iso ? STAMP.format(Date.parse(iso)) : "");

/** A moment of these weeks. */
export const moment = (iso) => MOMENT.format(Date.parse(iso));

/** A day. */
export const day = (iso) => DAY.format(Date.parse(iso));
