"""A campaign that is kept, as the editor shows it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Final

from bot.console.pages.campaigns.entered import (
    BELOW,
    END,
    KEPT,
    ArmEntry,
    AttachmentEntry,
    Entered,
    PlanEntry,
    StepEntry,
    StopEntry,
)
from bot.console.pages.written import local
from campaigns.drafts import Draft
from campaigns.shapes import (
    Arm,
    Condition,
    JourneyPlan,
    Node,
    OncePlan,
    Plan,
    RecurringPlan,
    Send,
    SopPlan,
    StopRule,
    Wait,
)

UNITS: Final[Mapping[str, int]] = {"days": 24 * 60, "hours": 60, "minutes": 1}
"""Minutes of each, the longest first."""


def entered_of(draft: Draft, version: int) -> Entered:
    """The form that makes this draft again."""
    return Entered(
        kind=draft.kind.value,
        audience=draft.audience.value,
        name=draft.name,
        purpose=draft.purpose.value,
        segment_id=_number(draft.segment_id),
        holdout_percent=str(draft.holdout_percent),
        tags=draft.groups.tags,
        owners=draft.groups.owners,
        chat_ids=draft.groups.chat_ids,
        routes=[each.value for each in draft.routes],
        plan=_plan(draft.plan),
        stop=_stop(draft.stop_rule),
        steps=_steps(draft.nodes),
        attribution_days=str(draft.attribution_days),
        promoter_code=draft.promoter_code,
        version=str(version),
    )


def in_units(minutes: int) -> tuple[str, str]:
    """Minutes as a number and the longest unit that fits it.

    >>> in_units(2880)
    ('2', 'days')
    """
    unit = next(unit for unit, length in UNITS.items() if minutes % length == 0)
    return str(minutes // UNITS[unit]), unit


def _plan(plan: Plan) -> PlanEntry:
    match plan:
        case OncePlan():
            return PlanEntry(at=local(plan.at))
        case RecurringPlan():
            return PlanEntry(
                time=_clock(plan.time),
                weekdays=[str(each) for each in plan.weekdays],
                month_days="、".join(str(each) for each in plan.month_days),
                days=plan.days,
                from_day=_day(plan.from_day),
                until_day=_day(plan.until_day),
            )
        case JourneyPlan():
            after, unit = in_units(plan.after_minutes) if plan.after_minutes else ("", "hours")
            return PlanEntry(
                trigger=plan.trigger.value,
                after=after,
                after_unit=unit,
                sleeping_days=str(plan.sleeping_days),
                ends_by=[each.value for each in plan.ends_by],
                end_tag_id=_number(plan.end_tag_id),
                again_after_days=str(plan.again_after_days),
            )
        case SopPlan():
            return PlanEntry(
                from_day=_day(plan.from_day),
                from_each="yes" if plan.from_each else "no",
                ends_by=[each.value for each in plan.ends_by],
                end_tag_id=_number(plan.end_tag_id),
            )


def _stop(rule: StopRule | None) -> StopEntry:
    if rule is None:
        return StopEntry()
    return StopEntry(
        is_on=True,
        metric=rule.metric,
        looks=str(rule.looks),
        alpha=str(rule.alpha),
        least=str(rule.least),
        wait_minutes=str(rule.wait_minutes),
    )


def _steps(nodes: Sequence[Node]) -> Sequence[StepEntry]:
    following = [*(each.id for each in nodes[1:]), ""]
    return [_step(node, below) for node, below in zip(nodes, following, strict=True)]


def _step(node: Node, below: str) -> StepEntry:
    def way(to: str) -> str:
        if not to:
            return END
        return BELOW if to == below else to

    match node:
        case Send():
            return _send(node, way(node.next))
        case Wait():
            wait, unit = in_units(node.minutes) if node.minutes else ("", "hours")
            until = "" if node.until is None else _clock(node.until)
            return StepEntry(
                id=node.id,
                kind="wait",
                next=way(node.next),
                wait=wait,
                wait_unit=unit,
                until=until,
                arms=(),
            )
        case Condition():
            return StepEntry(
                id=node.id,
                kind="condition",
                segment=KEPT,
                rule=json.dumps(node.rule, ensure_ascii=False),
                yes=way(node.yes),
                no=way(node.no),
                arms=(),
            )


def _send(node: Send, onward: str) -> StepEntry:
    at = node.at
    return StepEntry(
        id=node.id,
        kind="send",
        next=onward,
        day="" if at is None else _number(at.day),
        on="" if at is None else _day(at.on),
        time="" if at is None else _clock(at.time),
        arms=[_arm(each) for each in node.arms],
    )


def _arm(arm: Arm) -> ArmEntry:
    content = arm.content
    return ArmEntry(
        name=arm.name,
        weight=str(arm.weight),
        text=content.text,
        by_route={route: words.text for route, words in content.by_route.items()},
        notice_title=content.notice.get("title", ""),
        notice_note=content.notice.get("note", ""),
        attachments=[
            AttachmentEntry(each.kind.value, each.ref, each.title) for each in content.attachments
        ],
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _day(value: date | datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d}"


def _clock(value: time) -> str:
    return f"{value:%H:%M}"
