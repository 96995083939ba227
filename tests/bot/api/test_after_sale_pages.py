"""Requests after buying: what would go back, asking, following, sending goods and pictures."""

import base64
import io
import json
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.api.app import MiniProgramApi
from bot.clock import FrozenClock
from bot.database import Database
from bot.evidence import EvidenceStore
from commerce.aftersale import deciding
from commerce.aftersale.pictures import picture_name
from commerce.aftersale.tables import AfterSale, AfterSalePicture, RefundedLine
from commerce.inserting import id_of
from commerce.knowledge.facts import set_fact
from commerce.ordering.states import move
from commerce.ordering.tables import Order, OrderState
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Answer, Phone, wish
from tests.commerce.shop import SEALER, begin_to_pay, pay

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


@pytest.fixture
def bought(phone: Phone, database: Database, slippers: int, frozen_clock: FrozenClock) -> Any:
    """Places an order of some slippers and pays it; with `is_sent` it is on its way."""

    async def buy(pieces: int = 2, *, is_sent: bool = False, by: Phone = phone) -> dict[str, Any]:
        placed = await by.order(wish(slippers, pieces, pieces * 3900), key=f"key-{by.openid}")
        order_no = placed.json["order_no"]
        with database.writing() as session:
            order = session.exec(select(Order).where(Order.order_no == order_no)).one()
            now = frozen_clock.now()
            pay(session, begin_to_pay(session, order, now), now)
            for state in (OrderState.PACKED, OrderState.SHIPPED) if is_sent else ():
                move(session, id_of(order), state, actor="test", reason="", now=now)
        return dict((await by.get(f"/orders/{order_no}")).json)

    return buy


def wanted(order: dict[str, Any], quantity: int = 1, **changes: Any) -> dict[str, Any]:
    pieces = [{"line_id": order["lines"][0]["id"], "quantity": quantity}]
    about = {"kind": "refund_only", "reason": "unwanted", "pieces": pieces}
    return {"order_no": order["order_no"], **about, **changes}


def agree(session: Session, request_no: str, now: Any) -> None:
    deciding.agree(session, request_no, actor="agent:1", note="请保留包装", now=now)


@pytest.mark.database
async def test_an_estimate_registers_nothing_and_a_request_is_followed(
    phone: Phone, database: Database, bought: Any
) -> None:
    order = await bought()

    estimate = await phone.post("/after-sale/estimate", wanted(order))
    assert estimate.json == {"amount": 3900, "freight": 0, "points_back": 0, "points_clawed": 0}
    assert (await phone.get("/after-sale")).json == {"items": [], "next_page": None}
    opened = await phone.post("/after-sale", wanted(order, words="买多了"))

    assert opened.status == 201
    assert (opened.json["state"], opened.json["amount_wanted"]) == ("requested", 3900)
    assert opened.json["pieces"][0]["quantity"] == 1
    number = opened.json["request_no"]
    assert (await phone.get(f"/after-sale/{number}")).json == opened.json
    assert (await phone.get("/after-sale")).json == {"items": [opened.json], "next_page": None}
    with database.reading() as session:
        assert session.exec(select(RefundedLine)).all() == []


async def test_no_piece_is_asked_for_twice_and_a_withdrawn_one_is_free_again(
    phone: Phone, bought: Any
) -> None:
    order = await bought()
    opened = await phone.post("/after-sale", wanted(order, 2))
    for path in ("/after-sale", "/after-sale/estimate"):
        again = await phone.post(path, wanted(order))
        assert (again.status, again.error["code"]) == (409, "illegal_move")

    withdrawn = await phone.post(f"/after-sale/{opened.json['request_no']}/withdraw")

    assert withdrawn.json["state"] == "withdrawn"
    assert [step["state"] for step in withdrawn.json["history"]] == ["requested", "withdrawn"]
    assert (await phone.post("/after-sale", wanted(order))).status == 201


async def test_goods_go_back_by_the_number_that_the_phone_tells(
    phone: Phone, database: Database, bought: Any, frozen_clock: FrozenClock
) -> None:
    order = await bought(is_sent=True)
    opened = await phone.post("/after-sale", wanted(order, kind="return_refund"))
    number, parcel = opened.json["request_no"], {"carrier": "圆通", "tracking_no": "YT 123456789"}
    too_early = await phone.post(f"/after-sale/{number}/return-parcel", parcel)
    assert (too_early.status, opened.json["return_address"]) == (409, "")
    now = frozen_clock.now()
    with database.writing() as session:
        set_fact(session, "退货地址", "掌柜路18号", now)
        agree(session, number, now)

    agreed = await phone.get(f"/after-sale/{number}")
    sent = await phone.post(f"/after-sale/{number}/return-parcel", parcel)

    assert agreed.json["return_address"] == "掌柜路18号"
    assert agreed.json["history"][-1]["note"] == "请保留包装"
    assert sent.json["state"] == "returning"
    assert sent.json["return_parcel"] == {
        "carrier": "yto",
        "carrier_name": "圆通速递",
        "tracking_no": "YT123456789",
    }


@pytest.mark.parametrize(
    ("parcel", "field"),
    [
        ({"carrier": "火星快递", "tracking_no": "YT123456789"}, "carrier"),
        ({"carrier": "yto", "tracking_no": "短"}, "tracking_no"),
    ],
)
async def test_what_is_no_parcel_is_refused(
    phone: Phone, bought: Any, parcel: dict[str, str], field: str
) -> None:
    opened = await phone.post("/after-sale", wanted(await bought()))

    refused = await phone.post(f"/after-sale/{opened.json['request_no']}/return-parcel", parcel)

    assert (refused.status, refused.error["field"]) == (400, field)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "exchange"}, 409),
        ({"kind": "present"}, 400),
        ({"reason": "because"}, 400),
        ({"pieces": []}, 400),
        ({"pieces": [{"line_id": 999, "quantity": 1}]}, 404),
        ({"order_no": "2" * 18}, 404),
        ({"words": "长" * 501}, 400),
    ],
)
async def test_what_cannot_be_asked_for_is_refused(
    phone: Phone, bought: Any, changes: dict[str, Any], status: int
) -> None:
    order = await bought()

    assert (await phone.post("/after-sale", wanted(order, **changes))).status == status


