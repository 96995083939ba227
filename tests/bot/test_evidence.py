"""Pictures that customers sent: fetched, kept sealed, never lost without a word."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlmodel import select

from bot.channels.evidence_delivery import EvidenceDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.evidence import LARGEST, EvidenceStore, NoEvidence, want_picture
from bot.outcomes import Failed, Outcome, Postponed, Sent
from bot.tables import OutboxMessage
from commerce.aftersale import pictures, requests
from commerce.aftersale.tables import AfterSalePicture, PictureState, Reason, RequestKind
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import move
from commerce.ordering.tables import OrderState
from commerce.sealing import Sealer
from tests.bot.channels.delivering import claimed, note
from tests.commerce.shop import NOW, new_customer, place, put_on_sale
from tests.wecom.far_end import FarEnd
from wecom.transport import AsyncWeChatClient

GET = "/cgi-bin/media/get"
PNG = b"\x89PNG\r\n\x1a\n a broken cup"


@pytest.fixture
def store(tmp_path: Path, sealer: Sealer) -> EvidenceStore:
    return EvidenceStore(tmp_path / "evidence", sealer)


@pytest.fixture
def delivery(
    wechat_client: AsyncWeChatClient,
    store: EvidenceStore,
    sealer: Sealer,
    frozen_clock: FrozenClock,
) -> EvidenceDelivery:
    return EvidenceDelivery(wechat_client, store, sealer, frozen_clock)


@pytest.fixture
def picture(database: Database, sealer: Sealer) -> str:
    """The key of a picture that is wanted."""
    with database.writing() as session:
        order = place(session, new_customer(session), {put_on_sale(session): 1})
        move(session, id_of(order), OrderState.PAID, actor="test", reason="", now=NOW)
        request = requests.open_request(
            session,
            sealer,
            customer_id=order.customer_id,
            order_id=id_of(order),
            pieces={id_of(line): 1 for line in list_lines(session, order)},
            kind=RequestKind.REFUND_ONLY,
            reason=Reason.DAMAGED,
            words="碎了",
            now=NOW,
        )
        noted = pictures.attach_picture(
            session, request, channel="official_account", media_id="m-1", now=NOW
        )
        assert noted is not None
        return noted.row_key


async def fetched(delivery: EvidenceDelivery, database: Database, picture: str) -> Outcome:
    row = claimed({"media_id": "m-1", "picture": picture}, kind="official_account.evidence")
    return await note(database, delivery, row)


def contents(folder: Path) -> list[bytes]:
    return [each.read_bytes() for each in folder.rglob("*") if each.is_file()]


def kept(database: Database) -> AfterSalePicture:
    with database.reading() as session:
        return session.exec(select(AfterSalePicture)).one()


async def test_a_picture_is_fetched_and_kept_sealed(
    delivery: EvidenceDelivery,
    database: Database,
    store: EvidenceStore,
    sealer: Sealer,
    wechat: FarEnd,
    picture: str,
    tmp_path: Path,
) -> None:
    wechat.answer(GET, PNG)

    assert isinstance(await fetched(delivery, database, picture), Sent)

    assert wechat.calls[-1].query["media_id"] == "m-1"
    row = kept(database)
    assert (row.state, row.content_type, row.size) == (PictureState.KEPT, "image/png", len(PNG))
    assert store.read(pictures.picture_name(sealer, row)) == PNG
    (written,) = contents(tmp_path / "evidence")
    assert b"broken" not in written


async def test_a_revoked_token_is_replaced_and_the_picture_still_comes(
    delivery: EvidenceDelivery, database: Database, wechat: FarEnd, picture: str
) -> None:
    wechat.answer(GET, PNG)
    await delivery.client.tokens.current()
    wechat.revoke()

    assert isinstance(await fetched(delivery, database, picture), Sent)


GONE: dict[str, Any] = {"errcode": 40007, "errmsg": "invalid media_id"}
BUSY: dict[str, Any] = {"errcode": -1, "errmsg": "system error"}


@pytest.mark.parametrize(
    "answer",
    [GONE, b"GIF is what this is not", b"\x89PNG\r\n\x1a\n" + bytes(LARGEST)],
    ids=["three days over", "no picture", "too large"],
)
async def test_what_cannot_be_had_is_lost_and_announced(
    delivery: EvidenceDelivery, database: Database, wechat: FarEnd, picture: str, answer: Any
) -> None:
    wechat.answer(GET, answer)

    assert isinstance(await fetched(delivery, database, picture), Failed)

    assert kept(database).state == PictureState.LOST
    with database.reading() as session:
        kinds = session.exec(select(ShopEvent.kind)).all()
    assert kinds.count("after_sale_picture_lost") == 1


@pytest.mark.parametrize(("answer", "status"), [(BUSY, 200), (b"<html>", 502), (b"", 200)])
async def test_a_platform_in_trouble_is_asked_again_later(
    delivery: EvidenceDelivery,
    database: Database,
    wechat: FarEnd,
    picture: str,
    answer: Any,
    status: int,
) -> None:
    wechat.answer(GET, answer, status)

    assert isinstance(await fetched(delivery, database, picture), Postponed)

    assert kept(database).state == PictureState.WANTED


async def test_an_answer_that_never_comes_is_asked_for_again(
    delivery: EvidenceDelivery, database: Database, wechat: FarEnd, picture: str
) -> None:
    def drop() -> web.Response:
        raise ConnectionResetError

    wechat.answers[GET] = drop

    assert isinstance(await fetched(delivery, database, picture), Postponed)


def test_a_picture_is_wanted_once(database: Database, sealer: Sealer, picture: str) -> None:
    with database.writing() as session:
        assert want_picture(session, sealer, picture, NOW)
        assert not want_picture(session, sealer, picture, NOW)
        session.flush()
        assert len(session.exec(select(OutboxMessage)).all()) == 1


def test_the_same_picture_is_kept_once_and_odd_names_are_refused(
    store: EvidenceStore, tmp_path: Path
) -> None:
    name = store.keep(PNG)
    (first,) = contents(tmp_path)

    assert store.keep(PNG) == name != store.keep(PNG + b"!")

    assert first in contents(tmp_path)  # Sealed anew it would be another.
    assert len(contents(tmp_path)) == 2
    for odd in ("", "../../shop.db", "0" * 64, name.upper()):
        with pytest.raises(NoEvidence):
            store.read(odd)


def test_another_shops_key_opens_nothing(store: EvidenceStore, tmp_path: Path) -> None:
    name = store.keep(PNG)
    other = EvidenceStore(tmp_path / "evidence", Sealer({"other": bytes(32)}))

    with pytest.raises(Exception, match="does not open"):
        other.read(name)
