"""A day's opening hours as people write them: `09:00-12:00 13:30-21:00`."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from commerce.calendar.hours import Span
from commerce.errors import InvalidInput

_SPAN: Final = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-－–—~～至到]\s*(\d{1,2})[:：](\d{2})")
_BETWEEN: Final = re.compile(r"[\s,，、;；]*")


def read_week(written: str, field: str) -> list[Span]:
    """The spans of one day; none when nothing is written. Raises InvalidInput naming the field."""
    spans: list[Span] = []
    rest = written.strip()
    while rest:
        found = _SPAN.match(rest)
        if found is None:
            raise InvalidInput("请写成 09:00-21:00，多段用空格隔开", field=field)
        opens, closes = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
        if int(found[2]) > 59 or int(found[4]) > 59:
            raise InvalidInput("分钟最多到59", field=field)
        spans.append((opens, closes))
        rest = rest[found.end() :]
        rest = rest[_BETWEEN.match(rest).end() :]  # type: ignore[union-attr]  # It always matches.
    return spans


def write_week(week: Mapping[int, Sequence[Span]], day: int) -> str:
    """The spans of one day as they are written; empty for none."""
    return " ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in week.get(day, ()))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
