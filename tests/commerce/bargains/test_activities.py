"""A bargain activity is off until somebody has acknowledged WeChat's rule about it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, update

from commerce.bargains.activities import plan, seed_activities, switch_off, switch_on
from commerce.bargains.importing import read_bargains
from commerce.bargains.rule import CLAUSE, DOCUMENT
from commerce.bargains.tables import BargainActivity
from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import core, id_of
from tests.commerce.bargains.bargaining import FLOOR, bargain_draft
from tests.commerce.shop import NOW, events, put_on_sale

LATER = NOW + timedelta(days=1)


@pytest.fixture
def slippers(session: Session) -> int:
    return put_on_sale(session)


def test_without_the_acknowledgement_it_stays_off_and_the_rule_is_quoted(
    session: Session, slippers: int
) -> None:
    activity = plan(session, bargain_draft(slippers), NOW)

    with pytest.raises(IllegalMove) as refused:
        switch_on(session, id_of(activity), is_acknowledged=False, actor="agent:1", now=NOW)

    assert DOCUMENT in str(refused.value)
    assert CLAUSE in str(refused.value)
    assert not activity.is_on


def test_who_acknowledged_the_rule_is_kept_and_asked_anew_each_time(
    session: Session, slippers: int
) -> None:
    activity = plan(session, bargain_draft(slippers), NOW)
    number = id_of(activity)

    switch_on(session, number, is_acknowledged=True, actor="agent:1", now=NOW)
    switch_on(session, number, is_acknowledged=True, actor="agent:2", now=LATER)
    assert (activity.acknowledged_by, activity.acknowledged_at) == ("agent:1", NOW)
    switch_off(session, number, actor="agent:1", now=LATER)
    with pytest.raises(IllegalMove):
        switch_on(session, number, is_acknowledged=False, actor="agent:2", now=LATER)
    with pytest.raises(InvalidInput):
        switch_on(session, number, is_acknowledged=True, actor="", now=LATER)
    switch_on(session, number, is_acknowledged=True, actor="agent:2", now=LATER)

    assert (activity.acknowledged_by, activity.acknowledged_at) == ("agent:2", LATER)
    assert [each.subject["actor"] for each in events(session, "bargains_switched_on")] == [
        "agent:1",
        "agent:2",
    ]


def test_the_database_knows_no_activity_that_is_on_without_an_acknowledgement(
    session: Session, slippers: int
) -> None:
    plan(session, bargain_draft(slippers), NOW)

    with pytest.raises(IntegrityError):
        core(session).execute(update(BargainActivity).values(is_on=True))


def test_an_activity_is_changed_only_while_it_is_off(session: Session, slippers: int) -> None:
    draft = bargain_draft(slippers)
    activity = plan(session, draft, NOW)
    assert plan(session, replace(draft, helpers=5), NOW) is activity
    assert activity.helpers == 5

    switch_on(session, id_of(activity), is_acknowledged=True, actor="agent:1", now=NOW)

    with pytest.raises(IllegalMove, match="先关掉"):
        plan(session, draft, NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "全网最低价"}, "name"),
        ({"floor": 0}, "floor"),
        ({"floor": 3900}, "floor"),
        ({"helpers": 0}, "helpers"),
        ({"helpers": 101}, "helpers"),
        ({"lifetime_minutes": 0}, "lifetime_minutes"),
        ({"starts_per_customer": 0}, "starts_per_customer"),
        ({"helps_per_customer": 0}, "helps_per_customer"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_name(
    session: Session, slippers: int, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        plan(session, bargain_draft(slippers, **changes), NOW)

    assert refused.value.details["field"] == field


def test_unknown_goods_and_activities_are_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        plan(session, bargain_draft(999), NOW)
    with pytest.raises(NotFound):
        switch_off(session, 999, actor="agent:1", now=NOW)


def test_a_file_is_read_once_switches_nothing_on_and_names_its_mistakes(
    session: Session, slippers: int, tmp_path: Path
) -> None:
    sku = session.get_one(Variant, slippers).sku
    file = tmp_path / "bargains.toml"
    written = f"[[bargain]]\nkey='a'\nname='好友价'\nsku='{sku}'\nfloor='9'\nhelpers=3\nhours=24\n"
    file.write_text(written, encoding="utf-8")

    (draft,) = read_bargains(session, file)
    counts = [seed_activities(session, [draft], NOW) for _ in range(2)]

    assert (draft.floor, draft.lifetime_minutes, counts) == (FLOOR, 1440, [1, 0])
    assert not session.get_one(BargainActivity, 1).is_on
    for mistake, complaint in (
        (written.replace(sku, "NONE"), "“好友价”：没有商品“NONE”"),
        (written + "colour='red'\n", "有一项写得不对"),
        ("[[bargain", "读不出来"),
    ):
        file.write_text(mistake, encoding="utf-8")
        with pytest.raises(InvalidInput, match=complaint):
            read_bargains(session, file)
