"""Codes into groups with the tags they give, and words for newcomers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from commerce.community import codes, mirroring, welcomes
from commerce.community.codes import CodeDraft, Way
from commerce.community.tables import CommunityCode, CommunityWelcome
from commerce.community.welcomes import WelcomeDraft
from commerce.customers.tags import list_tags, save_tag, untag_customer
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from tests.commerce.community.groups import CORP, all_stays, read, stay, whole
from tests.commerce.shop import NOW

LATER = NOW + timedelta(days=1)


@pytest.fixture
def group_id(session: Session) -> int:
    return id_of(read(session, whole(stay("wang"))))


def code(session: Session, **changes: Any) -> CommunityCode:
    draft = {"key": "qun", "name": "包裹卡", "chat_ids": ["wr-1"]}
    return codes.save_code(session, CodeDraft(**{**draft, **changes}), NOW)


def welcome(session: Session, **changes: Any) -> CommunityWelcome:
    draft = {"name": "通用", "words": "欢迎%NICKNAME%"}
    known = changes.pop("welcome_id", None)
    return welcomes.save_welcome(session, WelcomeDraft(**{**draft, **changes}), NOW, known)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "中文"}, "key"),
        ({"key": "k" * 31}, "key"),
        ({"name": " "}, "name"),
        ({"chat_ids": []}, "chat_ids"),
        ({"chat_ids": [f"wr-{each}" for each in range(6)]}, "chat_ids"),
        ({"chat_ids": ["wr-unknown"]}, "chat_ids"),
        ({"base_name": "长" * 41}, "base_name"),
    ],
)
def test_a_wrong_code_is_refused_by_its_field(
    session: Session, group_id: int, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        code(session, **changes)

    assert refusal.value.details["field"] == field


def test_each_change_of_a_code_is_a_new_version(session: Session, group_id: int) -> None:
    first = code(session)
    codes.record_made(session, "qun", "c-1")
    again = code(session, name="海报")

    assert first.id == again.id
    assert (again.version, again.name, codes.get_code(session, "qun").config_id) == (
        2,
        "海报",
        "c-1",
    )
    with pytest.raises(NotFound):
        codes.get_code(session, "other")


def test_groups_that_wecom_opened_are_taken_over_unless_the_code_was_changed_here(
    session: Session, group_id: int
) -> None:
    way = Way(["wr-1", "wr-7"], 2, "https://p/1")
    code(session)
    assert codes.adopt(session, "qun", 1, way)
    found = codes.get_code(session, "qun")
    assert (found.chat_ids, found.base_number, found.picture_url) == (
        ["wr-1", "wr-7"],
        2,
        "https://p/1",
    )

    code(session)
    assert not codes.adopt(session, "qun", 1, way)
    assert codes.get_code(session, "qun").chat_ids == ["wr-1"]


def test_who_joins_by_a_code_bears_its_tags_and_once_taken_off_they_stay_off(
    session: Session, group_id: int
) -> None:
    tag = save_tag(session, "来源", "包裹卡")
    code(session, tag_ids=[id_of(tag)])
    members = stay("wm-1", scene=3, key="qun"), stay("wm-2", scene=3, key="other"), stay("wm-3")
    led = mirroring.apply_whole(session, CORP, whole(*members, version="v2"), NOW)

    (borne,) = codes.bear_tags(session, led, NOW)
    assert list(list_tags(session, borne.customer_id)) == [tag]
    others = [each.customer_id for each in all_stays(session) if each.join_key != "qun"]
    assert not any(list_tags(session, each) for each in others if each)

    untag_customer(session, borne.customer_id, id_of(tag))
    again = whole(*members, version="v3", asked_at=LATER)
    led = mirroring.apply_whole(session, CORP, again, LATER)
    assert not codes.bear_tags(session, led, LATER)
    assert not list_tags(session, borne.customer_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"words": ""}, "words"),
        ({"words": "好" * 1001}, "words"),
        ({"words": "全网最低价，第一品牌"}, "words"),
    ],
)
def test_wrong_words_are_refused_by_their_field(
    session: Session, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        welcome(session, **changes)

    assert refusal.value.details["field"] == field


def test_words_of_three_thousand_bytes_or_an_attachment_alone_will_do(session: Session) -> None:
    assert welcome(session, words="好" * 1000).version == 1
    assert welcome(session, name="小程序", words="", attachment={"kind": "page"}).attachment


def test_two_welcomes_have_two_names(session: Session) -> None:
    first = welcome(session)
    with pytest.raises(InvalidInput):
        welcome(session)

    assert welcome(session, welcome_id=id_of(first), words="您好").version == 2


def test_a_group_uses_a_welcome_until_it_is_put_away(session: Session, group_id: int) -> None:
    kept = welcome(session)
    welcomes.use_in(session, group_id, id_of(kept))
    assert [(each.name, uses) for each, uses in welcomes.list_welcomes(session)] == [("通用", 1)]

    welcome(session, welcome_id=id_of(kept), is_active=False)
    assert [(each.name, uses) for each, uses in welcomes.list_welcomes(session)] == [("通用", 0)]
    with pytest.raises(InvalidInput):
        welcomes.use_in(session, group_id, id_of(kept))
    with pytest.raises(NotFound):
        welcomes.use_in(session, 99, None)
