"""Goods told apart by words of their titles and by what they come in."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

ADD, ASK, REFINE = "add_to_cart", "ask_product_detail", "refine_search"
SEARCH = "search_product"

DIALOGUES: dict[str, list[Line]] = {
    "by a word of the title": [
        line("蓝牙耳机", "蓝牙耳机"),
        line("骨传导那个多少钱", "骨传导蓝牙耳机", "¥469", cart="", intent=ASK,
             entities={"attribute": ["骨传导"]}),
        line("那耳夹的呢", "耳夹式", "¥199", cart="", intent=REFINE),
        line("就要耳夹的 香槟金", "香槟金", cart="SM004-02×1", intent=REFINE,
             entities={"color": ["香槟金"]}),
    ],
    "looked for, not yet taken": [
        line("牛奶"),
        line("想要低脂的", "低脂高钙牛奶", cart="", intent=SEARCH),
        line("低脂的那个来两箱", cart="SP002-01×2", intent="nlu_fallback",
             entities={"quantity": 2}),
    ],
    "shoes by a word of the title": [
        line("跑鞋"),
        line("缓震的那双来一双", "缓震跑鞋", "要什么颜色", cart="", asks="variant", intent=ADD,
             entities={"quantity": 1}),
        line("黑白的", "要什么尺码", "42、43", asks="variant", intent=REFINE,
             entities={"color": ["黑白"]}),
        line("43", "黑白色 43", cart="YD001-05×1", asks="", intent="deny"),
    ],
    "the thing that was named rules out what is not one": [
        line("铝框行李箱", "铝框行李箱"),
        line("有24寸吗", "24寸", intent=REFINE, entities={"size": ["24寸"]}),
        line("自动雨伞", "自动雨伞"),
        line("刚才那个箱子要24寸的来一个", "24寸", cart="XB023-04×1", intent=ADD,
             entities={"quantity": 1, "size": ["24寸"]}),
        line("刚才那把伞也来一把", "自动雨伞", cart="XB023-04×1 JJ025-01×1", intent=ADD,
             entities={"quantity": 1}),
    ],
    "the cheap one, to have": [
        line("充电宝"),
        line("便宜的来一个", "¥119", intent=REFINE, entities={"quantity": 1}),
        line("贵点的也来俩", "¥278", intent=REFINE, entities={"quantity": 2}),
        line("哪个便宜", "便宜¥20", intent="ask_promotion"),
    ],
    "whatever it comes in": [
        line("跑鞋"),
        line("最后一个来一双 随便什么颜色尺码", "已加购物车", asks="", intent=ADD,
             entities={"ordinal": [-1], "quantity": 1}),
    ],
    "a thing by words that are in no dictionary": [
        line("自动雨伞"),
        line("旅行收纳袋来一套灰色的", "旅行收纳袋", "灰色", cart="XB025-02×1", intent=ADD,
             entities={"quantity": 1, "color": ["灰色"]}),
        line("那再来一套", "×1", cart="XB025-02×2", intent=ADD, entities={"quantity": 1}),
    ],
    "two kinds of one product, compared": [
        line("乳胶枕头"),
        line("两种有什么区别", "平滑高低枕", "按摩颗粒枕", "别的都一样", intent="compare_products"),
        line("平板拖把"),
        line("比较一下", "只有这一种", "没有可比较", intent="compare_products"),
    ],
    "asked of what was just put in": [
        line("自动雨伞"),
        line("来一把黑的", cart="JJ025-02×1", intent=ADD,
             entities={"quantity": 1, "color": ["黑"]}),
        line("看看购物车"),
        line("有红的吗", "酒红色", never=("为您找到",), cart="JJ025-02×1", intent=REFINE,
             entities={"color": ["红"]}),
    ],
    "a name alone, whatever it was taken for": [
        line("乳胶枕头", "为您找到", intent="out_of_scope", entities={"product": ["枕头"]}),
        line("谢谢 再看看拖把", "拖把", intent="thank", entities={"product": ["拖把"]}),
        line("有什么好东西", "店里有", never=("不太在行",), intent="out_of_scope"),
    ],
    "a question of one thing, taken for a wish": [
        line("乳胶枕头的材质是什么", "天然乳胶", never=("为您找到",), intent=SEARCH,
             entities={"product": ["乳胶枕头"]}),
        line("平板拖把多少钱", "¥69", never=("不太在行",), intent="out_of_scope",
             entities={"product": ["平板拖把"]}),
        line("那有没有平板拖把", "为您找到", never=("不太在行",), intent="out_of_scope",
             entities={"product": ["平板拖把"]}),
    ],
    "what sells best, when nothing was shown": [
        line("卖得最好的是啥", "热销商品", intent=REFINE),
        line("第二个", "已加购物车"),
    ],
    "nothing to page through": [
        line("换一批", "哪款商品", never=("没找到",)),
        line("这种的有吗", "哪款商品", never=("没找到",), intent=REFINE),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_telling_apart(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])
