"""How fast the outbox may call: the quotas of the platforms, kept in the database.

What a conversation says is counted and always goes; what a campaign says stops at 98 % of a quota
and goes on in its next window. A restart forgets nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from bot.tables import SendWindow
from commerce.prepared import Prepared

type Quota = tuple[int, int]
"""So many calls in a window of so many seconds."""

MINUTE, HOUR, DAY = 60, 3600, 86_400
WECOM: Final = ((10_000, MINUTE), (150_000, HOUR))
"""Of each API of a corp (企业微信 访问频率限制)."""
QUOTAS: Final[Mapping[str, tuple[Quota, ...]]] = {
    "official_account.reply": ((500_000, DAY),),
    "official_account.notice": ((100_000, DAY),),
    "mini_program.reply": ((500_000, DAY),),
    "wecom.reply": WECOM,
    "wecom.mass_create": WECOM,
}
"""By the kind of outbox row (公众号 接口调用频次限制; 企业微信 访问频率限制)."""
SHARE: Final = 98
"""Of a hundred calls campaigns leave this many behind them; the rest is for conversations."""
_SHANGHAI_SECONDS: Final = 8 * HOUR
"""Windows of a day begin at midnight in Shanghai."""


class Pace:
    """What may still be called in the present windows; keeps count of what is begun."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now
        self._begun: Counter[str] = Counter()

    def waits_until(self, kind: str) -> datetime | None:
        """When a campaign may call again; None when it may now."""
        ends = [
            _end(seconds, self._now)
            for limit, seconds in QUOTAS.get(kind, ())
            if self._used(kind, seconds) >= -(-limit * SHARE // 100)
        ]
        return max(ends, default=None)

    def begin(self, kind: str) -> None:
        """Count a call that is about to be made."""
        if kind in QUOTAS:
            self._begun[kind] += 1

    def write(self) -> None:
        """Keep what was counted, in the caller's transaction."""
        for kind, begun in sorted(self._begun.items()):
            for _, seconds in QUOTAS[kind]:
                number = _number(seconds, self._now)
                values = {"api": kind, "seconds": seconds, "number": number, "used": begun}
                _COUNT[self._session.get_bind().dialect.name].run(self._session, **values)
        self._begun.clear()

    def _used(self, kind: str, seconds: int) -> int:
        row = _USED.first(self._session, api=kind, seconds=seconds)
        in_window = row is not None and row.number == _number(seconds, self._now)
        return (row.used if in_window else 0) + self._begun[kind]


def _number(seconds: int, now: datetime) -> int:
    return int(now.timestamp() + _SHANGHAI_SECONDS) // seconds


def _end(seconds: int, now: datetime) -> datetime:
    begins = _number(seconds, now) * seconds - _SHANGHAI_SECONDS
    return datetime.fromtimestamp(begins, UTC) + timedelta(seconds=seconds)


_TABLE = SQLModel.metadata.tables[SendWindow.__tablename__]
_USED: Final = Prepared(
    select(_TABLE.c.number, _TABLE.c.used).where(
        _TABLE.c.api == bindparam("api"), _TABLE.c.seconds == bindparam("seconds")
    )
)


def _counting(names: Iterable[str]) -> Mapping[str, Prepared]:
    """By dialect: add to the present window, or begin it."""
    found = {}
    for dialect in (sqlite, postgresql):
        given = {name: bindparam(name, type_=_TABLE.c[name].type) for name in names}
        inserting = dialect.insert(_TABLE).values(given)
        is_same = _TABLE.c.number == inserting.excluded.number
        used = inserting.excluded.used
        found[dialect.dialect.name] = Prepared(
            inserting.on_conflict_do_update(
                index_elements=["api", "seconds"],
                set_={
                    "number": inserting.excluded.number,
                    "used": case((is_same, _TABLE.c.used + used), else_=used),
                },
            )
        )
    return found


_COUNT: Final = _counting(("api", "seconds", "number", "used"))
