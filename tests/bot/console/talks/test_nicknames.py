"""Customers are called by the nickname that a platform told: kept sealed, shown as text."""

from datetime import timedelta

from sqlmodel import Session, col, select

from bot.staff.tables import Role
from commerce.customers.identities import find_identity, identify
from commerce.customers.merging import merge
from commerce.customers.nickname_tables import Nickname
from commerce.customers.nicknames import note_nickname, shown
from commerce.customers.tables import Identity
from commerce.inserting import id_of
from tests.bot.console.conftest import OpenConsole
from tests.bot.console.talks.conftest import Floor


async def call(floor: Floor, openid: str, nickname: str) -> None:
    """The platform tells what somebody calls themselves."""
    sealer, now = floor.desk.sealer, floor.desk.clock.now()

    def note(session: Session) -> None:
        who = select(Identity.id).where(Identity.external_user == openid)
        note_nickname(session, sealer, session.exec(who).one() or 0, nickname, now)

    await floor.desk.database.write(note)


async def test_a_nickname_stands_in_the_list_the_conversation_and_the_panel(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await call(floor, "o-alice", "<b>小满</b>")
    number = (await floor.row(talk)).customer_id

    for path in ("/talks/rows?tab=all", f"/talks/{talk}/head", f"/talks/{talk}/panel"):
        page = (await agent.get(path)).text
        assert "<bdi>&lt;b&gt;小满&lt;/b&gt;</bdi>" in page
    assert f"<small>顾客{number}</small>" in (await agent.get(f"/talks/{talk}/panel")).text


async def test_a_conversation_is_found_by_a_part_of_the_nickname(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    wanted = await floor.hears("你好", "o-alice")
    await floor.hears("你好", "o-bob")
    await call(floor, "o-alice", "林小满")

    found = (await agent.get("/talks/rows?tab=all&q=小满")).text

    assert found.count("data-id=") == 1
    assert f'data-id="{wanted}"' in found


async def test_who_proves_to_be_one_person_keeps_the_name_that_was_told_last(
    floor: Floor, open_console: OpenConsole
) -> None:
    agent = await open_console(Role.AGENT)
    talk = await floor.hears()
    await call(floor, "o-alice", "从前的名字")
    sealer, now = floor.desk.sealer, floor.desk.clock.now()

    def join(session: Session) -> None:
        other = identify(session, "wecom", "wk-shop", "wm-alice", now)
        known = find_identity(session, "wecom", "wk-shop", "wm-alice")
        assert known is not None
        note_nickname(session, sealer, id_of(known), "现在的名字", now + timedelta(minutes=1))
        alice = session.exec(select(Identity).where(Identity.external_user == "o-alice")).one()
        merge(session, id_of(other), alice.customer_id, now)

    await floor.desk.database.write(join)

    assert "现在的名字" in (await agent.get(f"/talks/{talk}/head")).text


async def test_a_new_name_takes_the_place_of_the_old_and_is_sealed(floor: Floor) -> None:
    await floor.hears()
    await call(floor, "o-alice", "小满")
    await call(floor, "o-alice", "大满")
    await call(floor, "o-alice", " \u202e\u2028 ")

    rows = await floor.desk.database.read(
        lambda session: session.exec(select(Nickname).order_by(col(Nickname.told_at))).all()
    )

    assert len(rows) == 1
    assert "满".encode() not in rows[0].words_sealed


def test_what_only_changes_how_text_is_shown_is_left_out() -> None:
    assert shown("\u202e满\x00小\n\n花\ufeff") == "满小 花"
    assert shown("👩\u200d🍳") == "👩\u200d🍳"
    assert shown("\u200d\u2066 ") == ""
