"""From when until when a coupon can be used. Every window ends just before its end."""

from datetime import datetime, time, timedelta
from typing import Final

from commerce.promotions.tables import CouponTemplate
from commerce.shanghai import SHANGHAI

_DAY: Final = timedelta(days=1)


def valid_between(template: CouponTemplate, now: datetime) -> tuple[datetime, datetime]:
    """The validity of a coupon that is had now; both ends are aware UTC or as the template has it.

    By days, it begins at once, or at midnight in Shanghai so many days on; it never ends within
    a day, so that 7 days are seven whole ones at least. By dates the end may be over.
    """
    if template.lasts_days is None:
        assert template.valid_until is not None  # noqa: S101 - a CHECK of the table
        return max(template.valid_from or now, now), template.valid_until
    begins = now
    if template.starts_after_days:
        begins = _midnight(now) + template.starts_after_days * _DAY
    ends = begins + template.lasts_days * _DAY
    midnight = _midnight(ends)
    return begins, ends if ends == midnight else midnight + _DAY


def lasts(template: CouponTemplate, now: datetime) -> bool:
    """Whether a coupon that is had now could ever be used."""
    begins, ends = valid_between(template, now)
    return begins < ends


def is_within(now: datetime, begins: datetime | None, ends: datetime | None) -> bool:
    """Whether a window is open; None is no bound."""
    return (begins is None or begins <= now) and (ends is None or now < ends)


def _midnight(moment: datetime) -> datetime:
    """The beginning of its day in Shanghai."""
    day = moment.astimezone(SHANGHAI).date()
    return datetime.combine(day, time(), SHANGHAI).astimezone(moment.tzinfo)
