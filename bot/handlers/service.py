"""What a person of the shop must see: calls for a human, complaints, and what is not built in."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot import texts
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers.tables import Customer
from commerce.events import announce
from nlu.understanding import Intent

router = Router()

PASSED_ON: Final[Mapping[str, str]] = {
    Intent.CHANGE_ADDRESS: "改收货信息",
    Intent.REQUEST_REFUND: "退换和售后",
    Intent.ASK_INVOICE: "开发票",
    Intent.PRIVACY_REQUEST: "个人信息的事",
}
ASKED_ON: Final[Mapping[str, str]] = {
    Intent.ASK_SHIPPING: "运费和到货时间",
    Intent.ASK_RETURN_POLICY: "退换和保修的规定",
    Intent.ASK_STORE: "门店的情况",
}
NOT_OFFERED: Final[Mapping[str, str]] = {
    Intent.GROUP_BUY: "拼团",
    Intent.FLASH_SALE: "秒杀和砍价",
    Intent.ASK_POINTS: "积分和会员等级",
    Intent.DISTRIBUTION: "分销",
    Intent.LIVE_STREAM: "直播",
}
TROUBLE_WORDS: Final = re.compile(
    r"失败|不了|不成|没反应|报错|异常|扣了|重复|两次|多扣|打不开|转圈|卡住|出错|怎么办"
)
RESUME_WORDS = ("恢复", "重新", "继续推", "再推", "可以推", "开启")


@router.intent(Intent.HUMAN_HANDOFF)
def note_handoff(turn: Turn) -> Sequence[Reply]:
    """Leave word for the shop's people."""
    return [Text(leave_word(turn, "asked_for_human", texts.HANDOFF_NOTED))]


@router.intent(Intent.COMPLAINT)
def note_complaint(turn: Turn) -> Sequence[Reply]:
    """An angry customer is heard and passed on."""
    return [Text(leave_word(turn, "complaint", texts.COMPLAINT_NOTED))]


@router.intent(*PASSED_ON)
def pass_on(turn: Turn) -> Sequence[Reply]:
    """What only a person can do goes to the shop's people, and the customer is told so."""
    words = texts.PASSED_ON.format(topic=PASSED_ON[turn.understanding.intent])
    if turn.understanding.intent != Intent.PRIVACY_REQUEST:
        words += texts.SEND_ORDER_NO
    return [Text(leave_word(turn, turn.understanding.intent, words))]


@router.intent(*ASKED_ON)
def ask_on(turn: Turn) -> Sequence[Reply]:
    """What the bot has no certain answer to is asked of the shop's people."""
    words = texts.ASKED_ON.format(topic=ASKED_ON[turn.understanding.intent])
    return [Text(leave_word(turn, turn.understanding.intent, words))]


@router.intent(*NOT_OFFERED)
def not_offered(turn: Turn) -> Sequence[Reply]:
    """What the shop does not do; nobody has to be asked for that."""
    return [Text(texts.NOT_OFFERED.format(topic=NOT_OFFERED[turn.understanding.intent]))]


@router.intent(Intent.ASK_PROMOTION)
def tell_promotions(_turn: Turn) -> Sequence[Reply]:
    """No coupon, no campaign: say so, and how to find what costs less."""
    return [Text(texts.NO_PROMOTION)]


@router.intent(Intent.ASK_PAYMENT)
def tell_payment(turn: Turn) -> Sequence[Reply]:
    """How to pay; trouble with it is a person's business."""
    if TROUBLE_WORDS.search(turn.text):
        return [Text(leave_word(turn, Intent.ASK_PAYMENT, texts.PAYMENT_TROUBLE))]
    return [Text(texts.PAYMENT)]


@router.intent(Intent.UNSUBSCRIBE)
def change_subscription(turn: Turn) -> Sequence[Reply]:
    """Stop campaign messages at once, or allow them again."""
    customer = turn.session.get_one(Customer, turn.customer_id)
    wants_them = any(word in turn.text for word in RESUME_WORDS)
    customer.unsubscribed_at = None if wants_them else turn.now
    turn.session.add(customer)
    return [Text(texts.RESUBSCRIBED if wants_them else texts.UNSUBSCRIBED)]


@router.kind("image", "video", "link", "location", "mini_program_page", "unknown")
def cannot_read(turn: Turn) -> Sequence[Reply]:
    """Say so instead of staying silent; an open question stays open."""
    turn.keep_question()
    return [Text(texts.PICTURE_SEEN if turn.incoming.kind == "image" else texts.CANNOT_READ)]


@router.kind("unfollow", "event", "scan")
def stay_silent(turn: Turn) -> Sequence[Reply]:
    """Noted, not answered; an open question stays open."""
    turn.keep_question()
    return []


def leave_word(turn: Turn, reason: str, answer: str) -> str:
    """Announce that a person is wanted; the answer to give."""
    announce(
        turn.session,
        "person_wanted",
        now=turn.now,
        conversation_id=turn.conversation_id,
        reason=reason,
    )
    return answer
