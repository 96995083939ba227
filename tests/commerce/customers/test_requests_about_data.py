"""Rights of a customer: no more campaigns, a copy of their data, or its end."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from commerce import customers
from commerce.customers import subscription
from commerce.customers.tables import SubscriptionChange
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.privacy import requests
from commerce.privacy.tables import PrivacyKind, PrivacyState
from tests.commerce.shop import NOW, SEALER, events, new_customer

pytestmark = pytest.mark.database
LATER = NOW + timedelta(days=1)


def test_a_no_said_on_one_channel_counts_on_all_of_them(session: Session) -> None:
    ids = [
        id_of(customers.identify(session, channel, "a", "fan", NOW, unionid="u-1"))
        for channel in ("official_account", "mini_program", "wecom")
    ]

    for customer_id in ids:
        subscription.unsubscribe(
            session, SEALER, customer_id, channel="wecom", words="ＴＤ", now=NOW
        )

    assert len(set(ids)) == 1
    assert customers.get_customer(session, ids[0]).unsubscribed_at == NOW
    (change,) = subscription.list_changes(session, ids[0])
    assert (change.channel, change.wants_messages, change.at) == ("wecom", False, NOW)
    assert subscription.read_words(SEALER, change) == "ＴＤ"
    assert "ＴＤ".encode() not in (change.words_sealed or b"")


def test_a_no_reaches_who_the_customer_is_now(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    customers.merge(session, kept, gone, NOW)

    assert subscription.unsubscribe(session, SEALER, gone, channel="wecom", words="TD", now=NOW)

    assert customers.get_customer(session, kept).unsubscribed_at == NOW
    assert session.exec(select(SubscriptionChange.customer_id)).all() == [kept]


def test_saying_the_same_again_is_no_news(session: Session) -> None:
    customer_id = new_customer(session)
    said = {"channel": "official_account", "words": "退订", "now": NOW}

    def after(change: object) -> bool:
        return change(session, SEALER, customer_id, **said)  # type: ignore[operator,no-any-return]

    assert not after(subscription.resume)
    assert after(subscription.unsubscribe)
    assert not after(subscription.unsubscribe)
    assert after(subscription.resume)
    assert [each.wants_messages for each in subscription.list_changes(session, customer_id)] == [
        False,
        True,
    ]
    assert [event.kind for event in events(session)] == ["unsubscribed", "resubscribed"]


def test_a_request_is_taken_once_and_due_in_fifteen_days(session: Session) -> None:
    customer_id = new_customer(session)

    request, is_new = requests.receive(session, customer_id, PrivacyKind.EXPORT, NOW)
    again, is_new_again = requests.receive(session, customer_id, PrivacyKind.EXPORT, LATER)
    other, _ = requests.receive(session, customer_id, PrivacyKind.ERASE, NOW)

    assert (is_new, is_new_again) == (True, False)
    assert again.request_no == request.request_no != other.request_no
    assert request.due_at - NOW == timedelta(days=15)
    told = events(session, "person_wanted")
    assert [each.subject["request_no"] for each in told] == [request.request_no, other.request_no]
    assert told[0].subject["reason"] == "privacy_request"


def test_what_is_done_may_be_asked_for_again(session: Session) -> None:
    customer_id = new_customer(session)
    first, _ = requests.receive(session, customer_id, PrivacyKind.EXPORT, NOW)

    done = requests.finish(session, first.request_no, actor="agent:1", now=LATER)
    second, is_new = requests.receive(session, customer_id, PrivacyKind.EXPORT, LATER)

    assert (done.state, done.finished_at, done.finished_by) == ("done", LATER, "agent:1")
    assert is_new
    assert len(events(session, "privacy_done")) == 1
    assert [each.request_no for each in requests.list_requests(session, customer_id)] == [
        second.request_no,
        first.request_no,
    ]


def test_only_ones_own_request_is_taken_back_and_only_once(session: Session) -> None:
    customer_id = new_customer(session)
    request, _ = requests.receive(session, customer_id, PrivacyKind.CLOSE_ACCOUNT, NOW)

    with pytest.raises(NotFound):
        requests.withdraw(session, new_customer(session), request.request_no, NOW)
    requests.withdraw(session, customer_id, request.request_no, NOW)
    with pytest.raises(IllegalMove):
        requests.withdraw(session, customer_id, request.request_no, NOW)
    with pytest.raises(IllegalMove):
        requests.finish(session, request.request_no, actor="agent:1", now=NOW)
    assert requests.list_requests(session, customer_id, states=[PrivacyState.RECEIVED]) == []


def test_what_is_due_is_found_most_urgent_first(session: Session) -> None:
    later, _ = requests.receive(session, new_customer(session), PrivacyKind.ERASE, LATER)
    first, _ = requests.receive(session, new_customer(session), PrivacyKind.ERASE, NOW)
    done, _ = requests.receive(session, new_customer(session), PrivacyKind.ERASE, NOW)
    requests.finish(session, done.request_no, actor="agent:1", now=NOW)

    due = requests.list_due(session, LATER + requests.ANSWERED_WITHIN + timedelta(seconds=1))

    assert [each.request_no for each in due] == [first.request_no, later.request_no]
    assert requests.list_due(session, NOW) == []
