"""A dialogue that goes otherwise than written fails, and tells where."""

from pathlib import Path

import pytest

from tests.dialogues.chat import Chat
from tests.dialogues.grammar import read_dialogue
from tests.dialogues.performance import Performance

pytestmark = [pytest.mark.rasa, pytest.mark.slow]

GREETING = """顾客：你好
  意图：greet
  回复：欢迎
  购物车：空
  订单：无
"""


async def played(folder: Path, chat: Chat, text: str) -> Performance:
    file = folder / "dialogue.txt"
    file.write_text(f"# 试一试\n{text}", encoding="utf-8")
    performance = Performance(read_dialogue(file), chat)
    await performance.play()
    return performance


async def test_what_goes_as_written_has_no_faults(tmp_path: Path, chat: Chat) -> None:
    performance = await played(tmp_path, chat, GREETING * 3)

    assert performance.faults == 0


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("意图：greet", "意图：goodbye"),
        ("意图：greet", "意图：答话"),
        ("回复：欢迎", "回复：再见"),
        ("回复：欢迎", "回复：无"),
        ("回复：欢迎", "回复：欢迎\n  不说：掌柜"),
        ("购物车：空", "购物车：口红×1"),
        ("订单：无", "订单：待付款"),
        ("订单：无", "订单：无\n  售后：仅退款"),
        ("订单：无", "订单：无\n  个人信息：导出"),
        ("订单：无", "订单：无\n  寄到：杭州"),
        ("订单：无", "订单：无\n  推送：停"),
        ("订单：无", "订单：无\n  叫人：有"),
    ],
)
async def test_whatever_is_otherwise_than_written_is_a_fault(
    tmp_path: Path, chat: Chat, right: str, wrong: str
) -> None:
    performance = await played(tmp_path, chat, GREETING.replace(right, wrong) + GREETING * 2)

    assert performance.faults == 1
    assert "✗ 第" in performance.report()


async def test_changes_that_nobody_wrote_are_faults(tmp_path: Path, chat: Chat) -> None:
    leaving = GREETING.replace("你好", "退订").replace("greet", "unsubscribe")

    performance = await played(tmp_path, chat, leaving.replace("欢迎", "不再给您发") + GREETING * 2)

    assert performance.faults == 1
    assert "推送变了" in performance.report()


async def test_the_report_tells_the_whole_conversation(tmp_path: Path, chat: Chat) -> None:
    performance = await played(tmp_path, chat, f"小程序：付款\n{GREETING}{GREETING}{GREETING}")

    assert performance.faults == 1
    assert "没有“订单”" in performance.report()

    performance = await played(tmp_path, chat, GREETING * 2 + GREETING.replace("欢迎", "再见"))

    assert performance.report().count("顾客：你好") == 3
    assert "⟨greet" in performance.report()
    assert "| 您好，欢迎来到" in performance.report()
