"""Days that a message speaks of: 周五前, 大后天, 上个月, 下周三到周五, 双十一, 三天内.

They need to know what day it is, so they are no part of an understanding: who answers asks here.
Festivals of the moon's calendar (春节, 中秋, 七夕) are not read.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from nlu.extractors.numerals import NUMERAL, read_whole
from nlu.text import fold

LONGEST_DAYS: Final = 3660
"""Days from today that are believed: who writes more means something else."""


@dataclass(frozen=True, slots=True)
class When:
    """`text[start:end]` names the days from `first` to `last`, both included; None is open.

    周五前 includes Friday: who promises that must not be late.
    """

    start: int
    end: int
    first: date | None
    last: date | None


type Span = tuple[date, date]
type Reader = Callable[[re.Match[str], date], Span | None]

_NUMBER: Final = rf"(?P<number>{NUMERAL}|半)"
_DAY_WORDS: Final = {
    "大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3,
}  # fmt: skip
_WEEKDAYS: Final = {name: place for place, name in enumerate("一二三四五六日")} | {"天": 6}
_TURNS: Final = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "": 0}
_YEARS: Final = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_FESTIVALS: Final[dict[str, tuple[int, int, int]]] = {
    "双十一": (11, 11, 1), "双11": (11, 11, 1), "双十二": (12, 12, 1), "双12": (12, 12, 1),
    "618": (6, 18, 1), "六一八": (6, 18, 1), "国庆": (10, 1, 7), "十一长假": (10, 1, 7),
    "元旦": (1, 1, 1),
    "五一": (5, 1, 1), "劳动节": (5, 1, 1), "六一儿童节": (6, 1, 1), "儿童节": (6, 1, 1),
    "情人节": (2, 14, 1), "妇女节": (3, 8, 1), "三八节": (3, 8, 1), "教师节": (9, 10, 1),
    "平安夜": (12, 24, 1),
    "圣诞": (12, 25, 1),
}  # fmt: skip
"""Month, day, and how many days it lasts."""
_LENGTHS: Final = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}


def find_dates(text: str, today: date) -> list[When]:
    """The days spoken of, in the order of the text. `today` is the customer's, in Shanghai."""
    folded = fold(text)
    found = [*_named(folded, today)]
    return [*_joined(folded, found)]


def _named(folded: str, today: date) -> Iterator[When]:
    """Every expression with the 前 or 后 behind it; at one place the first reader has it."""
    taken = 0
    for start in range(len(folded)):
        if start < taken:
            continue
        for pattern, read in _READERS:
            match = pattern.match(folded, start)
            span = read(match, today) if match and _stands_alone(folded, match) else None
            if match is None or span is None:
                continue
            when = _bounded(folded, match, span)
            taken = when.end
            yield when
            break


def _stands_alone(folded: str, match: re.Match[str]) -> bool:
    """Not a piece of a longer number: the 15号 of 2015号."""
    start, before = match.start(), folded[match.start() - 1 : match.start()]
    return not (start and before.isdecimal() and folded[start].isdecimal())


def _bounded(folded: str, match: re.Match[str], span: Span) -> When:
    first, last = span
    if "within" in match.groupdict():
        return When(match.start(), match.end(), first, last)
    if bound := _UNTIL.match(folded, match.end()):
        return When(match.start(), bound.end(), None, last)
    if bound := _SINCE.match(folded, match.end()):
        return When(match.start(), bound.end(), first, None)
    return When(match.start(), match.end(), first, last)


def _joined(folded: str, found: list[When]) -> Iterator[When]:
    """周三到周五 is one stretch."""
    waiting: When | None = None
    for when in found:
        if waiting is not None and _TO.fullmatch(folded, waiting.end, when.start):
            later = when.last
            if waiting.first and later and later < waiting.first:
                later += timedelta(days=7)  # 周五到周一
            waiting = When(waiting.start, when.end, waiting.first, later)
            continue
        if waiting is not None:
            yield waiting
        waiting = when
    if waiting is not None:
        yield waiting


def _near_day(match: re.Match[str], today: date) -> Span:
    return _one(today + timedelta(days=_DAY_WORDS[match["day"] or match["today"]]))


def _weekday(match: re.Match[str], today: date) -> Span:
    """Without 上 or 下 it is the next such day, today included."""
    turn, name = match["turn"] or "", match["weekday"]
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_TURNS[turn])
    if name == "末":
        return monday + timedelta(days=5), monday + timedelta(days=6)
    day = monday + timedelta(days=_WEEKDAYS[name])
    return _one(day + timedelta(weeks=1) if not turn and day < today else day)


def _week(match: re.Match[str], today: date) -> Span:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_TURNS[match["turn"]])
    return monday, monday + timedelta(days=6)


def _month(match: re.Match[str], today: date) -> Span | None:
    """上个月 whole, 下个月5号 its day, 月底 the end of this month."""
    months = today.year * 12 + today.month - 1 + _TURNS[match["turn"] or ""]
    year, month = divmod(months, 12)
    if match["end"]:
        return _one(date(year, month + 1, monthrange(year, month + 1)[1]))
    if match["number"]:
        return _day(year, month + 1, read_whole(match["number"]))
    return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])


