"""Drafts: what is refused and how it is said, versions, and the lint as a gate."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from campaigns import drafts, gate
from campaigns.drafts import read_draft
from campaigns.tables import Campaign, CampaignState
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from tests.campaigns.campaigning import content, new_campaign, send
from tests.commerce.shop import NOW

LINK = {"kind": "link", "ref": "https://shop.example/a", "title": "攻略"}
PRODUCT = {"kind": "product", "ref": "1"}


def entered(**changes: Any) -> dict[str, Any]:
    """A whole campaign as an operator enters it."""
    return {
        "name": "上新",
        "kind": "once",
        "plan": {"kind": "once", "at": "2026-12-01T02:00:00Z"},
        "nodes": [send()],
        "routes": ["wecom"],
        **changes,
    }


def steps(*nodes: dict[str, Any]) -> dict[str, Any]:
    """A journey of these steps."""
    plan = {"kind": "journey", "trigger": "cart_left", "after_minutes": 60}
    return entered(kind="journey", plan=plan, nodes=list(nodes))


def sop(**at: Any) -> dict[str, Any]:
    plan = {"kind": "sop", "from_day": "2026-12-01"}
    return entered(kind="sop", plan=plan, nodes=[send(at=at)] if at else [send()])


def groups(**changes: Any) -> dict[str, Any]:
    return entered(audience="groups", routes=["mass"], **changes)


def said(text: str, **other: Any) -> list[dict[str, Any]]:
    return [send("s1", content(text, **other))]


REFUSED = [
    (entered(name=""), "name", "不能为空"),
    (entered(name="长" * 41), "name", "最多40个字"),
    (entered(surprise=1), "surprise", "没有这一项"),
    ({key: value for key, value in entered().items() if key != "routes"}, "routes", "没有填"),
    (entered(kind="recurring"), "plan.kind", "对不上"),
    (entered(routes=["wecom", "wecom"]), "routes", "选了两次"),
    (entered(routes=["template"]), "routes", "模板消息只能发服务通知"),
    (entered(routes=["sms"]), "routes", "短信只能发服务通知"),
    (entered(audience="groups"), "routes", "只能用企业微信群发"),
    (entered(groups={"tags": ["福利"]}), "groups", "不用选客户群"),
    (groups(segment_id=1), "segment_id", "不用选人群"),
    (groups(holdout_percent=10), "holdout_percent", "对照组"),
    (entered(purpose="service", holdout_percent=10), "holdout_percent", "服务通知"),
    (entered(holdout_percent=51), "holdout_percent", "不能大于50"),
    (entered(nodes=[send("s1"), send("s2")]), "nodes", "只有一条消息"),
    (entered(nodes=[{"kind": "wait", "id": "w1"}]), "nodes", "至少要有一步"),
    (steps(send("s1", next="s2")), "nodes.s1", "没有编号为"),
    (steps(send("s1", next="s2"), send("s2", next="s1")), "nodes.s1", "绕成了圈"),
    (steps(send("s1"), send("s2")), "nodes.s2", "没有接上"),
    (steps(send("s1"), send("s1")), "nodes", "编号重复"),
    (sop(), "nodes.s1.at", "第几天几点"),
    (sop(day=1, on="2026-12-03", time="10:00"), "nodes.s1.at", "二选一"),
    (sop(time="10:00"), "nodes.s1.at", "二选一"),
    (entered(stop_rule={}), "stop_rule", "只有一个版本"),
    (groups(nodes=[send("s1", content(), content())]), "nodes.s1.arms", "分版本"),
    (entered(nodes=said("{价格}只要")), "nodes.s1.A.text", "占位符"),
    (entered(routes=["mass"], nodes=said("{称呼}好")), "nodes.s1.A.text", "都一样"),
    (entered(nodes=said("长" * 700)), "nodes.s1.A.text", "最多2048字节，现在是2100字节"),
    (entered(nodes=said("看", attachments=[PRODUCT] * 3)), "nodes.s1.A.attachments", "最多带2个"),
    (
        entered(nodes=said("看", attachments=[{**LINK, "ref": "http://a"}])),
        "nodes.s1.A.attachments.0.ref",
        "https",
    ),
    (
        entered(nodes=said("看", attachments=[{**LINK, "ref": "https://[a"}])),
        "nodes.s1.A.attachments.0.ref",
        "不完整",
    ),
    (
        entered(nodes=said("长" * 660, attachments=[LINK, LINK])),
        "nodes.s1.A.text",
        "现在是2102字节（一个汉字占3字节，链接也算在内）",
    ),
    (
        entered(nodes=said("看", attachments=[{**LINK, "title": ""}])),
        "nodes.s1.A.attachments.0.title",
        "标题",
    ),
    (
        entered(nodes=said("看", attachments=[{"kind": "product"}])),
        "nodes.s1.A.attachments.0.ref",
        "请选择",
    ),
    (entered(routes=["subscription"]), "nodes.s1.A.notice.title", "订阅消息"),
    (entered(purpose="service", routes=["sms"]), "nodes.s1.A.notice.title", "短信"),
    (
        entered(audience="moments", routes=["mass"], nodes=said("看", attachments=[PRODUCT])),
        "nodes.s1.A.attachments",
        "朋友圈",
    ),
]


@pytest.mark.parametrize(("wrong", "field", "words"), REFUSED)
def test_what_is_wrong_is_named_with_its_field(
    wrong: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_draft(wrong)

    assert refused.value.details["field"] == field
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "whole",
    [
        entered(),
        groups(nodes=said("今晚八点拼团", attachments=[PRODUCT] * 9)),
        steps(
            send("s1", next="w1"),
            {"kind": "wait", "id": "w1", "minutes": 60, "next": "s2"},
            send("s2"),
        ),
        sop(day=3, time="10:00"),
        entered(nodes=[send("s1", content(), content())], stop_rule={"metric": "order"}),
        entered(
            purpose="service",
            routes=["wecom", "template", "sms"],
            nodes=said("发货晚一天，抱歉", notice={"title": "发货延迟", "note": "晚一天发出"}),
        ),
    ],
)
def test_a_whole_campaign_is_kept_and_read_back(session: Session, whole: dict[str, Any]) -> None:
    draft = read_draft(whole)

    campaign = drafts.create(session, draft, by="staff:1", now=NOW)

    assert drafts.draft_of(drafts.get(session, id_of(campaign))) == draft
    assert campaign.state == CampaignState.DRAFT


def test_two_operators_do_not_overwrite_each_other(session: Session) -> None:
    campaign = drafts.create(session, read_draft(entered()), by="staff:1", now=NOW)
    number, seen = id_of(campaign), campaign.version
    drafts.change(session, number, read_draft(entered(name="甲")), version=seen, now=NOW)

    with pytest.raises(IllegalMove, match="刚刚有人改过"):
        drafts.change(session, number, read_draft(entered(name="乙")), version=seen, now=NOW)

    assert drafts.get(session, number).name == "甲"


@pytest.mark.parametrize("state", [CampaignState.ACTIVE, CampaignState.DONE, CampaignState.STOPPED])
def test_what_runs_or_is_over_is_not_changed(session: Session, state: CampaignState) -> None:
    campaign = new_campaign(session, NOW, state=state)

    with pytest.raises(IllegalMove):
        drafts.change(
            session, id_of(campaign), read_draft(entered()), version=campaign.version, now=NOW
        )


def test_only_a_draft_is_thrown_away(session: Session) -> None:
    draft = drafts.create(session, read_draft(entered()), by="staff:1", now=NOW)
    drafts.discard(session, id_of(draft))
    with pytest.raises(NotFound):
        drafts.get(session, id_of(draft))

    with pytest.raises(IllegalMove):
        drafts.discard(session, id_of(new_campaign(session, NOW)))


def test_a_copy_draws_its_lots_anew(session: Session) -> None:
    campaign = drafts.create(session, read_draft(entered()), by="staff:1", now=NOW)

    copied = drafts.copy(session, id_of(campaign), by="staff:2", now=NOW)

    assert copied.salt != campaign.salt
    assert (copied.name, copied.nodes) == ("上新（副本）", campaign.nodes)


def test_a_segment_that_is_gone_is_refused(session: Session) -> None:
    with pytest.raises(InvalidInput, match="人群"):
        drafts.create(session, read_draft(entered(segment_id=99)), by="staff:1", now=NOW)


def blocked(session: Session, **columns: Any) -> Campaign:
    """A campaign that the lint blocks: nothing says how to unsubscribe."""
    return new_campaign(session, NOW, nodes=said("新品上架，欢迎来看"), **columns)


def test_the_lint_names_where_it_blocks(session: Session) -> None:
    with pytest.raises(InvalidInput) as refused:
        gate.refuse_blocked(blocked(session))

    assert refused.value.details["field"] == "s1.A.text"
    assert "退订" in str(refused.value)


def test_words_for_a_group_need_no_way_to_unsubscribe(session: Session) -> None:
    gate.refuse_blocked(blocked(session, audience="groups", routes=["mass"]))


def test_the_owner_lets_these_very_words_pass_and_no_others(session: Session) -> None:
    campaign = blocked(session)
    gate.let_pass(session, campaign, by="staff:1", reason="老顾客内测，已电话征得同意", now=NOW)
    gate.refuse_blocked(campaign)
    assert (campaign.override_by, campaign.override_at) == ("staff:1", NOW)

    campaign.nodes = said("新品上架，国家级品质")

    with pytest.raises(InvalidInput):
        gate.refuse_blocked(campaign)


@pytest.mark.parametrize("reason", ["", "  好的  ", "长" * 201])
def test_a_decision_needs_its_reason(session: Session, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        gate.let_pass(session, blocked(session), by="staff:1", reason=reason, now=NOW)

    assert refused.value.details["field"] == "reason"


def test_every_word_that_is_read_is_looked_at(session: Session) -> None:
    bad = "全网第一"
    good = "新品上架。回复退订不再打扰"
    said_badly = content(
        good,
        by_route={"wecom": {"text": f"{bad}。回复退订不再打扰"}},
        attachments=[{**LINK, "title": bad}],
        notice={"title": bad},
    )
    campaign = new_campaign(
        session, NOW - timedelta(days=1), nodes=[send("s1", content(good), said_badly)]
    )

    found = {each.field for each in gate.examine(campaign) if each.finding.blocks}

    assert found == {
        "s1.B.wecom.text",
        "s1.B.attachments.0.title",
        "s1.B.notice.title",
    }
