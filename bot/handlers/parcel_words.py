"""Parcels in words: where they are, and what their carriers said."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot import texts
from bot.handlers.order_words import goods_in_words, moment_in_words
from commerce.ordering.tables import OrderLine
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.tables import Parcel, ParcelState
from commerce.parcels.tracking import Scan
from commerce.shanghai import SHANGHAI

NOT_SHIPPED: Final = (
    "订单 {order_no} 还没发货，{state}。发货后我会把快递单号发给您，着急可以说“催发货”。"
)
AWAITS_GROUP: Final = (
    "订单 {order_no} 还在拼团，成团后才发货，发货后我会把快递单号发给您。到期没成团，全额自动退。"
)
NOT_PAID: Final = "订单 {order_no} 还没付款，付款后才会发货。"
CLOSED: Final = "订单 {order_no} 已经关闭，没有发出包裹。"
NO_PARCEL: Final = (
    "订单 {order_no} {state}，但我这里没有它的快递单号，请说“转人工”，让店里的同事帮您查。"
)
NO_SUCH_NUMBER: Final = (
    "没有查到运单号 {tracking_no} 是您的包裹，请核对一下，或者说“我的订单”看最近的订单。"
)
WHOSE: Final = "订单 {order_no}"
HEAD: Final = "{carrier} {tracking_no}"
ONE_OF: Final = "包裹{place}：{head}"
SILENT: Final = "快递公司还没有更新，一般发出后半天内会有第一条。"
ASKING: Final = "我再去问一下快递公司，过几分钟再问我，就是最新的。"
AS_OF: Final = "（{at}查到的）"
HOTLINE: Final = "要联系快递，可以打{carrier}客服 {hotline}。"
STATES: Final = {
    ParcelState.ANNOUNCED: "等待揽收",
    ParcelState.COLLECTED: "已揽收",
    ParcelState.MOVING: "运输中",
    ParcelState.DELIVERING: "派送中",
    ParcelState.WAITING: "待取件",
    ParcelState.DELIVERED: "已签收",
    ParcelState.TROUBLED: "派送遇到问题",
    ParcelState.RETURNING: "退回途中",
    ParcelState.RETURNED: "已退回",
}
NOT_MINE: Final = (
    "显示签收了但没收到？先看看门口、物业、驿站和家人，还是没有就说“转人工”，店里去找快递核实。"
)
MOVED: Final = {
    ParcelState.DELIVERING: "您的包裹正在派送，请留意电话。",
    ParcelState.WAITING: "您的包裹到了，等您去取。",
    ParcelState.DELIVERED: "您的包裹已签收。有任何问题直接告诉我。",
    ParcelState.TROUBLED: "您的包裹派送遇到了问题，店里会跟快递核实；着急可以说“转人工”。",
    ParcelState.RETURNING: "您的包裹正在退回店里，如果不是您要求的，请说“转人工”。",
    ParcelState.RETURNED: "您的包裹已退回店里，请说“转人工”，我们来处理。",
}
SHIPPED: Final = "订单 {order_no} 已发货：{head}。说“快递到哪了”随时查。"
SENT_IN_PART: Final = (
    "订单 {order_no} 的第{place}个包裹已发出：{head}（{goods}），还有{left}件随后发出。"
    "说“快递到哪了”随时查。"
)
SENT_AT_LAST: Final = (
    "订单 {order_no} 的第{place}个包裹已发出：{head}（{goods}），这笔订单的商品都发出了。"
)
SENT_BESIDE: Final = "订单 {order_no} 又给您寄出一个包裹：{head}。说“快递到哪了”随时查。"
CORRECTED: Final = "订单 {order_no} 的快递单号刚才登记错了，正确的是：{head}。"
TO_FOLLOW: Final = "还有{left}件没发出，发出后马上告诉您。"
MOST_GOODS: Final = 3
LATEST: Final = 4
LONGEST_SCAN: Final = 150
"""Bytes of one scan in a reply: some fifty characters."""


def head_of(parcel: Parcel) -> str:
    """Carrier and number."""
    return HEAD.format(carrier=CARRIERS[parcel.carrier].name, tracking_no=parcel.tracking_no)


def goods_of(pieces: Sequence[tuple[OrderLine, int]]) -> str:
    """What a parcel holds, a few of its goods at most."""
    shown = "、".join(f"{goods_in_words(line)}×{n}" for line, n in pieces[:MOST_GOODS])
    return f"{shown}等{len(pieces)}种" if len(pieces) > MOST_GOODS else shown


def shipped_in_words(order_no: str, parcel: Parcel, goods: str, place: int, left: int) -> str:
    """What a customer is told of a parcel that has left; `place` counts those of its order."""
    if left:
        words = SENT_IN_PART
    elif place == 1:
        words = SHIPPED
    else:
        words = SENT_AT_LAST if goods else SENT_BESIDE
    return words.format(
        order_no=order_no, head=head_of(parcel), goods=goods, place=place, left=left
    )


def parcel_in_words(parcel: Parcel, scans: Sequence[Scan]) -> list[str]:
    """The state, and the last scans, newest first."""
    state = STATES[ParcelState(parcel.state)]
    as_of = "" if parcel.asked_at is None else AS_OF.format(at=moment_in_words(parcel.asked_at))
    lines = [f"{state}{as_of}"]
    if not scans:
        return [*lines, SILENT] if parcel.state == ParcelState.ANNOUNCED else lines
    return [*lines, *(_scan(scan) for scan in scans)]


def moved_in_words(order_no: str, parcel: Parcel, latest: Scan | None) -> str:
    """What a customer is told when their parcel enters a new state."""
    words = MOVED[ParcelState(parcel.state)]
    lines = [f"{words}", f"{WHOSE.format(order_no=order_no)} · {head_of(parcel)}"]
    return "\n".join([*lines, *([_scan(latest)] if latest else [])])


def _scan(scan: Scan) -> str:
    return f"{short_moment(scan.at)} {texts.short(scan.words, LONGEST_SCAN)}"


def short_moment(at: datetime) -> str:
    """`11-23 18:02` as the customer's clock shows it."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%m-%d %H:%M}"
