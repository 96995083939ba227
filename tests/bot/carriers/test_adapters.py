"""Carriers' answers, as recorded: timelines in UTC, states, and what is no answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.carriers import kuaidi100, sf
from bot.carriers.kuaidi100 import Kuaidi100
from bot.carriers.sf import Sf
from bot.carriers.trackers import NotTracked, Trackers
from bot.carriers.wire import LARGEST_ANSWER
from commerce.parcels.tables import ParcelState
from commerce.parcels.tracking import Question

RECORDED = Path(__file__).parent / "recorded"
PARCEL = Question(1, "yto", "YT8800000000001", "")
OF_SF = Question(2, "sf", "SF7444400000001", "8000")
NOW = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


class Carrier:
    """Answers every form with the same body, and remembers the forms."""

    def __init__(self) -> None:
        self.body: Any = {}
        self.status = 200
        self.forms: list[dict[str, Any]] = []
        self.url = ""
        self.pauses = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.forms.append({"path": request.path, **await request.post()})
        if self.pauses:
            return await self._in_two(request, json.dumps(self.body).encode())
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status)
        return web.json_response(self.body, status=self.status)

    async def _in_two(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for part in (body[:1000], body[1000:]):
            await response.write(part)
            await asyncio.sleep(0.05)
        return response


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    made, app = Carrier(), web.Application()
    app.router.add_post("/{path:.*}", made.answer)
    async with TestServer(app) as server:
        made.url = str(server.make_url(""))
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def test_a_parcel_being_delivered_has_its_scans_in_utc() -> None:
    track = kuaidi100.read_answer(recorded("kuaidi100-delivering"))

    assert track.state is ParcelState.DELIVERING
    assert len(track.scans) == 3
    assert track.scans[0].at == datetime(2026, 11, 24, 0, 12, 40, tzinfo=UTC)
    assert track.scans[0].words.startswith("【上海市】快件正在派送中")


def test_a_signed_for_parcel_is_delivered() -> None:
    assert kuaidi100.read_answer(recorded("kuaidi100-delivered")).state is ParcelState.DELIVERED


def test_a_parcel_without_a_scan_is_announced() -> None:
    track = kuaidi100.read_answer(recorded("kuaidi100-none"))

    assert (track.state, track.scans) == (ParcelState.ANNOUNCED, ())


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("0", ParcelState.MOVING), ("1", ParcelState.COLLECTED), ("103", ParcelState.COLLECTED),
        ("2", ParcelState.TROUBLED), ("208", ParcelState.TROUBLED), ("5", ParcelState.DELIVERING),
        ("501", ParcelState.WAITING), ("6", ParcelState.RETURNING), ("14", ParcelState.RETURNING),
        ("4", ParcelState.RETURNED), ("401", ParcelState.TROUBLED), ("8", ParcelState.MOVING),
        ("11", ParcelState.MOVING),
        ("304", ParcelState.DELIVERED), ("1002", ParcelState.MOVING),
    ],
)  # fmt: skip
def test_every_state_of_kuaidi100_has_ours(state: str, expected: ParcelState) -> None:
    body = recorded("kuaidi100-delivering") | {"state": state}

    assert kuaidi100.read_answer(body).state is expected


@pytest.mark.parametrize(
    ("answer", "for_good"),
    [
        ({"result": False, "returnCode": "408", "message": "验证码错误"}, True),
        (recorded("kuaidi100-unsigned"), False),
        ({"result": False, "returnCode": "501", "message": "服务器错误"}, False),
        ({"result": False, "returnCode": "601", "message": "POST过快"}, False),
        ({"status": "200", "state": "0", "data": [{"time": "0001-01-01 00:00:00"}]}, False),
        ({"status": "200", "state": "0"}, False),
        ({"status": "200", "state": "0", "data": [{"time": "昨天"}]}, False),
        ({"status": "200", "state": "??", "data": []}, False),
        ([], False),
        (None, False),
    ],
)
def test_what_is_no_track_is_refused_with_its_reason(answer: object, for_good: bool) -> None:
    with pytest.raises(NotTracked) as refused:
        kuaidi100.read_answer(answer)

    assert refused.value.for_good is for_good


async def test_kuaidi100_is_asked_with_a_signed_form(
    carrier: Carrier, http: aiohttp.ClientSession
) -> None:
    carrier.body = recorded("kuaidi100-delivering")

    await Kuaidi100(http, "CUSTOMER", "key", carrier.url).track(PARCEL)

    (form,) = carrier.forms
    assert form["path"] == "/poll/query.do"
    assert json.loads(form["param"])["com"] == "yuantong"
    assert form["customer"] == "CUSTOMER"
    assert form["sign"] == kuaidi100.sign(form["param"], "key", "CUSTOMER")


def test_the_signature_is_that_of_the_documentation() -> None:
    # md5("{}" + "k" + "c") by md5sum(1), in capitals.
    assert kuaidi100.sign("{}", "k", "c") == "A30F53193A8734AE7C0AAADBD0928316"


@pytest.mark.parametrize(("body", "status"), [("<html>", 200), ("", 502), ("[]", 200)])
async def test_a_carrier_out_of_order_is_asked_again_later(
    carrier: Carrier, http: aiohttp.ClientSession, body: str, status: int
) -> None:
    carrier.body, carrier.status = body, status

    with pytest.raises(NotTracked) as silent:
        await Kuaidi100(http, "CUSTOMER", "key", carrier.url).track(PARCEL)

    assert not silent.value.for_good


async def test_a_long_answer_that_comes_in_pieces_is_read_whole(
    carrier: Carrier, http: aiohttp.ClientSession
) -> None:
    body = recorded("kuaidi100-delivering")
    carrier.body = body | {"data": body["data"] * 60}
    carrier.pauses = True

    track = await Kuaidi100(http, "CUSTOMER", "key", carrier.url).track(PARCEL)

    assert len(track.scans) == 180


async def test_an_answer_without_end_is_given_up(
    carrier: Carrier, http: aiohttp.ClientSession
) -> None:
    carrier.body = "[" * (LARGEST_ANSWER + 1)

    with pytest.raises(NotTracked, match="more than"):
        await Kuaidi100(http, "CUSTOMER", "key", carrier.url).track(PARCEL)


async def test_a_carrier_that_is_not_there_is_asked_again_later(
    http: aiohttp.ClientSession,
) -> None:
    with pytest.raises(NotTracked) as silent:
        await Sf(http, "P", "w", lambda: NOW, "http://127.0.0.1:1").track(OF_SF)

    assert not silent.value.for_good


async def test_sf_is_asked_with_a_digest_and_the_phones_tail(
    carrier: Carrier, http: aiohttp.ClientSession
) -> None:
    carrier.body = recorded("sf-delivered")

    track = await Sf(http, "PARTNER", "word", lambda: NOW, carrier.url).track(OF_SF)

    (form,) = carrier.forms
    assert form["path"] == "/std/service"
    assert form["serviceCode"] == "EXP_RECE_SEARCH_ROUTES"
    assert json.loads(form["msgData"])["checkPhoneNo"] == "8000"
    assert form["timestamp"] == str(int(NOW.timestamp() * 1000))
    assert form["msgDigest"] == sf.sign(form["msgData"], form["timestamp"], "word")
    assert track.state is ParcelState.DELIVERED
    assert track.scans[0].words == "【深圳市】顺丰速运 已收取快件"


@pytest.mark.parametrize("answer", [kuaidi100.read_answer, sf.read_answer], ids=["kuaidi100", "sf"])
def test_a_refused_signature_is_the_shops_own_fault_and_no_parcels(
    answer: Callable[[object], object],
) -> None:
    name = "sf" if answer is sf.read_answer else "kuaidi100"
    with pytest.raises(NotTracked) as refused:
        answer(recorded(f"{name}-unsigned"))

    assert refused.value.is_misconfigured
    assert not refused.value.for_good


def test_what_kuaidi100_says_of_its_check_does_not_overrule_the_state() -> None:
    body = recorded("kuaidi100-delivered") | {"state": "6"}

    assert kuaidi100.read_answer(body).state is ParcelState.RETURNING


def routes_of_sf(op_code: str, remark: str) -> object:
    """The recorded parcel with another scan before its delivery."""
    body = recorded("sf-delivered")
    inner = json.loads(body["apiResultData"])
    inner["msgData"]["routeResps"][0]["routes"][1] |= {"opCode": op_code, "remark": remark}
    return body | {"apiResultData": json.dumps(inner)}


@pytest.mark.parametrize(
    ("op_code", "remark", "expected"),
    [
        ("99", "应客户要求，快件正在转寄中", ParcelState.DELIVERED),
        ("648", "快件已转寄，新单号为SF7444400000002", ParcelState.DELIVERED),
        ("648", "快件已退回，新单号为SF7444400000002", ParcelState.RETURNED),
    ],
)
def test_a_parcel_is_returned_when_it_came_back_and_not_when_it_was_redirected(
    op_code: str, remark: str, expected: ParcelState
) -> None:
    assert sf.read_answer(routes_of_sf(op_code, remark)).state is expected


def test_a_route_without_its_code_is_no_answer() -> None:
    body = recorded("sf-delivered")
    inner = json.loads(body["apiResultData"])
    del inner["msgData"]["routeResps"][0]["routes"][0]["opCode"]

    with pytest.raises(NotTracked):
        sf.read_answer(body | {"apiResultData": json.dumps(inner)})


async def test_a_carriers_own_source_is_asked_before_the_general_one(
    carrier: Carrier, http: aiohttp.ClientSession
) -> None:
    carrier.body = recorded("sf-delivered")
    own = Sf(http, "PARTNER", "word", lambda: NOW, carrier.url)

    track = await Trackers({"sf": own}, None).track(OF_SF)

    assert track.state is ParcelState.DELIVERED
    alone = Trackers({"sf": own}, None)
    assert (alone.may_ask("sf"), alone.may_ask("yto")) == (True, False)
    with pytest.raises(NotTracked) as nobody:
        await alone.track(PARCEL)
    assert not nobody.value.for_good
