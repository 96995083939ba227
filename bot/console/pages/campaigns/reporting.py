"""What campaigns brought: the report of one, and cohorts of all customers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session, col, select

from bot.console.page import Page
from bot.console.pages.campaigns.viewing import number_of
from bot.console.pages.campaigns.words import reason_words
from bot.console.pages.written import find_id, in_yuan
from campaigns import drafts, gate
from campaigns.attribution.cohorts import Cohort, list_cohorts
from campaigns.attribution.report import Outcome, Report, report
from campaigns.comparing import list_looks
from campaigns.tables import Campaign, CampaignRun
from commerce.community.tables import CommunityGroup

CSV_HEADER: Final = (
    *("步骤", "版本", "送达", "失败", "结果不明", "等待", "没有发", "打开次数", "打开人数"),
    *("加购人数", "订单", "下单人数", "付款（元）", "退款（元）", "净销售额（元）"),
)
COHORT_HEADER: Final = ("首单月份", "人数", "第几个月", "购买人数", "购买占比", "付款（元）")


async def show(page: Page) -> web.StreamResponse:
    """The report of a campaign, or of one of its runs."""
    campaign, runs, found, groups = await page.read(_read, number_of(page), _run(page))
    return page.html(
        "campaigns/report.html",
        title=f"{campaign.name} 效果",
        each=campaign,
        runs=runs,
        run=_run(page),
        found=found,
        groups=groups,
        looks=await page.read(list_looks, number_of(page)),
        places=_places(campaign),
        held_back={reason_words(key): count for key, count in found.held_back.items()},
        charts_path=f"/console/campaigns/{campaign.id}/report/charts?run={_run(page) or ''}",
    )


async def show_charts(page: Page) -> web.StreamResponse:
    """What the report's charts draw."""
    _, _, found, _ = await page.read(_read, number_of(page), _run(page))
    total = found.total
    funnel = [
        {"name": "送达", "value": total.sent},
        {"name": "打开", "value": total.visitors},
        {"name": "加购", "value": total.carts},
        {"name": "付款", "value": total.buyers},
    ]
    arms = [
        {"name": f"{node} {arm}", "rate": each.visitors / each.sent if each.sent else 0}
        for (node, arm), each in found.by_part.items()
        if arm
    ]
    held = [{"name": reason_words(key), "value": each} for key, each in found.held_back.items()]
    body: Mapping[str, Any] = {"funnel": funnel, "arms": arms, "held": held}
    return web.json_response(body, headers={"Cache-Control": "private, no-store"})


async def export(page: Page) -> web.StreamResponse:
    """The report by step and arm, as a spreadsheet."""
    campaign, _, found, _ = await page.read(_read, number_of(page), _run(page))
    rows = [_csv_row(node, arm, each) for (node, arm), each in found.by_part.items()]
    return page.csv(
        f"活动效果_{campaign.id}.csv", CSV_HEADER, [*rows, _csv_row("合计", "", found.total)]
    )


async def show_cohorts(page: Page) -> web.StreamResponse:
    """Customers by the month of their first order, and who came again."""
    cohorts = await page.read(list_cohorts, page.now)
    return page.html(
        "campaigns/cohorts.html",
        title="复购",
        cohorts=cohorts,
        months=range(len(cohorts)),
        has_any=any(each.customers for each in cohorts),
        charts_path="/console/cohorts/charts",
    )


async def show_cohort_charts(page: Page) -> web.StreamResponse:
    """The same as a map of shares."""
    cohorts = await page.read(list_cohorts, page.now)
    cells = [
        [later, row, round(100 * (each.share(later) or 0), 1)]
        for row, each in enumerate(cohorts)
        for later in range(len(each.buyers))
        if each.customers
    ]
    body = {"months": [each.month for each in cohorts], "cells": cells}
    return web.json_response(body, headers={"Cache-Control": "private, no-store"})


async def export_cohorts(page: Page) -> web.StreamResponse:
    """The cohorts as a spreadsheet."""
    cohorts = await page.read(list_cohorts, page.now)
    return page.csv("复购.csv", COHORT_HEADER, _cohort_rows(cohorts))


def _cohort_rows(cohorts: Sequence[Cohort]) -> Sequence[Sequence[object]]:
    return [
        (
            each.month,
            each.customers,
            later,
            each.buyers[later],
            f"{100 * (each.share(later) or 0):.1f}%",
            in_yuan(each.paid[later]),
        )
        for each in cohorts
        for later in range(len(each.buyers))
    ]


def _run(page: Page) -> int | None:
    return find_id(page.query("run"))


def _read(
    session: Session, campaign_id: int, run_id: int | None
) -> tuple[Campaign, Sequence[CampaignRun], Report, Mapping[int, str]]:
    campaign = drafts.get(session, campaign_id)
    runs = session.exec(
        select(CampaignRun)
        .where(CampaignRun.campaign_id == campaign_id)
        .order_by(col(CampaignRun.slot).desc())
    ).all()
    found = report(session, campaign, run_id)
    named = select(CommunityGroup.id, CommunityGroup.name).where(
        col(CommunityGroup.id).in_(list(found.by_group))
    )
    groups = {group_id: name for group_id, name in session.exec(named) if group_id is not None}
    steps = {send.id for send in gate.sends_of(campaign)}
    known = {key: each for key, each in found.by_part.items() if key[0] in steps or each.sent}
    return campaign, runs, _with_parts(found, known), groups


def _places(campaign: Campaign) -> Mapping[str, str]:
    """What operators call a step: the first message, the second; by its id."""
    return {send.id: f"第{place}条" for place, send in enumerate(gate.sends_of(campaign), 1)}


def _with_parts(found: Report, parts: Mapping[tuple[str, str], Outcome]) -> Report:
    return Report(found.total, parts, found.held_back, found.by_group, found.lift)


def _csv_row(node: str, arm: str, each: Outcome) -> Sequence[object]:
    return (
        node,
        arm,
        each.sent,
        each.failed,
        each.unknown,
        each.waiting,
        each.held_back,
        each.visits,
        each.visitors,
        each.carts,
        each.orders,
        each.buyers,
        in_yuan(each.paid),
        in_yuan(each.refunded),
        in_yuan(each.kept),
    )
