"""When the shop may write to a customer, and how often."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import reply_window
from bot.messages import Kind
from bot.reply_window import OPENED_BY, SAFETY, WINDOWS, Opened

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Talk:
    """A conversation with a window."""

    window_opened_by: str | None = None
    window_opened_at: datetime | None = None
    window_used: int = 0
    channel: str = "official_account"

    def then(self, kind: Kind, at: datetime) -> "Talk":
        return Talk(*reply_window.after(self, kind, at), self.channel)

    @property
    def opened(self) -> Opened:
        return self.window_opened_by, self.window_opened_at, self.window_used


NEW = Talk()


def test_nobody_may_be_written_to_out_of_the_blue() -> None:
    assert not reply_window.is_open(NEW, NOW)


@pytest.mark.parametrize(
    ("kind", "messages", "lasts"),
    [
        ("text", 5, timedelta(hours=48)),
        ("image", 5, timedelta(hours=48)),
        ("voice", 5, timedelta(hours=48)),
        ("mini_program_page", 5, timedelta(hours=48)),
        ("follow", 3, timedelta(minutes=1)),
        ("scan", 3, timedelta(minutes=1)),
        ("menu_click", 3, timedelta(minutes=1)),
        ("menu_choice", 3, timedelta(minutes=1)),
    ],
)
def test_what_a_customer_does_opens_its_documented_window(
    kind: Kind, messages: int, lasts: timedelta
) -> None:
    talk = NEW.then(kind, NOW)
    last = Talk(talk.window_opened_by, NOW, messages - 1)
    full = Talk(talk.window_opened_by, NOW, messages)
    end = NOW + lasts - SAFETY

    assert reply_window.is_open(last, end - timedelta(microseconds=1))
    assert not reply_window.is_open(last, end)
    assert not reply_window.is_open(full, NOW)


@pytest.mark.parametrize(
    ("channel", "kind", "messages", "lasts"),
    [
        ("mini_program", "text", 5, timedelta(hours=48)),
        ("mini_program", "enter", 2, timedelta(minutes=1)),
        ("wecom", "text", 5, timedelta(hours=48)),
        ("wecom", "menu_choice", 5, timedelta(hours=48)),
    ],
)
def test_every_channel_has_windows_of_its_own(
    channel: str, kind: Kind, messages: int, lasts: timedelta
) -> None:
    talk = Talk(channel=channel).then(kind, NOW)

    assert reply_window.room(talk, NOW) == messages
    assert reply_window.is_open(talk, NOW + lasts - SAFETY - timedelta(seconds=1))
    assert not reply_window.is_open(talk, NOW + lasts)


@pytest.mark.parametrize(
    ("channel", "kind"), [("wecom", "enter"), ("wecom", "follow"), ("mini_program", "scan")]
)
def test_what_a_channel_does_not_know_opens_nothing_there(channel: str, kind: Kind) -> None:
    assert not reply_window.is_open(Talk(channel=channel).then(kind, NOW), NOW)


@pytest.mark.parametrize("kind", ["event", "unknown", "unfollow"])
def test_other_events_open_nothing(kind: Kind) -> None:
    assert NEW.then(kind, NOW) == NEW


def test_a_message_opens_afresh_whatever_was_used() -> None:
    used_up = Talk("message", NOW, 5)

    assert used_up.then("text", NOW).opened == ("message", NOW, 0)


@pytest.mark.parametrize("kind", ["follow", "scan", "menu_click", "menu_choice"])
def test_a_tap_does_not_shorten_a_window_that_is_open(kind: Kind) -> None:
    present = Talk("message", NOW, 2)

    assert present.then(kind, NOW + timedelta(hours=1)) == present


@pytest.mark.parametrize(
    "over", [Talk("message", NOW - timedelta(hours=48), 0), Talk("message", NOW, 5)]
)
def test_a_tap_opens_its_own_window_when_none_is_open(over: Talk) -> None:
    assert over.then("menu_click", NOW).opened == ("menu", NOW, 0)


def test_whoever_leaves_may_not_be_written_to() -> None:
    left = Talk("message", NOW, 0).then("unfollow", NOW)

    assert not reply_window.is_open(left, NOW)


@given(
    st.sampled_from(sorted(OPENED_BY)),
    st.lists(st.tuples(st.sampled_from(get_args(Kind)), st.integers(0, 7200)), max_size=12),
)
def test_a_window_is_never_open_longer_or_wider_than_documented(
    channel: str, acts: list[tuple[Kind, int]]
) -> None:
    talk, at, opened = Talk(channel=channel), NOW, {}
    for kind, seconds in acts:
        at += timedelta(seconds=seconds)
        opened[kind] = at
        talk = talk.then(kind, at)

    if reply_window.is_open(talk, at):
        window = WINDOWS[talk.window_opened_by or ""]
        assert talk.window_opened_at in opened.values()
        assert talk.window_opened_at is not None
        assert at < talk.window_opened_at + window.lasts
        assert talk.window_used < window.messages
