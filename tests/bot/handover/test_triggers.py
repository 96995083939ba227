"""Why a customer is given to a person: forty cases."""

import pytest

from bot.handover import triggers
from bot.handover.tables import Reason
from bot.handover.triggers import Signals, reason_for
from bot.memory import Memory
from nlu.understanding import Intent

ASKED, COMPLAINT, DISPUTE = Reason.ASKED, Reason.COMPLAINT, Reason.REFUND_DISPUTE
ANGER, NO_ANSWER, VIP, LARGE = Reason.ANGER, Reason.NO_ANSWER, Reason.VIP, Reason.LARGE_CART
SEARCH = Intent.SEARCH_PRODUCT


def said(*turns: str, **known: object) -> Signals:
    """What is known after these turns, the last of which was taken for a search."""
    memory = Memory()
    for words in turns:
        triggers.count(memory, words)
    about = {"anger": memory.anger, "refund_demands": memory.refund_demands, **known}
    return Signals(intent=str(about.pop("intent", SEARCH)), **about)  # type: ignore[arg-type]


CASES = [
    (said("转人工", intent=Intent.HUMAN_HANDOFF), ASKED),
    (said("找客服", intent=Intent.HUMAN_HANDOFF, misunderstood=2), ASKED),
    (said("转人工", intent=Intent.HUMAN_HANDOFF, is_vip=True), ASKED),
    (said("不用人工", intent=Intent.DENY), None),
    (said("我要投诉", intent=Intent.COMPLAINT), COMPLAINT),
    (said("投诉", intent=Intent.COMPLAINT, anger=9), COMPLAINT),
    (said("快退款", "还我钱", "投诉", intent=Intent.COMPLAINT), DISPUTE),
    (said("凭什么"), None),
    (said("骗子", "还我钱", "快退款"), DISPUTE),
    (said("快退款"), None),
    (said("快退款", "还我钱"), DISPUTE),
    (said("怎么还不退钱", "几天了还没退款"), DISPUTE),
    (said("快退钱", "在吗", "马上退款"), DISPUTE),
    (said("我要退款", "我要退款"), None),
    (said("退款要多久", "退款到哪"), None),
    (said("到底赔不赔", "赶紧赔钱"), DISPUTE),
    (said("还我钱", "转人工", intent=Intent.HUMAN_HANDOFF), ASKED),
    (said("什么垃圾"), None),
    (said("什么垃圾", "骗子"), ANGER),
    (said("太差了", "好吧", "骗人"), ANGER),
    (said("太差了", "好吧", "行", "骗人"), None),
    (said("太差了", "骗人", "好吧"), ANGER),
    (said("垃圾桶有吗", "垃圾袋呢"), None),
    (said("滚筒刷", "滚轮"), None),
    (said("无语", "搞什么"), ANGER),
    (said("你好", "谢谢"), None),
    (said("气死了", "黑店", is_vip=True), ANGER),
    (said("嗯嗯", misunderstood=1), None),
    (said("嗯嗯", misunderstood=2), None),
    (said("嗯嗯", misunderstood=3), NO_ANSWER),
    (said("能开票吗", unanswered=1), None),
    (said("能开票吗", unanswered=2), NO_ANSWER),
    (said("嗯嗯", misunderstood=3, is_vip=True), NO_ANSWER),
    (said("找鞋", is_vip=True), None),
    (said("嗯嗯", misunderstood=1, is_vip=True), VIP),
    (said("有货吗", unanswered=1, is_vip=True), VIP),
    (said("结算", has_large_cart=True), None),
    (said("嗯嗯", misunderstood=1, has_large_cart=True), LARGE),
    (said("有货吗", unanswered=1, has_large_cart=True), LARGE),
    (said("嗯嗯", misunderstood=1, is_vip=True, has_large_cart=True), VIP),
]


@pytest.mark.parametrize(("signals", "reason"), CASES)
def test_a_person_is_wanted_for_these_reasons_and_for_no_others(
    signals: Signals, reason: Reason | None
) -> None:
    assert reason_for(signals) is reason


def test_the_table_has_forty_cases_and_every_reason() -> None:
    assert len(CASES) == 40
    assert {reason for _, reason in CASES} == {
        *(ASKED, COMPLAINT, DISPUTE, ANGER, NO_ANSWER, VIP, LARGE),
        None,
    }


def test_once_a_person_is_called_the_counting_begins_anew() -> None:
    memory = Memory(anger=6, refund_demands=2, misunderstood=3, unanswered=2)

    triggers.forget(memory)

    assert memory == Memory()
