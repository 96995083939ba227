"""The lint as a gate: what it blocks reaches nobody, unless the owner let this wording pass."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from campaigns.shapes import NODES, Content, Send
from campaigns.tables import Audience, Campaign, Purpose
from commerce.compliance.findings import Finding, TextKind
from commerce.compliance.linting import lint, told
from commerce.errors import InvalidInput

SHORTEST_REASON: Final = 5
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A finding and where it is. `route` is empty for the usual words."""

    node: str
    arm: str
    route: str
    place: str
    """`text`, `attachments.0.title`, or a value of the notice."""
    finding: Finding

    @property
    def field(self) -> str:
        """As errors of a draft name it."""
        return ".".join(filter(None, (self.node, self.arm, self.route, self.place)))


def examine(campaign: Campaign) -> Sequence[Found]:
    """Everything that the lint says of a campaign's words, in their order."""
    kind = _kind_of(campaign)
    found = []
    for send in sends_of(campaign):
        for arm in send.arms:
            for route, place, text in _texts(arm.content):
                # Only the words themselves have room to say how to unsubscribe.
                words = kind if place == "text" else TextKind.OFFER
                found += [
                    Found(send.id, arm.name, route, place, each) for each in lint(text, words)
                ]
    return found


def refuse_blocked(campaign: Campaign) -> None:
    """Let a campaign pass that nothing blocks, or that its owner let pass as it is worded now.

    Raises InvalidInput with the place, the phrase, the reason and the fix.
    """
    if is_let_pass(campaign):
        return
    for each in examine(campaign):
        if each.finding.blocks:
            raise InvalidInput(told(each.finding), field=each.field, rule=each.finding.rule)


def is_let_pass(campaign: Campaign) -> bool:
    """Whether somebody let these very words pass."""
    return bool(campaign.override_by) and campaign.override_digest == digest_of(campaign)


def let_pass(session: Session, campaign: Campaign, *, by: str, reason: str, now: datetime) -> None:
    """Let a campaign's words pass although the lint blocks them; who did and why stays with it.

    Other words need another decision. Raises InvalidInput for a reason that says nothing.
    """
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise InvalidInput(
            f"请写明放行的理由，{SHORTEST_REASON}到{LONGEST_REASON}个字", field="reason"
        )
    campaign.override_by, campaign.override_reason = by, reason
    campaign.override_digest, campaign.override_at = digest_of(campaign), now
    session.add(campaign)
    session.flush()


def digest_of(campaign: Campaign) -> str:
    """Of what a campaign says, to whom and why: who may read it decides which rules look at it."""
    said = {"nodes": campaign.nodes, "audience": campaign.audience, "purpose": campaign.purpose}
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def sends_of(campaign: Campaign) -> Sequence[Send]:
    """The nodes of a campaign that say something."""
    return [node for node in NODES.validate_python(campaign.nodes) if isinstance(node, Send)]


def _kind_of(campaign: Campaign) -> TextKind:
    if campaign.purpose == Purpose.SERVICE:
        return TextKind.ANSWER
    # Somebody leaves a group to hear no more of it; only a message to one customer is unsubscribed.
    return TextKind.MARKETING if campaign.audience == Audience.CUSTOMERS else TextKind.OFFER


def _texts(content: Content) -> Iterator[tuple[str, str, str]]:
    """Route, place and words of everything that is read."""
    if content.text.strip():
        yield "", "text", content.text
    for route, words in content.by_route.items():
        yield route, "text", words.text
    for position, each in enumerate(content.attachments):
        if each.title:
            yield "", f"attachments.{position}.title", each.title
    for name, value in content.notice.items():
        yield "", f"notice.{name}", value
