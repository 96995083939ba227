"""A customer adds somebody of the shop: welcomed in time, counted, tagged, known."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.contacts import codes
from bot.contacts.codes import CodeDraft
from bot.contacts.hearing import Added, contact_added, contact_ended
from bot.contacts.tables import Contact, Welcome
from bot.contacts.welcomes import choose_welcome, save_welcome
from bot.tables import OutboxMessage
from commerce.customers.tags import (
    adopt_tags,
    list_tags,
    note_there,
    save_tag,
    tag_customer,
)
from commerce.errors import InvalidInput
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.sealing import Place, Sealer

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, ten in the morning in Shanghai."""
CORP = "ww1"


def added(external_userid: str = "wm-1", *, userid: str = "wang", state: str = "") -> Added:
    return Added(userid, external_userid, state, f"CODE-{external_userid}-{userid}", NOW)


def posts(session: Session, sealer: Sealer, kind: str) -> list[dict[str, Any]]:
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(col(OutboxMessage.id))
    ).all()
    return [
        json.loads(sealer.open(row.payload_sealed, Place("outbox", "payload", row.key)))
        for row in rows
    ]


def welcome(session: Session, words: str, **changes: Any) -> Welcome:
    entered: dict[str, Any] = {"place": "contact", "weekdays": [1, 2, 3, 4, 5, 6, 7], "options": []}
    return save_welcome(session, Welcome(words=words, **{**entered, **changes}))


def draft(**changes: Any) -> CodeDraft:
    shift = {
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "from": "00:00",
        "to": "24:00",
        "userids": ["wang"],
    }
    return CodeDraft(**{"key": "xhs", "name": "小红书", "shifts": [shift], **changes})


def test_a_new_contact_is_welcomed_within_the_code_s_twenty_seconds(
    session: Session, sealer: Sealer
) -> None:
    welcome(session, "您好，欢迎光临！")
    contact_added(session, sealer, CORP, added(), NOW)

    row = session.exec(select(OutboxMessage).where(OutboxMessage.kind == "wecom.welcome")).one()
    assert row.not_after == NOW + timedelta(seconds=20)
    (told,) = posts(session, sealer, "wecom.welcome")
    assert told == {"welcome_code": "CODE-wm-1-wang", "words": "您好，欢迎光临！"}


@pytest.mark.parametrize(
    ("state", "hour", "words"),
    [("", 10, "白天"), ("", 22, "晚上"), ("xhs", 10, "小红书来的"), ("xhs", 22, "小红书来的")],
)
def test_the_variant_fits_code_and_time(
    session: Session, state: str, hour: int, words: str
) -> None:
    welcome(session, "白天")
    welcome(session, "晚上", from_minute=18 * 60, to_minute=9 * 60)
    welcome(session, "小红书来的", code_key="xhs")
    welcome(session, "停用的", code_key="xhs", is_active=False)
    at = NOW.replace(hour=(hour - 8) % 24)

    chosen = choose_welcome(session, "contact", state, at)  # type: ignore[arg-type]

    assert chosen is not None
    assert chosen.words == words


def test_without_a_welcome_nothing_is_sent(session: Session, sealer: Sealer) -> None:
    contact_added(session, sealer, CORP, added(), NOW)

    assert posts(session, sealer, "wecom.welcome") == []
    assert len(posts(session, sealer, "wecom.contact_profile")) == 1


def test_the_same_event_twice_is_one_contact(session: Session, sealer: Sealer) -> None:
    codes.save_code(session, sealer, draft(), NOW)
    for _ in range(2):
        contact_added(session, sealer, CORP, added(state="xhs"), NOW)

    assert len(session.exec(select(Contact)).all()) == 1
    code = codes.get_code(session, "xhs")
    assert codes.count_added(session, code, "wang", NOW) == 2, "one before, and this one"


def test_over_the_limit_the_backup_stands_behind_the_code(session: Session, sealer: Sealer) -> None:
    codes.save_code(session, sealer, draft(daily_limit=2, backup=["boss"]), NOW)
    for number in range(2):
        contact_added(session, sealer, CORP, added(f"wm-{number}", state="xhs"), NOW)

    assert [told["userids"] for told in posts(session, sealer, "wecom.contact_way")] == [
        ["wang"],
        ["boss"],
    ]


