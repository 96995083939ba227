"""The days that figures are asked for."""

from datetime import UTC, date, datetime, timedelta

from bot.figures.span import MOST_DAYS, Span

NOW = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
"""Half past midnight on the 23rd in Shanghai."""
TODAY = date(2026, 11, 23)


def test_nothing_asked_is_the_last_fortnight_until_today() -> None:
    span = Span.of(None, None, NOW)

    assert (span.first, span.last) == (date(2026, 11, 10), TODAY)
    assert len(list(span.days())) == 14


def test_days_written_in_the_wrong_order_are_put_right() -> None:
    assert Span.of(TODAY, date(2026, 11, 20), NOW) == Span(date(2026, 11, 20), TODAY)


def test_no_day_is_in_the_future_and_none_too_far_back() -> None:
    span = Span.of(date(2000, 1, 1), date(2030, 1, 1), NOW)

    assert span.last == TODAY
    assert len(list(span.days())) == MOST_DAYS


def test_a_day_lasts_from_midnight_to_midnight_in_shanghai() -> None:
    span = Span(TODAY, TODAY)

    assert span.begins == datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert span.ends - span.begins == timedelta(days=1)
