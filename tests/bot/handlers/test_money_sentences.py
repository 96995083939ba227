"""Whole sentences about coupons, points, freight and returns: what they are taken to ask."""

import pytest

from bot.handlers.address_book_words import adds_one, asks_what_is_kept, says_remove
from bot.handlers.address_parts import parts_in
from bot.handlers.aftersale_return_words import asks_where_to_send
from bot.handlers.aftersale_words import confirms
from bot.handlers.cart_freight import ASKS_OF_ONES_OWN
from bot.handlers.coupon_goals import CouponGoal, goal_of, names_coupon
from bot.handlers.membership_words import Goal, thing_wanted
from bot.handlers.membership_words import goal_of as points_goal_of


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        ("听说有满减？我这还差多少呀", CouponGoal.MISSING),
        ("满200那张还得买多少", CouponGoal.MISSING),
        ("吃货券咋没给我减", CouponGoal.WHY_NOT),
        ("今天这张券能用了吧", CouponGoal.WHY_NOT),
        ("那现在用哪个券最合算", CouponGoal.BEST),
        ("券到了没", CouponGoal.OWN),
        ("手里还有啥券", CouponGoal.OWN),
        ("亲 头一回来 有券没得", CouponGoal.OFFERED),
        ("优惠券有什么用", None),
        ("双十一有啥活动", None),
        ("便宜点呗", None),
    ],
)
def test_a_sentence_about_coupons_asks_for_one_thing(said: str, goal: CouponGoal | None) -> None:
    assert goal_of(said) == goal


@pytest.mark.parametrize(
    ("name", "said", "is_meant"),
    [
        ("女装88折券", "女装那个88折的券我要", True),
        ("满200减15", "满200那张咋用不了", True),
        ("满200减15", "满300那张咋用不了", False),
        ("见面礼", "有没有见面的时候送的", False),
    ],
)
def test_a_coupon_is_meant_by_part_of_its_name(name: str, said: str, *, is_meant: bool) -> None:
    assert names_coupon(name, said) == is_meant


@pytest.mark.parametrize(
    ("said", "goal"),
    [
        ("积分还我了吗", Goal.BALANCE),
        ("我断了几天没签 要重新算吗", Goal.SIGN_IN_RULES),
        ("再签一次", Goal.SIGN_IN),
        ("积分咋来的 给我看明细", Goal.STATEMENT),
    ],
)
def test_a_sentence_about_points_asks_for_one_thing(said: str, goal: Goal) -> None:
    assert points_goal_of(said) == goal


def test_a_thing_is_wanted_for_points_in_the_middle_of_a_sentence_but_not_by_a_question() -> None:
    assert thing_wanted("还是换吧 用积分换那个5元券") == "5元券"
    assert thing_wanted("积分换什么") is None
    assert thing_wanted("能不能用积分换保温杯") is None


@pytest.mark.parametrize(
    ("said", "is_own"),
    [
        ("那我再买多少包邮", True),
        ("这下免运费了没", True),
        ("运费咋恁贵", True),
        ("包邮吗", False),
        ("满多少包邮", False),
    ],
)
def test_freight_of_ones_own_is_told_from_the_rule(said: str, *, is_own: bool) -> None:
    assert (ASKS_OF_ONES_OWN.search(said) is not None) == is_own


@pytest.mark.parametrize(
    ("said", "is_asked"),
    [("那我寄到哪儿去啊", True), ("退货地址发一下", True), ("我的快递寄到哪了", False)],
)
def test_where_goods_go_back_is_told_from_where_a_parcel_is(said: str, *, is_asked: bool) -> None:
    assert asks_where_to_send(said) == is_asked


@pytest.mark.parametrize(
    ("said", "is_yes"), [("嗯退吧", True), ("确认退", True), ("退了吧", False), ("不退", False)]
)
def test_a_yes_may_name_what_it_is_a_yes_to(said: str, *, is_yes: bool) -> None:
    assert confirms(said) == is_yes


def test_addresses_are_asked_for_added_and_removed_in_passing() -> None:
    assert asks_what_is_kept("都存了哪些地址")
    assert not asks_what_is_kept("地址填错了改一下")
    assert adds_one("那加一个吧")
    assert says_remove("删吧")
    assert not says_remove("别删")


def test_a_word_before_the_phone_is_a_name_whatever_it_begins_with() -> None:
    told = parts_in("古丽娜 13999998888 新疆乌鲁木齐市天山区解放北路18号")

    assert (told.recipient, told.phone) == ("古丽娜", "13999998888")
