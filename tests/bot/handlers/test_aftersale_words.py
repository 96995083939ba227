"""What customers say about trouble after buying, told apart."""

import pytest

from bot.handlers.aftersale_words import (
    asks_progress,
    kind_in,
    reason_in,
    takes_back,
    wants_money,
)
from commerce.aftersale.tables import Reason, RequestKind

REASONS = [
    ("杯子收到就碎了", Reason.DAMAGED),
    ("拉链坏的", Reason.DAMAGED),
    ("没用多久就坏了，我要退货", Reason.DAMAGED),
    ("耳机充不进电", Reason.QUALITY),
    ("牛奶都长毛了", Reason.QUALITY),
    ("用了过敏", Reason.QUALITY),
    ("发错颜色了", Reason.WRONG),
    ("跟图片不一样", Reason.WRONG),
    ("少发了一袋", Reason.MISSING),
    ("漏发赠品", Reason.MISSING),
    ("鞋子大了", Reason.FIT),
    ("穿着太紧", Reason.FIT),
    ("一直没收到", Reason.NOT_RECEIVED),
    ("等太久了", Reason.LATE),
    ("买贵了能退差价吗", Reason.PRICE),
    ("我要保价", Reason.PRICE),
    ("能帮我修一下吗", Reason.REPAIR),
    ("拍错了", Reason.UNWANTED),
    ("不想要了", Reason.UNWANTED),
    ("有打折吗", None),
    ("断货了吗", None),
    ("我要退款", None),
]


@pytest.mark.parametrize(("text", "reason"), REASONS, ids=[each[0] for each in REASONS])
def test_the_reason_is_heard(text: str, reason: Reason | None) -> None:
    assert reason_in(text) == reason


KINDS = [
    ("我要换货", RequestKind.EXCHANGE),
    ("帮我换一件", RequestKind.EXCHANGE),
    ("想换个大一号的", RequestKind.EXCHANGE),
    ("仅退款", RequestKind.REFUND_ONLY),
    ("我不退货，只退款", RequestKind.REFUND_ONLY),
    ("我要退货", RequestKind.RETURN_REFUND),
    ("少发了", RequestKind.CLAIM),
    ("我要退换货", None),
    ("我要退款", None),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[each[0] for each in KINDS])
def test_what_is_wanted_is_heard(text: str, kind: RequestKind | None) -> None:
    assert kind_in(text, reason_in(text)) == kind


def test_money_is_wanted_by_whoever_returns_but_not_by_who_returns_or_exchanges() -> None:
    assert wants_money("退了吧")
    assert not wants_money("可以退换吗")
    assert not wants_money("换一件")


PROGRESS = [
    "退款到哪了", "退款进度", "钱什么时候退给我", "退款多久到账", "怎么还没退", "还没退回来",
    "没收到退款", "退款几天能到", "处理得怎么样了", "查一下我的退款", "退了没",
]  # fmt: skip
NO_PROGRESS = [
    "我要退款", "没用多久就坏了，我要退货", "买了几天就破了想退", "怎么申请退款", "怎么退货",
    "衣服破了想换一件", "退了吧",
]  # fmt: skip


@pytest.mark.parametrize("text", PROGRESS)
def test_a_question_how_it_stands_is_heard(text: str) -> None:
    assert asks_progress(text)


@pytest.mark.parametrize("text", NO_PROGRESS)
def test_a_request_is_no_question_how_it_stands(text: str) -> None:
    assert not asks_progress(text)


TAKEN_BACK = [
    "不退了", "算了不退了", "不想退了", "不用换了", "不退", "那就不换了吧", "别退了", "撤销售后",
    "取消退款申请", "退款申请撤了",
]  # fmt: skip
NOT_TAKEN_BACK = [
    "怎么还不退款", "为啥不退了", "你们到底退不退", "一直不退钱", "不退就投诉", "仅退款不退货",
    "我不要了，退款", "能不能退", "不退了吗", "不想要了", "取消订单",
]  # fmt: skip


@pytest.mark.parametrize("text", TAKEN_BACK)
def test_taking_it_back_is_heard(text: str) -> None:
    assert takes_back(text)


@pytest.mark.parametrize("text", NOT_TAKEN_BACK)
def test_anger_and_requests_take_nothing_back(text: str) -> None:
    assert not takes_back(text)
