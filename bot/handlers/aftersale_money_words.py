"""What a request after buying gives back, and the steps it takes, in words."""

from collections.abc import Mapping
from typing import Final

from commerce.aftersale.backs import Back
from commerce.aftersale.queries import RequestView
from commerce.aftersale.tables import AfterSale, RequestKind, RequestState
from commerce.money import yuan
from commerce.parcels.carriers import CARRIERS

STEPS: Final[Mapping[RequestKind, Mapping[RequestState, str]]] = {
    RequestKind.REFUND_ONLY: {
        RequestState.REQUESTED: "店里处理",
        RequestState.REFUNDING: "退款",
        RequestState.DONE: "到账",
    },
    RequestKind.RETURN_REFUND: {
        RequestState.REQUESTED: "店里处理",
        RequestState.AGREED: "您寄回",
        RequestState.RETURNING: "寄回途中",
        RequestState.ARRIVED: "店里检查",
        RequestState.REFUNDING: "退款",
        RequestState.DONE: "到账",
    },
    RequestKind.EXCHANGE: {
        RequestState.REQUESTED: "店里处理",
        RequestState.AGREED: "您寄回",
        RequestState.RETURNING: "寄回途中",
        RequestState.ARRIVED: "店里检查",
        RequestState.RESENT: "换的寄出",
        RequestState.DONE: "办完",
    },
    RequestKind.CLAIM: {
        RequestState.REQUESTED: "店里处理",
        RequestState.AGREED: "店里办理",
        RequestState.DONE: "办完",
    },
}
"""The way of each kind: what is done in each state."""

EXPECTED: Final = "预计{what}"
AFTER_RETURN: Final = "寄回的商品检查没问题后，预计{what}"
REFUNDED_TO: Final = "退{amount}，原路退回"
WITH_FREIGHT: Final = "退{amount}（含运费{freight}），原路退回"
POINTS_BACK: Final = "退回{points}积分"
POINTS_CLAWED: Final = "收回这些商品送的{points}积分"
NOTHING_BACK: Final = "不涉及退款"
WHERE_TO: Final = "请寄到：{address}。"
WHERE_TO_IS_TOLD: Final = "寄到哪里，店里的同事会告诉您。"
SEND_NUMBER: Final = "寄出后把快递公司和单号发给我。"
SENT_BACK: Final = "您寄的：{carrier} {tracking_no}"
SENT_ANEW: Final = "换的：{carrier} {tracking_no}"
ON_THE_WAY: Final = "{amount}已经请微信支付原路退回，还没到账"
_NOW: Final = "【{step}】"


def back_in_words(back: Back | None, kind: RequestKind) -> str:
    """What the customer may expect, for them to confirm; empty when it is not about money."""
    if back is None:
        return ""
    what = []
    if back.freight:
        what.append(WITH_FREIGHT.format(amount=yuan(back.amount), freight=yuan(back.freight)))
    elif back.amount:
        what.append(REFUNDED_TO.format(amount=yuan(back.amount)))
    what += points_in_words(back.points_back, back.points_clawed)
    sentence = AFTER_RETURN if kind == RequestKind.RETURN_REFUND else EXPECTED
    return sentence.format(what="；".join(what) or NOTHING_BACK)


def points_in_words(points_back: int, points_clawed: int) -> list[str]:
    """What becomes of points: those given back, those taken again."""
    back = [POINTS_BACK.format(points=points_back)] if points_back else []
    clawed = [POINTS_CLAWED.format(points=points_clawed)] if points_clawed else []
    return back + clawed


def steps_in_words(request: AfterSale) -> str:
    """The steps of a request with the present one marked; empty once it is over."""
    steps = STEPS[RequestKind(request.kind)]
    if request.state not in steps or request.state == RequestState.DONE:
        return ""
    told = [_NOW.format(step=step) if at == request.state else step for at, step in steps.items()]
    return "→".join(told)


def where_to(address: str) -> str:
    """Where a parcel goes back to."""
    return WHERE_TO.format(address=address.rstrip("。")) if address else WHERE_TO_IS_TOLD


def details_in_words(view: RequestView) -> list[str]:
    """What is to be known of a request beside its state: where to send, numbers, money."""
    request, told = view.request, []
    if request.state == RequestState.AGREED and request.kind != RequestKind.CLAIM:
        told.append(where_to(view.return_address) + SEND_NUMBER)
    if request.return_tracking_no and request.state == RequestState.RETURNING:
        carrier = CARRIERS[request.return_carrier].name
        told.append(SENT_BACK.format(carrier=carrier, tracking_no=request.return_tracking_no))
    if view.resent is not None:
        carrier = CARRIERS[view.resent.carrier].name
        told.append(SENT_ANEW.format(carrier=carrier, tracking_no=view.resent.tracking_no))
    if request.state == RequestState.REFUNDING:
        told.append(ON_THE_WAY.format(amount=yuan(request.amount_agreed or 0)))
    return told
