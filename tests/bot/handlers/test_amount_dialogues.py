"""How many, of which things: none at all, far too many, set anew, two things in one breath."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

ADD, SWAP = "add_to_cart", "update_cart"

DIALOGUES: dict[str, list[Line]] = {
    "none at all": [
        line("声波电动牙刷"),
        line("来0件", "至少是1件", cart="", intent=ADD, entities={"quantity": 0}),
        line("来一个白色的", "白色", cart="SM031-03×1", intent=ADD,
             entities={"quantity": 1, "color": ["白色"]}),
        line("改成0个", "已拿掉", cart="", intent=SWAP, entities={"quantity": 0}),
    ],
    "far too many": [
        line("编织快充数据线"),
        line("2米的来一万条", "最多", cart="", intent=ADD,
             entities={"quantity": 10000, "size": ["2米"]}),
        line("2米的来115条", "只剩114件", cart="", intent=ADD,
             entities={"quantity": 115, "size": ["2米"]}),
    ],
    "only two after all": [
        line("海盐苏打饼干"),
        line("芝麻味来半打", cart="SP011-02×6", intent=ADD, entities={"quantity": 6}),
        line("改成一打", cart="SP011-02×12", intent=SWAP, entities={"quantity": 12}),
        line("算了就要俩", "×2", cart="SP011-02×2", intent=ADD, entities={"quantity": 2}),
        line("还是三包吧", "×3", cart="SP011-02×3", intent=ADD, entities={"quantity": 3}),
        line("只要一包就够了", "×1", cart="SP011-02×1", intent=ADD, entities={"quantity": 1}),
        line("再来两包", "现在共3件", cart="SP011-02×3", intent=ADD, entities={"quantity": 2}),
    ],
    "only two of what was just looked for": [
        line("海盐苏打饼干"),
        line("芝麻味来半打", cart="SP011-02×6", intent=ADD, entities={"quantity": 6}),
        line("乳胶枕头"),
        line("就要两个", "乳胶枕头", cart="SP011-02×6 JJ018-01×2", intent=ADD,
             entities={"quantity": 2}),
    ],
    "not wanted, said twice": [
        line("计数跳绳"),
        line("来一根", cart="YD013-01×1", intent=ADD, entities={"quantity": 1}),
        line("不要了不要了", "已拿掉", cart="", intent="deny"),
        line("来一根", cart="YD013-01×1", intent=ADD, entities={"quantity": 1}),
        line("算了，不要了吧", "已拿掉", cart="", intent="deny"),
    ],
    "wanted after all": [
        line("计数跳绳"),
        line("来两根", cart="YD013-01×2", intent=ADD, entities={"quantity": 2}),
        line("不要了", "已拿掉", cart="", intent="deny"),
        line("还是要吧", "浅粉色", "×2", cart="YD013-01×2", intent="deny"),
        line("不要了", cart="", intent="deny"),
        line("哎呀还是要吧 黑的", "黑色", cart="YD013-02×2", intent="nlu_fallback",
             entities={"color": ["黑"]}),
        line("还是要吧", cart="YD013-02×2", intent="affirm"),
    ],
    "two things, each with its amount": [
        line("我要一个拖把和两把切片的菜刀", "平板拖把", "菜刀", "购物车共3件",
             cart="JJ026-01×1 JJ008-01×2", intent=ADD,
             entities={"product": ["拖把", "菜刀"], "quantity": 1}),
        line("平板拖把一个，家用菜刀三把", cart="JJ026-01×2 JJ008-01×5", intent=ADD,
             entities={"product": ["平板拖把", "家用菜刀"], "quantity": 1}),
    ],
    "two things, one of which must be told first": [
        line("一双尖头高跟鞋和两个平板拖把", "平板拖把", "要什么颜色", cart="JJ026-01×2",
             asks="variant", intent=ADD,
             entities={"product": ["尖头高跟鞋", "平板拖把"], "quantity": 1}),
        line("红色37", cart="JJ026-01×2 XB002-02×1", asks=""),
    ],
    "two things, one of which the shop does not have": [
        line("一个平板拖把和两个空调外机", "“空调外机”", "平板拖把", cart="JJ026-01×1",
             intent=ADD, entities={"product": ["平板拖把", "空调外机"], "quantity": 1}),
    ],
    "a wish to buy, heard as a change of the cart": [
        line("竹纤维抽纸一箱", "已加购物车", cart="JJ011-01×1", intent=SWAP,
             entities={"product": ["竹纤维抽纸"], "quantity": 1}),
        line("平板拖把两个", "×2", cart="JJ011-01×1 JJ026-01×2", intent=SWAP,
             entities={"product": ["平板拖把"], "quantity": 2}),
        line("平板拖把三个", "×3", cart="JJ011-01×1 JJ026-01×3", intent=SWAP,
             entities={"product": ["平板拖把"], "quantity": 3}),
    ],
    "what was refused is not looked for": [
        line("算了不要羽绒服了 看看平板拖把", "平板拖把", never=("羽绒服",),
             intent="search_product", entities={"product": ["羽绒服", "平板拖把"]}),
    ],
    "two things looked for at once": [
        line("想买平板拖把和乳胶枕头", "平板拖把", "乳胶枕头", intent="search_product",
             entities={"product": ["平板拖把", "乳胶枕头"]}),
        line("第二个来一个", "乳胶枕头", cart="JJ018-01×1"),
        line("找找平板拖把、空调外机", "没找到“空调外机”", "免手洗平板拖把",
             intent="search_product", entities={"product": ["平板拖把", "空调外机"]}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_amounts(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])
