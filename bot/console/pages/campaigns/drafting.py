"""From what stands in the editor to what a draft is read from, and errors back to its fields."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.console.pages.campaigns.entered import (
    BELOW,
    END,
    KEPT,
    ArmEntry,
    Entered,
    PlanEntry,
    StepEntry,
    StopEntry,
)
from bot.console.pages.campaigns.stored import UNITS
from bot.console.pages.written import moment, number
from campaigns.segments.rules import read_rule
from campaigns.shapes import Trigger
from commerce.errors import InvalidInput

WEEK: Final = tuple("1234567")
LAST_OF_MONTH: Final = 31
DELAYED: Final = frozenset(
    {
        Trigger.CART_LEFT,
        Trigger.ORDER_UNPAID,
        Trigger.AFTER_RECEIPT,
        Trigger.GROUP_LAPSING,
        Trigger.COUPON_LAPSING,
    }
)
"""Triggers that have a time before or after them; the editor shows the field for these alone."""
_BETWEEN: Final = re.compile(r"[\s,，、]+")


def as_draft(entered: Entered, rules: Mapping[str, Any]) -> dict[str, Any]:
    """What `drafts.read_draft` takes. `rules` are those of the segments, by id.

    Raises InvalidInput with the form's own field, for what no draft could say.
    """
    told: dict[str, Any] = {
        "name": entered.name,
        "kind": entered.kind,
        "audience": entered.audience,
        "purpose": entered.purpose,
        "segment_id": entered.segment_id,
        "holdout_percent": entered.holdout_percent,
        "attribution_days": entered.attribution_days,
        "promoter_code": entered.promoter_code,
        "stop_rule": _stop(entered.stop) if _is_compared(entered) else None,
    }
    is_groups = entered.audience == "groups"
    return {
        **_written(told),
        "plan": _plan(entered.kind, entered.plan),
        "routes": list(entered.routes),
        "groups": {
            "tags": list(entered.tags) if is_groups else [],
            "owners": list(entered.owners) if is_groups else [],
            "chat_ids": list(entered.chat_ids) if is_groups else [],
        },
        "nodes": [
            _node(entered, position, each, rules) for position, each in enumerate(entered.steps)
        ],
    }


def form_field(field: str, entered: Entered) -> str:
    """The name in the form of what a draft's error calls otherwise."""
    if not field.startswith("nodes."):
        return _ELSEWHERE.get(field, field)
    _, which, *rest = field.split(".")
    ids = [each.id for each in entered.steps]
    position = ids.index(which) if which in ids else int(which) if which.isdecimal() else -1
    if not 0 <= position < len(entered.steps):
        return field
    return ".".join(["nodes", str(position), *_within(entered.steps[position], rest)])


def _within(step: StepEntry, rest: Sequence[str]) -> Sequence[str]:
    names = [each.name for each in step.arms]
    match rest:
        case ["arms", position, "content"]:
            return ["arms", position, "text"]
        case ["arms", position, "content", *inner]:
            return ["arms", position, *_without_text(inner)]
        case [name, *inner] if name in names:
            return ["arms", str(names.index(name)), *_without_text(inner)]
        case ["at", *_]:
            return ["at"]
        case ["minutes" | "until"]:
            return ["wait"]
        case ["rule", *_]:
            return ["segment"]
    return rest


def _without_text(inner: Sequence[str]) -> Sequence[str]:
    match inner:
        case ["by_route", route, *_]:
            return ["by_route", route]
        case ["attachments", position, "kind"]:
            return ["attachments", position, "ref"]
    return inner