def upload(content: bytes) -> dict[str, str]:
    return {"content": base64.b64encode(content).decode()}


async def sends(phone: Phone, number: str, body: dict[str, str]) -> Answer:
    """Hand a picture in, in a body that may be large."""
    return await phone.call(
        "POST",
        f"/after-sale/{number}/pictures",
        data=io.BytesIO(json.dumps(body).encode()),
        headers={"Content-Type": "application/json"},
    )


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
async def test_a_picture_is_kept_sealed_and_once(
    phone: Phone,
    api: MiniProgramApi,
    database: Database,
    bought: Any,
    content: bytes,
    kind: str,
) -> None:
    number = (await phone.post("/after-sale", wanted(await bought()))).json["request_no"]

    answers = [await phone.post(f"/after-sale/{number}/pictures", upload(content)) for _ in "12"]

    assert [each.json["pictures"] for each in answers] == [1, 1]
    with database.reading() as session:
        picture = session.exec(select(AfterSalePicture)).one()
        assert (picture.state, picture.content_type, picture.size) == ("kept", kind, len(content))
        name = picture_name(SEALER, picture)
    assert EvidenceStore(api.evidence_folder, SEALER).read(name) == content
    kept = [each for each in api.evidence_folder.rglob("*") if each.is_file()]
    assert len(kept) == 1
    assert content not in kept[0].read_bytes()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (upload(b"GIF89a" + bytes(60)), 400),
        (upload(b"<script>"), 400),
        ({"content": "no base64 at all!"}, 400),
        ({"content": ""}, 400),
        (upload(PNG + bytes(5 * 1024 * 1024 - len(PNG) + 1)), 400),
        (upload(PNG + bytes(6 * 1024 * 1024)), 413),
    ],
    ids=["gif", "script", "no base64", "empty", "a byte too large", "far too large"],
)
async def test_what_is_no_picture_is_not_kept(
    phone: Phone, api: MiniProgramApi, bought: Any, body: dict[str, str], status: int
) -> None:
    number = (await phone.post("/after-sale", wanted(await bought()))).json["request_no"]

    assert (await sends(phone, number, body)).status == status

    assert not api.evidence_folder.exists()


async def test_the_largest_picture_is_taken(phone: Phone, bought: Any) -> None:
    number = (await phone.post("/after-sale", wanted(await bought()))).json["request_no"]
    content = PNG + bytes(5 * 1024 * 1024 - len(PNG))

    taken = await sends(phone, number, upload(content))

    assert (taken.status, taken.json["pictures"]) == (200, 1)


async def test_a_request_of_somebody_else_is_not_there(
    phone: Phone, new_phone: NewPhone, api: MiniProgramApi, database: Database, bought: Any
) -> None:
    order = await bought()
    number = (await phone.post("/after-sale", wanted(order))).json["request_no"]
    mallory = await new_phone("o-mallory")

    async def try_all(number: str) -> list[Answer]:
        about = f"/after-sale/{number}"
        parcel = {"carrier": "yto", "tracking_no": "YT123456789"}
        return [
            await mallory.get(about),
            await mallory.post(f"{about}/withdraw"),
            await mallory.post(f"{about}/return-parcel", parcel),
            await mallory.post(f"{about}/pictures", upload(PNG)),
        ]

    foreign, unknown = await try_all(number), await try_all("SH" + "0" * 12)

    assert {each.status for each in foreign} == {404}
    assert [each.json for each in foreign] == [each.json for each in unknown]
    assert (await mallory.post("/after-sale", wanted(order))).status == 404
    assert (await mallory.get("/after-sale")).json["items"] == []
    assert not api.evidence_folder.exists()
    with database.reading() as session:
        assert [each.state for each in session.exec(select(AfterSale))] == ["requested"]


async def test_requests_are_paged(phone: Phone, bought: Any) -> None:
    order = await bought(10)
    for _ in range(10):
        answer = await phone.post("/after-sale", wanted(order))
        assert answer.status == 201
        await phone.post(f"/after-sale/{answer.json['request_no']}/withdraw")
    await phone.post("/after-sale", wanted(order))

    first, second = [(await phone.get("/after-sale", page=page)).json for page in (1, 2)]

    assert (len(first["items"]), first["next_page"]) == (10, 2)
    assert (len(second["items"]), second["next_page"]) == (1, None)


@pytest.mark.database
async def test_a_wish_that_is_sent_twice_is_registered_once(phone: Phone, bought: Any) -> None:
    order, key = await bought(3), {"Idempotency-Key": "one-wish"}

    first, again = [await phone.post("/after-sale", wanted(order), **key) for _ in range(2)]
    other = await phone.post("/after-sale", wanted(order, 2), **key)
    unkeyed = await phone.post("/after-sale", wanted(order))

    assert first.json == again.json
    assert (other.status, other.error["code"]) == (422, "idempotency_conflict")
    assert unkeyed.json["request_no"] != first.json["request_no"]
    items = (await phone.get("/after-sale")).json["items"]
    assert [each["pieces"][0]["quantity"] for each in items] == [1, 1]
