"""A preview says what will be sent, and to whom nothing will be."""

import json

import pytest
from sqlmodel import Session, select

from bot.messages import Text, reply_from_json
from bot.tables import OutboxMessage
from campaigns import gate, preview, runner
from campaigns.composer import NothingToShow
from campaigns.limits import Reason
from campaigns.ports import Route
from campaigns.tables import Audience, Campaign
from campaigns.touches import read_touch
from commerce.customers.identities import list_identities
from commerce.customers.nicknames import note_nickname
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from commerce.sealing import Place
from miniprogram_cards.paths import parse
from tests.campaigns.campaigning import content
from tests.campaigns.campaigning import send as send_of
from tests.campaigns.crowd import PARTS, SHOP, new_campaign, send, somebody
from tests.commerce.shop import NOW, SEALER

OA, KF, MASS = Route.OFFICIAL_ACCOUNT, Route.KF, Route.MASS


def seen(session: Session, campaign: Campaign, customer_id: int, arm: str = "") -> preview.Preview:
    (node,) = gate.sends_of(campaign)
    return preview.preview(session, PARTS, campaign, node, customer_id, NOW, arm)


def posted_words(session: Session) -> list[str]:
    """What stands in the outbox, opened."""
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.key)).all()
    payloads = [
        json.loads(SEALER.open(each.payload_sealed, Place("outbox", "payload", each.key)))
        for each in rows
    ]
    replies = [reply_from_json(each) for each in payloads]
    return [each.content for each in replies if isinstance(each, Text)]


def test_what_is_previewed_is_what_is_posted(session: Session) -> None:
    people = [somebody(session) for _ in range(6)]
    (identity,) = list_identities(session, people[0])
    note_nickname(session, SEALER, id_of(identity), "小满", NOW)
    campaign = new_campaign(session, nodes=[send(A=50, B=50)])
    shown = [seen(session, campaign, each).seen[0].text for each in people]
    run = runner.begin(session, campaign, NOW, NOW)
    assert run is not None

    runner.plan_batch(session, PARTS, id_of(run), NOW, 100)

    assert sorted(posted_words(session)) == sorted(shown)
    assert shown[0].startswith("小满，")
    assert {each[-1] for each in shown} == {"A", "B"}


def test_another_variant_is_shown_where_it_is_asked_for(session: Session) -> None:
    customer = somebody(session)
    campaign = new_campaign(session, nodes=[send(A=100, B=0)])

    assert seen(session, campaign, customer).arm == "A"
    assert seen(session, campaign, customer, "B").seen[0].text.endswith("B")
    assert seen(session, campaign, customer, "Z").arm == "A"


def test_each_route_has_its_own_words_and_says_how_long_they_are(session: Session) -> None:
    customer = somebody(session)
    own = {"wecom": {"text": "微信客服里这样写"}}
    campaign = new_campaign(
        session,
        routes=[OA.value, KF.value, MASS.value],
        nodes=[send_of("s1", content("{称呼}，上新了", by_route=own))],
    )

    shown = {each.route: each for each in seen(session, campaign, customer).seen}

    assert list(shown) == [OA, KF, MASS]
    assert shown[KF].text == "微信客服里这样写"
    assert shown[OA].size == len(shown[OA].text.encode())
    assert (shown[OA].limit, shown[MASS].limit) == (2048, 4000)
    assert "{" not in "".join(each.text for each in shown.values())


def test_who_gets_nothing_is_shown_it_with_the_reason(session: Session) -> None:
    gone, asleep = somebody(session, unsubscribed=True), somebody(session, opened_by=None)
    campaign = new_campaign(session)

    assert seen(session, campaign, gone).reason is Reason.UNSUBSCRIBED
    assert seen(session, campaign, gone).seen[0].text
    assert seen(session, campaign, asleep).reason is Reason.UNREACHABLE


def test_a_card_that_is_previewed_counts_for_no_campaign(session: Session) -> None:
    card = {"kind": "page", "ref": "index"}
    campaign = new_campaign(session, nodes=[send_of("s1", content("看看", attachments=[card]))])

    (shown,) = seen(session, campaign, somebody(session)).composed.cards

    assert parse(shown.path).source == "preview"
    assert read_touch("preview") is None


def test_what_is_gone_cannot_be_shown(session: Session) -> None:
    card = {"kind": "product", "ref": "999"}
    campaign = new_campaign(session, nodes=[send_of("s1", content("看看", attachments=[card]))])

    with pytest.raises(NothingToShow):
        seen(session, campaign, somebody(session))


def test_groups_all_see_the_same(session: Session) -> None:
    campaign = new_campaign(
        session,
        audience=Audience.GROUPS,
        routes=[MASS.value],
        nodes=[send_of("s1", content("{店名}今晚八点开团"))],
    )
    (node,) = gate.sends_of(campaign)

    shown = preview.preview_shared(session, PARTS, campaign, node, NOW)

    assert [(each.route, each.text) for each in shown.seen] == [(MASS, f"{SHOP}今晚八点开团")]
    with pytest.raises(ValueError, match="one by one"):
        preview.preview_shared(session, PARTS, new_campaign(session), node, NOW)


def test_looking_changes_nothing(session: Session) -> None:
    customer = somebody(session)
    campaign = new_campaign(session)
    session.flush()

    seen(session, campaign, customer)

    assert not session.new
    assert not session.dirty
    assert session.exec(select(OutboxMessage)).all() == []
    assert session.get(Customer, customer) is not None
