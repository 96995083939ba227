"""Pictures at WeChat: uploaded once, and again before they lapse."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from aiohttp import web
from sqlmodel import func, select

from bot.channels.official_account_delivery import ReplyDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.media import LIFE, MediaLibrary, PictureMissing
from bot.messages import Picture, reply_to_json
from bot.outcomes import Postponed
from bot.tables import UploadedMedia
from tests.bot.channels.delivering import claimed
from tests.bot.conftest import ACCOUNT
from tests.wecom.far_end import FarEnd
from wecom.errors import Refused
from wecom.transport import AsyncWeChatClient

UPLOAD = "/cgi-bin/media/upload"


@pytest.fixture
def folder(tmp_path: Path, wechat: FarEnd) -> Path:
    """Two pictures; WeChat numbers what it takes."""
    for name in ("a.png", "b.jpg"):
        (tmp_path / name).write_bytes(b"picture " + name.encode())
    numbers = count(1)
    wechat.answers[UPLOAD] = lambda: web.json_response(
        {"type": "image", "media_id": f"media-{next(numbers)}"}, content_type="text/plain"
    )
    return tmp_path


@pytest.fixture
def media(
    folder: Path, wechat_client: AsyncWeChatClient, database: Database, frozen_clock: FrozenClock
) -> MediaLibrary:
    return MediaLibrary(ACCOUNT, wechat_client, folder, database, frozen_clock)


@pytest.fixture
def media_elsewhere(
    folder: Path, wechat_client: AsyncWeChatClient, database_url: str, frozen_clock: FrozenClock
) -> Iterator[MediaLibrary]:
    """Another process's."""
    database = Database(database_url)
    yield MediaLibrary(ACCOUNT, wechat_client, folder, database, frozen_clock)
    database.close()


async def test_many_cards_at_once_upload_their_picture_once(
    media: MediaLibrary, wechat: FarEnd
) -> None:
    ids = await asyncio.gather(*(media.media_id("a.png") for _ in range(30)))

    assert set(ids) == {"media-1"}
    assert [(call.method, call.path) for call in wechat.calls] == [("POST", UPLOAD)]
    assert wechat.calls[0].query["type"] == "image"
    assert b"picture a.png" in wechat.calls[0].body
    assert b'filename="a.png"' in wechat.calls[0].body


async def test_a_groups_picture_is_drawn_from_its_name(media: MediaLibrary, wechat: FarEnd) -> None:
    assert await media.media_id("seats-3-1-738b.png") == "media-1"

    assert b"\x89PNG" in wechat.calls[0].body


async def test_each_picture_has_an_id_of_its_own(media: MediaLibrary) -> None:
    assert await media.media_id("a.png") != await media.media_id("b.jpg")


async def test_a_picture_is_renewed_in_the_last_hour_of_its_three_days(
    media: MediaLibrary, frozen_clock: FrozenClock
) -> None:
    assert await media.media_id("a.png") == "media-1"

    frozen_clock.advance(seconds=(LIFE - timedelta(hours=1, seconds=1)).total_seconds())
    assert await media.media_id("a.png") == "media-1"

    frozen_clock.advance(seconds=1)
    assert await media.media_id("a.png") == "media-2"
    assert await media.media_id("a.png") == "media-2"


async def test_what_was_forgotten_is_uploaded_again(media: MediaLibrary) -> None:
    await media.media_id("a.png")
    await media.media_id("b.jpg")
    await media.forget("a.png")

    assert await media.media_id("a.png") == "media-3"
    assert await media.media_id("b.jpg") == "media-2"


@pytest.mark.database
async def test_two_processes_that_upload_at_once_both_have_a_good_id(
    media: MediaLibrary, media_elsewhere: MediaLibrary, database: Database
) -> None:
    for _ in range(5):
        ids = await asyncio.gather(media.media_id("a.png"), media_elsewhere.media_id("a.png"))
        assert all(each.startswith("media-") for each in ids)
        assert await media.media_id("a.png") in ids
        await media.forget("a.png")

    rows = select(func.count()).select_from(UploadedMedia)
    assert await database.read(lambda session: session.exec(rows).one()) == 0


async def test_an_upload_that_fails_is_not_remembered(media: MediaLibrary, wechat: FarEnd) -> None:
    works = wechat.answers.pop(UPLOAD)
    wechat.answer(UPLOAD, {"errcode": 45009, "errmsg": "quota"})
    with pytest.raises(Refused):
        await media.media_id("a.png")
    wechat.answers[UPLOAD] = works

    assert await media.media_id("a.png") == "media-1"


async def test_all_who_wait_for_an_upload_share_its_failure(
    media: MediaLibrary, wechat: FarEnd
) -> None:
    wechat.answer(UPLOAD, {"errcode": 45009, "errmsg": "quota"})

    ends = await asyncio.gather(
        *(media.media_id("a.png") for _ in range(10)), return_exceptions=True
    )

    assert {type(end) for end in ends} == {Refused}
    assert len(wechat.calls) == 1
    assert media._uploading == {}


async def test_one_who_gives_up_takes_the_upload_from_nobody(
    media: MediaLibrary, wechat: FarEnd
) -> None:
    hasty, patient = (asyncio.create_task(media.media_id("a.png")) for _ in range(2))
    await asyncio.sleep(0)
    hasty.cancel()

    assert await patient == "media-1"
    assert len(wechat.calls) == 1


async def test_a_card_whose_picture_takes_too_long_has_surely_not_left(
    media: MediaLibrary,
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = asyncio.Event()

    async def stay_away(picture: str) -> str:
        await never.wait()
        return picture

    monkeypatch.setattr(media, "_find_or_upload", stay_away)
    monkeypatch.setattr("bot.channels.reply_pictures.PREPARING_SECONDS", 0.05)
    replies = ReplyDelivery(wechat_client, media, "wx-mini")
    payload = reply_to_json(Picture("a.png"))

    outcome = await replies.deliver(claimed(payload))

    never.set()
    assert isinstance(outcome, Postponed)
    assert wechat.calls == []


@pytest.mark.parametrize("name", ["missing.png", "../secret.png", "", "."])
async def test_a_picture_the_shop_does_not_have_is_missing(media: MediaLibrary, name: str) -> None:
    (media._folder.parent / "secret.png").write_bytes(b"not for customers")

    with pytest.raises(PictureMissing):
        await media.media_id(name)
