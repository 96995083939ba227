"""What a shop tells of itself in answers: a fixed list of names, values that operators edit."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlmodel import Session, select

from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.inserting import insert_once
from commerce.knowledge.tables import ShopFact, Source

LONGEST_FACT: Final = 200

_HOURS: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when on a day, in the shop's own time."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}–{self.closes:%H:%M}"

    def contain(self, moment: time) -> bool:
        """Whether it is open at that time of day."""
        return self.opens <= moment < self.closes


@dataclass(frozen=True, slots=True)
class Kind:
    """How a fact is written. `check` raises ValueError for what cannot be used."""

    check: Callable[[str], object]
    fix: str


def read_hours(written: str) -> Hours:
    """`09:00-21:00` as hours. Raises ValueError."""
    match = _HOURS.fullmatch(written.strip())
    if match is None:
        raise ValueError(written)
    first, second, third, fourth = map(int, match.groups())
    hours = Hours(time(first, second), time(third, fourth))
    if hours.opens >= hours.closes:
        raise ValueError(written)
    return hours


def read_days(written: str) -> list[date]:
    """`2027-02-05 2027-02-06` as days, in order. Raises ValueError."""
    return sorted(date.fromisoformat(each) for each in read_names(written))


def read_names(written: str) -> list[str]:
    """Names between blanks or `、`."""
    return [name for name in re.split(r"[\s、，,;；]+", written) if name]


def read_count(written: str) -> int:
    """A whole number from 1. Raises ValueError."""
    count = int(written)
    if count < 1:
        raise ValueError(written)
    return count


WORDS: Final = Kind(str, "写一句话")
NAMES: Final = Kind(read_names, "写几个名称，用空格隔开")
HOURS: Final = Kind(read_hours, "写成 09:00-21:00 这样")
DAYS: Final = Kind(read_days, "写成 2027-02-05 这样的日期，用空格隔开")
COUNT: Final = Kind(read_count, "写一个大于0的整数")

FACTS: Final[Mapping[str, Kind]] = {
    "联系电话": WORDS,
    "客服时间": HOURS,
    "门店地址": WORDS,
    "营业时间": HOURS,
    "休息日": DAYS,
    "发货地": WORDS,
    "退货地址": WORDS,
    "发货时限": COUNT,
    "快递公司": WORDS,
    "到货天数": WORDS,
    "偏远地区": NAMES,
    "偏远快递": WORDS,
    "偏远到货天数": WORDS,
    "不发货地区": NAMES,
    "无理由天数": COUNT,
    "拆封不退": NAMES,
    "发票种类": WORDS,
    "开票天数": COUNT,
}
"""Every fact by its name. 发货时限 is in hours; 拆封不退 names categories of goods."""


def facts(session: Session) -> dict[str, str]:
    """All that the shop has told of itself."""
    return {fact.name: fact.value for fact in session.exec(select(ShopFact))}


def set_fact(session: Session, name: str, value: str, now: datetime) -> None:
    """Write a fact as an operator; no seed file overwrites it again. Raises InvalidInput."""
    checked = check_fact(name, value)
    fact = session.get(ShopFact, name) or ShopFact(name=name, value="", updated_at=now)
    fact.value, fact.source, fact.updated_at = checked, Source.OPERATOR, now
    session.add(fact)


def seed_fact(session: Session, name: str, value: str, now: datetime) -> bool:
    """Write a fact unless it is there; whether it was written. Raises InvalidInput."""
    return insert_once(
        session,
        ShopFact,
        name=name,
        value=check_fact(name, value),
        source=Source.SEED,
        updated_at=now,
    )


def check_fact(name: str, value: str) -> str:
    """The value without blanks around it. Raises InvalidInput, which says how to write it."""
    kind, value = FACTS.get(name), value.strip()
    if kind is None:
        known = "、".join(FACTS)
        raise InvalidInput(f"没有“{name}”这一项，可以写的有：{known}", field=name)
    if not 0 < len(value) <= LONGEST_FACT:
        raise InvalidInput(f"“{name}”要写1到{LONGEST_FACT}个字", field=name)
    try:
        kind.check(value)
    except ValueError:
        raise InvalidInput(f"“{name}”写的是“{value}”，请{kind.fix}", field=name) from None
    check(value, TextKind.ANSWER, name)
    return value
