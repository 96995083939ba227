"""Finding, narrowing, choosing: dialogues with the demo shop."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "earphones for a budget, the second of them, the card": [
        line("有没有200块以内的蓝牙耳机", "为您找到5款", "200元以内", "1. ", "5. ", "第二个"),
        line("第二个", "已加购物车", "耳夹式", "¥199", "换成香槟金", cart="SM004-01×1"),
        line("结算", "[小程序] 去结算", "¥199"),
    ],
    "the last of the list": [
        line("推荐几款口红", "为您找到2款"),
        line("最后一个", "国风雕花口红套装", cart="MZ020-01×1"),
    ],
    "a bare number is a place, an amount is not": [
        line("口红", "为您找到2款"),
        line("来两件", "第几个", cart="", asks="pick"),
        line("2", "国风雕花", "×2", cart="MZ020-01×2", asks=""),
        line("1", "丝绒哑光", "×1", cart="MZ020-01×2 MZ018-01×1"),
    ],
    "two of the second": [
        line("口红"),
        line("第二个来两件", "×2", "¥478", cart="MZ020-01×2"),
    ],
    "the first and the second": [
        line("口红"),
        line("第一个和第二个", "丝绒哑光", "国风雕花", "共2件", cart="MZ018-01×1 MZ020-01×1"),
    ],
    "a place that the list does not have": [
        line("口红"),
        line("第一个和第三个", "只有2款", "第几个", cart="", asks="pick"),
        line("第一百个", "只有2款", cart=""),
        line("第一个", "已加购物车", cart="MZ018-01×1"),
    ],
    "red ones, then cheaper ones": [
        line("想买连衣裙", "为您找到6款", "再看1款"),
        line("要红色的", "为您找到5款“红色 连衣裙”", "¥459"),
        line("便宜点的", "为您找到3款", "239元以内", never=("¥329", "¥459")),
        line("最后一个", "法式方领", "要什么尺码", cart="", asks="variant"),
        line("S码", "红色 S", cart="NV001-01×1"),
    ],
    "nothing cheaper than the cheapest": [
        line("口红", "¥129", "¥239"),
        line("便宜点的", "为您找到1款", "¥129"),
        line("再便宜点", "¥129", "没有更便宜的"),
        line("加购物车", "丝绒哑光", cart="MZ018-01×1"),
    ],
    "next page and back": [
        line("女装", "为您找到25款", "再看5款"),
        line("换一批", "为您找到25款", never=("纯棉短袖T恤女",)),
        line("上一页", "纯棉短袖T恤女"),
        line("上一页", "第一页"),
    ],
    "past the end the list stays": [
        line("口红", "1. 奈鹿 丝绒哑光口红"),
        line("换一批", "就这些了"),
        line("第一个", "丝绒哑光", cart="MZ018-01×1"),
    ],
    "sorted by price": [
        line("蓝牙耳机"),
        line("最贵的", "1. 声域", "¥399"),
        line("最便宜的", "1. 讯禾 入耳式", "¥59"),
        line("按销量排", "1. "),
    ],
    "the cheapest of them": [
        line("口红"),
        line("最便宜的那个", "丝绒哑光", cart="MZ018-01×1"),
    ],
    "a filter that nothing passes": [
        line("50块以内的羽绒服", "没找到", "50元以内", "不限价格", "3款", asks="looser"),
        line("好的", "为您找到3款“羽绒服”", "¥269"),
    ],
    "a filter that nothing passes, declined": [
        line("50块以内的羽绒服", "要看看不限价格的吗", asks="looser"),
        line("不用", "想找什么", asks=""),
    ],
    "a failed filter leaves the list to choose from": [
        line("口红"),
        line("要白色的", "没找到“白色 口红”", asks="looser"),
        line("第一个", "丝绒哑光", cart="MZ018-01×1"),
    ],
    "not this colour": [
        line("羽绒服"),
        line("不要黑色的", "不要黑色", "什么颜色", never=("、黑色",)),
    ],
    "another thing forgets the first one's filters": [
        line("100以内的保温杯", "100元以内"),
        line("有没有羽绒服", "为您找到3款“羽绒服”", never=("100元",)),
    ],
    "a further wish narrows": [
        line("积木", "为您找到3款"),
        line("100到200的", "积木", "100–200元", never=("¥229",)),
    ],
    "sold out, and something like it": [
        line("真丝衬衫", "暂时缺货", "同类", asks="similar"),
        line("第一个", "暂时缺货", "同类", cart="", asks="similar"),
        line("好的", "为您找到25款“女装”", never=("暂时缺货",)),
    ],
    "named, not pointed at": [
        line("给我来一箱牛奶", "低脂高钙", "高原纯牛奶", "第几个", cart="", asks="pick"),
        line("第二个", "高原纯牛奶", cart="SP001-01×1"),
        line("再给我来一箱青牧坡低脂高钙牛奶", "低脂高钙", cart="SP001-01×1 SP002-01×1"),
    ],
    "nothing like it": [
        line("有没有衣服", "没找到“衣服”", "店里有：", "女装"),
        line("找商品", "店里有：", "想找什么"),
        line("你们有哪些东西", "店里有："),
    ],
    "nothing shown yet": [
        line("第二个", never=("已加购物车",), cart=""),
        line("加购物车", "哪款商品", cart=""),
        line("多少钱", "哪款商品"),
    ],
    "in traditional and full-width characters": [
        line("有沒有紅色的連衣裙", "为您找到5款“红色 连衣裙”"),
        line("第２个", "丝绒吊带", "要什么尺码", asks="variant"),
        line("Ｓ碼", "丝绒吊带", cart="NV006-01×1"),
        line("再來兩件", "共3件", cart="NV006-01×3"),
        line("ＸＬ码的有吗", "丝绒吊带", "没有XL码"),
    ],
    "with emoji around it": [
        line("我想买😊口红😊", "为您找到2款“口红”"),
        line("第一个👍", "丝绒哑光", cart="MZ018-01×1"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_shopping(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


CATEGORIES = {
    "女装": "连衣裙",
    "男装": "羽绒服",
    "数码家电": "蓝牙耳机",
    "家居日用": "保温杯",
    "食品生鲜": "牛奶",
    "美妆护肤": "口红",
    "运动户外": "跑鞋",
    "鞋靴箱包": "双肩包",
    "宠物用品": "猫粮",
    "母婴玩具": "积木",
}


@pytest.mark.parametrize(("category", "thing"), CATEGORIES.items())
async def test_something_of_every_shelf_is_found_told_about_and_bought(
    chat: Chat, category: str, thing: str
) -> None:
    await play(
        chat,
        line("找商品", category),
        line(category, "为您找到", f"“{category}”"),
        line(f"想买{thing}", "为您找到", f"“{thing}”", "¥"),
        line("第一个多少钱", "¥"),
        line("加购物车"),
        line("随便", asks=""),
        line("看看购物车", "购物车（1件）"),
        line("结算", "[小程序] 去结算"),
    )
