"""What is written wrongly is refused, with the line and the remedy."""

from pathlib import Path

import pytest

from tests.dialogues.blanks import Blanks
from tests.dialogues.grammar import Misspelt, read_dialogue
from tests.dialogues.happenings import Numbers, later
from tests.dialogues.rows import Line, Unreadable, are_these, goods, is_this_cart

TURN = """顾客：在吗
  意图：greet
  回复：您好 | 在
  购物车：空
  订单：无
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "dialogue.txt"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_dialogue_is_read_scene_by_scene(tmp_path: Path) -> None:
    said = (
        TURN
        + "店里：打包\n  订单：已打包\n"
        + TURN
        + TURN.replace("顾客：在吗", "顾客（语音）：在吗")
    )

    dialogue = read_dialogue(written(tmp_path, f"# 打招呼\n# 说明\n\n{said}"))

    assert dialogue.title == "打招呼"
    assert dialogue.turns == 3
    assert [scene.who for scene in dialogue.scenes] == ["顾客", "店里", "顾客", "顾客"]
    assert dialogue.scenes[3].kind == "voice"
    assert dialogue.scenes[0].wanted("回复") == ["您好 | 在"]


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        (TURN * 3, 1, "标题"),
        ("# 题\n" + TURN, 6, "要3到12句"),
        ("# 题\n" + TURN * 13, 66, "要3到12句"),
        ("# 题\n  意图：greet\n", 2, "不该缩进"),
        ("# 题\n客人：在吗\n", 2, "谁可以是顾客"),
        ("# 题\n顾客:在吗\n", 2, "应该是“谁：……”"),
        ("# 题\n顾客（打电话）：在吗\n", 2, "括号里只能是"),
        ("# 题\n店里（图片）：打包\n", 2, "括号里只能是"),
        ("# 题\n顾客：\n", 2, "说了什么"),
        ("# 题\n店里：\n", 2, "做了什么"),
        ("# 题\n" + TURN.replace("  意图：greet\n", ""), 2, "还要写意图"),
        ("# 题\n" + TURN.replace("回复", "不说"), 2, "还要写回复"),
        ("# 题\n" + TURN.replace("greet", "hello"), 3, "没有这个意图：hello"),
        ("# 题\n" + TURN + "  意图：greet\n", 3, "只能写一行"),
        ("# 题\n" + TURN + "  心情：好\n", 7, "项目可以是"),
        ("# 题\n" + TURN + "  寄到：\n", 7, "没有内容"),
        ("# 题\n店里：打包\n  意图：greet\n", 3, "没有意图"),
        ("# 题\n" + TURN.replace("顾客：在吗", "顾客（图片）："), 3, "意图写“无”"),
    ],
)
def test_what_is_written_wrongly_is_refused(
    tmp_path: Path, text: str, line: int, remedy: str
) -> None:
    with pytest.raises(Misspelt, match=f"第{line}行：.*{remedy}"):
        read_dialogue(written(tmp_path, text))


CART = (Line("奈鹿 丝绒哑光口红 显白不拔干", "正红色 XL", 2), Line("青牧坡 高原纯牛奶", "", 1))


@pytest.mark.parametrize(
    ("wanted", "is_right"),
    [
        ("丝绒哑光口红（正红色）×2；高原纯牛奶×1", True),
        ("口红×2；牛奶×1", True),
        ("口红（红）×2；牛奶×1", True),
        ("口红×1；牛奶×1", False),
        ("口红（豆沙色）×2；牛奶×1", False),
        ("口红（正红色 L）×2；牛奶×1", False),
        ("牛奶×1；口红×2", False),
        ("口红×2", False),
        ("空", False),
    ],
)
def test_every_line_of_the_cart_is_compared(wanted: str, is_right: bool) -> None:
    assert is_this_cart(wanted, CART) is is_right


def test_orders_are_compared_by_all_words_of_each() -> None:
    rows = [("20261123", "待付款", "¥129"), ("20261124", "已关闭", "¥65")]

    assert are_these("待付款 ¥129；已关闭", rows)
    assert not are_these("待付款；待付款", rows)
    assert not are_these("待付款", rows)
    assert not are_these("无", rows)
    assert are_these("无", [])


@pytest.mark.parametrize("wanted", ["口红", "口红两支", "口红×两", "（红）×1"])
def test_goods_in_another_form_are_refused(wanted: str) -> None:
    with pytest.raises(Unreadable, match="名称（规格）×件数"):
        goods(wanted)


def test_blanks_are_filled_with_what_is_known_by_then() -> None:
    blanks = Blanks(Numbers(orders=["20261123"], others=["20261199"], parcels=["SF1"]))
    blanks.notice(
        "为您找到2款“口红”：\n1. 奈鹿 丝绒哑光口红 显白 ¥129\n2. 奈鹿 唇釉 ¥79起\n说“第二个”"
    )

    filled = blanks.fill("<订单1> <旁人订单1> <运单1> <申请1> <第2款> <b>", ["SH1"])

    assert filled == "20261123 20261199 SF1 SH1 奈鹿 唇釉 <b>"
    with pytest.raises(Unreadable, match="没有<订单2>，只有1个"):
        blanks.fill("<订单2>", [])


def test_a_list_stays_known_while_other_things_are_said() -> None:
    blanks = Blanks(Numbers())
    blanks.notice("1. 奈鹿 唇釉 ¥79")
    blanks.notice("购物车（1件）：\n1. 奈鹿 口红（正红色） ×1 ¥129")

    assert blanks.fill("<第1款>", []) == "奈鹿 唇釉"


def test_time_is_written_in_one_form() -> None:
    assert later("30分钟后").total_seconds() == 1800
    assert later("2天后").days == 2
    with pytest.raises(Unreadable, match="时间写成"):
        later("明天")
