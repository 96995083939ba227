"""What people type into the console's forms, read into what the shop works with."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from commerce.errors import InvalidInput, NotFound
from commerce.money import fen_from_yuan
from commerce.shanghai import SHANGHAI

LONGEST_NUMBER: Final = 9
"""Digits: what fits into a column of 32 bits."""
YEARS: Final = range(2000, 2100)
"""Of dates that anybody means: of the calendar's very ends Shanghai's time has no UTC."""
_HUNDREDTHS: Final = 100


def find_day(written: str) -> date | None:
    """The day of a date field; None for an empty or impossible one: a filter is never an error."""
    try:
        found = date.fromisoformat(written.strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None


def begin_of(day: date) -> datetime:
    """The first moment of a day in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The first moment after a day in Shanghai."""
    return begin_of(day + timedelta(days=1))


def moment(written: str, name: str, field: str) -> datetime:
    """The moment of a `datetime-local` field, which is Shanghai's. Raises InvalidInput."""
    try:
        local = datetime.fromisoformat(written.strip())
    except ValueError:
        raise InvalidInput(f"请填写{name}", field=field) from None
    if local.year not in YEARS:
        raise InvalidInput(f"{name}要在{YEARS.start}年到{YEARS.stop - 1}年之间", field=field)
    return local.replace(tzinfo=SHANGHAI).astimezone(UTC)


def find_moment(written: str, name: str, field: str) -> datetime | None:
    """`moment`, or None where nothing is written."""
    return moment(written, name, field) if written.strip() else None


def local(at: datetime | None) -> str:
    """A moment as a `datetime-local` field holds it; empty for none."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def minute(at: datetime | None) -> str:
    """A moment as a spreadsheet holds it, to the minute in Shanghai; empty for none."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def number(written: str, name: str, field: str) -> int:
    """A whole number, not below zero. Raises InvalidInput."""
    digits = written.strip()
    if not digits.isascii() or not digits.isdecimal() or len(digits) > LONGEST_NUMBER:
        raise InvalidInput(f"{name}要写成整数", field=field)
    return int(digits)


def find_id(text: str) -> int | None:
    """The number of a row, if it is written as one."""
    is_id = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_id else None


def row_id(text: str, missing: str) -> int:
    """The number of a row that an address names. Raises NotFound with the words `missing`."""
    found = find_id(text)
    if found is None:
        raise NotFound(missing)
    return found


def find_number(written: str, name: str, field: str) -> int | None:
    """`number`, or None where nothing is written."""
    return number(written, name, field) if written.strip() else None


def fen(written: str, name: str, field: str) -> int:
    """The fen of an amount in yuan. Raises InvalidInput naming the field."""
    try:
        return fen_from_yuan(written)
    except InvalidInput:
        raise InvalidInput(f"{name}要写成金额，最多两位小数", field=field) from None


def find_fen(written: str, name: str, field: str) -> int | None:
    """`fen`, or None where nothing is written."""
    return fen(written, name, field) if written.strip() else None


def basis_points(written: str, name: str, field: str) -> int:
    """The basis points of a percentage such as `2.5`. Raises InvalidInput."""
    try:
        points = Decimal(written.strip().removesuffix("%")) * _HUNDREDTHS
        is_exact = points == points.to_integral_value()
    except InvalidOperation:
        is_exact = False
    if not is_exact or not 0 <= points <= _HUNDREDTHS**2:
        raise InvalidInput(f"{name}要写成0到100的百分数，最多两位小数", field=field)
    return int(points)


def in_yuan(amount: int | None) -> str:
    """An amount of fen as a form's field holds it: `12.30`; empty for none."""
    return "" if amount is None else f"{amount / 100:.2f}"
