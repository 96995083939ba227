"""What campaigns need of the application: ways to customers and groups, and who is behind them.

All ports are synchronous: what they put down leaves after the caller's commit.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlmodel import Session

from campaigns.mass.tables import MassTask
from miniprogram_cards.cards import CardContent


class Route(StrEnum):
    """A way to somebody. Which are tried, and in which order, a campaign says."""

    OFFICIAL_ACCOUNT = "official_account"
    """Customer service of the official account, inside the reply window."""
    MINI_PROGRAM = "mini_program"
    """Customer service of the mini-program, inside the reply window."""
    KF = "wecom"
    """微信客服, inside the reply window."""
    SUBSCRIPTION = "subscription"
    """A subscription message, by consent."""
    TEMPLATE = "template"
    """A template message: service notices alone, never marketing."""
    SMS = "sms"
    """Service notices alone."""
    MASS = "mass"
    """A mass task to customers, confirmed by whose contacts they are."""


CHATS = (Route.OFFICIAL_ACCOUNT, Route.MINI_PROGRAM, Route.KF)
SERVICE_ONLY = frozenset({Route.TEMPLATE, Route.SMS})


@dataclass(frozen=True, slots=True)
class Note:
    """Some words and a card for one customer. `key` names the effect: it is sent at most once.

    The card's title says the essential: where only one more message may be sent, it goes alone.
    """

    customer_id: int
    key: str
    words: str
    card: CardContent
    until: datetime
    """From then on it is old news, and no more sent."""


class Messenger(Protocol):
    """Brings messages to customers. Synchronous: what it puts down leaves after the commit."""

    def send(self, session: Session, note: Note, now: datetime) -> bool:
        """Put the note into the outbox, in the caller's transaction.

        False when no route to the customer is open at this moment, or when it was sent before:
        nothing is kept for later then.
        """


@dataclass(frozen=True, slots=True)
class Letter:
    """What a campaign says to one customer by one route, ready to leave."""

    customer_id: int
    run_id: int
    key: str
    """Names the effect; `delivery.outbox_key` is the key of the row that ends it."""
    texts: Mapping[Route, str]
    """The words by route; a route that is missing is not to be used."""
    cards: Sequence[CardContent] = ()
    pictures: Sequence[str] = ()
    """File names in the shop's picture folder."""
    notice: Mapping[str, str] = field(default_factory=dict)
    """Values of a subscription message."""
    page: str = ""
    """What a subscription message opens."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """It is in the outbox: by which route, and under which key its end is found."""

    route: Route
    outbox_key: str


class Letterbox(Protocol):
    """Brings a campaign's letters to customers, one at a time."""

    def post(
        self, session: Session, letter: Letter, routes: Sequence[Route], now: datetime
    ) -> Posted | None:
        """Put the letter into the outbox by the first of the routes that is open; None if none.

        Rows carry the run: they leave only while it is running, after what conversations say, and
        are neither parked nor sent another way.
        """

    def open_routes(
        self, routes: Collection[Route], now: datetime
    ) -> Mapping[Route, ColumnElement[bool]]:
        """For each route a condition on `customer.id` of the enclosing statement: whether it is
        open now. What `post` finds and what this counts agree."""

    def known(self, routes: Collection[Route]) -> ColumnElement[bool]:
        """A condition on `customer.id`: whether any of these routes leads to the customer at all,
        open or not. None does to who unfollowed, switched messages off or was never seen there."""

    def unsent(self, session: Session, run_id: int) -> int:
        """How many messages of a run stand in the outbox and have not left."""

    def take_back(
        self,
        session: Session,
        run_id: int,
        why: str,
        now: datetime,
        *,
        begun: bool,
        only: Collection[str] | None = None,
    ) -> Collection[str]:
        """Take back what has not left of a run; the keys that end the letters taken back.

        Letters of which something has left go on, unless `begun` says that they too are to stop.
        `only` are the keys that end the letters meant; None means all.
        """


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer as a contact of one of the shop's people in WeCom."""

    customer_id: int
    userid: str
    external_userid: str


class Broadcaster(Protocol):
    """Brings mass tasks to WeCom, and their senders what they are to confirm."""

    def contacts(self, session: Session, customer_ids: Sequence[int]) -> Mapping[int, Contact]:
        """The contact through whom each customer is reached; those without any are missing.

        Of several the latest, as WeCom sends by who chatted with the customer last.
        """

    def reachable(self) -> ColumnElement[bool]:
        """A condition on `customer.id`: whether the customer is somebody's contact."""

    def address(self) -> ColumnElement[str]:
        """The external_userid of that contact, as a scalar of the enclosing statement on
        `customer`: under it WeCom counts what they receive."""

    def senders(self, session: Session) -> Sequence[str]:
        """The userids of the shop's people who have customers as contacts."""

    def create(self, session: Session, task: MassTask, now: datetime) -> bool:
        """Have WeCom make a task, through the outbox under `task.outbox_key`."""

    def remind(self, session: Session, task: MassTask, reminder_id: int, now: datetime) -> None:
        """Have WeCom remind the sender."""

    def cancel(self, session: Session, task: MassTask, now: datetime) -> bool:
        """Take it back before it leaves, which is true, or have WeCom stop what was not sent.

        False too while the call that makes it is under way: then its answer decides.
        """

    def tell_sender(self, session: Session, task: MassTask, now: datetime) -> None:
        """Tell the sender by an app card that something waits to be confirmed."""

    def tell_stand_in(self, session: Session, task: MassTask, now: datetime) -> bool:
        """Tell the sender's stand-in that it was not confirmed; false when there is none."""
