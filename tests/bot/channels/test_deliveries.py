"""What leaves for WeChat and WeChat Pay, as they document it, and what each failure means."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlmodel import select

from bot.channels.official_account_delivery import ProfileDelivery, ReplyDelivery
from bot.channels.pay_delivery import CloseDelivery, RefundDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.media import MediaLibrary
from bot.messages import Card, Choices, Picture, Reply, Text, reply_to_json
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Postponed, Sent
from bot.pay_reports import PayReports
from bot.payments.client import PayClient
from bot.sender import Deliverer
from commerce.customers.identities import identify
from commerce.customers.tables import Customer
from commerce.inserting import id_of
from commerce.ordering.tables import Order, OrderState
from commerce.payments import closing, refunds
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from tests.bot.conftest import ACCOUNT
from tests.bot.payments.pay_platform import PayPlatform, paid, refunded
from tests.commerce import shop
from tests.wecom.far_end import FarEnd, closed_port, raw_server, read_request, reset
from wecom.transport import AsyncWeChatClient

SEND, UPLOAD = "/cgi-bin/message/custom/send", "/cgi-bin/media/upload"
CARD = Card("云朵拖鞋 ¥39", "pages/checkout/index?cart=x&source=oa-chat", "slippers.png")


def claimed(payload: Any, *, kind: str = "official_account.reply", attempt: int = 1) -> Claimed:
    return Claimed(1, "key", kind, payload, 1, "o-alice", attempt)


async def note(
    database: Database, delivery: Deliverer, row: Claimed, outcome: Outcome | None = None
) -> Outcome:
    """Deliver a row and write down how it went, as the sender does."""
    outcome = outcome or await delivery.deliver(row)
    await database.write(delivery.note, row, outcome)
    return outcome


# Replies.


@pytest.fixture
def pictures(tmp_path: Path, wechat: FarEnd) -> Path:
    """The shop's pictures; WeChat takes them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "slippers.png").write_bytes(b"\x89PNG picture")
    wechat.answer(UPLOAD, {"type": "image", "media_id": "media-1", "created_at": 1})
    return folder


@pytest.fixture
def replies(
    wechat_client: AsyncWeChatClient, pictures: Path, database: Database, frozen_clock: FrozenClock
) -> ReplyDelivery:
    media = MediaLibrary(ACCOUNT, wechat_client, pictures, database, frozen_clock)
    return ReplyDelivery(wechat_client, media, "wx-mini")


async def delivered(replies: ReplyDelivery, reply: Reply, attempt: int = 1) -> Outcome:
    return await replies.deliver(claimed(reply_to_json(reply), attempt=attempt))


@pytest.mark.parametrize(
    ("reply", "sent"),
    [
        (Text("您好"), {"msgtype": "text", "text": {"content": "您好"}}),
        (
            Choices("您要？", ("找商品", "转人工"), "点一个"),
            {
                "msgtype": "msgmenu",
                "msgmenu": {
                    "head_content": "您要？",
                    "list": [{"id": "1", "content": "找商品"}, {"id": "2", "content": "转人工"}],
                    "tail_content": "点一个",
                },
            },
        ),
        (
            CARD,
            {
                "msgtype": "miniprogrampage",
                "miniprogrampage": {
                    "title": CARD.title,
                    "appid": "wx-mini",
                    "pagepath": CARD.path,
                    "thumb_media_id": "media-1",
                },
            },
        ),
        (Picture("slippers.png"), {"msgtype": "image", "image": {"media_id": "media-1"}}),
    ],
    ids=["text", "choices", "card", "picture"],
)
async def test_each_reply_leaves_as_wechat_documents_it(
    replies: ReplyDelivery, wechat: FarEnd, reply: Reply, sent: dict[str, Any]
) -> None:
    assert await delivered(replies, reply) == Sent()

    call = wechat.calls[-1]
    assert (call.method, call.path) == ("POST", SEND)
    assert call.content == {"touser": "o-alice", **sent}
    assert b"\\u" not in call.body


