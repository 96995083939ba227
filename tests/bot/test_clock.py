"""Time is real, or moved by a file that several processes read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import clock as clock_module
from bot.clock import FrozenClock, SystemClock, real_now

NEAR = timedelta(seconds=5)


@pytest.fixture(autouse=True)
def _look_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "LOOK_AGAIN_SECONDS", 0.0)


def test_the_system_clock_tells_real_time_in_utc() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert abs(now - real_now()) < NEAR


def test_a_file_moves_the_clock_and_every_other_one_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "clock-offset"
    one, other = SystemClock(file), SystemClock(file)

    file.write_text("7200.5")

    for clock in (one, other):
        assert abs(clock.now() - real_now() - timedelta(hours=2)) < NEAR
    file.write_text("0")
    assert abs(one.now() - real_now()) < NEAR


def test_who_asks_while_another_looks_at_the_file_is_told_the_moved_time_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "clock-offset"
    file.write_text("7200")
    monkeypatch.setattr(clock_module, "LOOK_AGAIN_SECONDS", 60.0)
    clock = SystemClock(file)
    monkeypatch.setattr(clock_module, "read_offset", lambda _: timedelta())

    assert abs(clock.now() - real_now() - timedelta(hours=2)) < NEAR


@pytest.mark.parametrize("written", [None, "", "soon", "nan", "inf", "1e300"])
def test_a_file_without_an_offset_leaves_real_time(tmp_path: Path, written: str | None) -> None:
    file = tmp_path / "clock-offset"
    if written is not None:
        file.write_text(written)

    assert abs(SystemClock(file).now() - real_now()) < NEAR


def test_a_frozen_clock_moves_only_when_told_to(frozen_clock: FrozenClock) -> None:
    start = frozen_clock.now()

    frozen_clock.advance(minutes=30, seconds=1)

    assert frozen_clock.now() == start + timedelta(minutes=30, seconds=1)
    assert FrozenClock(datetime(2030, 1, 1, tzinfo=UTC)).now().year == 2030
