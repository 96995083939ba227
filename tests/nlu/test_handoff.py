"""Who plainly asks for a human gets one; who only speaks of one does not."""

import pytest

from nlu.handoff import asks_for_a_human
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
        "",
    ],
)
def test_speaking_of_one_is_no_wish(text: str) -> None:
    assert not asks_for_a_human(text)


def test_no_other_training_sentence_is_taken_for_a_wish() -> None:
    others = [each for each in read_examples() if each.intent != "human_handoff"]

    assert [each.text for each in others if asks_for_a_human(each.text)] == []