async def test_a_text_is_cut_to_its_limit_and_loses_what_does_not_print(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    await delivered(replies, Text("\u202e\x00" + "好" * 1000))

    assert wechat.calls[-1].content["text"]["content"] == "好" * 682


@pytest.mark.parametrize("code", [45015, 45047])
async def test_a_closed_window_waits_for_the_customer(
    replies: ReplyDelivery, wechat: FarEnd, code: int
) -> None:
    wechat.answer(SEND, {"errcode": code, "errmsg": "out of response"})

    assert isinstance(await delivered(replies, Text("您好")), NoRoute)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (40003, Failed),
        (45002, Failed),
        (48002, Failed),
        (99999, Failed),
        (45009, Postponed),
        (45011, Postponed),
        (-1, Doubtful),
    ],
)
async def test_each_refusal_means_what_the_table_says(
    replies: ReplyDelivery, wechat: FarEnd, code: int, outcome: type[Outcome]
) -> None:
    wechat.answer(SEND, {"errcode": code, "errmsg": "no"})

    assert isinstance(await delivered(replies, Text("您好")), outcome)


async def test_being_too_fast_waits_as_long_as_wechat_wants(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 45011, "errmsg": "api minute-quota reach limit"})

    outcome = await delivered(replies, Text("您好"))

    assert isinstance(outcome, Postponed)
    assert outcome.after == timedelta(seconds=60)


async def test_a_media_id_that_lapsed_is_uploaded_again_and_sent_at_once(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 40007, "errmsg": "invalid media_id"})
    assert await delivered(replies, CARD) == Postponed(ANY_REASON, timedelta())
    wechat.answer(UPLOAD, {"type": "image", "media_id": "media-2", "created_at": 2})
    wechat.answer(SEND, {"errcode": 0, "errmsg": "ok"})

    assert await delivered(replies, CARD, attempt=2) == Sent()

    assert wechat.calls[-1].content["miniprogrampage"]["thumb_media_id"] == "media-2"
    assert [call.path for call in wechat.calls] == [UPLOAD, SEND, UPLOAD, SEND]


