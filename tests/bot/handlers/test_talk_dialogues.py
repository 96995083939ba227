"""Questions about goods, small talk, misunderstandings, odd messages."""

import pytest
from sqlmodel import select

from bot.messages import Card, Choices, Text
from bot.texts import LONGEST, MENU
from commerce.events import ShopEvent
from miniprogram_cards.paths import PRODUCT_PAGE, parse
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import Line, line, play

DIALOGUES: dict[str, list[Line]] = {
    "the very thing asked is answered": [
        line("T恤", "为您找到5款"),
        line("第三个多少钱", "¥59", never=("材质",)),
        line("第一个是纯棉的吗", "不是纯棉", "聚酯纤维"),
        line("第二个是纯棉的吗", "是的", "纯棉"),
        line("有货吗", "印花短袖", "除了", "红色 XL：仅剩2件"),
        line("什么颜色", "红色、黑色", never=("M、L",)),
        line("第一个有白色吗", "没有白色", "亮橙色"),
        line("第一个有XL码吗", "有XL", "黑色 XL"),
        line("我170穿什么码", "M、L、XL、2XL", "转人工"),
        line("来一件", "速干运动T恤", "要什么颜色", asks="variant"),
        line("黑色的", "黑色 XL", cart="YD007-03×1"),
    ],
    "which one is asked before it is answered": [
        line("口红"),
        line("保质期多久", "第几个", asks="pick"),
        line("2", "国风雕花", cart="", asks=""),
    ],
    "what is not known is not made up": [
        line("耳夹式蓝牙耳机", "为您找到1款"),
        line("第一个产地是哪里", "没有写产地", "转人工"),
    ],
    "compared by what differs": [
        line("T恤"),
        line("第一个和第二个有什么区别", "材质 ①聚酯纤维  ②纯棉", "克重 ①未注明  ②220g",
             "都一样：价格 ¥69"),
        line("第二个和第三个哪个便宜", "第3个便宜¥10"),
        line("哪个好", "② 岭北记", "③ 麻石巷", cart="", asks=""),
        line("T恤"),
        line("哪个好", "比较哪两个", asks="pick"),
        line("第一个和第三个", "① 疾鹭", "③ 麻石巷", "价格 ①¥69  ③¥59", cart=""),
        line("第一个和第九个有什么区别", "只有5款"),
    ],
    "a card only when asked for": [
        line("口红"),
        line("第一个多少钱", never=("[小程序]",)),
        line("看图", "[小程序] 奈鹿 丝绒哑光", "¥129"),
        line("第二个发链接", "[小程序] 奈鹿 国风雕花", intent="ask_product_detail",
             entities={"ordinal": [2]}),
    ],
    "a greeting in the middle keeps the list": [
        line("口红"),
        line("你好", "欢迎来到掌柜小店", *MENU),
        line("第二个", cart="MZ020-01×1"),
    ],
    "thanks and farewell": [
        line("谢谢", "不客气"),
        line("拜拜", "慢走"),
        line("好的", "想看点什么"),
        line("不用", "先不弄"),
    ],
    "yes to a list asks which": [
        line("口红"),
        line("好的", "第几个", cart="", asks="pick"),
        line("第二个", cart="MZ020-01×1", asks=""),
    ],
    "not understood: a question, the menu, then a person": [
        line("asdfgh", "没太明白", "您是想找商品", never=MENU[1:], asks=""),
        line("呜啦啦啦", "还是没听懂", *MENU, asks=""),
        line("蹦蹦嚓", "没弄懂", "已经记下，店里的同事会看到", asks=""),
        line("蹦蹦嚓", "没太明白", never=("已经记下",), asks=""),
    ],
    "the best guess is asked about, and a yes is enough": [
        line("那个啥到没到呀", "您是想问物流吗", asks="guess", intent="nlu_fallback",
             guess="track_shipment"),
        line("是的", "您还没有订单", asks=""),
    ],
    "a wrong guess leads to the menu": [
        line("那个啥到没到呀", "您是想问物流吗", asks="guess", intent="nlu_fallback",
             guess="track_shipment"),
        line("不是", "理解错了", *MENU, asks=""),
        line("蹦蹦嚓", "已经记下，店里的同事会看到", asks=""),
    ],
    "a guess forgotten by a clear wish": [
        line("那个啥到没到呀", asks="guess", intent="nlu_fallback", guess="track_shipment"),
        line("有没有口红", "为您找到2款", asks=""),
    ],
    "understanding begins the count anew": [
        line("asdfgh", "没太明白"),
        line("谢谢", "不客气"),
        line("呜啦啦啦", "没太明白", never=("已经记下",)),
    ],
    "far from the shop, again and again": [
        line("今天天气怎么样", "不太在行", never=("转人工",)),
        line("1+1等于几", "帮不上", *MENU),
        line("讲个笑话", "已经记下，店里的同事会看到"),
    ],
    "what only people can do is passed on": [
        line("能开发票吗", "开发票", "已经记下，店里的同事会看到"),
        line("包邮吗", "运费", "已经记下，店里的同事会看到"),
        line("付款失败了怎么办", "付款遇到问题"),
        line("太差劲了", "抱歉"),
        line("转人工", "已经记下"),
    ],
    "what the shop does not do is said": [
        line("怎么拼团", "凑够人数就成团", "没有正在拼的团"),
        line("今晚几点直播", "最近没有直播安排"),
        line("我有多少积分", "积分", "还没有"),
        line("有什么优惠", "没有优惠券"),
    ],
    "advertising stopped and resumed": [
        line("退订", "不再给您发活动消息"),
        line("恢复推送", "再告诉您"),
    ],
    "pictures, places and silent voices do not disturb": [
        line("口红"),
        line("加购物车", asks="pick"),
        line("", "图片收到了", kind="image", asks="pick"),
        line("", "用文字告诉我", kind="location", asks="pick"),
        line("", "没听清", kind="voice", asks="pick"),
        line("VIEW", kind="event", asks="pick"),
        line("第二个", cart="MZ020-01×1", kind="voice", asks=""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", DIALOGUES)
async def test_talk(chat: Chat, name: str) -> None:
    await play(chat, *DIALOGUES[name])


async def test_a_card_of_a_product_leads_to_its_page_and_knows_where_it_was_seen(
    chat: Chat,
) -> None:
    await chat.says("口红")

    (card,) = await chat.says("第一个发链接", intent="out_of_scope", entities={"ordinal": [1]})

    assert isinstance(card, Card)
    memory = await chat.memory()
    path = parse(card.path)
    assert (path.page, path.subject) == (PRODUCT_PAGE, str(memory.shown[0]))
    assert path.source == "oa-chat"
    assert card.picture == "mz018.jpg"


async def test_the_third_turn_not_understood_calls_a_person_once(chat: Chat) -> None:
    for words in ("asdfgh", "蹦蹦嚓", "啷里个啷", "咿呀咿呀", "哦咦哦咦"):
        await chat.says(words)

    with chat.database.reading() as session:
        calls = session.exec(select(ShopEvent).where(ShopEvent.kind == "person_wanted")).all()
    assert [call.subject["reason"] for call in calls] == ["low_confidence"]


async def test_the_menu_is_offered_to_tap_and_every_option_does_something(chat: Chat) -> None:
    (menu,) = await chat.says("", "follow")
    assert isinstance(menu, Choices)
    assert menu.options == MENU

    answers = {option: await chat.words(option, "menu_choice") for option in menu.options}

    assert "店里有：" in answers["找商品"]
    assert "购物车还是空的" in answers["看看购物车"]
    assert "您还没有订单" in answers["我的订单"]
    assert "没有优惠券" in answers["有什么优惠"]
    assert "已经记下" in answers["转人工"]


@pytest.mark.parametrize(
    "text", ["啊" * 2000, "我想买" + "好看的" * 600, "<a href='x'>买</a>" * 90]
)
async def test_a_very_long_message_gets_a_short_answer(chat: Chat, text: str) -> None:
    (reply,) = await chat.says(text, intent="search_product")

    assert isinstance(reply, Text)
    assert len(reply.content.encode()) < LONGEST / 2
    assert "<a" not in reply.content
    assert len((await chat.memory()).model_dump_json()) < 2000


async def test_words_of_the_customer_cannot_become_a_link(chat: Chat) -> None:
    link = "<a href=weixin://bizmsgmenu?msgmenucontent=x&msgmenuid=1>y</a>"

    for entity in ("product", "color", "size", "brand", "attribute"):
        answer = await chat.words(
            f"有没有{link}", intent="search_product", entities={entity: [link]}
        )
        assert "<a" not in answer
