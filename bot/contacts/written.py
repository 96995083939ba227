"""Shifts and stretches of time as operators write and read them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from commerce.errors import InvalidInput

DAYS: Final = "一二三四五六日"
_EVERY: Final = {
    "每天": [1, 2, 3, 4, 5, 6, 7],
    "工作日": [1, 2, 3, 4, 5],
    "周末": [6, 7],
}
_SPAN: Final = re.compile(r"周([一二三四五六日])(?:[-~到至]周?([一二三四五六日]))?")
_LINE: Final = re.compile(r"(\S+)\s+(\d\d:\d\d)\s*[-~到至]\s*(\d\d:\d\d)\s+(\S.*)")
_BETWEEN: Final = re.compile(r"[,，、\s]+")


def shifts_from(text: str) -> list[dict[str, Any]]:
    """One shift a line: `周一-周五 09:00-18:00 wang,li`. Raises InvalidInput, naming the line.

    >>> shifts_from("周末 10:00-24:00 li")
    [{'weekdays': [6, 7], 'from': '10:00', 'to': '24:00', 'userids': ['li']}]
    """
    shifts = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            told = f"第{number}行看不懂，请写成：周一-周五 09:00-18:00 wang,li"
            raise InvalidInput(told, field="shifts")
        days, begins, ends, people = match.groups()
        shifts.append(
            {
                "weekdays": weekdays_from(days, number),
                "from": begins,
                "to": ends,
                "userids": userids_from(people),
            }
        )
    return shifts


def shifts_as_text(shifts: Sequence[Mapping[str, Any]]) -> str:
    """The same lines again."""
    return "\n".join(
        f"{weekdays_in_words(each['weekdays'])} {each['from']}-{each['to']} "
        f"{','.join(each['userids'])}"
        for each in shifts
    )


def weekdays_from(words: str, line: int = 1) -> list[int]:
    """`周一-周五`, `周一,周三`, `每天`, `工作日`, `周末`. Raises InvalidInput."""
    if words in _EVERY:
        return list(_EVERY[words])
    days: set[int] = set()
    for part in _BETWEEN.split(words):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise InvalidInput(f"第{line}行的“{words}”不是星期几", field="shifts")
        first = DAYS.index(match[1])
        last = first if match[2] is None else DAYS.index(match[2])
        span = range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))
        days.update(day + 1 for day in span)
    return sorted(days)


def weekdays_in_words(weekdays: Sequence[int]) -> str:
    """Days as they are read: `周一-周五`, `每天`, `周一,周三`.

    >>> weekdays_in_words([1, 2, 3, 4, 5]), weekdays_in_words([7, 1]), weekdays_in_words([2, 3, 4])
    ('工作日', '周一,周日', '周二-周四')
    """
    days = sorted(weekdays)
    for words, those in _EVERY.items():
        if days == those:
            return words
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"周{DAYS[days[0] - 1]}-周{DAYS[days[-1] - 1]}"
    return ",".join(f"周{DAYS[day - 1]}" for day in days)


def userids_from(text: str) -> list[str]:
    """People by their WeCom accounts, each once, in the order they were written."""
    return list(dict.fromkeys(filter(None, _BETWEEN.split(text.strip()))))


def clock_of(minute: int) -> str:
    """A minute of the day as `09:30`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