async def test_a_picture_that_is_refused_again_waits(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(SEND, {"errcode": 40007, "errmsg": "invalid media_id"})
    await delivered(replies, CARD)

    assert await delivered(replies, CARD, attempt=2) == Postponed(ANY_REASON, None)


class _Anything(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    __hash__ = str.__hash__


ANY_REASON = _Anything()


async def test_an_upload_that_fails_for_now_is_tried_again_with_its_message(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(UPLOAD, {"errcode": -1, "errmsg": "system error"})

    assert isinstance(await delivered(replies, CARD), Postponed)
    assert [call.path for call in wechat.calls] == [UPLOAD]


async def test_a_picture_that_wechat_will_never_take_does_not_hold_up_later_messages(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    wechat.answer(UPLOAD, {"errcode": 40009, "errmsg": "invalid image size"})

    assert isinstance(await delivered(replies, CARD), Failed)


async def test_a_picture_the_shop_does_not_have_fails_its_message(
    replies: ReplyDelivery, wechat: FarEnd
) -> None:
    missing = Picture("../../etc/passwd")

    assert isinstance(await delivered(replies, missing), Failed)
    assert wechat.calls == []


@pytest.mark.parametrize("reply", [Text("您好"), CARD], ids=["text", "card"])
async def test_a_call_that_never_left_goes_again(replies: ReplyDelivery, reply: Reply) -> None:
    await replies.client.tokens.current()
    replies.client.base_url = f"http://127.0.0.1:{closed_port()}"

    assert isinstance(await delivered(replies, reply), Postponed)


async def test_a_message_that_may_have_arrived_stays_doubtful(replies: ReplyDelivery) -> None:
    async def read_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        reset(writer)

    await replies.client.tokens.current()
    async with raw_server(read_and_hang_up) as url:
        replies.client.base_url = url
        assert isinstance(await delivered(replies, Text("您好")), Doubtful)


# Profiles.


async def test_the_unionid_of_a_new_follower_joins_them_with_their_mini_program_self(
    wechat_client: AsyncWeChatClient, wechat: FarEnd, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        follower = id_of(identify(session, "official_account", ACCOUNT, "o-alice", now))
        buyer = id_of(identify(session, "mini_program", "wx-mini", "m-alice", now, unionid="u-1"))
    assert follower != buyer
    wechat.answer("/cgi-bin/user/info", {"subscribe": 1, "openid": "o-alice", "unionid": "u-1"})
    delivery = ProfileDelivery(wechat_client, ACCOUNT, frozen_clock)

    outcome = await note(database, delivery, claimed({"openid": "o-alice"}))

    assert outcome == Sent({"unionid": "u-1", "follows": True})
    with database.reading() as session:
        merged = session.exec(
            select(Customer.id).where(Customer.merged_into_id != None)  # noqa: E711 - SQL
        ).all()
    assert len(merged) == 1


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"subscribe": 0, "openid": "o-alice"}, Sent({"unionid": None, "follows": False})),
        ({"errcode": 40003, "errmsg": "invalid openid"}, Failed(ANY_REASON)),
        ({"errcode": -1, "errmsg": "system error"}, Postponed(ANY_REASON)),
    ],
    ids=["has left", "unknown", "busy"],
)
async def test_somebody_without_a_unionid_stays_alone(
    wechat_client: AsyncWeChatClient,
    wechat: FarEnd,
    database: Database,
    frozen_clock: FrozenClock,
    answer: dict[str, Any],
    outcome: Outcome,
) -> None:
    wechat.answer("/cgi-bin/user/info", answer)
    delivery = ProfileDelivery(wechat_client, ACCOUNT, frozen_clock)

    assert await note(database, delivery, claimed({"openid": "o-alice"})) == outcome


# WeChat Pay.


@dataclass
class MovingPlatform(PayPlatform):
    """Answers its next calls with `turns`, status and content, one after the other."""

    turns: list[tuple[int, Any]] = field(default_factory=list)

    async def _serve(self, request: web.Request) -> web.Response:
        if self.turns:
            self.status, self.answer = self.turns.pop(0)
        return await super()._serve(request)


@pytest.fixture
def wechat_pay(pay_keys: tuple[Any, Any]) -> MovingPlatform:
    return MovingPlatform(*pay_keys)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(shop.NOW)


@pytest.fixture
def payment(database: Database) -> Payment:
    """Of an order whose customer has changed their mind."""
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        payment = shop.begin_to_pay(session, order)
        closing.cancel_unpaid(
            session, id_of(order), actor="customer:1", reason="顾客取消", now=shop.NOW
        )
        session.refresh(payment)
    return payment


@pytest.fixture
def close(pay_client: PayClient, wechat_pay: PayPlatform, clock: FrozenClock) -> CloseDelivery:
    return CloseDelivery(pay_client, PayReports(wechat_pay.merchant), clock)


def wanted(payment: Payment) -> Claimed:
    return claimed({"out_trade_no": payment.out_trade_no}, kind="pay.close")


def states(database: Database) -> tuple[str, str]:
    """Of the one order and the one payment."""
    with database.reading() as session:
        return session.exec(select(Order.state)).one(), session.exec(select(Payment.state)).one()


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (204, None),
        (400, {"code": "ORDER_CLOSED", "message": "订单已关闭"}),
        (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}),
    ],
    ids=["closed", "closed before", "never announced"],
)
async def test_what_nobody_can_pay_any_more_is_closed_here_too(
    close: CloseDelivery,
    wechat_pay: PayPlatform,
    database: Database,
    payment: Payment,
    status: int,
    answer: Any,
) -> None:
    wechat_pay.status, wechat_pay.answer = status, answer

    outcome = await note(database, close, wanted(payment))

    assert isinstance(outcome, Sent)
    path = f"/v3/pay/transactions/out-trade-no/{payment.out_trade_no}/close"
    assert [(call.method, call.path) for call in wechat_pay.calls] == [("POST", path)]
    assert states(database) == (OrderState.CLOSED, PaymentState.CLOSED)


