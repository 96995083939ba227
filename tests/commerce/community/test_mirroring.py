"""What the shop knows of a customer group is what WeCom said of it, in whatever order it came."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, select

from bot import models as bot_models
from bot.engines import create_shop_engine
from commerce import customers, models
from commerce.community import mirroring, queries
from commerce.community.mirroring import Fit
from commerce.community.tables import CommunityGroup, CommunityMember
from commerce.customers.tables import Customer, Identity
from commerce.inserting import id_of
from tests.commerce.community.groups import CORP, all_stays, change, read, stay, whole
from tests.commerce.shop import NOW

TABLES = (models, bot_models)
"""Imported for their tables."""
LATER = NOW + timedelta(hours=2)


def test_a_group_that_is_read_has_its_name_its_owner_and_everybody_in_it(session: Session) -> None:
    came = stay("wm-1", at=NOW - timedelta(days=3), scene=3, key="qun", invited_by="li")
    group = read(session, whole(stay("wang"), came, notice="今晚上新"))

    assert (group.name, group.owner_userid, group.notice) == ("小鹿铺子一群", "wang", "今晚上新")
    assert (group.customers, group.staff, group.member_version) == (1, 1, "v1")
    staff, customer = queries.present(session, id_of(group))[::-1]
    assert (staff.member, staff.kind, staff.customer_id) == ("wang", "staff", None)
    assert (customer.join_scene, customer.join_key, customer.invited_by) == (3, "qun", "li")
    assert customer.joined_at == NOW - timedelta(days=3)


def test_who_is_gone_when_it_is_read_again_has_left_and_may_come_back(session: Session) -> None:
    read(session, whole(stay("wm-1"), stay("wm-2")))
    group = read(session, whole(stay("wm-2"), version="v2", asked_at=LATER))
    assert group.customers == 1

    back = stay("wm-1", at=LATER + timedelta(minutes=5))
    read(session, whole(back, stay("wm-2"), version="v3", asked_at=LATER + timedelta(hours=1)))

    first, second, third = all_stays(session)
    assert [each.member for each in (first, second, third)] == ["wm-1", "wm-2", "wm-1"]
    assert (first.left_at, second.left_at, third.left_at) == (LATER, None, None)
    assert first.customer_id == third.customer_id


@pytest.mark.database
def test_who_left_and_came_back_unseen_has_stayed_twice(session: Session) -> None:
    read(session, whole(stay("wm-1")))
    back = NOW + timedelta(hours=1)
    read(session, whole(stay("wm-1", at=back), version="v3", asked_at=LATER))

    first, second = all_stays(session)
    assert (first.joined_at, first.left_at) == (NOW, back)
    assert (second.joined_at, second.left_at) == (back, None)


def test_an_answer_to_an_earlier_question_changes_nothing(session: Session) -> None:
    read(session, whole(stay("wm-1"), stay("wm-2"), version="v2", asked_at=LATER))
    group = read(session, whole(stay("wm-1"), name="旧名字", asked_at=NOW), now=LATER)

    assert (group.name, group.customers, group.member_version) == ("小鹿铺子一群", 2, "v2")


@pytest.mark.database
def test_a_change_that_follows_what_is_known_is_applied_by_itself(session: Session) -> None:
    read(session, whole(stay("wang"), stay("wm-1")))

    assert change(session, ["wm-2", "wm-3"], ("v1", "v2"), joined=True, scene=3) is Fit.APPLIED
    assert change(session, ["wm-1"], ("v2", "v3"), joined=False, scene=1, now=LATER) is Fit.APPLIED

    group = mirroring.find_group(session, "wr-1")
    assert group is not None
    assert (group.customers, group.staff, group.member_version) == (2, 1, "v3")
    _, gone, *came = all_stays(session)
    assert (gone.left_at, gone.left_how) == (LATER, "removed")
    assert [(each.member, each.join_scene) for each in came] == [("wm-2", 3), ("wm-3", 3)]


def test_a_change_is_applied_once_and_a_gap_before_it_asks_for_the_whole(session: Session) -> None:
    read(session, whole(stay("wm-1")))
    change(session, ["wm-2"], ("v1", "v2"), joined=True)

    assert change(session, ["wm-2"], ("v1", "v2"), joined=True) is Fit.KNOWN
    assert change(session, ["wm-4"], ("v3", "v4"), joined=True) is Fit.GAP
    assert change(session, ["wm-1"], ("v1", "v9"), joined=False, chat_id="wr-9") is Fit.GAP
    assert len(all_stays(session)) == 2


def test_a_group_that_was_never_read_takes_no_change_however_it_is_numbered(
    session: Session,
) -> None:
    mirroring.know(session, "wr-1", NOW)

    assert change(session, ["wm-1"], ("", ""), joined=True) is Fit.GAP
    assert change(session, ["wm-1"], ("", "v1"), joined=True) is Fit.GAP
    assert all_stays(session) == []


@pytest.mark.database
def test_a_dissolved_group_is_empty_and_an_old_answer_does_not_fill_it(session: Session) -> None:
    read(session, whole(stay("wang"), stay("wm-1")))

    assert mirroring.dissolve(session, "wr-1", LATER)
    assert not mirroring.dissolve(session, "wr-1", LATER)
    group = read(session, whole(stay("wm-1"), asked_at=NOW), now=LATER)

    assert (group.customers, group.staff, group.dissolved_at) == (0, 0, LATER)
    assert {each.left_at for each in all_stays(session)} == {LATER}
    assert change(session, ["wm-2"], ("v1", "v2"), joined=True) is Fit.GAP


def test_a_member_is_the_customer_whom_the_shop_knows_as_a_contact(session: Session) -> None:
    known = customers.identify(session, CORP.channel, CORP.account, "wm-1", NOW)
    read(session, whole(stay("wm-1")))

    (kept,) = all_stays(session)
    assert kept.customer_id == known.id


def test_a_member_is_the_fan_with_the_same_unionid_who_was_not_seen_by_that(
    session: Session,
) -> None:
    seen_at = NOW - timedelta(days=90)
    fan = customers.identify(session, "official_account", "gh", "fan", seen_at, unionid="u-1")
    read(session, whole(stay("wm-1", at=NOW - timedelta(days=365), unionid="u-1")))

    (kept,) = all_stays(session)
    assert kept.customer_id == fan.id
    session.refresh(fan)
    assert fan.last_seen_at == seen_at


def test_a_contact_and_a_fan_become_one_when_a_group_tells_that_they_are(session: Session) -> None:
    fan = customers.identify(session, "official_account", "gh", "fan", NOW, unionid="u-1")
    customers.identify(session, CORP.channel, CORP.account, "wm-1", NOW)
    read(session, whole(stay("wm-1")))
    group = read(session, whole(stay("wm-1", unionid="u-1"), version="v2", asked_at=LATER))

    (kept,) = all_stays(session)
    assert kept.customer_id == fan.id
    assert list(queries.groups_of(session, id_of(fan))) == [group]


def test_no_name_of_a_member_is_kept(session: Session) -> None:
    columns = SQLModel.metadata.tables[CommunityMember.__tablename__].columns.keys()

    assert not [each for each in columns if "name" in each]
    read(session, whole(stay("wm-1")))
    (identity,) = session.exec(select(Identity)).all()
    assert identity.external_user == "wm-1"


ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
MEMBERS = [f"wm-{each}" for each in range(4)]
STEPS = st.lists(
    st.tuples(st.sampled_from(MEMBERS), st.sampled_from(["joins", "goes", "renames", "owner"])),
    max_size=12,
)
ORDERS = st.lists(st.integers(0, 30), max_size=30)


class Truth:
    """A group at WeCom, with the events that it told."""

    def __init__(self) -> None:
        self.members: dict[str, datetime] = {}
        self.version = 0
        self.name, self.owner = "一群", "wang"
        self.told: list[tuple[str, bool, tuple[str, str]]] = []

    def moves(self, step: int, member: str, deed: str) -> None:
        """Something happens; only a change of members has a version."""
        if deed == "renames":
            self.name = f"{step}群"
        elif deed == "owner":
            self.owner = f"owner-{step}"
        elif (deed == "joins") == (member not in self.members):
            if deed == "joins":
                self.members[member] = NOW + timedelta(minutes=10 * step)
            else:
                del self.members[member]
            versions = (f"v{self.version}", f"v{self.version + 1}")
            self.version += 1
            self.told.append((member, deed == "joins", versions))


@settings(max_examples=25, deadline=None)
@given(before=STEPS, after=STEPS, order=ORDERS)
def test_any_replay_of_events_and_then_the_whole_is_the_whole(
    before: list[tuple[str, str]], after: list[tuple[str, str]], order: list[int]
) -> None:
    truth = Truth()
    with Session(ENGINE, expire_on_commit=False) as session:
        for number, step in enumerate(before):
            truth.moves(number, *step)
        told = {"name": truth.name, "owner": truth.owner, "version": f"v{truth.version}"}
        then = NOW + timedelta(minutes=10 * len(before))
        read(session, whole(*_listed(truth), asked_at=then, **told))
        for number, step in enumerate(after, len(before)):
            truth.moves(number, *step)
        moment = then
        for index in order:  # In any order, some twice and some never.
            if index < len(truth.told):
                member, joined, versions = truth.told[index]
                moment += timedelta(minutes=1)
                change(session, [member], versions, joined=joined, now=moment)
        end = NOW + timedelta(days=1)
        told = {"name": truth.name, "owner": truth.owner, "version": f"v{truth.version}"}
        group = read(session, whole(*_listed(truth), asked_at=end, **told))

        there = {each.member: each.joined_at for each in queries.present(session, id_of(group))}
        assert there == truth.members
        assert (group.name, group.owner_userid) == (truth.name, truth.owner)
        assert (group.customers, group.staff) == (len(truth.members), 0)
        everybody = session.exec(select(Customer).where(col(Customer.merged_into_id).is_(None)))
        assert len(everybody.all()) <= len(MEMBERS)
        session.rollback()


def _listed(truth: Truth) -> list[mirroring.Stay]:
    return [stay(member, at=at) for member, at in truth.members.items()]


def test_members_go_over_when_two_customers_prove_to_be_one(session: Session) -> None:
    read(session, whole(stay("wm-1"), stay("wm-2")))
    first, second = (each.customer_id for each in all_stays(session))
    assert first is not None
    assert second is not None

    customers.merge(session, first, second, LATER)

    assert {each.customer_id for each in all_stays(session)} == {first}
    assert [each.chat_id for each in queries.groups_of(session, second)] == ["wr-1"]
    assert session.exec(select(CommunityGroup.customers)).one() == 2
