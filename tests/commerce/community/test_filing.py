"""Tags of groups, which groups are chosen, and how many came and went."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session

from campaigns.shapes import GroupChoice
from commerce.community import mirroring, queries, tags
from commerce.community.queries import Filter, Turnover
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.shanghai import SHANGHAI
from tests.commerce.community.groups import read, stay, whole
from tests.commerce.shop import NOW

LATER = NOW + timedelta(days=1)


@dataclass
class Three:
    """Groups `wr-1` of wang, `wr-2` and `wr-3` of li; the last is dissolved."""

    first: int
    second: int
    gone: int


@pytest.fixture
def three(session: Session) -> Three:
    ids = []
    for number, owner in ((1, "wang"), (2, "li"), (3, "li")):
        answer = whole(
            *(stay(f"wm-{number}-{each}") for each in range(number)),
            chat_id=f"wr-{number}",
            owner=owner,
            name=f"{number}群",
        )
        ids.append(id_of(read(session, answer)))
    mirroring.dissolve(session, "wr-3", LATER)
    return Three(*ids)


def test_a_group_bears_the_tags_it_was_given_last(session: Session, three: Three) -> None:
    tags.set_tags(session, three.first, ["新客", "母婴", "新客", " "])
    tags.set_tags(session, three.first, ["母婴", "老客"])

    assert tags.tags_of(session, [three.first, three.second]) == {three.first: ["母婴", "老客"]}
    assert list(tags.list_tags(session)) == ["母婴", "老客"]


@pytest.mark.parametrize("names", [["长" * 21], [str(each) for each in range(21)]])
def test_tags_are_few_and_short(session: Session, three: Three, names: list[str]) -> None:
    with pytest.raises(InvalidInput):
        tags.set_tags(session, three.first, names)


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (GroupChoice(), ["wr-1", "wr-2"]),
        (GroupChoice(owners=("li",)), ["wr-2"]),
        (GroupChoice(tags=("母婴", "没有")), ["wr-1"]),
        (GroupChoice(chat_ids=("wr-2", "wr-3")), ["wr-2"]),
        (GroupChoice(tags=("母婴",), owners=("li",)), []),
    ],
)
def test_a_choice_is_of_groups_that_fit_all_of_it_and_are_there(
    session: Session, three: Three, choice: GroupChoice, chosen: list[str]
) -> None:
    tags.set_tags(session, three.first, ["母婴"])

    assert [each.chat_id for each in queries.choose(session, choice)] == chosen


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), ["wr-2", "wr-1"]),
        (Filter(text="1"), ["wr-1"]),
        (Filter(text="wr-2"), ["wr-2"]),
        (Filter(tag="母婴"), ["wr-1"]),
        (Filter(owner="li"), ["wr-2"]),
        (Filter(is_dissolved=True), ["wr-3"]),
        (Filter(text="%"), []),
    ],
)
def test_the_list_is_narrowed_and_the_largest_comes_first(
    session: Session, three: Three, wanted: Filter, found: list[str]
) -> None:
    tags.set_tags(session, three.first, ["母婴"])

    rows = session.exec(queries.listing(wanted)).all()
    assert [each.chat_id for each in rows] == found


def test_owners_are_those_of_groups_that_are_there(session: Session, three: Three) -> None:
    mirroring.dissolve(session, "wr-1", LATER)

    assert list(queries.list_owners(session)) == ["li"]
    assert queries.get_group(session, three.second).name == "2群"
    with pytest.raises(NotFound):
        queries.get_group(session, 99)


@pytest.mark.database
def test_who_came_and_who_went_is_counted_by_the_day_of_shanghai(session: Session) -> None:
    group = read(session, whole(stay("wang"), stay("wm-1"), stay("wm-2")))
    midnight = NOW.astimezone(SHANGHAI).replace(hour=0, minute=0) + timedelta(days=1)
    members = stay("wang"), stay("wm-2"), stay("wm-3", at=midnight)
    read(session, whole(*members, version="v2", asked_at=midnight + timedelta(hours=1)))

    first = NOW.astimezone(SHANGHAI).date()
    days = queries.by_day(session, id_of(group), first, first + timedelta(days=2))
    assert [each for _, each in days] == [Turnover(2, 0), Turnover(1, 1), Turnover(0, 0)]
    assert queries.turnover(session, [id_of(group)], midnight) == {id_of(group): Turnover(1, 1)}


def test_customers_are_counted_by_how_they_came(session: Session) -> None:
    by_code = [stay(f"wm-{each}", scene=3, key="qun") for each in range(3)]
    group = read(session, whole(stay("wang"), stay("wm-9", scene=1), *by_code))
    read(session, whole(stay("wm-9", scene=1), *by_code[1:], version="v2", asked_at=LATER))

    assert list(queries.by_source(session, id_of(group))) == [(1, "", 1), (3, "qun", 2)]
    assert queries.by_key(session) == {"qun": Turnover(3, 1)}