def _calendar_day(match: re.Match[str], today: date) -> Span | None:
    """Without a year it is the one of this year; 15号 is of this month."""
    year = today.year
    if match["year"]:
        year = today.year + _YEARS[match["year"]] if match["year"] in _YEARS else int(match["year"])
    month = today.month if match["month"] is None else read_whole(match["month"])
    return None if month is None else _day(year, month, read_whole(match["number"]))


def _iso_day(match: re.Match[str], _today: date) -> Span | None:
    return _day(int(match[1]), int(match[2]), int(match[3]))


def _year_end(match: re.Match[str], today: date) -> Span:
    return _one(date(today.year + _YEARS.get(match["year"] or "", 0), 12, 31))


def _festival(match: re.Match[str], today: date) -> Span:
    """The next one, or the one that is on."""
    month, day, days = _FESTIVALS[match["festival"]]
    first = date(today.year + _YEARS.get(match["year"] or "", 0), month, day)
    last = first + timedelta(days=days - 1)
    if not match["year"] and last < today:
        first, last = first.replace(year=first.year + 1), last.replace(year=last.year + 1)
    return first, last


def _distance(match: re.Match[str], today: date) -> Span | None:
    """三天后, 两周前: a day as far from today."""
    days = _days(match)
    if days is None:
        return None
    return _one(today + timedelta(days=-days if match["way"].endswith("前") else days))


def _within(match: re.Match[str], today: date) -> Span | None:
    """三天内 reaches forward, 最近三天 back."""
    days = _days(match)
    if days is None:
        return None
    if match["within"].endswith("内"):
        return today, today + timedelta(days=days)
    return today - timedelta(days=days), today


def _days(match: re.Match[str]) -> int | None:
    unit = _LENGTHS[match["unit"]]
    if match["number"] == "半":
        return unit // 2 if unit > 1 else None
    count = read_whole(match["number"])
    return None if count is None or count * unit > LONGEST_DAYS else count * unit


def _day(year: int, month: int, day: int | None) -> Span | None:
    is_real = 1 <= month <= 12 and 1900 <= year <= 2200 and day is not None
    if not is_real or not 1 <= (day or 0) <= monthrange(year, month)[1]:
        return None
    return _one(date(year, month, day or 1))


def _one(day: date) -> Span:
    return day, day


def _this_month(match: re.Match[str], today: date) -> Span | None:
    return _day(today.year, today.month, read_whole(match["number"]))


_UNTIL: Final = re.compile(r"(?:之|以)?前|截止|为止")
_SINCE: Final = re.compile(r"(?:之|以)?后|起|开始")
_TO: Final = re.compile(r"\s*[到至~\-—]\s*")
_WEEK: Final = r"(?:个)?(?:周|星期|礼拜)"
_TURN: Final = "(?P<turn>上上|下下|上|下|这|本)"
_UNIT: Final = r"(?:个)?(?P<unit>天|日|周|星期|礼拜|月)"
_DAY_OF_MONTH: Final = rf"(?P<number>{NUMERAL})[号日](?![楼店线门机码链色鞋球款])"
_YEAR: Final = rf"(?P<year>\d{{4}}(?=年)|{'|'.join(_YEARS)})"
_READERS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"), _iso_day),
    (re.compile(rf"(?:{_YEAR}年?)?(?P<month>{NUMERAL})月(?:份)?{_DAY_OF_MONTH}"), _calendar_day),
    (
        re.compile(rf"(?:{_YEAR})?(?P<festival>{'|'.join(_FESTIVALS)})(?![\d个件元块g])节?"),
        _festival,
    ),
    (re.compile(rf"(?:{_YEAR})?年底"), _year_end),
    (re.compile(rf"(?P<within>最近|近|过去){_NUMBER}{_UNIT}(?:内|里)?"), _within),
    (re.compile(rf"{_NUMBER}{_UNIT}(?P<within>之内|以内|内)"), _within),
    (re.compile(rf"{_NUMBER}{_UNIT}(?P<way>(?:之|以)?[前后])"), _distance),
    (
        re.compile(r"(?P<day>大前|大后|前|后)天|(?:(?P<today>昨|今|明)(?:天|日|儿|晚|早))"),
        _near_day,
    ),
    (
        re.compile(
            rf"{_TURN}?(?<![一二两三四五六七八九十几\d每]){_WEEK}(?P<weekday>[一二三四五六日天末])"
        ),
        _weekday,
    ),
    (re.compile(rf"{_TURN}{_WEEK}"), _week),
    (re.compile(rf"{_TURN}个?月(?:份)?(?:(?P<end>底)|{_DAY_OF_MONTH})?"), _month),
    (re.compile(r"(?P<turn>)(?P<number>)月(?P<end>底)"), _month),
    (re.compile(_DAY_OF_MONTH), _this_month),
)
