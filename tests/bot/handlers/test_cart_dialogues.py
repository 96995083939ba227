"""The cart by chat: dialogues with the demo shop."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "another size keeps the colour": [
        line("法式方领连衣裙", "为您找到1款"),
        line("要黑色的来一件", "要什么尺码", "M、L、XL", cart="", asks="variant"),
        line("M", "黑色 M", cart="NV001-05×1", asks=""),
        line("换成XL码", "已换成 黑色 XL", cart="NV001-07×1"),
        line("换成杏色", "已换成 杏色 XL", cart="NV001-09×1"),
        line("换小一码", "已换成", cart="NV001-08×1", intent="refine_search"),
        line("再来一件", "现在共2件", cart="NV001-08×2"),
    ],
    "a kind that is not there is asked for": [
        line("雪纺连衣裙", "为您找到1款"),
        line("加购物车", "要什么颜色", "红色碎花、蓝色碎花", cart="", asks="variant"),
        line("红色碎花", "要什么尺码", "S、M、L", cart="", asks="variant"),
        line("第一个", "红色碎花 S", cart="NV002-01×1", asks=""),
        line("换成XL码", "没有XL码", "S、M、L", cart="NV002-01×1", asks="variant"),
        line("L", "已换成 红色碎花 L", cart="NV002-03×1", asks=""),
        line("换成白色", "没有白色", "蓝色碎花", asks="variant"),
        line("蓝色碎花", "已换成 蓝色碎花 L", cart="NV002-06×1"),
    ],
    "an open question about the kind is dropped by another wish": [
        line("雪纺连衣裙", "为您找到1款"),
        line("来一件白色的", "没有白色", cart="", asks="variant"),
        line("有没有口红", "为您找到2款", asks=""),
        line("第二个", cart="MZ020-01×1"),
    ],
    "one more, one less, double, none": [
        line("口红"),
        line("第一个来两件", cart="MZ018-01×2"),
        line("再来一件", cart="MZ018-01×3"),
        line("少一件", cart="MZ018-01×2"),
        line("翻倍", cart="MZ018-01×4"),
        line("减到1件", cart="MZ018-01×1"),
        line("改成5件", "¥645", cart="MZ018-01×5"),
        line("少五件", "已拿掉", "购物车空了", cart=""),
    ],
    "positions mean the cart once it was shown": [
        line("口红"),
        line("第二个", cart="MZ020-01×1"),
        line("第一个", cart="MZ020-01×1 MZ018-01×1"),
        line("看看购物车", "1. 奈鹿 国风雕花", "2. 奈鹿 丝绒哑光"),
        line("第一个改成2件", cart="MZ020-01×2 MZ018-01×1"),
        line("第二个多少钱", "丝绒哑光", "¥129"),
        line("第二个来两件", cart="MZ020-01×2 MZ018-01×2"),
        line("2", "丝绒哑光", "改成2件", cart="MZ020-01×2 MZ018-01×2"),
        line("删掉", "已拿掉", cart="MZ020-01×2"),
        line("删掉第二个", "第几件", cart="MZ020-01×2"),
        line("最后一个不要了", "购物车空了", cart=""),
    ],
    "positions mean the list while it is in view": [
        line("口红"),
        line("第二个", cart="MZ020-01×1"),
        line("删掉第一个", "第几件", "1. 奈鹿 国风雕花", cart="MZ020-01×1"),
        line("有没有口红"),
        line("第二个改成3件", cart="MZ020-01×3"),
    ],
    "by name and by colour": [
        line("口红"),
        line("第一个和第二个", cart="MZ018-01×1 MZ020-01×1"),
        line("高原纯牛奶"),
        line("加购物车", cart="MZ018-01×1 MZ020-01×1 SP001-01×1"),
        line("把牛奶删了", "已拿掉", cart="MZ018-01×1 MZ020-01×1"),
        line("把牛奶删了", "购物车里没有牛奶", cart="MZ018-01×1 MZ020-01×1"),
        line("把口红删了", "第几件", cart="MZ018-01×1 MZ020-01×1"),
        line("第二个", "国风雕花", "删掉"),
        line("不要了", "已拿掉", cart="MZ018-01×1"),
    ],
    "all but one": [
        line("口红"),
        line("第一个和第二个"),
        line("高原纯牛奶"),
        line("加购物车"),
        line("只留牛奶", "已拿掉", cart="SP001-01×1"),
    ],
    "what was just put in is not wanted": [
        line("口红"),
        line("第一个", cart="MZ018-01×1"),
        line("不要了", "已拿掉", cart=""),
        line("不要了", "先不弄", cart=""),
    ],
    "emptied only after a yes": [
        line("口红"),
        line("第一个来两件", cart="MZ018-01×2"),
        line("清空购物车", "2件都清空吗", cart="MZ018-01×2", asks="clear_cart"),
        line("不用", "没动", cart="MZ018-01×2", asks=""),
        line("清空购物车", asks="clear_cart"),
        line("取消", "没动", cart="MZ018-01×2"),
        line("清空购物车", asks="clear_cart"),
        line("不要了", "清空吗", cart="MZ018-01×2", asks="clear_cart"),
        line("谢谢", "清空吗", cart="MZ018-01×2", asks="clear_cart"),
        line("呜啦啦啦", "清空吗", cart="MZ018-01×2", asks="clear_cart"),
        line("今天天气怎么样", never=("清空",), cart="MZ018-01×2"),
        line("是", never=("已清空",), cart="MZ018-01×2"),
        line("清空购物车", asks="clear_cart"),
        line("有没有牛奶", "为您找到", asks=""),
        line("好的", never=("已清空",), cart="MZ018-01×2"),
        line("清空购物车", asks="clear_cart"),
        line("是", "已清空", cart="", asks=""),
        line("清空购物车", "空的", asks=""),
    ],
    "no more than there is": [
        line("法式方领连衣裙"),
        line("黑色M码来5件", "只剩3件", cart="", asks="take_left"),
        line("好的", "已加购物车", "×3", cart="NV001-05×3"),
        line("再来一件", "只剩3件", "已经有3件", cart="NV001-05×3", asks=""),
        line("改成9件", "只剩3件", "先没改", cart="NV001-05×3"),
    ],
    "no more than there is, declined": [
        line("法式方领连衣裙"),
        line("黑色M码来5件", asks="take_left"),
        line("算了", "先不弄", cart="", asks=""),
    ],
    "more than anybody may buy at once": [
        line("口红"),
        line("第一个来1000件", "最多买999件", cart=""),
    ],
    "a sold-out size is no sale": [
        line("冰丝阔腿裤"),
        line("来一条浅灰色XL", "暂时缺货", "有货", cart="", asks="variant"),
        line("随便", "已加购物车"),
    ],
    "asked of an empty cart": [
        line("看看购物车", "空的"),
        line("结算", "空的", never=("小程序]",)),
        line("怎么付款", "微信支付"),
        line("清空购物车", "空的"),
        line("删掉第一个", "空的"),
        line("改成2件", "空的"),
    ],
    "a change to an empty cart is a wish of the list": [
        line("连衣裙", "为您找到6款"),
        line("换成红色", "为您找到5款“红色 连衣裙”"),
        line("第二个来两件", "要什么尺码", asks="variant", intent="update_cart",
             entities={"ordinal": [2], "quantity": 2}),
        line("S", "共2件", cart="NV006-01×2"),
    ],
    "how many was not said": [
        line("口红"),
        line("第一个", cart="MZ018-01×1"),
        line("数量改一下", "改成几件", asks="quantity", intent="update_cart"),
        line("3", "×3", cart="MZ018-01×3", asks=""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_the_cart(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])
