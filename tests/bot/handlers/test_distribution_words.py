"""What is said of distribution, by customers and by the shop."""

import pytest

from bot.handlers import commission_news_words, distribution_words, withdrawal_words
from bot.handlers.distribution_goals import Goal, amount_said, bare_amount, goal_of, sure_goal
from commerce.compliance import TextKind, lint


def test_no_sentence_is_one_that_the_lint_stops() -> None:
    modules = (distribution_words, withdrawal_words, commission_news_words)
    told = [each for module in modules for each in vars(module).values()]
    told += [each for known in told if isinstance(known, dict) for each in known.values()]
    sentences = [each for each in told if isinstance(each, str)]

    assert distribution_words.RULES in sentences
    for kind in (TextKind.ANSWER, TextKind.OFFER):
        assert [found for each in sentences for found in lint(each, kind)] == []


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("我能提多少钱", Goal.BALANCE),
        ("待结算的佣金有多少", Goal.BALANCE),
        ("昨天提的200还没到账", Goal.PROGRESS),
        ("提现审核多长时间", Goal.PROGRESS),
        ("提现到哪 微信零钱还是银行卡", Goal.PAYING),
        ("最低多少才能提", Goal.PAYING),
        ("把我佣金提出来", Goal.WITHDRAW),
        ("佣金咋少了", Goal.LINES),
        ("她退货了我的佣金会扣掉吗", Goal.RULES),
        ("自己买有没有返佣", Goal.RULES),
        ("邀請碼在哪", Goal.CODE),
        ("我的下线有几个", Goal.BROUGHT),
        ("当推广员有门槛没", Goal.HOW),
        ("分享给姐妹有钱拿吗", Goal.HOW),
        ("我想做分销", Goal.JOIN),
        ("做不做推广", Goal.JOIN),
        ("不做推广了", Goal.LEAVE),
        ("加盟要多少钱", Goal.TRADE),
        ("今天天气怎么样", None),
    ],
)
def test_what_is_wanted_of_distribution(text: str, goal: Goal | None) -> None:
    assert goal_of(text) == goal


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("查一下我的佣金", Goal.BALANCE),
        ("我要提现50.5元", Goal.WITHDRAW),
        ("全部提现", Goal.WITHDRAW),
        ("提现到哪了？", Goal.PROGRESS),
        ("推广码发我", Goal.CODE),
        ("我邀请了几个人", Goal.BROUGHT),
        ("申请当分销员", Goal.JOIN),
        ("提现要几天", None),
        ("积分明细", None),
        ("记录", None),
    ],
)
def test_words_that_can_mean_nothing_else(text: str, goal: Goal | None) -> None:
    assert sure_goal(text) == goal


@pytest.mark.parametrize(
    ("text", "amount", "bare"),
    [
        ("50", 5000, 5000),
        ("５０．５", 5050, 5050),
        ("¥1,200", 120_000, 120_000),
        ("提1万", 1_000_000, 1_000_000),
        ("那就提二百五吧", 25_000, 25_000),
        ("50.555", None, None),
        ("三块", 300, 300),
        ("提现要3天", None, None),
        ("有没有100块的面膜", 10_000, None),
        ("第一", None, None),
        ("9999999999", None, None),
        ("好", None, None),
    ],
)
def test_the_amount_that_is_named(text: str, amount: int | None, bare: int | None) -> None:
    assert (amount_said(text), bare_amount(text)) == (amount, bare)
