"""News of a group-buy, as its members hear them without asking."""

from typing import Final

PAID: Final = (
    "支付成功！订单 {order_no}，实付 {amount}。成团后就发货；到期没成团，全额自动原路退回。"
)
MOVED: Final = (
    "您付款时，原来的团已经没有位置了。按您选的，给您另开了一个“{title}”的团，您是团长："
    "{lacks}，{until}到期。到期没成团，全额自动原路退回。"
)
LACKS: Final = "还差{missing}人"
FULL_ENOUGH: Final = "人数已经够了"
OVERFLOWED: Final = (
    "您付款时，“{title}”的这个团已经没有位置了。订单 {order_no} 的 {amount} "
    "已经请微信支付全额原路退回，到账后告诉您。想再拼，说“拼团”看看还有哪些团。"
)
SUCCEEDED: Final = "拼团成功！“{title}”有{paid}人付款，订单 {order_no} {then}"
IS_SENT: Final = "会尽快发货，发货后马上告诉您。"
IS_FETCHED: Final = "可以来取了。"
FAILED: Final = (
    "“{title}”的团到时间了，付款的只有{paid}人，没有成团。订单 {order_no} 的 {amount} "
    "已经请微信支付全额原路退回，到账后告诉您。"
)
REBATED: Final = (
    "“{title}”拼到了{heads}人一档，价格更低：订单 {order_no} 的差价 {amount} "
    "已经请微信支付原路退回，到账后告诉您。"
)
GIVEN_BACK: Final = "拼团订单 {order_no}：{what}（退款单 {request_no}）。"
