"""Not this one, I said white: what was done last is put right, not doubled."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "another kind": [
        line("要XL的红色连衣裙"),
        line("第一个", cart="NV001-04×1"),
        line("我说的是黑色", "已换成 黑色 XL", cart="NV001-07×1"),
        line("不是黑色，是杏色", "已换成 杏色 XL", cart="NV001-09×1"),
        line("不对，我要红色的", "已换成 红色 XL", cart="NV001-04×1"),
        line("我要的是S码", "已换成 红色 S", cart="NV001-01×1"),
    ],
    "white is not there": [
        line("要XL的红色连衣裙"),
        line("第一个", cart="NV001-04×1"),
        line("不是这个，我说的是白色", "没有白色", cart="NV001-04×1", asks="variant"),
        line("黑色", "已换成 黑色 XL", cart="NV001-07×1"),
    ],
    "only the pieces just put in": [
        line("口红"),
        line("第一个来两件", cart="MZ018-01×2"),
        line("第一个", "现在共3件", cart="MZ018-01×3"),
        line("我说的是豆沙色", "豆沙色", cart="MZ018-01×2 MZ018-03×1"),
    ],
    "another one of the list": [
        line("口红"),
        line("第一个来两件", cart="MZ018-01×2"),
        line("不是这个，我要第二个", "先拿掉了", "国风雕花", "×2", cart="MZ020-01×2"),
        line("拿错了，是第一个", "先拿掉了", "丝绒哑光", cart="MZ018-01×2"),
        line("我说的是贵的那个", "先拿掉了", cart="MZ020-01×2"),
    ],
    "not this one": [
        line("口红"),
        line("第一个来两件", cart="MZ018-01×2"),
        line("不是这个", "先拿掉了", "第几个", cart="", asks="pick"),
        line("第二个", "×2", cart="MZ020-01×2", asks=""),
        line("加错了", "先拿掉了", cart="", asks="pick"),
        line("算了", cart="", asks=""),
    ],
    "which of several is wrong is asked": [
        line("口红"),
        line("都要", cart="MZ018-01×1 MZ020-01×1"),
        line("不是这个", "哪一件不对", "1. ", "2. ", cart="MZ018-01×1 MZ020-01×1"),
    ],
    "another amount": [
        line("牛奶"),
        line("第一个来两箱", cart="SP002-01×2"),
        line("不是两箱，是三箱", "×3", cart="SP002-01×3"),
        line("我要的是五箱", "×5", cart="SP002-01×5"),
    ],
    "fewer, said as a refusal": [
        line("牛奶"),
        line("第一个来两箱", cart="SP002-01×2"),
        line("不要两箱，一箱就行", "×1", cart="SP002-01×1"),
        line("第一个不要了", cart="", intent="add_to_cart", entities={"ordinal": [1]}),
    ],
    "another thing": [
        line("高原纯牛奶"),
        line("来一箱", cart="SP001-01×1"),
        line("不是牛奶，我要口红", "先拿掉了", "第几个", cart="", asks="pick"),
        line("第二个", cart="MZ020-01×1"),
    ],
    "the question was about another one": [
        line("口红"),
        line("第一个多少钱", "¥129"),
        line("不是，我说的是第二个", "¥239", cart=""),
        line("不是这个", "第几个", cart="", asks="pick"),
        line("第一个", "¥129", cart="", asks=""),
    ],
    "the list was of the wrong colour": [
        line("有没有红色的连衣裙", "“红色 连衣裙”"),
        line("我说的是黑色的", "“黑色 连衣裙”", cart=""),
        line("不是黑色是白色", "“白色 连衣裙”", cart=""),
    ],
    "an open question is answered by it": [
        line("法式方领连衣裙"),
        line("来一件红色的", "要什么尺码", asks="variant"),
        line("我说的是黑色", "要什么尺码", "M、L、XL", cart="", asks="variant"),
        line("XL", "黑色 XL", cart="NV001-07×1"),
    ],
    "a line spoken of earlier": [
        line("口红"),
        line("都要"),
        line("看看购物车"),
        line("第一个换成豆沙色", "豆沙色", cart="MZ020-01×1 MZ018-03×1"),
        line("不是豆沙色，是枫叶红", "枫叶红", cart="MZ020-01×1 MZ018-02×1"),
    ],
    "a question is no correction": [
        line("口红"),
        line("第一个", cart="MZ018-01×1"),
        line("不是正品怎么办", cart="MZ018-01×1"),
        line("不是说包邮吗", cart="MZ018-01×1"),
    ],
    "nothing to correct": [
        line("不是这个", never=("拿掉",), cart=""),
        line("我说的是白色", never=("已换成",), cart=""),
    ],
    "a correction after another search does not touch the cart": [
        line("口红"),
        line("第一个", cart="MZ018-01×1"),
        line("牛奶"),
        line("不是这个", "想要什么样的", cart="MZ018-01×1"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
async def test_corrections(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])
