"""What somebody of the shop says: to whom, how often, and when not."""

import io
import json
import re
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest
from PIL import Image
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.console.talks.pictures import LARGEST_SENT, keep_picture
from bot.console.talks.quota import quota_of
from bot.console.talks.saying import MOST_BYTES
from bot.staff.audit_tables import AuditEntry
from bot.staff.tables import Role
from bot.tables import OutboxMessage
from commerce.errors import InvalidInput
from commerce.promotions.tables import Coupon, CouponTemplate
from commerce.sealing import Place, Sealer
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor


def payload(sealer: Sealer, row: OutboxMessage) -> dict[str, object]:
    """What is sent."""
    opened: dict[str, object] = json.loads(
        sealer.open(row.payload_sealed, Place("outbox", "payload", row.key))
    )
    return opened


async def test_a_reply_goes_out_in_the_name_of_who_wrote_it(
    floor: Floor, open_console: OpenConsole, sealer: Sealer
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")

    said = await floor.act(agent, talk, "replies", content="  我来帮您看  ")

    assert said.status == 204
    post = (await floor.posts())[-1]
    assert post.speaker == f"staff:{agent.staff_id}"
    assert payload(sealer, post) == {"type": "text", "content": "我来帮您看"}


async def test_what_is_sent_twice_under_one_key_is_said_once(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    before = len(await floor.posts())

    for _ in range(2):
        await floor.act(agent, talk, "replies", content="好的")
    await floor.act(agent, talk, "replies", content="好的", key="b" * 32)

    assert len(await floor.posts()) == before + 2


async def test_who_was_overtaken_is_told_by_whom_and_nothing_is_sent(
    floor: Floor, open_console: OpenConsole
) -> None:
    slow = await open_console(Role.AGENT, name="小王")
    quick = await open_console(Role.OPERATOR, name="小李")
    talk = await floor.hears()
    await floor.act(slow, talk, "take")
    seen = (await floor.row(talk)).epoch
    await floor.act(quick, talk, "take")
    before = len(await floor.posts())

    said = await floor.act(slow, talk, "replies", content="我在写", epoch=str(seen))

    assert said.status == 409
    assert "小李刚刚接走了" in said.text
    assert len(await floor.posts()) == before


async def test_nobody_replies_in_a_conversation_that_is_a_colleagues_or_the_bots(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent, colleague = await open_console(Role.AGENT), await open_console(Role.AGENT)
    talk = await floor.hears()
    assert (await floor.act(agent, talk, "replies", content="在")).status == 409
    await floor.act(colleague, talk, "take")

    assert (await floor.act(agent, talk, "replies", content="在")).status == 409
    assert (await agent.get(f"/talks/{talk}")).status == 200


async def test_with_the_last_message_spent_the_next_is_refused_in_words(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    found = re.search(r"还能发(\d)条", (await agent.get(f"/talks/{talk}/quota")).text)
    assert found is not None
    left = int(found[1])
    for number in range(left):
        said = await floor.act(agent, talk, "replies", content="好", key=f"{number:032}")
        assert said.status == 204

    refused = await floor.act(agent, talk, "replies", content="再说一句", key="c" * 32)

    assert refused.status == 422
    assert "已经用完，要等对方再开口" in refused.text


async def test_after_two_days_of_silence_nothing_may_be_sent(
    floor: Floor, open_console: OpenConsole, frozen_clock: FrozenClock
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    row = await floor.row(talk)
    assert (await floor.desk.database.read(quota_of, row, frozen_clock.now())).left
    frozen_clock.advance(hours=48)

    quota = await floor.desk.database.read(quota_of, row, frozen_clock.now())

    assert quota.left == 0
    assert "太久了" in quota.why_not


@pytest.mark.parametrize("content", ["", "   ", "字" * (MOST_BYTES // 3 + 1)])
async def test_an_empty_or_overlong_reply_is_refused(
    floor: Floor, open_console: OpenConsole, content: str
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")

    assert (await floor.act(agent, talk, "replies", content=content)).status == 422


async def test_a_note_is_kept_and_never_sent(floor: Floor, open_console: OpenConsole) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    before = len(await floor.posts())

    said = await floor.act(agent, talk, "notes", content="这位客人很挑剔")

    assert said.status == 204
    assert len(await floor.posts()) == before
    assert "这位客人很挑剔" in (await agent.get(f"/talks/{talk}/lines")).text


async def test_a_coupon_is_given_and_told_of_or_neither(
    floor: Floor, open_console: OpenConsole, sealer: Sealer
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    template_id = await floor.desk.database.write(_one_coupon, floor.desk.clock.now())
    assert "还剩1张" in (await agent.get("/talks/coupons")).text

    given = await floor.act(agent, talk, "coupons", template_id=str(template_id))
    again = await floor.act(agent, talk, "coupons", template_id=str(template_id), key="d" * 32)

    assert (given.status, again.status) == (204, 422)
    assert "满¥100减¥10" in str(payload(sealer, (await floor.posts())[-1])["content"])
    held = await floor.desk.database.read(lambda s: list(s.exec(select(Coupon))))
    assert [each.customer_id for each in held] == [(await floor.row(talk)).customer_id]


async def test_a_picture_is_drawn_anew_and_sent(
    floor: Floor,
    open_console: OpenConsole,
    sealer: Sealer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    form = aiohttp.FormData()
    form.add_field("picture", drawn("PNG", b"hidden words"), filename="x.png")
    form.add_field("epoch", str((await floor.row(talk)).epoch))
    form.add_field("key", "e" * 32)

    said = await agent.post(f"/talks/{talk}/pictures", form)

    assert said.status == 204
    name = str(payload(sealer, (await floor.posts())[-1])["name"])
    kept = (floor.desk.settings.picture_folder / name).read_bytes()
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"hidden words" not in kept


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.4", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"]
)
def test_what_is_no_picture_is_refused_whatever_it_calls_itself(
    content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput):
        keep_picture(tmp_path, content)

    assert list(tmp_path.iterdir()) == []


def test_a_large_picture_is_made_small_enough_for_the_platform(tmp_path: Path) -> None:
    name = keep_picture(tmp_path, drawn("JPEG", size=(3000, 1500)))

    with Image.open(tmp_path / name) as kept:
        assert max(kept.size) == 2000
    assert (tmp_path / name).stat().st_size <= LARGEST_SENT


async def test_everything_done_is_written_down_without_a_word_of_it(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await floor.act(agent, talk, "take")
    await floor.act(agent, talk, "replies", content="秘密的话")
    await floor.act(agent, talk, "notes", content="秘密的话")
    await floor.act(agent, talk, "hand-back")

    entries = await floor.desk.database.read(lambda s: list(s.exec(select(AuditEntry))))

    did = [each.did for each in entries if each.did.startswith("talk.")]
    assert did == ["talk.taken", "talk.replied", "talk.noted", "talk.handed_back"]
    assert "秘密" not in str([each.about for each in entries])


def drawn(kind: str, behind: bytes = b"", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture, with something hidden behind it."""
    written = io.BytesIO()
    Image.effect_noise(size, 80).convert("RGB").save(written, kind)
    return written.getvalue() + behind


def _one_coupon(session: Session, now: datetime) -> int:
    template = CouponTemplate(
        code="once",
        name="老客券",
        kind="amount",
        off=1000,
        threshold=10000,
        total=1,
        lasts_days=7,
        updated_at=now,
    )
    session.add(template)
    session.flush()
    return template.id or 0
