"""Customer groups follow what WeCom tells, and what it answers where that is not enough."""

from typing import Any

from sqlmodel import Session, select

from bot.communities import mirror
from bot.communities.deliveries import A_FEW
from bot.contacts.hearing import Added, contact_added
from bot.tables import OutboxMessage
from commerce.community.codes import CodeDraft, save_code
from commerce.community.mirroring import STAFF
from commerce.community.tables import CommunityGroup, CommunityMember
from commerce.customers.tag_tables import Tagged
from commerce.customers.tags import save_tag
from commerce.inserting import id_of
from tests.bot.communities.conftest import CHAT, Office
from wecom.groups import SCOPE_TOO_WIDE


async def members_of(office: Office) -> dict[str, bool]:
    """Whether each who ever was in the group is in it now."""
    rows = await office.rows(CommunityMember)
    return {each.member: each.left_at is None for each in rows}


async def group_of(office: Office) -> CommunityGroup:
    (group,) = await office.rows(CommunityGroup)
    return group


async def test_a_new_group_is_known_at_once_and_read_soon(office: Office) -> None:
    office.answers("wang", "wm-1")
    await office.hears("create")
    assert (await group_of(office)).synced_at is None

    await office.sends()

    group = await group_of(office)
    assert (group.name, group.customers, group.synced_at) == ("一群", 1, office.clock.now())
    assert office.corp.asked(f"{CHAT}get") == [{"chat_id": "wr-1", "need_name": 0}]


async def test_who_is_invited_is_in_it_without_a_question(office: Office) -> None:
    office.answers("wang")
    await office.hears("create")
    await office.sends()
    came = {"members": ("wm-1",), "scene": "0", "last_version": "v1", "version": "v2"}
    await office.hears("update", "add_member", **came)
    await office.hears("update", "add_member", **came)  # Told twice.
    await office.sends()

    assert await members_of(office) == {"wang": True, "wm-1": True}
    assert len(office.corp.asked(f"{CHAT}get")) == 1


async def test_a_gap_in_the_versions_heals(office: Office) -> None:
    office.answers("wang", "wm-1")
    await office.hears("create")
    await office.sends()
    office.answers("wang", "wm-2", "wm-3", version="v4")
    gone: dict[str, Any] = {"members": ("wm-9",), "last_version": "v3", "version": "v4"}
    await office.hears("update", "del_member", **gone)
    await office.sends()

    assert await members_of(office) == {"wang": True, "wm-1": False, "wm-2": True, "wm-3": True}
    assert (await group_of(office)).member_version == "v4"


async def test_another_name_or_owner_is_read(office: Office) -> None:
    office.answers("wang")
    await office.hears("create")
    await office.sends()
    office.answers("wang", name="新名字", owner="li")
    await office.hears("update", "change_owner")
    await office.sends()

    group = await group_of(office)
    assert (group.name, group.owner_userid) == ("新名字", "li")


async def test_a_dissolved_group_is_told_of_or_found_missing(office: Office) -> None:
    office.answers("wang", "wm-1")
    await office.hears("create")
    await office.sends()
    office.corp.answer(f"{CHAT}list", {"group_chat_list": []})
    office.corp.answer(f"{CHAT}get", {"errcode": 49008})

    assert await office.rounds.read_all("tonight") == 1
    await office.sends()

    group = await group_of(office)
    assert (group.dissolved_at, group.customers) == (office.clock.now(), 0)
    await office.hears("dismiss")
    assert await office.rounds.read_all("tomorrow") == 0


async def test_an_event_during_a_question_has_it_asked_again(office: Office) -> None:
    office.answers("wang", "wm-1")
    await office.hears("create")
    await office.sends()
    come: dict[str, Any] = {"members": ("wm-2",), "scene": "0", "version": "v2"}
    whole = office.answers("wang", "wm-1")

    def late(session: Session) -> None:
        now = office.clock.now()
        answer = mirror.whole_of(whole, now)
        mirror.take_over(session, office.sealer, mirror.corp_of("ww1"), answer, "v1", now)

    await office.hears("update", "add_member", last_version="v1", **come)
    await office.database.write(late)
    assert await members_of(office) == {"wang": True, "wm-1": True, "wm-2": True}, "it is older"

    office.answers("wang", "wm-1", "wm-2", version="v2")
    await office.sends()
    assert (await group_of(office)).customers == 2


async def test_who_comes_by_a_code_bears_its_tags_here_and_in_wecom(office: Office) -> None:
    def enter(session: Session) -> int:
        tag = save_tag(session, "来源", "包裹卡", platform_id="et-1")
        draft = CodeDraft("qun", "包裹卡", ["wr-1"], tag_ids=[id_of(tag)])
        save_code(session, draft, office.clock.now())
        added = Added("wang", "wm-1", "", "", office.clock.now())
        contact_added(session, office.sealer, "ww1", added, office.clock.now())
        return id_of(tag)

    office.answers("wang")
    await office.hears("create")
    await office.sends()
    tag_id = await office.database.write(enter)
    office.answers("wang", "wm-1@qun", version="v2")
    came = {"members": ("wm-1",), "scene": "3", "last_version": "v1", "version": "v2"}
    await office.hears("update", "add_member", **came)
    await office.sends()

    (borne,) = await office.rows(Tagged)
    assert borne.tag_id == tag_id
    kinds = await office.database.read(lambda s: list(s.exec(select(OutboxMessage.kind))))
    assert kinds.count("wecom.contact_tags") == 1


async def test_groups_that_nobody_told_of_are_found_page_by_page(office: Office) -> None:
    pages = [{"group_chat_list": [{"chat_id": f"wr-{each}"}], "next_cursor": "c"} for each in "12"]
    office.corp.answer(f"{CHAT}list", *pages, {"group_chat_list": [{"chat_id": "wr-3"}]})

    assert await office.rounds.find_new() == 3
    assert await office.rounds.find_new() == 0
    assert {each.chat_id for each in await office.rows(CommunityGroup)} == {"wr-1", "wr-2", "wr-3"}


async def test_a_wide_corp_is_listed_by_its_owners_a_hundred_at_a_time(office: Office) -> None:
    owners = [f"u{each}" for each in range(150)]
    office.corp.answer("externalcontact/get_follow_user_list", {"follow_user": owners})
    listed = {"group_chat_list": [{"chat_id": "wr-1"}]}
    office.corp.answer(f"{CHAT}list", {"errcode": SCOPE_TOO_WIDE}, listed)

    assert await office.rounds.find_new() == 1
    asked = office.corp.asked(f"{CHAT}list")
    narrowed = [len(each["owner_filter"]["userid_list"]) for each in asked[1:]]
    assert narrowed == [100, 50]


async def test_a_list_that_is_not_answered_dissolves_nothing(office: Office) -> None:
    office.answers("wang", "wm-1")
    await office.hears("create")
    await office.sends()
    office.corp.answer(f"{CHAT}list", {"errcode": 48002})

    assert await office.rounds.read_all("tonight") == 0
    assert (await group_of(office)).dissolved_at is None


async def test_a_large_group_becomes_known_whole(office: Office) -> None:
    office.answers("wang", *(f"wm-{each}" for each in range(A_FEW + 5)))
    await office.hears("create")
    await office.sends()

    assert (await group_of(office)).customers == A_FEW + 5
    assert all(
        each.customer_id for each in await office.rows(CommunityMember) if each.kind != STAFF
    )
