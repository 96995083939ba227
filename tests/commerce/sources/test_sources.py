"""By which code customers came, and what came of each code."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.seeds import SOURCES_FILE
from commerce import customers
from commerce.errors import InvalidInput
from commerce.sources.codes import add_code, read_codes, seed_codes
from commerce.sources.coming import ONE_VISIT, REMEMBERED, came_by, note_came
from commerce.sources.counting import list_counts
from commerce.sources.tables import CodeKind, CustomerCame, Way
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, place, put_on_sale

SECOND = timedelta(seconds=1)


@pytest.fixture
def codes(session: Session) -> None:
    for code, kind in (("door", CodeKind.OA), ("card", CodeKind.MINI)):
        add_code(session, code, name=f"{code}的码", kind=kind, now=NOW)


@pytest.mark.usefixtures("codes")
def test_the_last_code_counts_for_thirty_days(session: Session) -> None:
    customer = new_customer(session)
    assert came_by(session, customer, NOW) == ""

    note_came(session, customer, "door", NOW)
    note_came(session, customer, "card", NOW + SECOND)

    assert came_by(session, customer, NOW + SECOND) == "card"
    assert came_by(session, customer, NOW + REMEMBERED) == "card"
    assert came_by(session, customer, NOW + REMEMBERED + SECOND) == ""


@pytest.mark.usefixtures("codes")
def test_a_scan_that_is_repeated_is_one_visit_and_an_unknown_code_is_none(
    session: Session,
) -> None:
    customer = new_customer(session)

    noted = [
        note_came(session, customer, "door", NOW, way=Way.FOLLOW),
        note_came(session, customer, "door", NOW + SECOND, way=Way.SCAN),
        note_came(session, customer, "door", NOW + 2 * SECOND, way=Way.SCAN),
        note_came(session, customer, "nowhere", NOW + 3 * SECOND),
        note_came(session, customer, "door", NOW + 2 * ONE_VISIT, way=Way.SCAN),
    ]

    assert noted == [True, True, False, False, True]
    assert len(session.exec(select(CustomerCame)).all()) == 3


@pytest.mark.database
@pytest.mark.usefixtures("codes")
def test_an_order_carries_the_code_and_the_counts_add_up(session: Session) -> None:
    first, second, stranger = (new_customer(session) for _ in range(3))
    cup = put_on_sale(session, price=3900)
    note_came(session, first, "door", NOW, way=Way.FOLLOW)
    note_came(session, second, "door", NOW, way=Way.SCAN)
    orders = [place(session, each, {cup: 1}) for each in (first, second, stranger)]
    pay(session, begin_to_pay(session, orders[0]))

    door, card = list_counts(session)

    assert [each.came_by for each in orders] == ["door", "door", ""]
    assert (door.visits, door.customers, door.follows) == (2, 2, 1)
    assert (door.orders, door.paid) == (2, orders[0].payable)
    assert (card.visits, card.orders, card.paid) == (0, 0, 0)


@pytest.mark.usefixtures("codes")
def test_whoever_followed_and_proves_to_be_a_buyer_came_by_that_code(session: Session) -> None:
    buyer, follower = new_customer(session), new_customer(session)
    note_came(session, follower, "door", NOW, way=Way.FOLLOW)

    customers.merge(session, buyer, follower, NOW)

    assert came_by(session, buyer, NOW) == "door"


@pytest.mark.usefixtures("codes")
def test_a_printed_code_may_be_renamed_and_nothing_else(session: Session) -> None:
    renamed = add_code(session, "door", name="新店门口", kind=CodeKind.OA, now=NOW)

    assert (renamed.code, renamed.name) == ("door", "新店门口")
    with pytest.raises(InvalidInput, match="公众号二维码"):
        add_code(session, "door", name="门口", kind=CodeKind.MINI, now=NOW)


@pytest.mark.parametrize("code", ["", "店门口", "A", "-door", "door 1", "a" * 29])
def test_what_no_code_can_hold_is_refused(session: Session, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_code(session, code, name="门口", kind=CodeKind.OA, now=NOW)

    assert refused.value.details["field"] == "code"


def test_the_demo_codes_are_entered_once(session: Session, tmp_path: Path) -> None:
    drafts = read_codes(SOURCES_FILE)

    assert seed_codes(session, drafts, NOW) == len(drafts) > 0
    assert seed_codes(session, drafts, NOW) == 0

    file = tmp_path / "sources.toml"
    file.write_text('[[source]]\ncode = "door"\nname = "门口"\nkind = "wall"\n')
    with pytest.raises(InvalidInput, match="wall"):
        read_codes(file)
