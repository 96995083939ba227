"""Files that customers send: fetched at once, kept sealed, or said why not."""

import pytest

from bot import received_media
from bot.evidence import EvidenceStore
from bot.received_media import IN_WORDS, MEGABYTE, NotKept, find_media, open_media
from bot.received_media_tables import MediaState
from tests.bot.kf.desk import Desk, key
from tests.bot.kf.wecom_service import WeComService

PNG = b"\x89PNG\r\n\x1a\n a picture"


@pytest.mark.parametrize(
    ("kind", "content", "content_type", "ending"),
    [
        ("image", PNG, "image/png", ".png"),
        ("image", b"<svg onload=alert(1)>", "application/octet-stream", ""),
        ("voice", b"#!AMR\n voice", "audio/amr", ".amr"),
        ("video", b"\x00\x00\x00\x18ftypmp42", "video/mp4", ".mp4"),
        ("file", b"%PDF-1.7", "application/octet-stream", ""),
    ],
)
async def test_a_file_is_fetched_and_kept_sealed(
    desk: Desk,
    service: WeComService,
    kind: str,
    content: bytes,
    content_type: str,
    ending: str,
) -> None:
    service.files["M"] = content
    msgid = service.add("wm-alice", kind, {"media_id": "M"})

    await desk.hear()

    store = EvidenceStore(desk.settings.evidence_folder, desk.sealer)
    opened = await desk.database.read(open_media, desk.sealer, store, key(msgid))
    assert (opened.content, opened.content_type) == (content, content_type)
    assert opened.file_name.endswith(ending)
    files = [each for each in desk.settings.evidence_folder.rglob("*") if each.is_file()]
    assert len(files) == 1
    assert content not in files[0].read_bytes()


@pytest.mark.parametrize(
    ("kind", "size", "state"),
    [
        ("image", 2 * MEGABYTE + 1, MediaState.TOO_LARGE),
        ("image", 2 * MEGABYTE, MediaState.KEPT),
        ("video", 2 * MEGABYTE + 1, MediaState.KEPT),
        ("file", None, MediaState.GONE),
    ],
)
async def test_what_is_too_large_or_gone_says_so(
    desk: Desk, service: WeComService, kind: str, size: int | None, state: MediaState
) -> None:
    if size is not None:
        service.files["M"] = b"\x00" * size
    msgid = service.add("wm-alice", kind, {"media_id": "M"})

    await desk.hear()

    media = await desk.database.read(find_media, key(msgid))
    assert media is not None
    assert media.state == state
    if state is not MediaState.KEPT:
        store = EvidenceStore(desk.settings.evidence_folder, desk.sealer)
        with pytest.raises(NotKept, match=IN_WORDS[state]):
            await desk.database.read(open_media, desk.sealer, store, key(msgid))


async def test_a_file_is_fetched_once_however_often_its_message_comes(
    desk: Desk, service: WeComService
) -> None:
    service.files["M"] = PNG
    service.add("wm-alice", "image", {"media_id": "M"})
    service.log.append(service.log[0])

    await desk.hear()

    assert len(await desk.replies("wecom.media")) == 1


def test_every_kind_with_a_file_has_a_name_and_a_limit() -> None:
    assert set(received_media.LARGEST) == set(received_media._NAMES)
