"""Pointing at the list, the cart and what was spoken of before: dialogues with the demo shop."""

import pytest

from bot.handlers import all_handlers
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, cart_of, line, play

DIALOGUES: dict[str, list[Line]] = {
    "the one above, in red": [
        line("连衣裙", "1. 棠里 碎花雪纺", "4. 棠里 法式方领"),
        line("上面那个要红的", "碎花雪纺", "要什么尺码", cart="", asks="variant"),
        line("M", "红色碎花 M", cart="NV002-02×1", asks=""),
        line("便宜那个来两件", "纯棉衬衫", "要什么颜色", asks="variant"),
        line("天蓝色XL", "天蓝色 XL", cart="NV002-02×1 NV005-05×2", asks=""),
    ],
    "by price and by place": [
        line("口红"),
        line("贵的那个", "国风雕花", cart="MZ020-01×1"),
        line("最便宜的那款也要", "丝绒哑光", cart="MZ020-01×1 MZ018-01×1"),
        line("最下面那个再来一件", "现在共2件", cart="MZ020-01×2 MZ018-01×1"),
    ],
    "the one that sells best": [
        line("牛奶"),
        line("卖得最好的那个来三箱", "×3", asks=""),
    ],
    "the one of that colour": [
        line("100以内的保温杯"),
        line("口红"),
        line("豆沙色那个来一件", "丝绒哑光", "豆沙色", cart="MZ018-03×1"),
    ],
    "both": [
        line("口红"),
        line("这俩都要", "丝绒哑光", "国风雕花", cart="MZ018-01×1 MZ020-01×1"),
        line("都要", "付款说“结算”", cart="MZ018-01×1 MZ020-01×1"),
    ],
    "both, two of each": [
        line("口红"),
        line("一样来两个", "购物车共4件", cart="MZ018-01×2 MZ020-01×2"),
    ],
    "all but one": [
        line("口红"),
        line("除了第二个都要", "丝绒哑光", cart="MZ018-01×1"),
    ],
    "all of a long list only after a yes": [
        line("蓝牙耳机", "为您找到9款"),
        line("全都要", "这5款都要吗", "¥", cart="", asks="take_all"),
        line("算了", "先不弄", cart="", asks=""),
        line("都要了", asks="take_all"),
        line("是", "购物车共5件", asks=""),
    ],
    "these two of many are not clear": [
        line("连衣裙"),
        line("这俩都要", "第几个", cart="", asks="pick"),
        line("第三个和第五个", "针织连衣裙", "丝绒吊带", "要什么颜色", cart="NV004-01×1",
             asks="variant"),
    ],
    "several that need an answer are asked for one after another": [
        line("T恤"),
        line("要第一个和第三个", "疾鹭", "要什么颜色", cart="", asks="variant"),
        line("黑色", "疾鹭", "要什么尺码", "M、L、XL", cart="", asks="variant"),
        line("L", "已加购物车", "黑色 L", "麻石巷", "要什么颜色", cart="YD007-02×1",
             asks="variant"),
        line("白色M", "白色 M", cart="YD007-02×1 NV012-07×1", asks=""),
    ],
    "none of them": [
        line("口红"),
        line("都不要", "先放着", "换一批", cart=""),
        line("第一个", cart="MZ018-01×1"),
        line("都不喜欢", "刚加进购物车的还在", cart="MZ018-01×1"),
    ],
    "none of the cart": [
        line("口红"),
        line("都要"),
        line("看看购物车"),
        line("都不要了", "2件都清空吗", cart="MZ018-01×1 MZ020-01×1", asks="clear_cart"),
        line("是", "已清空", cart=""),
    ],
    "anything will do says nothing about buying": [
        line("口红"),
        line("都可以", "第几个", cart=""),
        line("都行", cart=""),
        line("就这些吧", "空的", cart=""),
    ],
    "compared, then taken": [
        line("口红"),
        line("两个都比较一下", "① 奈鹿 丝绒哑光口红", "② 奈鹿 国风雕花", "①¥129  ②¥239", cart=""),
        line("这俩都要吧", cart="MZ018-01×1 MZ020-01×1"),
    ],
    "compared out of many, these two are those two": [
        line("蓝牙耳机"),
        line("第二个和第四个比一下", "② ", "④ "),
        line("这两个都要", "购物车共2件"),
    ],
    "what was just asked about is compared": [
        line("连衣裙"),
        line("第一个多少钱", "¥199"),
        line("第四个呢", "法式方领", "¥239", cart=""),
        line("比较一下", "① 棠里 碎花雪纺", "④ 棠里 法式方领", intent="compare_products"),
    ],
    "the same question about the next one": [
        line("T恤"),
        line("第一个是纯棉的吗", "不是纯棉"),
        line("第二个呢", "是的", "纯棉", cart=""),
        line("那第三个呢", "麻石巷 纯棉短袖T恤女", "纯棉", cart=""),
    ],
    "what about black": [
        line("蓝牙耳机"),
        line("第一个有白色吗", "没有白色"),
        line("黑的呢", "有黑", "¥", cart=""),
        line("来一件", "黑色", asks=""),
    ],
    "other colours of this one are no next page": [
        line("口红"),
        line("第一个多少钱"),
        line("还有别的颜色吗", "正红色、枫叶红、豆沙色", intent="refine_search"),
        line("换便宜点的", "为您找到1款", never=("已换成",), intent="refine_search"),
    ],
    "the one before": [
        line("连衣裙"),
        line("第四个多少钱", "法式方领"),
        line("口红"),
        line("刚才那个裙子怎么样", "法式方领", "材质", cart=""),
        line("口红"),
        line("前面看的那个来一件", "法式方领", "要什么颜色", cart="", asks="variant"),
        line("黑色L", cart="NV001-06×1"),
    ],
    "that one, when it was spoken of": [
        line("口红"),
        line("第二个多少钱", "¥239"),
        line("就它了", "国风雕花", cart="MZ020-01×1"),
        line("就这个吧", "付款说“结算”", cart="MZ020-01×1"),
        line("再来一件", "现在共2件", cart="MZ020-01×2"),
        line("少一件", cart="MZ020-01×1"),
    ],
    "the bare colour of what was just put in moves nothing": [
        line("口红"),
        line("第一个", "正红色", cart="MZ018-01×1"),
        line("豆沙色的", "丝绒哑光", "有豆沙色", cart="MZ018-01×1", intent="refine_search",
             entities={"color": ["豆沙色"]}),
        line("换成豆沙色", cart="MZ018-03×1"),
    ],
    "looking is not buying": [
        line("口红"),
        line("看看第二个", "国风雕花", "保质期", cart=""),
        line("这个", "国风雕花", cart=""),
        line("来一个", cart="MZ020-01×1"),
    ],
    "two large ones": [
        line("法式方领连衣裙"),
        line("来两个大号的", "要什么颜色", "红色、黑色", cart="", asks="variant"),
        line("黑的", "黑色 L", "×2", cart="NV001-06×2"),
        line("有大一码的吗", "黑色 XL", cart="NV001-06×2"),
        line("换大一码", "黑色 XL", cart="NV001-07×2"),
    ],
    "not red but still there": [
        line("口红"),
        line("第一个", cart="MZ018-01×1"),
        line("换便宜点的", "¥129", cart="MZ018-01×1"),
        line("看看购物车"),
        line("换便宜点的", cart="MZ018-01×1", intent="update_cart"),
    ],
    "a question about leaving out is answered by a question": [
        line("口红"),
        line("都要"),
        line("看看购物车"),
        line("可以不要第一个吗", "拿掉吗", cart="MZ018-01×1 MZ020-01×1", asks="drop",
             intent="update_cart", entities={"ordinal": [1]}),
        line("好的", "已拿掉", cart="MZ020-01×1", asks=""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_pointing(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


MISHEARD = {
    "第二个": "compare_products",
    "这俩都要": "ask_product_detail",
    "除了第二个都要": "update_cart",
    "便宜那个来两件": "refine_search",
    "就它了": "affirm",
    "都不要": "update_cart",
    "第二个呢": "add_to_cart",
}


@pytest.mark.parametrize("text", MISHEARD)
async def test_pointing_means_the_same_whatever_it_was_understood_as(
    open_chat: OpenChat, text: str
) -> None:
    """A parser knows nothing of the list: what was only pointed at never depends on its guess."""
    alice, bob = open_chat("o-alice"), open_chat("o-bob")
    for chat in (alice, bob):
        await chat.says("口红")
        await chat.says("第一个多少钱")
    entities = alice.parser.keyword.parse(text).entities

    as_heard = await alice.words(text)
    misheard = await bob.words(text, intent=MISHEARD[text], entities=entities)

    assert misheard == as_heard
    assert await cart_of(bob) == await cart_of(alice)


def test_no_question_lasts_whose_yes_cannot_be_undone() -> None:
    lasting = all_handlers().lasting

    assert {"variant", "pick"} <= lasting
    assert lasting.isdisjoint({"clear_cart", "cancel_order", "drop", "take_all", "take_left"})
