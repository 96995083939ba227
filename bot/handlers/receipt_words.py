"""What is said of receiving: asked for, confirmed, and what an unpaid order's reminder says."""

from typing import Final

UNPAID_CARD: Final = "还剩{minutes}分钟可付款：{title}"
ASK: Final = (
    "订单 {order_no} 的商品都收到了吗？（{goods}）回复“是”确认收货，还没收到或者有问题就说“不用”。"
)
WHICH: Final = "您有{count}笔订单在路上，收到的是第几笔？"
DONE: Final = "好的，订单 {order_no} 已确认收货{points}。用着有问题，{days}天内说“我要退货”就行。"
POINTS: Final = "，{points}积分已到账"
DONE_BEFORE: Final = "订单 {order_no} 之前已经确认过收货了，不用再确认。"
KEPT: Final = "好的，先不确认。没收到就说“快递到哪了”，收到的有问题说“我要退货”。"
NOT_YET: Final = "订单 {order_no} {state}，还不能确认收货。收到货以后再告诉我。"
SOME_TO_COME: Final = "订单 {order_no} 还有{waiting}件没发出，等全部收到再确认收货。"
NOTHING: Final = "您现在没有在路上的订单，不用确认收货。"
ASKED_AFTER: Final = "订单 {order_no} 有正在办的售后申请，办完再确认收货；不想办了说“不退了”。"
RECEIVED_BY_CLOCK: Final = (
    "订单 {order_no} 发出有一阵子了，已自动确认收货{points}。"
    "有问题{days}天内说“我要退货”，没收到货请说“转人工”。"
)
