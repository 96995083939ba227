"""A campaign's letters into the outbox, by the first of its routes that is open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session

from bot import conversations, outbox, reply_window
from bot.campaigning import open_routes, unsent
from bot.campaigning.open_routes import NOTICES
from bot.conversations import ConversationView
from bot.messages import Card, Picture, Reply, Text, reply_to_json
from bot.notices.kinds import Notice
from bot.notices.posting import post_notice
from bot.outbox import Post
from bot.speaking import write_down
from campaigns.ports import CHATS, Letter, Posted, Route
from commerce.sealing import Sealer


@dataclass(frozen=True, slots=True)
class OutboxLetterbox:
    """Writes to customers' conversations; implements `campaigns.ports.Letterbox`."""

    sealer: Sealer

    def post(
        self, session: Session, letter: Letter, routes: Sequence[Route], now: datetime
    ) -> Posted | None:
        """Put it down, in the caller's transaction."""
        for route in routes:
            if route in CHATS and route in letter.texts:
                key = self._say(session, letter, route, now)
            elif route in NOTICES and letter.notice:
                key = self._notify(session, letter, route, now)
            else:
                continue
            if key is not None:
                return Posted(route, key)
        return None

    def _say(self, session: Session, letter: Letter, route: Route, now: datetime) -> str | None:
        """The key of the letter's last row; None when no conversation of the route is open."""
        for talk_id in open_routes.list_conversations(session, letter.customer_id, route):
            talk = conversations.lock(session, talk_id)
            room = reply_window.room(talk, now) - reply_window.SCARCE
            if not talk.is_the_bots or room <= 0:
                continue
            if route is Route.KF and not open_routes.takes_messages(session, talk_id):
                continue
            return self._post(session, letter, talk, _replies(letter, route)[:room], now)
        return None

    def _post(
        self,
        session: Session,
        letter: Letter,
        talk: ConversationView,
        replies: Sequence[Reply],
        now: datetime,
    ) -> str:
        for position, reply in enumerate(replies):
            message = Post(
                key=outbox.answer_key(letter.key, position),
                kind=f"{talk.channel}.reply",
                payload=reply_to_json(reply),
                conversation_id=talk.id,
                epoch=talk.epoch,
                not_after=letter.until,
                run_id=letter.run_id,
            )
            outbox.post(session, self.sealer, message, now)
        write_down(session, self.sealer, talk.id, None, replies, now, about=letter.key)
        return outbox.answer_key(letter.key, len(replies) - 1)

    def _notify(self, session: Session, letter: Letter, route: Route, now: datetime) -> str | None:
        key = outbox.answer_key(letter.key, 0)
        kind, channels = NOTICES[route]
        sender = post_notice(
            session,
            self.sealer,
            letter.customer_id,
            Notice(kind, letter.notice, letter.page),
            key,
            now,
            run_id=letter.run_id,
            until=letter.until,
            channels=channels,
        )
        return None if sender is None else key

    def open_routes(
        self, routes: Collection[Route], now: datetime
    ) -> Mapping[Route, ColumnElement[bool]]:
        """Which routes are open for the `customer` asked of."""
        return open_routes.open_now(routes, now)

    def known(self, routes: Collection[Route]) -> ColumnElement[bool]:
        """Whether any of the routes leads to the `customer` asked of."""
        return open_routes.known(routes)

    def unsent(self, session: Session, run_id: int) -> int:
        """How many messages of a run have not left."""
        return unsent.count(session, run_id)

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
        """Take back what has not left of a run."""
        return unsent.take_back(session, self.sealer, run_id, why, now, begun=begun, only=only)


def _replies(letter: Letter, route: Route) -> list[Reply]:
    """Words first: they say how to unsubscribe, and are what a scarce window has room for."""
    words = letter.texts[route]
    said: list[Reply] = [Text(words)] if words.strip() else []
    said += [Card(card.title, card.path, card.picture) for card in letter.cards]
    said += [Picture(name) for name in letter.pictures]
    return said
