"""Who plainly asks for a human gets one; who only speaks of one does not."""

import pytest

from nlu.handoff import asks_for_a_human, declines_a_human
from nlu.training_data import read_examples


@pytest.mark.parametrize(
    "text",
    [
        "人工",
        "转人工",
        "转人工！！！",
        "轉人工",
        "我要人工客服",
        "帮我转一下人工",
        "有没有真人",
        "找你们经理",
        "叫个活人来",
        "给我来个客服",
        "zhuan rengong",
        "不想跟机器人说",
        "机器人闭嘴",
        "我要跟真人聊",
        "人工客服呢",
        "退款三天了没动静 转人工",
        "喊个说得清楚的来",
        "换个听得懂人话的来",
        "别整机器人了",
        "客服死哪去了",
        "能不能找个人跟我讲",
        "搵個真人同我講",
        "叫你们老板出来",
        "再不转人工我就投诉",
        "talk to a human",
    ],
)
def test_a_plain_wish_is_heard(text: str) -> None:
    assert asks_for_a_human(text)


@pytest.mark.parametrize(
    "text",
    [
        "人工智能会下棋吗",
        "这草坪是人工草吗",
        "安装要不要人工费",
        "不用转人工了",
        "你们客服态度真差",
        "昨天找客服说今天发货",
        "客服说给我补发的",
        "你们还招客服吗",
        "机器人吸尘器有货吗",
        "扫地机器人多少钱",
        "老板在吗",
        "老板便宜点",
        "请问客服在吗",
        "转账可以吗",
        "找一款保温杯",
        "来个会说话的",
        "换个大号的来",
        "叫人来取件",
        "收件人换个人",
        "给老板挑个礼物",
        "有没有客服戴的耳麦",
        "别让客服给我打电话",
        "",
    ],
)
def test_speaking_of_one_is_no_wish(text: str) -> None:
    assert not asks_for_a_human(text)


@pytest.mark.parametrize(
    "text", ["不用转人工了", "别叫人 我自己看", "算了不找你们领导了", "人工也不用了", "不找客服了"]
)
def test_who_declines_one_is_left_alone(text: str) -> None:
    assert declines_a_human(text)
    assert not asks_for_a_human(text)


@pytest.mark.parametrize(
    "text",
    ["不转人工我就投诉", "不要机器人 要人工", "能不能不要机器人", "不用了 谢谢", "不要这件了"],
)
def test_a_no_to_something_else_declines_nobody(text: str) -> None:
    assert not declines_a_human(text)


def test_no_other_training_sentence_is_taken_for_a_wish() -> None:
    others = [each for each in read_examples() if each.intent != "human_handoff"]

    assert [each.text for each in others if asks_for_a_human(each.text)] == []
