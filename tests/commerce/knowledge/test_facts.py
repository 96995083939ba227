"""Facts of the shop: a fixed list, each written in a way that can be read again."""

from datetime import date, time

import pytest
from sqlmodel import Session

from commerce.errors import InvalidInput
from commerce.knowledge.facts import (
    Hours,
    check_fact,
    facts,
    read_days,
    read_hours,
    seed_fact,
    set_fact,
)
from tests.commerce.shop import NOW


@pytest.mark.database
def test_a_seed_writes_only_what_is_missing(session: Session) -> None:
    assert seed_fact(session, "联系电话", "400-000-0000", NOW)
    set_fact(session, "联系电话", "0571-0000", NOW)

    assert not seed_fact(session, "联系电话", "400-000-0000", NOW)
    assert facts(session) == {"联系电话": "0571-0000"}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("电话", "1", "没有“电话”这一项.*联系电话"),
        ("联系电话", " ", "1到200"),
        ("营业时间", "早九晚六", "09:00-21:00"),
        ("营业时间", "21:00-09:00", "09:00-21:00"),
        ("营业时间", "25:00-26:00", "09:00-21:00"),
        ("休息日", "明天", "2027-02-05"),
        ("无理由天数", "七", "整数"),
        ("无理由天数", "0", "整数"),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused_with_the_fix(
    name: str, value: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        check_fact(name, value)

    assert refused.value.details["field"] == name


def test_hours_are_open_at_the_first_minute_and_closed_at_the_last() -> None:
    hours = read_hours("9:00 – 21:30")

    assert hours == Hours(time(9), time(21, 30))
    assert hours.contain(time(9))
    assert not hours.contain(time(21, 30))
    assert str(hours) == "09:00–21:30"


def test_days_come_in_order() -> None:
    assert read_days("2027-02-06、2027-02-05") == [date(2027, 2, 5), date(2027, 2, 6)]
