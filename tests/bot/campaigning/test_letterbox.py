"""Letters into the outbox: by the first open route, within its window, and back out of it."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.campaigning.open_routes import NOTICE, list_conversations
from bot.notices import wallet
from bot.notices.tables import SubscriptionCredit
from bot.notices.templates import save_template
from bot.tables import ChatMessage, Conversation, OutboxMessage, OutboxState
from campaigns.limits import Wanted, judge
from campaigns.ports import Letter, Route
from commerce.customers.addresses import save_address
from commerce.customers.identities import list_identities
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from miniprogram_cards.cards import CardContent
from tests.campaigns.crowd import PARTS, new_campaign, new_run, somebody, talk
from tests.commerce.shop import ADDRESS, NOW, SEALER

LETTERBOX = PARTS.letterbox
OA, MINI, KF = Route.OFFICIAL_ACCOUNT, Route.MINI_PROGRAM, Route.KF
CARD = CardContent("秋茶", "pages/index/index?source=cp-d1", "tea.png")
TEMPLATE = "t" * 30


def letter(session: Session, customer_id: int, key: str = "delivery:1", **changes: Any) -> Letter:
    """Some words and a card."""
    texts = {route: f"新茶到了（{route.value}）" for route in (OA, MINI, KF)}
    run = id_of(new_run(session))
    return Letter(
        **{
            "customer_id": customer_id,
            "run_id": run,
            "key": key,
            "texts": texts,
            "cards": [CARD],
            **changes,
        }
    )


def rows(session: Session) -> list[OutboxMessage]:
    """The outbox, in order."""
    return list(session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))))


def test_words_and_card_leave_by_the_first_open_route(session: Session) -> None:
    customer = somebody(session, route=KF)
    talk(session, customer, OA, NOW - timedelta(hours=50))
    note = letter(session, customer, until=NOW + timedelta(hours=1))

    posted = LETTERBOX.post(session, note, (OA, KF), NOW)

    assert posted is not None
    words, card = rows(session)
    assert (posted.route, posted.outbox_key) == (KF, card.key)
    assert {(each.run_id, each.kind, each.not_after) for each in (words, card)} == {
        (note.run_id, "wecom.reply", NOW + timedelta(hours=1))
    }
    lines = session.exec(select(ChatMessage.outbox_key)).all()
    assert set(lines) == {words.key, card.key}


@pytest.mark.parametrize(("used", "left"), [(0, 2), (1, 2), (2, 1), (3, 0)])
def test_two_messages_of_a_window_are_left_to_service(
    session: Session, used: int, left: int
) -> None:
    customer = somebody(session, used=used)

    posted = LETTERBOX.post(session, letter(session, customer), (OA,), NOW)

    assert len(rows(session)) == left
    assert (posted is None) == (left == 0)


def test_a_route_without_words_for_it_is_not_used(session: Session) -> None:
    customer = somebody(session)

    assert LETTERBOX.post(session, letter(session, customer, texts={}), (OA,), NOW) is None


def test_a_subscription_message_uses_the_consent_and_gives_it_back(session: Session) -> None:
    customer = somebody(session, route=MINI, opened_by=None)
    (identity,) = list_identities(session, customer)
    account, openid = identity.account, identity.external_user
    save_template(
        session,
        kind=NOTICE,
        channel="mini_program",
        template_id=TEMPLATE,
        fields={"thing1": "title"},
        is_active=True,
        now=NOW,
    )
    wallet.add(session, account, openid, TEMPLATE, NOW)
    note = letter(session, customer, notice={"title": "秋茶上新"}, page=CARD.path)

    assert is_open(session, Route.SUBSCRIPTION)[customer]
    posted = LETTERBOX.post(session, note, (MINI, Route.SUBSCRIPTION), NOW)

    assert posted is not None
    assert posted.route is Route.SUBSCRIPTION
    assert wallet.count(session, account, openid, TEMPLATE) == 0
    assert not is_open(session, Route.SUBSCRIPTION)[customer]
    taken = LETTERBOX.take_back(session, note.run_id, "stopped", NOW, begun=True)
    assert list(taken) == [posted.outbox_key]
    assert wallet.count(session, account, openid, TEMPLATE) == 1


@pytest.mark.database
def test_a_letter_that_has_begun_goes_on_unless_it_too_is_to_stop(session: Session) -> None:
    begun, waiting = somebody(session), somebody(session)
    first = letter(session, begun, "delivery:1")
    second = replace(letter(session, waiting, "delivery:2"), run_id=first.run_id)
    for each in (first, second):
        LETTERBOX.post(session, each, (OA,), NOW)
    words, card, *others = rows(session)
    words.state = OutboxState.SENT
    session.add(words)
    session.flush()

    taken = LETTERBOX.take_back(session, first.run_id, "night", NOW, begun=False)
    assert set(taken) == {each.key for each in others}
    assert LETTERBOX.unsent(session, first.run_id) == 1

    taken = LETTERBOX.take_back(session, first.run_id, "stopped", NOW, begun=True)
    assert list(taken) == [card.key]
    assert LETTERBOX.unsent(session, first.run_id) == 0


@pytest.mark.database
@pytest.mark.parametrize("seed", range(3))
def test_what_is_counted_as_open_is_what_a_letter_finds_open(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    people: list[int] = []
    for _ in range(40):
        route = chance.choice([OA, MINI, KF])
        customer = somebody(session, **_random_talk(chance), route=route)
        if chance.random() < 0.4:
            talk(session, customer, route, NOW - timedelta(hours=chance.choice([1, 60])))
        if people and chance.random() < 0.2:
            session.get_one(Customer, customer).merged_into_id = people[-1]
        else:
            people.append(customer)
    session.flush()

    for route in (OA, MINI, KF):
        expected = is_open(session, route)
        found = {
            each: LETTERBOX.post(session, letter(session, each, f"{route}:{each}"), (route,), NOW)
            is not None
            for each in people
        }
        assert found == {each: expected[each] for each in people}
        assert len(set(found.values())) == 2


def _random_talk(chance: random.Random) -> dict[str, Any]:
    return {
        "ago": timedelta(seconds=chance.choice([30, 3600, 48 * 3600 - 3, 48 * 3600])),
        "used": chance.randrange(5),
        "opened_by": chance.choice(["message", "message", "follow", "enter", None]),
        "owner": chance.choice(["bot", "bot", "bot", "staff:1"]),
    }


def is_open(session: Session, route: Route) -> Mapping[int, bool]:
    """Of each customer, whether the route is counted as open."""
    condition = LETTERBOX.open_routes([route], NOW)[route]
    found = session.exec(select(Customer.id, condition)).all()
    return {customer_id or 0: bool(each) for customer_id, each in found}


def test_nobody_elses_rows_are_read_to_judge_a_customer(session: Session) -> None:
    wanted = Wanted.of(new_campaign(session, routes=[OA, KF, Route.SUBSCRIPTION]))
    driver: Any = session.connection().connection.driver_connection
    said: list[str] = []
    driver.set_trace_callback(said.append)
    LETTERBOX.unsent(session, 7)
    list_conversations(session, 7, OA)
    judge(session, PARTS, wanted, 7, NOW)
    driver.set_trace_callback(None)

    plan = [
        row[3]
        for statement in said
        if statement.startswith("SELECT")
        for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert any("ix_outbox_run" in step for step in plan)
    assert not [step for step in plan if "(channel=?" in step or "(state=?" in step]
    assert [step for step in plan if step.startswith("SCAN")] == ["SCAN theirs"]


def test_who_owns_the_conversation_is_not_talked_over(session: Session) -> None:
    customer = somebody(session, owner="staff:1")

    assert LETTERBOX.post(session, letter(session, customer), (OA,), NOW) is None
    assert session.exec(select(Conversation.owner)).all() == ["staff:1"]
    assert rows(session) == []


@pytest.mark.parametrize(
    ("follows", "has_address", "used"),
    [(True, True, Route.TEMPLATE), (False, True, Route.SMS), (False, False, None)],
)
def test_a_service_notice_leaves_as_template_message_then_as_sms(
    session: Session, follows: bool, has_address: bool, used: Route | None
) -> None:
    for channel in ("official_account_template", "sms"):
        save_template(
            session,
            kind="service_notice",
            channel=channel,
            template_id="SMS_1234567" if channel == "sms" else TEMPLATE,
            fields={"title": "title"} if channel == "sms" else {"thing1": "title"},
            is_active=True,
            now=NOW,
        )
    customer = somebody(session, opened_by=None)
    (identity,) = list_identities(session, customer)
    identity.follows = follows
    session.add(identity)
    if has_address:
        save_address(session, SEALER, customer, ADDRESS, NOW)
    note = letter(session, customer, notice={"title": "发货延迟", "note": "晚一天"})
    routes = (OA, Route.TEMPLATE, Route.SMS)

    asked = LETTERBOX.open_routes(routes, NOW)
    is_open = [
        session.exec(select(Customer.id).where(Customer.id == customer, asked[route])).first()
        for route in (Route.TEMPLATE, Route.SMS)
    ]
    posted = LETTERBOX.post(session, note, routes, NOW)

    assert (None if posted is None else posted.route) == used
    assert [each is not None for each in is_open] == [follows, has_address]
    assert [each.run_id for each in rows(session)] == ([] if used is None else [note.run_id])
    taken = LETTERBOX.take_back(session, note.run_id, "night", NOW, begun=False)
    assert len(taken) == (used is not None)
    assert session.exec(select(SubscriptionCredit)).all() == []
