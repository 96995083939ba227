"""Kinds as customers say them: in part, by weight, by a bare number; what is not said stays."""

import pytest

from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

ADD, SWAP, ASK = "add_to_cart", "update_cart", "ask_product_detail"

DIALOGUES: dict[str, list[Line]] = {
    "rice by the pound": [
        line("五常大米", "五常稻花香大米"),
        line("来一袋10斤的", "5kg", "¥79", cart="SP014-02×1", intent=ADD,
             entities={"quantity": 1}),
        line("再来一袋五斤的", "2.5kg", cart="SP014-02×1 SP014-01×1", intent=ADD,
             entities={"quantity": 1}),
        line("拿两袋5公斤的", "5kg", cart="SP014-02×3 SP014-01×1", intent=ADD,
             entities={"quantity": 2}),
    ],
    "no bag of that weight": [
        line("五常大米"),
        line("来一袋20斤的", "没有20斤", "2.5kg、5kg", cart="", asks="variant", intent=ADD,
             entities={"quantity": 1, "size": ["20斤"]}),
        line("那10斤吧", "5kg", cart="SP014-02×1", asks=""),
    ],
    "a weight counts no pieces": [
        line("五常大米"),
        line("大米来10斤", "5kg", cart="SP014-02×1", intent=ADD,
             entities={"product": ["大米"], "quantity": 10}),
    ],
    "a weight that is asked about is no body": [
        line("五常大米"),
        line("10斤的那种多少钱", "¥79", never=("身高",), intent=ASK, entities={"size": ["10斤"]}),
        line("五斤的有吗", "2.5kg", "¥45", never=("身高",), intent=ASK),
        line("法式方领连衣裙"),
        line("120斤能穿吗", "没有身高体重对照表", intent=ASK),
    ],
    "part of the name of a kind": [
        line("乳胶枕头"),
        line("那就来一个按摩的吧", "按摩颗粒枕", cart="JJ018-02×1", intent=ADD,
             entities={"quantity": 1}),
        line("平滑的也来俩", "平滑高低枕", cart="JJ018-02×1 JJ018-01×2", intent=ADD,
             entities={"quantity": 2}),
    ],
    "part of a flavour, after another ran short": [
        line("猪肉脯"),
        line("原味的来5包", "只剩3件", cart="", asks="take_left", intent=ADD,
             entities={"quantity": 5, "attribute": ["原味"]}),
        line("那蜜汁的5包", "蜜汁芝麻", "×5", cart="SP009-02×5", asks="", intent=ADD,
             entities={"quantity": 5}),
    ],
    "a part that is turned down": [
        line("乳胶枕头"),
        line("不要按摩的那款来一个", "乳胶枕头", never=("（按摩颗粒枕） ×1",), intent=ADD,
             entities={"quantity": 1}),
    ],
    "the amount that stands in a kind's name": [
        line("抽纸30包的一箱", "30包", "×1", cart="JJ011-02×1", intent=ADD,
             entities={"product": ["竹纤维抽纸"], "quantity": 30}),
        line("18包的来两箱", "18包", "×2", cart="JJ011-02×1 JJ011-01×2", intent=ADD,
             entities={"quantity": 18}),
    ],
    "a size as a bare number": [
        line("尖头高跟鞋"),
        line("要一双红色36的", "36有裸色", cart="", asks="variant", intent=ADD,
             entities={"quantity": 1, "color": ["红色"]}),
        line("好的", "红色有35、37、38", cart="", asks="variant"),
        line("那37吧", "红色 37", cart="XB002-02×1", asks="", intent="checkout"),
    ],
    "a size that there is not": [
        line("尖头高跟鞋"),
        line("红色的来一双", "要什么尺码", asks="variant", intent=ADD,
             entities={"quantity": 1, "color": ["红色"]}),
        line("那就42", "没有42", "35", cart="", asks="variant", intent=ADD),
        line("41有吗", "没有41", cart="", asks="variant", intent=ASK),
        line("38", "红色 38", cart="XB002-03×1", asks=""),
    ],
    "a size is never chosen for a customer": [
        line("儿童羽绒服"),
        line("来一件红的110", "红色 110", cart="MY011-01×1", intent=ADD,
             entities={"quantity": 1, "color": ["红"]}),
        line("不是这个 我说的是藏青色", "110没有藏青色", "藏青色有120", cart="MY011-01×1",
             asks="variant", intent=ASK, entities={"color": ["藏青色"]}),
        line("120的就行", "藏青色 120", cart="MY011-03×1", asks="", intent="refine_search"),
        line("换成红色", "红色 120", cart="MY011-02×1", intent=SWAP,
             entities={"color": ["红色"]}),
        line("换成140", "红色没有140", cart="MY011-02×1", asks="variant", intent=SWAP),
    ],
    "part of a line is another kind": [
        line("珊瑚绒浴巾"),
        line("浅灰的来三条", "×3", cart="JJ020-01×3", intent=ADD,
             entities={"quantity": 3, "color": ["浅灰"]}),
        line("其中一条换成粉的", "浅粉色", "×1", cart="JJ020-01×2 JJ020-03×1", intent=SWAP,
             entities={"color": ["粉"]}),
        line("浅灰的换成浅蓝的", "浅蓝色", cart="JJ020-03×1 JJ020-02×2", intent=SWAP,
             entities={"color": ["浅灰", "浅蓝"]}),
    ],
    "two sizes up, one down": [
        line("圆领卫衣男"),
        line("来一件黑色M", "黑色 M", cart="NN008-01×1", intent=ADD,
             entities={"quantity": 1, "color": ["黑色"], "size": ["M"]}),
        line("换大两码", "黑色 XL", cart="NN008-03×1", intent=SWAP),
        line("还是小一码吧", "黑色 L", cart="NN008-02×1", intent=ASK),
        line("再大两码有没有", "没有大两码", "M、L、XL", cart="NN008-02×1",
             intent="refine_search"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_kinds(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])
