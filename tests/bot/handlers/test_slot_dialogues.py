"""Which size, which one: open questions, what is asked in between, and what was said before."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "a question in between": [
        line("法式方领连衣裙", "为您找到1款"),
        line("加购物车", "要什么颜色", asks="variant"),
        line("多少钱", "¥239", "对了", "要什么颜色", asks="variant"),
        line("包邮吗", "运费", "对了", "要什么颜色", cart="", asks="variant"),
        line("能退吗", never=("对了",), asks="variant"),
        line("红色", "要什么尺码", "S、M、L、XL", cart="", asks="variant"),
        line("我170穿什么码", "没有身高体重对照表", "要什么尺码", asks="variant"),
        line("L", "红色 L", cart="NV001-03×1", asks=""),
    ],
    "another product asked about in between": [
        line("连衣裙"),
        line("第一个红色的来两件", "碎花雪纺", "要什么尺码", asks="variant"),
        line("第二个是纯棉的吗", "纯棉衬衫", "对了，棠里 碎花雪纺连衣裙 要什么尺码", cart=""),
        line("S", "红色碎花 S", "×2", cart="NV002-01×2", asks=""),
    ],
    "this dress is the one in question, though the list has more": [
        line("连衣裙"),
        line("第一个红色的来一件", "要什么尺码", asks="variant"),
        line(
            "这裙子偏大吗",
            intent="ask_product_detail",
            entities={"product": ["裙子"]},
            never=("第几个",),
            asks="variant",
        ),
        line("S", "红色碎花 S", cart="NV002-01×1", asks=""),
    ],
    "a purchase is no answer to which two": [
        line("口红", "为您找到2款"),
        line("第二个和第三个比一下", "这一页只有2款", asks="pick"),
        line("第一个来两支", "已加购物车", "×2", never=("下架",)),
    ],
    "not understood in between": [
        line("法式方领连衣裙"),
        line("要黑色的来一件", asks="variant"),
        line("呜啦啦啦", "没太明白", "要什么尺码", asks="variant"),
        line("XL", "黑色 XL", cart="NV001-07×1"),
    ],
    "a yes is no size": [
        line("法式方领连衣裙"),
        line("要黑色的来一件", "要什么尺码", asks="variant"),
        line("好的", "要什么尺码", cart="", asks="variant"),
        line("要两件", "要什么尺码", cart="", asks="variant"),
        line("M", "黑色 M", "×2", cart="NV001-05×2"),
    ],
    "a change of mind ends it": [
        line("法式方领连衣裙"),
        line("加购物车", asks="variant"),
        line("算了不要了", never=("已加",), cart="", asks=""),
        line("红色", never=("已加",), cart=""),
    ],
    "another wish ends it, what was chosen is kept": [
        line("法式方领连衣裙"),
        line("加购物车", asks="variant"),
        line("黑色", "要什么尺码", asks="variant"),
        line("有没有口红", "为您找到2款", asks=""),
        line("刚才那个裙子来一件", "法式方领", "要什么尺码", never=("颜色",), asks="variant"),
        line("XL", "黑色 XL", cart="NV001-07×1"),
    ],
    "said in the search, not asked again": [
        line("要XL的红色连衣裙", "为您找到2款“红色 XL 连衣裙”"),
        line("第一个", "红色 XL", cart="NV001-04×1", asks=""),
    ],
    "said while narrowing, not asked again": [
        line("连衣裙"),
        line("要红色的"),
        line("XL的有吗", "为您找到2款“红色 XL 连衣裙”"),
        line("便宜的那个", "红色 XL", cart="NV001-04×1", asks=""),
    ],
    "asked about, not asked again": [
        line("T恤"),
        line("第一个有XL码吗", "有XL"),
        line("亮橙色有吗", "亮橙色", intent="ask_product_detail", entities={"color": ["亮橙色"]}),
        line("来一件", "亮橙色 XL", cart="YD007-05×1", asks=""),
    ],
    "a place among the sizes": [
        line("法式方领连衣裙"),
        line("来一件杏色的", "要什么尺码", "S、XL", asks="variant"),
        line("第二个", "杏色 XL", cart="NV001-09×1", asks=""),
    ],
    "all said at once": [
        line("法式方领连衣裙"),
        line("黑色XL来两件", "黑色 XL", "×2", cart="NV001-07×2", asks=""),
    ],
    "a size that is not there": [
        line("法式方领连衣裙"),
        line("来一件4XL的", "没有4XL", "S、M、L、XL", cart="", asks="variant"),
        line("那就XL吧", "要什么颜色", asks="variant"),
        line("红的", "红色 XL", cart="NV001-04×1", asks=""),
    ],
    "whatever fits": [
        line("跑鞋"),
        line("第一个", asks="variant"),
        line("都行", "已加购物车", asks=""),
    ],
    "shoes by a bare number": [
        line("跑鞋"),
        line("第一个白色的", "要什么尺码", asks="variant"),
        line("38", "白色没有38的", cart="", asks="variant"),
        line("37", "白色 37", "×1", asks=""),
    ],
    "paying before it is settled": [
        line("法式方领连衣裙"),
        line("加购物车", asks="variant"),
        line("结算", "要什么颜色", never=("[小程序]",), cart="", asks="variant"),
        line("红色S", cart="NV001-01×1", asks=""),
        line("口红"),
        line("第一个"),
        line("法式方领连衣裙"),
        line("再来个黑色的", "S没有黑色的", "S有红色、杏色", "黑色有M、L、XL", asks="variant"),
        line("结算", "[小程序] 去结算", "还没选好，没算在里面", cart="NV001-01×1 MZ018-01×1"),
    ],
    "which one, with a question in between": [
        line("口红"),
        line("来两个", "第几个", asks="pick"),
        line("包邮吗", "运费", "对了", "第几个", asks="pick"),
        line("第一个多少钱", "¥129", "第几个", cart="", asks="pick"),
        line("那就便宜的那个", "×2", cart="MZ018-01×2", asks=""),
    ],
    "which one, in that colour": [
        line("口红"),
        line("来一件", asks="pick"),
        line("第一个豆沙色的", "豆沙色", cart="MZ018-03×1", asks=""),
    ],
    "one that only differs in colour is put in and may be changed": [
        line("耳夹式蓝牙耳机"),
        line("来一件", "已加购物车", "换成香槟金", cart="SM004-01×1", asks=""),
        line("换成香槟金", cart="SM004-02×1"),
    ],
    "nothing of that brand": [
        line("棠里的保温杯", "没找到", "不限品牌", "要看看不限品牌的吗", asks="looser"),
        line("好", "为您找到4款“保温杯”", asks=""),
    ],
    "nothing of that size": [
        line("5XL的红色连衣裙", "没找到", "不限尺码的话有5款", asks="looser"),
        line("不用", "想找什么", asks=""),
    ],
    "the nearest shelf": [
        line("有没有汉服", "没找到“汉服”", "店里有："),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_open_questions(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


async def test_what_is_nothing_but_pinyin_is_searched_for(chat: Chat) -> None:
    replies = await chat.words("lianyiqun", intent="out_of_scope")

    assert "连衣裙" in replies
    assert "不太在行" in await chat.words("hello world", intent="out_of_scope")
