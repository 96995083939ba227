"""Who stands behind a channel code at a moment."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from commerce.errors import InvalidInput
from commerce.shanghai import SHANGHAI

_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
MOST_PEOPLE: Final = 100
"""Behind one code (企业微信 配置客户联系「联系我」方式)."""
DAY: Final = 1440


def on_duty(
    shifts: Sequence[Mapping[str, Any]],
    backup: Sequence[str],
    daily_limit: int,
    added: Mapping[str, int],
    at: datetime,
) -> tuple[str, ...]:
    """The userids, in the order they were entered.

    Those of the shifts of this moment who have added fewer customers today than the limit; if
    there are none, the backup, whom no limit holds: a customer who scans must meet somebody. If
    there is no backup either, whoever of the shifts there is.
    """
    present = list(dict.fromkeys(_present(shifts, at)))
    free = [each for each in present if not daily_limit or added.get(each, 0) < daily_limit]
    return tuple((free or list(backup) or present)[:MOST_PEOPLE])


def is_within(weekdays: Sequence[int], start: int, end: int, at: datetime) -> bool:
    """Whether a moment lies in a stretch of minutes of these weekdays (1 Monday … 7 Sunday).

    A stretch that ends no later than it begins runs past midnight, and belongs to the day on
    which it begins.
    """
    local = at.astimezone(SHANGHAI)
    minute, weekday = local.hour * 60 + local.minute, local.isoweekday()
    yesterday = (weekday - 2) % 7 + 1
    if start < end:
        return weekday in weekdays and start <= minute < end
    return (weekday in weekdays and minute >= start) or (yesterday in weekdays and minute < end)


def minute_of(written: str, field: str) -> int:
    """The minute of the day of `09:30`; `24:00` is its end. Raises InvalidInput."""
    match = _TIME.fullmatch(written.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else DAY + 1
    if minute > DAY:
        raise InvalidInput("时间请写成 09:30 这样", field=field)
    return minute


def check_shifts(shifts: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidInput, naming what is wrong with a code's shifts."""
    if not shifts:
        raise InvalidInput("至少要排一个班", field="shifts")
    for shift in shifts:
        days = shift.get("weekdays") or []
        if not days or any(day not in range(1, 8) for day in days):
            raise InvalidInput("请选这个班在星期几", field="weekdays")
        if not shift.get("userids"):
            raise InvalidInput("请选这个班由谁接待", field="userids")
        minute_of(str(shift.get("from", "")), "from")
        minute_of(str(shift.get("to", "")), "to")


def _present(shifts: Sequence[Mapping[str, Any]], at: datetime) -> list[str]:
    found: list[str] = []
    for shift in shifts:
        start, end = minute_of(shift["from"], "from"), minute_of(shift["to"], "to")
        if is_within(shift["weekdays"], start, end, at):
            found += shift["userids"]
    return found
