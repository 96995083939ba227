"""Reading customer service by processes that are killed between its pages."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import Session, col, select

from bot.clock import SystemClock
from bot.database import Database
from bot.tables import ChatMessage, Conversation, InboxMessage, InboxState
from commerce.sealing import Place, Sealer
from tests.bot.kf.desk import key
from tests.bot.kf.wecom_service import WeComService
from tests.faults.crashing_bot import arm, disarm

MESSAGES, CUSTOMERS = 2_500, 3
PAGE = 1_000
"""Messages of a page: the most that WeCom gives at once (微信客服 读取消息)."""
KILLS = (
    ("inside page", 1),
    ("after page", 1),
    ("inside page", 1),
    ("inside turn", 40),
)
"""Where each process dies, and at which passage; the last one lives."""
DEADLINE = 120


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.database
async def test_messages_of_three_customers_are_each_handled_once_in_order_by_dying_processes(
    database_url: str,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> None:
    service = WeComService(SystemClock(), page=PAGE)
    written = [service.write(f"wm-{n % CUSTOMERS}", f"{n}") for n in range(MESSAGES)]
    server = await aiohttp_server(service.app())
    command = (database_url, str(server.make_url("/")).rstrip("/"))

    for point, nth in KILLS:
        arm(tmp_path, point, nth, "")
        assert await _read(command, tmp_path) == -signal.SIGKILL
        disarm(tmp_path)
    assert await _read(command, tmp_path) == 0

    database = Database(database_url)
    heard = await database.read(_heard)
    assert heard == [(key(msgid), InboxState.ANSWERED.value) for msgid in written]
    for customer in range(CUSTOMERS):
        theirs = range(customer, MESSAGES, CUSTOMERS)
        expected = [f"第{nth}句：{n}" for nth, n in enumerate(theirs, 1)]
        assert await database.read(_answers, f"wm-{customer}") == expected
    database.close()


async def _read(command: tuple[str, str], folder: Path) -> int:
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.kf_reader",
        *command,
        cwd=folder,
        env={"PYTHONPATH": str(root), "PATH": ""},
    )
    try:
        async with asyncio.timeout(DEADLINE):
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _heard(session: Session) -> list[tuple[str, str]]:
    statement = select(InboxMessage.key, InboxMessage.state).order_by(col(InboxMessage.seq))
    return [(each, state) for each, state in session.exec(statement).all()]


def _answers(session: Session, user: str) -> list[str]:
    sealer = Sealer({"test": bytes(range(32))})
    statement = (
        select(ChatMessage)
        .join(Conversation, col(Conversation.id) == ChatMessage.conversation_id)
        .where(Conversation.external_user == user, ChatMessage.author == "bot")
        .order_by(col(ChatMessage.id))
    )
    return [
        sealer.open(line.words_sealed, Place("chat_message", "words", line.row_key))
        for line in session.exec(statement).all()
    ]
