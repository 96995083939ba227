"""How long somebody has waited, in the shop's working time, and whether that is too long."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

type WorkingSeconds = Callable[[datetime, datetime], float]
"""Seconds between two moments in which the shop is open."""
type Tone = Literal["calm", "soon", "late"]

HALF: Final = 0.5
_MINUTE: Final = 60
_HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait as the inbox shows it."""

    since: datetime
    words: str
    tone: Tone


def wait_since(
    since: datetime, now: datetime, within_minutes: int, working: WorkingSeconds
) -> Wait:
    """The wait since then: late when the promised time is over, soon when half of it is; calm
    where 0 minutes promise nothing."""
    if not within_minutes:
        return Wait(since, in_words((now - since).total_seconds()), "calm")
    share = working(since, now) / (within_minutes * _MINUTE)
    tone: Tone = "late" if share >= 1 else "soon" if share >= HALF else "calm"
    return Wait(since, in_words((now - since).total_seconds()), tone)


def in_words(seconds: float) -> str:
    """How long that is, for somebody who glances at it.

    >>> in_words(20), in_words(300), in_words(7260), in_words(200_000)
    ('刚刚', '5分钟', '2小时1分', '2天')
    """
    if seconds < _MINUTE:
        return "刚刚"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}分钟"
    if seconds < 24 * _HOUR:
        hours, rest = divmod(int(seconds), _HOUR)
        return f"{hours}小时{rest // _MINUTE}分" if rest >= _MINUTE else f"{hours}小时"
    return f"{int(seconds // (24 * _HOUR))}天"
