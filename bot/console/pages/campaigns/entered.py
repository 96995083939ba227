"""What stands in the editor of a campaign, whether it makes sense or not: nothing typed is lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from campaigns.tables import Audience, CampaignKind

BELOW: Final = "~below"
"""The step that follows in the form."""
END: Final = "~end"
KEPT: Final = "~kept"
"""A condition's rule as it was saved, whatever became of the segment it came from."""
MOST_DEEP: Final = 8
SEVERAL: Final = frozenset(
    {
        *("routes", "plan.weekdays", "plan.ends_by"),
        *("groups.tags", "groups.owners", "groups.chat_ids"),
    }
)
"""Fields of which a form may send several."""

type Branch = dict[str, "Branch | str | list[str]"]


@dataclass(frozen=True, slots=True)
class AttachmentEntry:
    """A row of an attachment."""

    kind: str = "product"
    ref: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class ArmEntry:
    """One variant of a message."""

    name: str = "A"
    weight: str = "100"
    text: str = ""
    by_route: Mapping[str, str] = field(default_factory=dict)
    notice_title: str = ""
    notice_note: str = ""
    attachments: Sequence[AttachmentEntry] = ()


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A step, of any kind: what another kind would have is empty."""

    id: str = "s1"
    kind: str = "send"
    next: str = BELOW
    day: str = ""
    on: str = ""
    time: str = ""
    wait: str = ""
    wait_unit: str = "hours"
    until: str = ""
    segment: str = ""
    rule: str = ""
    """JSON of the rule that was saved."""
    yes: str = BELOW
    no: str = END
    arms: Sequence[ArmEntry] = (ArmEntry(),)


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """When it goes out, for every kind of campaign."""

    at: str = ""
    time: str = "10:00"
    weekdays: Sequence[str] = ()
    month_days: str = ""
    days: str = "all"
    from_day: str = ""
    until_day: str = ""
    trigger: str = "cart_left"
    after: str = ""
    after_unit: str = "hours"
    sleeping_days: str = "30"
    ends_by: Sequence[str] = ("purchase", "reply", "handover")
    end_tag_id: str = ""
    again_after_days: str = "30"
    from_each: str = "yes"


@dataclass(frozen=True, slots=True)
class StopEntry:
    """When a comparison of variants ends early."""

    is_on: bool = False
    metric: str = "visit"
    looks: str = "2"
    alpha: str = "0.05"
    least: str = "200"
    wait_minutes: str = "60"


@dataclass(frozen=True, slots=True)
class Entered:
    """The whole form."""

    kind: str = "once"
    audience: str = "customers"
    name: str = ""
    purpose: str = "marketing"
    segment_id: str = ""
    holdout_percent: str = "0"
    tags: Sequence[str] = ()
    owners: Sequence[str] = ()
    chat_ids: Sequence[str] = ()
    routes: Sequence[str] = ()
    plan: PlanEntry = PlanEntry()
    stop: StopEntry = StopEntry()
    steps: Sequence[StepEntry] = (StepEntry(),)
    attribution_days: str = "7"
    promoter_code: str = ""
    version: str = ""
    """The version that was seen when editing began; empty for a new campaign."""


def read_entered(fields: Iterable[tuple[str, str]]) -> Entered:
    """The form as it was sent. Rows stand in the order in which the page shows them.

    Whatever is missing is empty, and what the editor does not have is left out.
    """
    tree = _tree(fields)
    return Entered(
        kind=_one_of(CampaignKind, _text(tree, "kind")),
        audience=_one_of(Audience, _text(tree, "audience")),
        name=_text(tree, "name"),
        purpose=_text(tree, "purpose", "marketing"),
        segment_id=_text(tree, "segment_id"),
        holdout_percent=_text(tree, "holdout_percent"),
        tags=_several(_below(tree, "groups"), "tags"),
        owners=_several(_below(tree, "groups"), "owners"),
        chat_ids=_several(_below(tree, "groups"), "chat_ids"),
        routes=_several(tree, "routes"),
        plan=_plan(_below(tree, "plan")),
        stop=_stop(_below(tree, "stop_rule")),
        steps=[_step(each) for each in _rows(tree, "nodes")],
        attribution_days=_text(tree, "attribution_days"),
        promoter_code=_text(tree, "promoter_code"),
        version=_text(tree, "version"),
    )


def _tree(fields: Iterable[tuple[str, str]]) -> Branch:
    """Dotted names as branches, in the order of the form."""
    tree: Branch = {}
    for name, value in fields:
        *above, last = name.split(".", MOST_DEEP)
        branch: Branch | None = tree
        for part in above:
            below = branch.setdefault(part, {}) if branch is not None else None
            branch = below if isinstance(below, dict) else None
        if branch is None:
            continue
        if name in SEVERAL:
            listed = branch.setdefault(last, [])
            if isinstance(listed, list):
                listed.append(value)
        else:
            branch[last] = value
    return tree


def _text(branch: Branch, name: str, otherwise: str = "") -> str:
    found = branch.get(name, otherwise)
    return found.replace("\r\n", "\n").strip() if isinstance(found, str) else otherwise


def _one_of(known: type[StrEnum], written: str) -> str:
    """What is written, or the first of those that are known."""
    values = [each.value for each in known]
    return written if written in values else values[0]


def _below(branch: Branch, name: str) -> Branch:
    found = branch.get(name)
    return found if isinstance(found, dict) else {}


def _rows(branch: Branch, name: str) -> Sequence[Branch]:
    return [each for each in _below(branch, name).values() if isinstance(each, dict)]


def _several(branch: Branch, name: str) -> Sequence[str]:
    found = branch.get(name)
    return list(dict.fromkeys(found)) if isinstance(found, list) else []


def _plan(branch: Branch) -> PlanEntry:
    return PlanEntry(
        at=_text(branch, "at"),
        time=_text(branch, "time"),
        weekdays=_several(branch, "weekdays"),
        month_days=_text(branch, "month_days"),
        days=_text(branch, "days", "all"),
        from_day=_text(branch, "from_day"),
        until_day=_text(branch, "until_day"),
        trigger=_text(branch, "trigger", "cart_left"),
        after=_text(branch, "after"),
        after_unit=_text(branch, "after_unit", "hours"),
        sleeping_days=_text(branch, "sleeping_days"),
        ends_by=_several(branch, "ends_by"),
        end_tag_id=_text(branch, "end_tag_id"),
        again_after_days=_text(branch, "again_after_days"),
        from_each=_text(branch, "from_each"),
    )


def _stop(branch: Branch) -> StopEntry:
    return StopEntry(
        is_on=bool(_text(branch, "is_on")),
        metric=_text(branch, "metric", "visit"),
        looks=_text(branch, "looks"),
        alpha=_text(branch, "alpha"),
        least=_text(branch, "least"),
        wait_minutes=_text(branch, "wait_minutes"),
    )


def _step(branch: Branch) -> StepEntry:
    at = _below(branch, "at")
    return StepEntry(
        id=_text(branch, "id"),
        kind=_text(branch, "kind", "send"),
        next=_text(branch, "next", BELOW),
        day=_text(at, "day"),
        on=_text(at, "on"),
        time=_text(at, "time"),
        wait=_text(branch, "wait"),
        wait_unit=_text(branch, "wait_unit", "hours"),
        until=_text(branch, "until"),
        segment=_text(branch, "segment"),
        rule=_text(branch, "rule"),
        yes=_text(branch, "yes", BELOW),
        no=_text(branch, "no", END),
        arms=[_arm(each) for each in _rows(branch, "arms")],
    )


def _arm(branch: Branch) -> ArmEntry:
    notice, by_route = _below(branch, "notice"), _below(branch, "by_route")
    return ArmEntry(
        name=_text(branch, "name", "A"),
        weight=_text(branch, "weight"),
        text=_text(branch, "text"),
        by_route={route: text for route in by_route if (text := _text(by_route, route))},
        notice_title=_text(notice, "title"),
        notice_note=_text(notice, "note"),
        attachments=[
            AttachmentEntry(
                _text(each, "kind", "product"), _text(each, "ref"), _text(each, "title")
            )
            for each in _rows(branch, "attachments")
        ],
    )
