"""News of a request after buying, as the customer hears them without asking."""

from collections.abc import Mapping
from typing import Any, Final

from bot.handlers.aftersale_money_words import SEND_NUMBER, points_in_words, where_to
from bot.handlers.aftersale_words import KIND_NAMES
from commerce.aftersale.queries import RequestView
from commerce.aftersale.states import SENDS_BACK
from commerce.aftersale.tables import RequestKind, RequestState
from commerce.money import yuan
from commerce.parcels.carriers import CARRIERS

AGREED: Final = "店里同意了您的{kind}申请 {request_no}。{note}{then}"
THEN_REFUND: Final = "收到并检查没问题后，退您{amount}。"
REFUSED: Final = "您的{kind}申请 {request_no} 店里没有同意。{note}有疑问请说“转人工”。"
REFUSED_ON_ARRIVAL: Final = (
    "您寄回的商品店里检查过了，申请 {request_no} 没有通过。{note}有疑问请说“转人工”。"
)
REFUNDING: Final = (
    "店里同意了您的退款申请 {request_no}。{note}{amount}已经请微信支付原路退回，到账后告诉您。"
)
REFUNDING_ON_ARRIVAL: Final = (
    "您寄回的商品检查没问题，申请 {request_no} 的{amount}已经请微信支付原路退回，"
    "到账后告诉您。{note}"
)
ARRIVED: Final = "您寄回的商品店里收到了，正在检查（申请 {request_no}）。{note}"
RESENT: Final = "换的商品寄出了：{carrier} {tracking_no}（申请 {request_no}）。{note}"
DONE: Final = "您的{kind}申请 {request_no} 已经办完了。{note}"
DONE_WITH_MONEY: Final = "您的{kind}申请 {request_no} 已经办完了：{what}。{note}"
MONEY_IS_BACK: Final = "{amount}已原路退回"
PICTURE_LOST: Final = "申请 {request_no} 里有照片没能取到。店里需要的话，会再请您发一次。"


def in_words(event: str, about: Mapping[str, Any], view: RequestView) -> str:
    """What there is to say of an event; empty when the customer hears of it in another way."""
    request, note = view.request, str(about.get("note", "")).strip()
    amount = int(about.get("amount") or 0)
    values = {
        "kind": KIND_NAMES[RequestKind(request.kind)],
        "request_no": request.request_no,
        "note": note if not note or note.endswith(("。", "！", "？")) else f"{note}。",
        "amount": yuan(amount),
    }
    is_return = about.get("from_state") == RequestState.ARRIVED
    match event:
        case "after_sale_agreed":
            return AGREED.format(**values, then=_then(view, amount))
        case "after_sale_refused":
            return (REFUSED_ON_ARRIVAL if is_return else REFUSED).format(**values)
        case "after_sale_refunding" if amount:
            return (REFUNDING_ON_ARRIVAL if is_return else REFUNDING).format(**values)
        case "after_sale_arrived":
            return ARRIVED.format(**values)
        case "after_sale_resent" if view.resent is not None:
            carrier = CARRIERS[view.resent.carrier].name
            number = view.resent.tracking_no
            return RESENT.format(**values, carrier=carrier, tracking_no=number)
        case "after_sale_done":
            return _done(about, values)
        case "after_sale_picture_lost":
            return PICTURE_LOST.format(**values)
    return ""


def _then(view: RequestView, amount: int) -> str:
    """What the customer does next, and what they get then."""
    if view.request.kind not in SENDS_BACK:
        return ""
    refund = THEN_REFUND.format(amount=yuan(amount)) if amount else ""
    return f"{where_to(view.return_address)}{SEND_NUMBER}{refund}"


def what_is_back(about: Mapping[str, Any]) -> str:
    """Money and points that came of a request that is done; empty for none."""
    amount = int(about.get("amount") or 0)
    what = [MONEY_IS_BACK.format(amount=yuan(amount))] if amount else []
    what += points_in_words(
        int(about.get("points_back") or 0), int(about.get("points_clawed") or 0)
    )
    return "；".join(what)


def _done(about: Mapping[str, Any], values: Mapping[str, str]) -> str:
    what = what_is_back(about)
    return DONE_WITH_MONEY.format(**values, what=what) if what else DONE.format(**values)
