"""A database that fails: people are told so in words, without a trace of what is behind."""

from sqlmodel import Session

from bot.console.desk import Desk
from bot.staff.tables import Role
from tests.bot.console.conftest import OpenConsole


def _rename(session: Session, table: str, to: str) -> None:
    """Take a table away, as a database that fails does with all of them."""
    session.connection().exec_driver_sql(f"ALTER TABLE {table} RENAME TO {to}")


async def test_while_the_database_fails_every_page_says_so_and_shows_no_trace(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.AGENT)

    await desk.database.write(_rename, "staff_session", "elsewhere")
    answers = [
        await browser.get("/account"),
        await browser.get("/no-such-page"),
        await browser.post("/account/sessions"),
    ]

    assert [each.status for each in answers] == [503, 503, 503]
    for answer in answers:
        assert "数据库暂时连不上" in answer.text
        assert "staff_session" not in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_a_refusal_that_cannot_be_written_down_is_told_as_a_failure(
    open_console: OpenConsole, desk: Desk
) -> None:
    browser = await open_console(Role.AGENT)

    await desk.database.write(_rename, "audit_entry", "elsewhere")
    answer = await browser.get("/staff")
    await desk.database.write(_rename, "elsewhere", "audit_entry")

    assert answer.status == 503
    assert "数据库暂时连不上" in answer.text
