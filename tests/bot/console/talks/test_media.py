"""Files that customers sent: pictures are shown, anything else is only saved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from yarl import URL

from bot import received_media
from bot.evidence import EvidenceStore
from bot.received_media_tables import MediaState
from bot.staff.tables import Role
from tests.bot.console.conftest import Browser, OpenConsole
from tests.bot.console.talks.conftest import Floor
from tests.bot.console.talks.test_replying import drawn

KEY = "official_account:wx1:o-alice:media"


@pytest.fixture
async def agent(
    open_console: OpenConsole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Browser:
    """Somebody of the shop, which keeps its files in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return await open_console(Role.AGENT)


async def arrives(floor: Floor, kind: str, content: bytes, content_type: str) -> int:
    """A customer's file, fetched and kept."""
    talk = await floor.hears("", kind=kind, key=KEY)
    sealer = floor.desk.sealer
    name = EvidenceStore(floor.desk.settings.evidence_folder, sealer).keep(content)
    incoming = floor.message("", sent_at=floor.desk.clock.now(), kind=kind, key=KEY)
    incoming.payload["MediaId"] = "m-1"  # type: ignore[index]
    about: dict[str, Any] = {"name": name, "content_type": content_type, "size": len(content)}

    def keep(session: Session) -> None:
        received_media.want(session, sealer, incoming, talk, floor.desk.clock.now())
        received_media.keep(session, sealer, KEY, **about)

    await floor.desk.database.write(keep)
    return talk


async def asked(who: Browser) -> tuple[int, Mapping[str, str]]:
    """The answer to who asks for the file, without what is in it."""
    async with who.http.get(who.base.join(URL(f"/console/media/{KEY}"))) as answer:
        return answer.status, answer.headers


async def test_a_picture_is_shown_where_it_was_sent(floor: Floor, agent: Browser) -> None:
    talk = await arrives(floor, "image", drawn("PNG"), "image/png")

    page = (await agent.get(f"/talks/{talk}/lines")).text
    status, headers = await asked(agent)

    assert f'<img class="line-picture" src="/console/media/{KEY.replace(":", "%3A")}"' in page
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("claimed", ["text/html", "image/svg+xml", "application/pdf"])
async def test_anything_else_is_saved_and_never_opened(
    floor: Floor, agent: Browser, claimed: str
) -> None:
    await arrives(floor, "file", b"<script>alert(1)</script>", claimed)

    file = await agent.get(f"/media/{KEY}")

    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Content-Type"].startswith("application/octet-stream")


async def test_a_file_that_is_not_there_says_why(floor: Floor, agent: Browser) -> None:
    talk = await floor.hears("", kind="image", key=KEY)
    incoming = floor.message("", sent_at=floor.desk.clock.now(), kind="image", key=KEY)
    incoming.payload["MediaId"] = "m-1"  # type: ignore[index]
    sealer, now = floor.desk.sealer, floor.desk.clock.now()

    await floor.desk.database.write(received_media.want, sealer, incoming, talk, now)
    assert "正在接收" in (await agent.get(f"/talks/{talk}/lines")).text
    await floor.desk.database.write(received_media.lose, KEY, MediaState.TOO_LARGE)

    assert "文件太大" in (await agent.get(f"/talks/{talk}/lines")).text
    missing = await agent.get(f"/media/{KEY}")
    assert missing.status == 404
    assert "文件太大" in missing.text


async def test_nobody_sees_a_file_who_is_not_logged_in(
    floor: Floor, agent: Browser, open_browser: Any
) -> None:
    await arrives(floor, "image", drawn("PNG"), "image/png")

    assert (await asked(agent))[0] == 200
    assert (await asked(open_browser()))[0] == 401