def test_the_next_day_counts_anew(session: Session, sealer: Sealer) -> None:
    codes.save_code(session, sealer, draft(daily_limit=1, backup=["boss"]), NOW)
    contact_added(session, sealer, CORP, added(state="xhs"), NOW)
    code = codes.get_code(session, "xhs")
    codes.record_made(session, "xhs", "config-1", "https://example.com/qr")
    session.refresh(code)

    assert not codes.tell_wecom(session, sealer, code, NOW + timedelta(hours=1))
    assert codes.tell_wecom(session, sealer, code, NOW + timedelta(hours=14))
    assert posts(session, sealer, "wecom.contact_way")[-1]["userids"] == ["wang"]


def test_who_comes_by_a_code_bears_its_tags_here_and_in_wecom(
    session: Session, sealer: Sealer
) -> None:
    known = save_tag(session, "来源", "小红书", platform_id="et-1")
    own = save_tag(session, "来源", "线上")
    tag_ids = [id_of(known), id_of(own)]
    codes.save_code(session, sealer, draft(tag_ids=tag_ids), NOW)
    contact_added(session, sealer, CORP, added(state="xhs"), NOW)

    (contact,) = session.exec(select(Contact)).all()
    assert {tag.name for tag in list_tags(session, contact.customer_id)} == {"小红书", "线上"}
    (told,) = posts(session, sealer, "wecom.contact_tags")
    assert (told["add"], told["userid"]) == (["et-1"], "wang")


def test_wecom_s_word_counts_for_its_own_tags_only(session: Session, sealer: Sealer) -> None:
    contact_added(session, sealer, CORP, added(), NOW)
    (contact,) = session.exec(select(Contact)).all()
    old = save_tag(session, "等级", "普通", platform_id="et-1")
    new = save_tag(session, "等级", "贵宾", platform_id="et-2")
    own = save_tag(session, "喜好", "拖鞋")
    for tag in (old, own):
        tag_customer(session, contact.customer_id, id_of(tag), "staff:1", NOW)
    note_there(session, contact.customer_id, ["et-1"])

    adopt_tags(session, contact.customer_id, [new.platform_id or ""], NOW)

    assert {tag.name for tag in list_tags(session, contact.customer_id)} == {"贵宾", "拖鞋"}


def test_a_tag_on_its_way_to_wecom_is_not_taken_off_by_what_wecom_said_before(
    session: Session, sealer: Sealer
) -> None:
    contact_added(session, sealer, CORP, added(), NOW)
    (contact,) = session.exec(select(Contact)).all()
    tag = save_tag(session, "来源", "小红书", platform_id="et-1")
    tag_customer(session, contact.customer_id, id_of(tag), "code:xhs", NOW)

    adopt_tags(session, contact.customer_id, [], NOW)
    assert [each.name for each in list_tags(session, contact.customer_id)] == ["小红书"]

    adopt_tags(session, contact.customer_id, ["et-1"], NOW)
    adopt_tags(session, contact.customer_id, [], NOW)
    assert list_tags(session, contact.customer_id) == []


def test_leaving_is_announced_once_and_coming_back_is_new(session: Session, sealer: Sealer) -> None:
    contact_added(session, sealer, CORP, added(), NOW)
    left = [contact_ended(session, "wang", "wm-1", by_customer=True, now=NOW) for _ in range(2)]
    contact_added(session, sealer, CORP, added(), NOW + timedelta(days=1))

    assert left == [True, False]
    kinds = session.exec(select(ShopEvent.kind).order_by(col(ShopEvent.id))).all()
    assert [kind for kind in kinds if kind.startswith("contact")] == [
        "contact_added",
        "contact_lost",
        "contact_added",
    ]
    (contact,) = session.exec(select(Contact)).all()
    session.refresh(contact)
    assert contact.ended_at is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": " "}, "words"),
        ({"words": "长" * 1400}, "words"),
        ({"words": "全国第一的拖鞋"}, "words"),
        ({"weekdays": []}, "weekdays"),
        ({"options": ["找商品"]}, "options"),
        ({"place": "kf", "product_id": 1}, "product_id"),
    ],
)
def test_a_welcome_that_wecom_or_the_law_forbids_is_refused(
    session: Session, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        welcome(session, **{"words": "您好", **changes})

    assert refusal.value.details["field"] == field
