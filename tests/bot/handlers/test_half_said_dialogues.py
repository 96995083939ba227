"""Half sentences: amounts without a verb, kinds that were only sought, names nobody spells so."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

ADD, SEARCH, REFINE, DETAIL = (
    "add_to_cart",
    "search_product",
    "refine_search",
    "ask_product_detail",
)

DIALOGUES: dict[str, list[Line]] = {
    "a bare amount is how many it shall be": [
        line("计数跳绳"),
        line("来一根", cart="YD013-01×1", intent=ADD, entities={"quantity": 1}),
        line("两根", "×2", cart="YD013-01×2", intent=ADD, entities={"quantity": 2}),
        line("三根吧", "×3", cart="YD013-01×3", intent="nlu_fallback", entities={"quantity": 3}),
        line("再来一根", "现在共4件", cart="YD013-01×4", intent=ADD, entities={"quantity": 1}),
    ],
    "a bare amount of what was looked at since is of that": [
        line("计数跳绳"),
        line("来一根", cart="YD013-01×1", intent=ADD, entities={"quantity": 1}),
        line("自动雨伞"),
        line("两把", "自动雨伞", "×2", cart="YD013-01×1 JJ025-01×2", intent=ADD,
             entities={"quantity": 2}),
    ],
    "a name and an amount are bought when that is one product": [
        line("高原纯牛奶一箱", "已加购物车", cart="SP001-01×1", intent=SEARCH,
             entities={"product": ["高原纯牛奶"], "quantity": 1}),
        line("猫条"),
        line("三文鱼的 三盒", "三文鱼", "×3", cart="SP001-01×1 CW006-01×3", intent=SEARCH,
             entities={"product": ["三文鱼"], "quantity": 3}),
    ],
    "a name and an amount that fit several are looked for": [
        line("牛奶一箱", "为您找到", cart="", intent=SEARCH,
             entities={"product": ["牛奶"], "quantity": 1}),
    ],
    "a name that only comes near is not bought": [
        line("橘子猫条两盒", cart="", intent=SEARCH,
             entities={"product": ["橘子猫条"], "quantity": 2}),
    ],
    "the number of a kind counts nothing": [
        line("洗衣凝珠 100颗", "为您找到", cart="", intent=SEARCH,
             entities={"product": ["洗衣凝珠"], "quantity": 100}),
    ],
    "the kind that was sought need not be said again": [
        line("洗衣凝珠 100颗的", "凝胶洗衣凝珠", cart="", intent=SEARCH,
             entities={"product": ["洗衣凝珠"]}),
        line("来一盒", "100颗", cart="JJ015-02×1", intent=ADD, entities={"quantity": 1}),
    ],
    "the kind that was turned down is not taken": [
        line("香薰蜡烛 不要无花果的", intent=SEARCH, entities={"product": ["香薰蜡烛"]}),
        line("来一个", cart="JJ023-01×1", intent=ADD, entities={"quantity": 1}),
    ],
    "another kind where too few of the first are left": [
        line("猪肉脯"),
        line("原味的来5包", "只剩3件", cart="", asks="take_left", intent=ADD,
             entities={"attribute": ["原味"], "quantity": 5}),
        line("那蜜汁的吧", "蜜汁芝麻", "×5", asks="", intent="nlu_fallback"),
    ],
    "how large is not whether it is large": [
        line("空气炸锅多大容量的", "5L", never=("是的",), intent=DETAIL,
             entities={"product": ["空气炸锅"], "attribute": ["大容量"]}),
        line("是大容量的吗", "是的", intent=DETAIL, entities={"attribute": ["大容量"]}),
    ],
    "the one before, of a list that none was told apart in": [
        line("行李箱"),
        line("雨伞"),
        line("刚才那个箱子要24寸的来一个", "行李箱", never=("雨伞",), cart="", asks="variant",
             intent=ADD, entities={"size": ["24寸"], "quantity": 1}),
    ],
    "both of two things are found": [
        line("想买猫砂盆和猫爬架", "猫砂盆", "剑麻猫爬架", never=("没找到",), intent=SEARCH,
             entities={"product": ["猫砂盆", "猫爬架"]}),
    ],
    "goods that nobody spells so": [
        line("洗面乃有吗", "洗面奶", never=("乃有",), intent="nlu_fallback"),
        line("天气呢", "不太在行", intent="out_of_scope"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES.keys())
async def test_what_is_half_said_is_understood(chat: Chat, script: list[Line]) -> None:
    await play(chat, *script)
