"""What customers allow is counted, and never more is sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session

from bot.messages import Incoming
from bot.notices import wallet
from bot.notices.kinds import Notice, filled
from bot.notices.posting import post_notice
from bot.notices.templates import save_template
from commerce.customers.identities import identify
from commerce.errors import InvalidInput
from commerce.sealing import Sealer

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
APP, OPENID, TEMPLATE = "wxmini", "m-alice", "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"
SHIPPED = Notice("order_shipped", {"order_no": "2026", "goods": "云朵拖鞋"}, "pages/order/index")


def event(name: str, *entries: Mapping[str, str], openid: str = OPENID) -> Incoming:
    wrapper = "".join(part.capitalize() for part in name.split("_"))
    payload: dict[str, Any] = {"Event": name, wrapper: {"List": list(entries)}}
    return Incoming(f"{name}{entries}", "mini_program", APP, openid, "event", "", NOW, payload)


def answer(status: str, template_id: str = TEMPLATE) -> dict[str, str]:
    return {"TemplateId": template_id, "SubscribeStatusString": status, "PopupScene": "0"}


def left(session: Session, openid: str = OPENID) -> int:
    return wallet.count(session, APP, openid, TEMPLATE)


def enter_template(session: Session) -> None:
    save_template(
        session,
        kind="order_shipped",
        channel="mini_program",
        template_id=TEMPLATE,
        fields={"thing1": "goods", "character_string2": "order_no"},
        is_active=True,
        now=NOW,
    )


def test_acceptances_add_up(session: Session) -> None:
    for _ in range(3):
        wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)

    assert left(session) == 3


def test_a_refusal_in_the_popup_takes_nothing_that_was_allowed_before(session: Session) -> None:
    wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)
    wallet.take_in(session, event(wallet.POPUP, answer("reject")), NOW)

    assert left(session) == 1


def test_one_popup_may_ask_for_several_templates(session: Session) -> None:
    asked = event(wallet.POPUP, answer("accept"), answer("reject", "other"), answer("accept", "x"))
    wallet.take_in(session, asked, NOW)

    assert [wallet.count(session, APP, OPENID, each) for each in (TEMPLATE, "other", "x")] == [
        1,
        0,
        1,
    ]


def test_switching_off_in_the_settings_leaves_nothing(session: Session) -> None:
    wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)
    wallet.take_in(session, event(wallet.CHANGE, answer("reject")), NOW)

    assert left(session) == 0


def test_what_one_customer_allows_is_not_anothers(session: Session) -> None:
    wallet.take_in(session, event(wallet.POPUP, answer("accept"), openid="m-bob"), NOW)

    assert left(session) == 0
    assert not wallet.spend(session, APP, OPENID, TEMPLATE, NOW)


def test_three_acceptances_carry_three_messages_and_no_fourth(
    session: Session, sealer: Sealer
) -> None:
    enter_template(session)
    customer = identify(session, "mini_program", APP, OPENID, NOW)
    for _ in range(3):
        wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)

    went = [
        post_notice(session, sealer, customer.id or 0, SHIPPED, f"news:{number}", NOW)
        for number in range(4)
    ]

    assert went == ["mini_program", "mini_program", "mini_program", None]
    assert left(session) == 0


def test_the_same_news_uses_one_credit(session: Session, sealer: Sealer) -> None:
    enter_template(session)
    customer = identify(session, "mini_program", APP, OPENID, NOW)
    for _ in range(2):
        wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)
    for _ in range(2):
        post_notice(session, sealer, customer.id or 0, SHIPPED, "news:1", NOW)

    assert left(session) == 1


def test_without_a_template_nobody_is_told(session: Session, sealer: Sealer) -> None:
    customer = identify(session, "mini_program", APP, OPENID, NOW)
    wallet.take_in(session, event(wallet.POPUP, answer("accept")), NOW)

    assert post_notice(session, sealer, customer.id or 0, SHIPPED, "news:1", NOW) is None
    assert left(session) == 1


@pytest.mark.parametrize(
    ("field", "written", "read"),
    [
        ("thing1", "云朵拖鞋", "云朵拖鞋"),
        ("thing1", "很长" * 15, "很长" * 9 + "很…"),
        ("phrase3", "正在处理当中", "正在处理…"),
        ("thing4", "", "-"),
        ("character_string2", "两行\n内容", "两行 内容"),
    ],
)
def test_a_value_is_cut_to_what_its_field_takes(field: str, written: str, read: str) -> None:
    assert filled({field: "goods"}, {"goods": written}) == {field: {"value": read}}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "lottery"}, "kind"),
        ({"channel": "fax"}, "channel"),
        ({"template_id": "短"}, "template_id"),
        ({"fields": {}}, "fields"),
        ({"fields": {"物品1": "goods"}}, "fields"),
        ({"fields": {"thing1": "password"}}, "fields"),
    ],
)
def test_a_wrong_template_is_refused_at_its_field(
    session: Session, changed: dict[str, Any], field: str
) -> None:
    right: dict[str, Any] = {
        "kind": "order_shipped",
        "channel": "mini_program",
        "template_id": TEMPLATE,
        "fields": {"thing1": "goods"},
        "is_active": True,
        "now": NOW,
    }

    with pytest.raises(InvalidInput) as refusal:
        save_template(session, **{**right, **changed})

    assert refusal.value.details["field"] == field
