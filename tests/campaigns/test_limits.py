"""Who may be written to, in the order of the limits, one by one and all at once."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from campaigns import drawing, limits, terms
from campaigns.limits import OPEN, Reason, Wanted
from campaigns.ports import Route
from campaigns.tables import Campaign, Purpose
from commerce.customers.tables import Customer
from commerce.errors import InvalidInput
from tests.campaigns.crowd import PARTS, had, new_campaign, somebody, talk
from tests.commerce.shop import NOW

NIGHT = NOW.replace(hour=15)
"""23:00 in Shanghai."""
OA, KF = Route.OFFICIAL_ACCOUNT, Route.KF
LIMIT = 2


def judge(session: Session, campaign: Campaign, customer_id: int, now: datetime = NOW) -> str:
    """What the limits say of one customer."""
    reason = limits.judge(session, PARTS, Wanted.of(campaign), customer_id, now)
    return OPEN if reason is None else reason.value


def test_who_wrote_an_hour_ago_may_be_written_to(session: Session) -> None:
    assert judge(session, new_campaign(session), somebody(session)) == OPEN


def test_who_unsubscribed_hears_of_service_alone(session: Session) -> None:
    gone = somebody(session, unsubscribed=True)

    assert judge(session, new_campaign(session), gone) == Reason.UNSUBSCRIBED
    service = new_campaign(session, purpose=Purpose.SERVICE)
    assert judge(session, service, gone) == OPEN


@pytest.mark.parametrize("opened_by", [None, "message"])
def test_no_route_leads_to_who_unfollowed_or_is_known_elsewhere(
    session: Session, opened_by: str | None
) -> None:
    route = OA if opened_by is None else KF
    stranger = somebody(session, route=route, opened_by=opened_by)

    assert judge(session, new_campaign(session), stranger) == Reason.UNREACHABLE


@pytest.mark.parametrize(
    ("hour", "is_quiet"),
    [(21, False), (22, True), (23, True), (0, True), (7, True), (8, False), (12, False)],
)
def test_nothing_leaves_between_ten_and_eight_in_shanghai(
    session: Session, hour: int, is_quiet: bool
) -> None:
    now = NOW.replace(hour=(hour - 8) % 24)
    customer = somebody(session, now=now)

    expected = Reason.QUIET_HOURS if is_quiet else OPEN
    assert judge(session, new_campaign(session), customer, now) == expected


def test_quiet_hours_end_at_eight_in_the_morning_to_come(session: Session) -> None:
    rules = terms.get_terms(session)
    eight = NOW.replace(hour=0)

    assert terms.quiet_ends_at(rules, NIGHT) == eight + timedelta(days=1)
    assert terms.quiet_ends_at(rules, NOW.replace(hour=23, minute=59)) == eight + timedelta(days=1)
    assert terms.quiet_ends_at(rules, eight) is None
    assert terms.quiet_begins_at(rules, eight) == NOW.replace(hour=14)


def test_two_messages_within_a_week_are_enough_whatever_campaign_they_were_of(
    session: Session,
) -> None:
    twice, once, long_ago = (somebody(session) for _ in range(3))
    had(session, twice, 2, NOW - timedelta(days=7) + timedelta(minutes=1))
    had(session, once, 1, NOW - timedelta(days=1))
    had(session, long_ago, 5, NOW - timedelta(days=7))
    campaign = new_campaign(session)

    assert judge(session, campaign, twice) == Reason.FREQUENCY
    assert judge(session, campaign, once) == OPEN
    assert judge(session, campaign, long_ago) == OPEN
    service = new_campaign(session, purpose=Purpose.SERVICE)
    assert judge(session, service, twice) == OPEN


def test_a_window_that_service_needs_is_closed_to_campaigns(session: Session) -> None:
    campaign = new_campaign(session)
    verdicts = [judge(session, campaign, somebody(session, used=used)) for used in range(6)]

    assert verdicts == [OPEN] * 3 + [Reason.NO_ROUTE] * 3
    late = somebody(session, ago=timedelta(hours=48))
    assert judge(session, campaign, late) == Reason.NO_ROUTE
    taken_over = somebody(session, owner="staff:1")
    assert judge(session, campaign, taken_over) == Reason.NO_ROUTE


def test_messages_by_template_are_never_marketing(session: Session) -> None:
    routes = [Route.TEMPLATE.value, Route.SMS.value, OA.value]

    marketing = new_campaign(session, routes=routes)
    service = new_campaign(session, routes=routes, purpose=Purpose.SERVICE)

    assert Wanted.of(marketing).routes == (OA,)
    assert Wanted.of(service).routes == (Route.TEMPLATE, Route.SMS, OA)


def test_who_was_merged_is_reached_by_the_conversation_of_the_other_record(
    session: Session,
) -> None:
    kept, gone = somebody(session, opened_by=None), somebody(session)
    session.get_one(Customer, gone).merged_into_id = kept
    session.flush()

    assert judge(session, new_campaign(session), kept) == OPEN


@dataclass(frozen=True)
class Person:
    """What decides about one customer."""

    id: int
    unsubscribed: bool
    follows: bool
    messages: int
    hours: int
    used: int
    is_owned: bool

    def expected(self, campaign: Campaign) -> str:
        """The first limit that holds them back, as the rules are written."""
        if self.unsubscribed:
            return Reason.UNSUBSCRIBED
        if not self.follows:
            return Reason.UNREACHABLE
        if self.messages >= LIMIT:
            return Reason.FREQUENCY
        if drawing.is_held_out(campaign.salt, campaign.holdout_percent, self.id):
            return Reason.HOLDOUT
        is_open = self.hours < 48 and self.used <= 2 and not self.is_owned
        return OPEN if is_open else Reason.NO_ROUTE


@pytest.mark.database
@pytest.mark.parametrize("seed", range(3))
def test_the_preview_counts_what_the_planner_would_say_of_each(session: Session, seed: int) -> None:
    chance = random.Random(seed)
    people = [_random_person(session, chance) for _ in range(120)]
    campaign = new_campaign(session, holdout_percent=20)
    wanted = Wanted.of(campaign)
    everybody = [each for each in session.exec(select(Customer.id)) if each is not None]

    said = limits.verdicts(session, PARTS, wanted, everybody, NOW)
    counted = limits.tally(session, PARTS, campaign, NOW)

    assert {each.id: said[each.id].reason or OPEN for each in people} == {
        each.id: each.expected(campaign) for each in people
    }
    assert counted == Counter(verdict.reason or OPEN for verdict in said.values())
    assert len(counted) == 6, "the crowd has somebody for each limit"
    assert limits.tally(session, PARTS, campaign, NIGHT).get(OPEN, 0) == 0


def _random_person(session: Session, chance: random.Random) -> Person:
    unsubscribed, follows = chance.random() < 0.15, chance.random() < 0.8
    messages, hours = chance.choice([0, 0, 0, 1, 2, 3]), chance.choice([1, 20, 47, 48, 90])
    used, is_owned = chance.randrange(5), chance.random() < 0.15
    customer_id = somebody(
        session,
        unsubscribed=unsubscribed,
        opened_by="message" if follows else None,
        ago=timedelta(hours=hours),
        used=used,
        owner="staff:1" if is_owned else "bot",
    )
    had(session, customer_id, messages, NOW - timedelta(days=chance.randrange(7)))
    return Person(customer_id, unsubscribed, follows, messages, hours, used, is_owned)


def test_customer_service_in_wecom_takes_messages_in_its_own_sessions_alone(
    session: Session,
) -> None:
    campaign = new_campaign(session, routes=[KF.value])
    reached = somebody(session, route=KF)
    without_session = somebody(session)
    talk(session, without_session, OA, NOW)

    assert judge(session, campaign, reached) == OPEN
    assert judge(session, campaign, without_session) == Reason.UNREACHABLE


@pytest.mark.database
def test_terms_are_changed_within_their_bounds(session: Session) -> None:
    terms.set_terms(session, per_week=0, stand_ins={"amei": "laowang"})

    assert terms.get_terms(session).stand_ins == {"amei": "laowang"}
    assert judge(session, new_campaign(session), somebody(session)) == Reason.FREQUENCY
    for change in (
        {"per_week": 51},
        {"quiet_from": 24},
        {"cap_policy": "day2"},
        {"stand_ins": {"amei": "amei"}},
    ):
        with pytest.raises(InvalidInput) as refused:
            terms.set_terms(session, **change)
        assert refused.value.details["field"] == next(iter(change))
