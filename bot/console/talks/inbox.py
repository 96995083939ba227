"""The page with the list of conversations, as it was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlmodel import Session

from bot.console.paging import Paged
from bot.console.talks import listing
from bot.console.talks.listing import Counts, Eyes, Glance, Sought
from bot.console.talks.names import read_names
from bot.handover.episodes import speaker_of
from bot.messages import CHANNEL_NAMES
from bot.staff.tables import Presence, Staff

TABS: Final = ("queue", "mine", "all")
_OWNERS: Final = (
    ("bot", "机器人"),
    ("queued", "排队中"),
    ("left_word", "留言"),
    ("staff", "任何同事"),
)
_SERVICERS: Final = ("wecom", "企业微信里")


@dataclass(frozen=True, slots=True)
class Inbox:
    """What the list shows."""

    tab: str
    sought: Sought
    counts: Counts
    rows: Sequence[Glance]
    paged: Paged[Glance] | None
    owners: Sequence[tuple[str, str]]
    channels: Mapping[str, str]
    is_online: bool
    """Whether the one who looks is given customers."""

    @property
    def filters(self) -> str:
        """The query of the address without its page."""
        asked = {"tab": self.tab}
        if self.tab == "all":
            sought = self.sought
            asked |= {"q": sought.words, "channel": sought.channel, "owner": sought.owner}
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def address(self) -> str:
        """The query of the address."""
        page = f"&page={self.sought.page}" if self.sought.page > 1 else ""
        return f"{self.filters}{page}"


def read_inbox(session: Session, eyes: Eyes, tab: str, sought: Sought) -> Inbox:
    """One tab of the inbox; the queue for a name that is none."""
    tab = tab if tab in TABS else TABS[0]
    paged = listing.page_of_all(session, eyes, sought) if tab == "all" else None
    if paged is not None:
        rows = paged.items
    elif tab == "mine":
        rows = listing.list_own(session, eyes)
    else:
        rows = listing.list_queue(session, eyes)
    people = [(speaker_of(each), name) for each, name in read_names(session).staff.items()]
    return Inbox(
        tab=tab,
        sought=sought,
        counts=listing.count_tabs(session, eyes.staff_id),
        rows=rows,
        paged=paged,
        owners=(*_OWNERS, *people, _SERVICERS),
        channels=CHANNEL_NAMES,
        is_online=session.get_one(Staff, eyes.staff_id).presence == Presence.ONLINE,
    )
