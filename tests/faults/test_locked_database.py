"""Somebody else holds the database: no 200 without a commit, and nothing is lost."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.test_answering_in_time import repeat
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]

HELD_SECONDS = 8.0
REFUSED_WITHIN = 4.5


@contextmanager
def locked(file: Path, seconds: float) -> Iterator[threading.Event]:
    """Another process's transaction over the whole database; the event tells that it is over."""
    over = threading.Event()
    connection = sqlite3.connect(file, isolation_level=None, timeout=30, check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")

    def let_go() -> None:
        connection.execute("ROLLBACK")
        over.set()

    timer = threading.Timer(seconds, let_go)
    timer.start()
    try:
        yield over
    finally:
        timer.join()
        connection.close()


async def test_a_message_is_refused_until_it_can_be_kept_and_then_answered_once(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.says("谢谢")
    await customer.hears("不客气")
    with locked(stage.folder / "var/shop.db", HELD_SECONDS) as over:
        sent = await customer.says("你好")
        status, _, seconds = await repeat(stage, sent)
        assert status == 503
        assert seconds < REFUSED_WITHIN

        async def was_refused() -> bool:
            return str((await stage.callback(sent.callback_id))["detail"]) == "HTTP 503"

        began = time.monotonic()
        await until(was_refused, within=REFUSED_WITHIN, what="WeChat's delivery to be refused")
        assert time.monotonic() - began < REFUSED_WITHIN
        assert not over.is_set()
        assert stage.value("SELECT count(*) FROM inbox") == 1

    await customer.hears("欢迎", within=20)

    async def was_acknowledged() -> bool:
        return str((await stage.callback(sent.callback_id))["outcome"]) == "acknowledged"

    # The answer may come by the API before WeChat's own delivery is taken, or tried again.
    await until(was_acknowledged, within=15, what="WeChat's delivery to be taken")
    delivery = await stage.callback(sent.callback_id)
    assert delivery["tries"] in {2, 3}
    await customer.hears_nothing_more()
    assert await stage.count("accepted:custom/send") == 1
    assert stage.value("SELECT count(*) FROM inbox") == 2


async def test_a_pay_notify_is_refused_until_it_can_be_kept_and_then_taken_once(
    stage: Stage,
) -> None:
    customer = await stage.customer()
    await customer.puts_into_cart("加厚帆布包")
    mini = await customer.checks_out()
    order_no = (await mini.orders())["order_no"]
    payment = await mini.opens_sheet(order_no)
    with locked(stage.folder / "var/shop.db", 6):
        await mini.confirms(payment)

        async def was_refused() -> bool:
            return await stage.count("notices:waiting") == 1

        await until(was_refused, within=6, what="the notify to be refused")
        assert await stage.count("notices:accepted") == 0

    await stage.move_time(seconds=15)  # WeChat Pay's first wait.
    await customer.hears("支付成功", order_no)
    await customer.hears_nothing_more()