def _written(told: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left empty: a draft has defaults for it."""
    return {name: value for name, value in told.items() if value not in ("", None)}


def _plan(kind: str, plan: PlanEntry) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind}
    match kind:
        case "once":
            told["at"] = moment(plan.at, "发送时间", "plan.at")
        case "recurring":
            told |= {
                "time": plan.time,
                "weekdays": [each for each in plan.weekdays if each in WEEK],
                "month_days": _month_days(plan.month_days),
                "days": plan.days,
                "from_day": plan.from_day,
                "until_day": plan.until_day,
            }
        case "journey":
            after = plan.after if plan.trigger in DELAYED else ""
            told |= {
                "trigger": plan.trigger,
                "after_minutes": _minutes(after, plan.after_unit, "plan.after"),
                "sleeping_days": plan.sleeping_days,
                "ends_by": list(plan.ends_by),
                "end_tag_id": plan.end_tag_id,
                "again_after_days": plan.again_after_days,
            }
        case "sop":
            told |= {
                "from_day": plan.from_day,
                "from_each": plan.from_each != "no",
                "ends_by": list(plan.ends_by),
                "end_tag_id": plan.end_tag_id,
            }
    return _written(told)


def _month_days(written: str) -> Sequence[int]:
    days = [number(each, "每月几号", "plan.month_days") for each in _BETWEEN.split(written) if each]
    if not all(1 <= day <= LAST_OF_MONTH for day in days):
        raise InvalidInput("每月几号要在1到31之间", field="plan.month_days")
    return sorted(set(days))


def _is_compared(entered: Entered) -> bool:
    """Whether anything has several variants; else the editor shows no rule to untick."""
    return any(len(step.arms) > 1 for step in entered.steps)


def _stop(stop: StopEntry) -> dict[str, Any] | None:
    if not stop.is_on:
        return None
    return _written(
        {
            "metric": stop.metric,
            "looks": stop.looks,
            "alpha": stop.alpha,
            "least": stop.least,
            "wait_minutes": stop.wait_minutes,
        }
    )


def _minutes(written: str, unit: str, field: str) -> int:
    if not written:
        return 0
    return number(written, "时间", field) * UNITS.get(unit, 1)


def _node(
    entered: Entered, position: int, step: StepEntry, rules: Mapping[str, Any]
) -> dict[str, Any]:
    place = f"nodes.{position}"
    below = entered.steps[position + 1].id if position + 1 < len(entered.steps) else ""
    told: dict[str, Any] = {"kind": step.kind, "id": step.id}

    def way(to: str) -> str:
        return {BELOW: below, END: ""}.get(to, to)

    match step.kind:
        case "wait":
            minutes = _minutes(step.wait, step.wait_unit, f"{place}.wait")
            if not minutes and not step.until:
                raise InvalidInput("写等多久，或者等到几点", field=f"{place}.wait")
            told |= {"minutes": minutes, "next": way(step.next)}
            told |= _written({"until": step.until})
        case "condition":
            told |= {"rule": _rule(step, rules, place)}
            told |= {"yes": way(step.yes), "no": way(step.no)}
        case _:
            told["arms"] = [_arm(each) for each in step.arms]
            if entered.kind == "sop":
                told["at"] = _written({"day": step.day, "on": step.on, "time": step.time})
            elif entered.kind == "journey":
                told["next"] = way(step.next)
    return told


def _rule(step: StepEntry, rules: Mapping[str, Any], place: str) -> Any:
    if step.segment == KEPT:
        try:
            kept = json.loads(step.rule)
        except ValueError:
            kept = None
        if isinstance(kept, dict):
            read_rule(kept)
            return kept
    elif step.segment in rules:
        return rules[step.segment]
    raise InvalidInput("请选择按哪个人群判断", field=f"{place}.segment")


def _arm(arm: ArmEntry) -> dict[str, Any]:
    return {
        "name": arm.name,
        "weight": arm.weight or "0",
        "content": {
            "text": arm.text,
            "attachments": [
                {"kind": each.kind, "ref": each.ref, "title": each.title}
                for each in arm.attachments
            ],
            "by_route": {route: {"text": text} for route, text in arm.by_route.items()},
            "notice": _written({"title": arm.notice_title, "note": arm.notice_note}),
        },
    }


_ELSEWHERE: Final[Mapping[str, str]] = {
    "plan.after_minutes": "plan.after",
    "groups.tags": "groups",
    "groups.owners": "groups",
    "groups.chat_ids": "groups",
}
