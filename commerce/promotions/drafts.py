"""Promotions as an operator or a file gives them, checked as a whole before they are written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput
from commerce.money import LARGEST_ORDER
from commerce.pricing.values import CouponKind, Rung
from commerce.promotions.tables import Audience

LONGEST_CODE: Final = 40
"""Characters: WeChat's scenes have 64 at most (生成带参数的二维码), `coupon_` before the code."""
LONGEST_NAME: Final = 20
MOST_DAYS: Final = 3650
MOST_COUPONS: Final = 1_000_000_000
MOST_RUNGS: Final = 9


@dataclass(frozen=True, slots=True)
class CouponDraft:
    """A coupon template. Its fields mean what they mean in `tables.CouponTemplate`."""

    code: str
    name: str
    kind: CouponKind
    off: int = 0
    percent: int = 100
    cap: int | None = None
    threshold: int = 0
    categories: tuple[int, ...] = ()
    products: tuple[int, ...] = ()
    total: int | None = None
    per_person: int = 1
    takeable_from: datetime | None = None
    takeable_until: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    starts_after_days: int = 0
    lasts_days: int | None = None
    audience: Audience = Audience.EVERYONE
    is_listed: bool = True
    is_active: bool = True

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it."""
        check_names(self.code, self.name, "code")
        if not self.code.replace("-", "").isalnum() or not self.code.isascii():
            raise InvalidInput("编号只能用字母、数字和减号", field="code")
        _check_range(self.threshold, 0, LARGEST_ORDER, "门槛", "threshold")
        if self.kind == CouponKind.AMOUNT:
            _check_range(self.off, 1, LARGEST_ORDER, "减的金额", "off")
            if self.threshold and self.off > self.threshold:
                raise InvalidInput("减的金额不能比门槛还高", field="off")
        else:
            _check_range(self.percent, 1, 99, "折扣", "percent")
        if self.cap is not None:
            _check_range(self.cap, 1, LARGEST_ORDER, "最多减的金额", "cap")
        if self.total is not None:
            _check_range(self.total, 1, MOST_COUPONS, "总张数", "total")
        _check_range(self.per_person, 1, MOST_COUPONS, "每人张数", "per_person")
        self._check_validity()

    def _check_validity(self) -> None:
        if (self.valid_until is None) == (self.lasts_days is None):
            raise InvalidInput("有效期写截止日期或者领后天数，二选一", field="valid_until")
        _check_range(self.starts_after_days, 0, MOST_DAYS, "几天后生效", "starts_after_days")
        if self.lasts_days is not None:
            _check_range(self.lasts_days, 1, MOST_DAYS, "有效天数", "lasts_days")
        check_window(self.takeable_from, self.takeable_until, "takeable_until")
        check_window(self.valid_from, self.valid_until, "valid_until")


@dataclass(frozen=True, slots=True)
class TimedDraft:
    """A discount for a time: `prices` are fen by variant id."""

    key: str
    name: str
    prices: Mapping[int, int] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_active: bool = True

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it."""
        check_names(self.key, self.name, "key")
        check_window(self.starts_at, self.ends_at, "ends_at")
        for price in self.prices.values():
            _check_range(price, 1, LARGEST_ORDER, "限时价", "prices")


@dataclass(frozen=True, slots=True)
class RewardDraft:
    """A 满减送 with its rungs, in any order."""

    key: str
    name: str
    rungs: tuple[Rung, ...]
    categories: tuple[int, ...] = ()
    products: tuple[int, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    is_active: bool = True

    def check(self) -> None:
        """Raise InvalidInput, which names the field and says how to mend it.

        All rungs are reached in one way, by fen or by pieces, and a higher one takes off no less.
        """
        check_names(self.key, self.name, "key")
        check_window(self.starts_at, self.ends_at, "ends_at")
        if not 0 < len(self.rungs) <= MOST_RUNGS:
            raise InvalidInput(f"满减要有1到{MOST_RUNGS}档", field="rungs")
        if len({rung.fen is None for rung in self.rungs}) > 1:
            raise InvalidInput("一个活动的各档要么都按金额，要么都按件数", field="rungs")
        reaches = sorted((rung.fen or rung.pieces or 0, rung.off) for rung in self.rungs)
        offs = [off for _, off in reaches]
        if len({reach for reach, _ in reaches}) < len(reaches) or offs != sorted(offs):
            raise InvalidInput("满减的档位不能重复，满得多的要减得不少于满得少的", field="rungs")
        for rung in self.rungs:
            _check_rung(rung)


def check_names(key: str, name: str, field_name: str) -> None:
    """Raise InvalidInput unless both can be read in a list, and the name by customers."""
    if not 0 < len(key) <= LONGEST_CODE:
        raise InvalidInput(f"编号要写1到{LONGEST_CODE}个字符", field=field_name)
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise InvalidInput(f"名字要写1到{LONGEST_NAME}个字", field="name")
    check(name, TextKind.OFFER, "name")


def check_window(begins: datetime | None, ends: datetime | None, field_name: str) -> None:
    """Raise InvalidInput for a window that ends before it begins."""
    if begins is not None and ends is not None and begins >= ends:
        raise InvalidInput("结束时间要晚于开始时间", field=field_name)


def _check_rung(rung: Rung) -> None:
    if (rung.fen is None) == (rung.pieces is None):
        raise InvalidInput("每一档写满多少元或者满多少件，二选一", field="rungs")
    if min(rung.fen or 1, rung.pieces or 1) < 1 or rung.off < 0 or rung.points < 0:
        raise InvalidInput("满减的金额、件数和积分要大于0", field="rungs")
    if rung.fen is not None and rung.off > rung.fen:
        raise InvalidInput("减的金额不能比满的金额还高", field="rungs")
    if not (rung.off or rung.frees_freight or rung.points or rung.coupon_templates):
        raise InvalidInput("每一档都要减钱、包邮、送积分或者送券", field="rungs")


def _check_range(value: Any, lowest: int, highest: int, name: str, field_name: str) -> None:
    if not lowest <= value <= highest:
        raise InvalidInput(f"{name}要在{lowest}到{highest}之间", field=field_name)