async def test_a_customer_who_was_faster_has_paid(
    close: CloseDelivery, wechat_pay: MovingPlatform, database: Database, payment: Payment
) -> None:
    report = paid(
        out_trade_no=payment.out_trade_no,
        amount={"total": payment.amount, "currency": "CNY"},
        payer={"openid": payment.payer},
    )
    wechat_pay.turns = [(400, {"code": "ORDERPAID", "message": "订单已支付"}), (200, report)]

    await note(database, close, wanted(payment))

    assert states(database) == (OrderState.PAID, PaymentState.PAID)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (500, "SYSTEM_ERROR", Postponed),
        (429, "FREQUENCY_LIMITED", Postponed),
        (400, "PARAM_ERROR", Failed),
    ],
)
async def test_a_closing_that_did_not_succeed_changes_nothing_here(
    close: CloseDelivery,
    wechat_pay: PayPlatform,
    database: Database,
    payment: Payment,
    status: int,
    code: str,
    outcome: type[Outcome],
) -> None:
    wechat_pay.status, wechat_pay.answer = status, {"code": code, "message": "no"}

    assert isinstance(await note(database, close, wanted(payment)), outcome)
    assert states(database) == (OrderState.UNPAID, PaymentState.CLOSING)


@pytest.fixture
def refund(database: Database) -> Claimed:
    """Of an order that was paid, as the listener wants it."""
    with database.writing() as session:
        order = shop.place(session, shop.new_customer(session), {shop.put_on_sale(session): 1})
        payment = shop.begin_to_pay(session, order)
        shop.pay(session, payment)
        asked = refunds.request_refund(session, id_of(payment), 3900, "缺货", shop.NOW)
        payload = {
            "out_refund_no": asked.out_refund_no,
            "out_trade_no": payment.out_trade_no,
            "refund": 3900,
            "total": 3900,
            "reason": "缺货",
        }
    return claimed(payload, kind="pay.refund")


def refund_state(database: Database) -> str:
    with database.reading() as session:
        return session.exec(select(Refund.state)).one()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PROCESSING", RefundState.PROCESSING),
        ("SUCCESS", RefundState.SUCCEEDED),
        ("ABNORMAL", RefundState.ABNORMAL),
        ("CLOSED", RefundState.CLOSED),
    ],
)
async def test_a_refund_stands_here_as_it_stands_there(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
    status: str,
    state: RefundState,
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    number = refund.payload["out_refund_no"]
    wechat_pay.answer = refunded(
        out_refund_no=number, status=status, amount={"total": 3900, "refund": 3900}
    )

    for _ in range(2):
        assert isinstance(await note(database, delivery, refund), Sent)

    assert refund_state(database) == state
    assert {call.content["out_refund_no"] for call in wechat_pay.calls} == {number}
    assert wechat_pay.calls[0].content["amount"] == {
        "refund": 3900,
        "total": 3900,
        "currency": "CNY",
    }


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (500, "SYSTEM_ERROR", Postponed),
        (403, "NOT_ENOUGH", Postponed),
        (400, "INVALID_REQUEST", Failed),
    ],
)
async def test_a_refund_that_is_not_taken_stays_requested(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
    status: int,
    code: str,
    outcome: type[Outcome],
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    wechat_pay.status, wechat_pay.answer = status, {"code": code, "message": "no"}

    assert isinstance(await note(database, delivery, refund), outcome)
    assert refund_state(database) == RefundState.REQUESTED


async def test_a_refund_of_another_amount_is_not_believed(
    pay_client: PayClient,
    wechat_pay: PayPlatform,
    database: Database,
    clock: FrozenClock,
    refund: Claimed,
) -> None:
    delivery = RefundDelivery(pay_client, PayReports(wechat_pay.merchant), clock)
    number = refund.payload["out_refund_no"]
    wechat_pay.answer = refunded(
        out_refund_no=number, status="SUCCESS", amount={"total": 3900, "refund": 1}
    )

    await note(database, delivery, refund)

    assert refund_state(database) == RefundState.REQUESTED
