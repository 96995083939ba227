"""How fast the outbox may call: quotas are kept, conversations always go, nothing is forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from bot.pacing import QUOTAS, Pace

pytestmark = pytest.mark.database
KIND = "wecom.reply"
DAILY = "official_account.reply"
NOON = datetime(2026, 11, 23, 4, 0, 30, tzinfo=UTC)
"""Half a minute into a window of a minute, noon in Shanghai."""


def use(session: Session, kind: str, calls: int, now: datetime = NOON) -> None:
    """So many calls are begun, by a process that ends then."""
    pace = Pace(session, now)
    for _ in range(calls):
        pace.begin(kind)
    pace.write()


def test_a_campaign_stops_at_98_of_a_hundred(session: Session) -> None:
    use(session, KIND, 9_799)
    assert Pace(session, NOON).waits_until(KIND) is None

    use(session, KIND, 1)

    assert Pace(session, NOON).waits_until(KIND) == NOON + timedelta(seconds=30)


def test_what_one_claim_begins_counts_before_it_is_written(session: Session) -> None:
    use(session, KIND, 9_799)
    pace = Pace(session, NOON)

    pace.begin(KIND)

    assert pace.waits_until(KIND) is not None


def test_conversations_are_counted_beyond_it(session: Session) -> None:
    use(session, KIND, 9_900)

    assert Pace(session, NOON).waits_until(KIND) is not None
    assert Pace(session, NOON + timedelta(seconds=30)).waits_until(KIND) is None


def test_the_narrowest_of_several_windows_decides(session: Session) -> None:
    for minute in range(15):
        use(session, KIND, 9_800, NOON + timedelta(minutes=minute))

    later = NOON + timedelta(minutes=20)

    assert Pace(session, later).waits_until(KIND) == datetime(2026, 11, 23, 5, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_shanghai(session: Session) -> None:
    limit, _ = QUOTAS[DAILY][0]
    use(session, DAILY, limit)

    assert Pace(session, NOON).waits_until(DAILY) == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert Pace(session, datetime(2026, 11, 23, 16, tzinfo=UTC)).waits_until(DAILY) is None


def test_what_has_no_quota_waits_for_nothing(session: Session) -> None:
    use(session, "pay.refund", 5)

    assert Pace(session, NOON).waits_until("pay.refund") is None
