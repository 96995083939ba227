"""Why a person is wanted, and what happened to a handover, in a few Chinese words."""

from collections.abc import Mapping
from typing import Final

from bot.console.talks.names import Names
from bot.handover.tables import Handover, HandoverMove, Reason

REASONS: Final[Mapping[str, str]] = {
    Reason.ASKED: "要找人工",
    Reason.NO_ANSWER: "机器人没听懂",
    Reason.COMPLAINT: "投诉",
    Reason.REFUND_DISPUTE: "退款有争议",
    Reason.ANGER: "情绪激动",
    Reason.VIP: "会员客人",
    Reason.LARGE_CART: "大额购物车",
    Reason.STAFF: "同事主动接的",
    Reason.SERVICER: "企业微信里接的",
}
_MOVES: Final[Mapping[str, str]] = {
    "queued": "开始排队：{reason}",
    "taken": "{to} 接入",
    "transferred": "{actor} 转给 {to}",
    "requeued": "重新排队",
    "handed_back": "{actor} 交回机器人",
    "ended": "{actor} 结束了服务",
    "cancelled": "不再等人工",
    "left_word": "不在服务时间，留了言",
}


def move_in_words(move: HandoverMove, handover: Handover, names: Names) -> str:
    """A thin line of the transcript; empty for what nobody needs to see there."""
    form = _MOVES.get(move.kind, "")
    return form.format(
        actor=names.of(move.actor),
        to=names.of(str(move.about.get("to") or move.actor)),
        reason=REASONS.get(handover.reason, "需要人工"),
    )
