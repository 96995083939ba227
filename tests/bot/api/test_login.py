"""Logging in, and being known by the token."""

from hashlib import sha256

import pytest
from sqlmodel import Session, col, select

from bot.api.shopfront import Caller
from bot.clock import FrozenClock
from bot.database import Database
from bot.tables import LoginSession
from commerce.customers import identify, merge
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone, WeChatLogin, wish
from tests.commerce.shop import NOW, new_customer
from wecom.errors import NotSent, OutcomeUnknown, Reaction, Refused, Rule, WeChatError


async def test_a_login_lasts_seven_days_by_the_clock(
    phone: Phone, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(days=7, seconds=-1)
    assert (await phone.get("/cart")).status == 200

    frozen_clock.advance(seconds=1)
    late = await phone.get("/cart")

    assert (late.status, late.error["code"]) == (401, "unauthorized")
    assert late.headers["WWW-Authenticate"] == "Bearer"


async def test_only_a_digest_of_the_token_is_kept(phone: Phone, database: Database) -> None:
    with database.reading() as session:
        row = session.exec(select(LoginSession)).one()

    assert len(phone.token) >= 43  # 256 bits in base64.
    assert row.token_digest == sha256(phone.token.encode()).hexdigest()
    assert phone.token not in str(row.model_dump())


async def test_a_code_works_once(stranger: Phone) -> None:
    await stranger.log_in()
    again = await stranger.post("/login", {"code": f"code-{stranger.openid}"})

    assert (again.status, again.error["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "fault",
    [
        NotSent("no connection"),
        OutcomeUnknown("no answer"),
        Refused(
            "/sns/jscode2session", Rule(Reaction.ALERT, "wrong secret"), code=40125, message=""
        ),
        Refused("/sns/jscode2session", Rule(Reaction.RETRY, "busy"), code=-1, message=""),
    ],
    ids=["unreachable", "no answer", "our set-up is wrong", "busy"],
)
async def test_a_login_that_wechat_does_not_decide_can_be_tried_later(
    stranger: Phone, login: WeChatLogin, fault: WeChatError
) -> None:
    login.fault = fault

    answer = await stranger.post("/login", {"code": "any"})

    assert (answer.status, answer.error["code"]) == (503, "unavailable")
    assert "稍后再试" in answer.error["message"]
    assert answer.headers["Retry-After"]


async def test_a_follower_of_the_official_account_finds_their_cart_in_the_mini_program(
    new_phone: NewPhone, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        chatting = id_of(identify(session, "official_account", "gh", "o-oa", now, unionid="u-1"))

    await new_phone("o-mini", unionid="u-1")

    with database.reading() as session:
        assert session.exec(select(LoginSession.customer_id)).one() == chatting


async def test_a_customer_who_was_merged_stays_logged_in_as_who_they_are_now(
    phone: Phone, database: Database, frozen_clock: FrozenClock, slippers: int
) -> None:
    with database.writing() as session:
        gone = session.exec(select(LoginSession.customer_id)).one()
        kept = new_customer(session)
        merge(session, kept, gone, frozen_clock.now())

    placed = await phone.order(wish(slippers))

    with database.reading() as session:
        assert session.exec(select(Order.customer_id)).one() == kept
    assert (await phone.get("/orders")).json["items"] == [placed.json]


def test_a_caller_merged_between_being_recognised_and_served_is_who_they_are_now(
    session: Session,
) -> None:
    gone, kept = new_customer(session), new_customer(session)
    caller = Caller(gone, "o-alice")

    merge(session, kept, gone, NOW)

    assert caller.present_id(session) == kept


async def test_lapsed_logins_are_forgotten_at_the_next_one(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(days=8)
    await phone.log_in()

    with database.reading() as session:
        kept = session.exec(select(LoginSession).order_by(col(LoginSession.created_at))).all()
    assert [row.created_at for row in kept] == [frozen_clock.now()]


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer nonsense",
        "Bearer  \u00e9",
        "bearer " + "x" * 4000,
    ],
)
async def test_anything_but_a_token_of_ours_is_nobody(stranger: Phone, authorization: str) -> None:
    answer = await stranger.call("GET", "/cart", headers={"Authorization": authorization})

    assert (answer.status, answer.error["message"]) == (401, "请先登录")
