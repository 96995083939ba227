"""Who is reminded of a stream: whoever agreed, ten minutes ahead, once, and not at night."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from commerce import customers
from commerce.inserting import id_of
from commerce.live import reminding
from commerce.live.tables import LiveReminder
from tests.commerce.live.streams import stream, stream_id
from tests.commerce.shop import NOW, new_customer

MINUTE = timedelta(minutes=1)
EVENING = NOW + timedelta(hours=8)  # 20:00 in Shanghai
JUST_IN_TIME = EVENING - reminding.AHEAD


@pytest.mark.database
def test_a_reminder_is_due_for_ten_minutes_and_claimed_by_one(session: Session) -> None:
    live, customer = stream_id(session, EVENING), new_customer(session)
    assert reminding.agree(session, live, customer, NOW)
    assert not reminding.agree(session, live, customer, NOW)

    assert reminding.list_due(session, JUST_IN_TIME - MINUTE) == []
    (due,) = reminding.list_due(session, JUST_IN_TIME)
    assert reminding.list_due(session, EVENING) == []

    claimed = reminding.claim(session, due, JUST_IN_TIME)
    assert claimed is not None
    assert claimed.id == live
    assert reminding.claim(session, due, JUST_IN_TIME) is None
    assert reminding.list_due(session, JUST_IN_TIME) == []


def test_whoever_withdraws_is_not_reminded_and_may_agree_again(session: Session) -> None:
    live, customer = stream_id(session, EVENING), new_customer(session)
    reminding.agree(session, live, customer, NOW)

    assert reminding.withdraw(session, customer) == 1

    assert not reminding.has_agreed(session, live, customer)
    assert reminding.list_due(session, JUST_IN_TIME) == []
    assert reminding.withdraw(session, customer) == 0
    assert reminding.agree(session, live, customer, NOW)


def test_nobody_is_reminded_at_night_nor_of_what_was_taken_off(session: Session) -> None:
    night = stream(session, NOW + timedelta(hours=10, minutes=15))  # 22:15 in Shanghai
    off, customer = stream(session, EVENING), new_customer(session)
    for live in (night, off):
        reminding.agree(session, id_of(live), customer, NOW)
    off.is_on = False

    assert not reminding.may_remind(night, NOW)
    assert reminding.list_due(session, night.starts_at - reminding.AHEAD) == []
    assert reminding.list_due(session, JUST_IN_TIME) == []


def test_a_stream_that_was_put_off_is_reminded_of_at_its_new_time(session: Session) -> None:
    live, customer = stream(session, EVENING), new_customer(session)
    reminding.agree(session, id_of(live), customer, NOW)
    live.starts_at += timedelta(hours=1)

    assert reminding.list_due(session, JUST_IN_TIME) == []
    assert len(reminding.list_due(session, JUST_IN_TIME + timedelta(hours=1))) == 1


@pytest.mark.database
def test_two_who_prove_to_be_one_are_reminded_once(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    both, told, theirs = (stream_id(session, EVENING, title=each) for each in "一二三")
    for customer, live in ((kept, both), (gone, both), (kept, told), (gone, told), (gone, theirs)):
        reminding.agree(session, live, customer, NOW)
    row = select(LiveReminder).where(
        LiveReminder.live_session_id == told, LiveReminder.customer_id == gone
    )
    reminding.claim(session, id_of(session.exec(row).one()), JUST_IN_TIME)

    customers.merge(session, kept, gone, JUST_IN_TIME)

    due = [
        session.get_one(LiveReminder, each) for each in reminding.list_due(session, JUST_IN_TIME)
    ]
    assert {(each.customer_id, each.live_session_id) for each in due} == {
        (kept, both),
        (kept, theirs),
    }
