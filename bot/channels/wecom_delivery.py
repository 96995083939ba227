"""What leaves for WeCom's customers: replies, words by code, and the question who they are."""

from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot.broadcasts.deliveries import broadcast_deliverers
from bot.channels.evidence_delivery import EvidenceDelivery
from bot.channels.media_delivery import MediaDelivery
from bot.channels.official_account_delivery import (
    AT_ONCE,
    outcome_of,
)
from bot.channels.reply_pictures import forget_picture, media_id_of
from bot.channels.wecom_contact_delivery import contact_deliverers
from bot.channels.wecom_payloads import card_body, picture_body, words_body
from bot.channels.wecom_session_delivery import SessionDelivery
from bot.clock import Clock
from bot.communities.deliveries import community_deliverers
from bot.database import Database
from bot.evidence import EvidenceStore
from bot.kf import kf_words as words
from bot.kf import sessions
from bot.kf.failing import MSGID
from bot.kf.sessions import Address, Told
from bot.kf.tables import OURS, State
from bot.media import MediaLibrary, PictureMissing
from bot.messages import BOT, Card, Choices, Picture, Reply, Text, reply_from_json
from bot.outbox import Claimed
from bot.outcomes import Failed, NoRoute, Outcome, Postponed, Sent
from bot.sender import Deliverer
from bot.settings import Settings
from bot.tables import OutboxMessage, OutboxState
from commerce.customers.identities import link_unionid
from commerce.customers.nicknames import note_nickname
from commerce.customers.tables import Identity
from commerce.inserting import affected_rows, id_of
from commerce.sealing import Sealer
from miniprogram_cards.cards import CardContent
from miniprogram_cards.payloads import customer_service_card
from wecom.client import AsyncWeComClient
from wecom.errors import Reaction, Refused, WeChatError
from wecom.kf import WeComKf

WHY_NOT: Final = {
    State.POOL: words.WAITS_IN_WECOM,
    State.SERVICER: words.IN_WECOM,
    State.ENDED: words.SESSION_OVER,
}


@dataclass(frozen=True, slots=True)
class WeComReplyDelivery:
    """Replies as customer-service messages, each under a `msgid` that makes repeating it safe.

    The session's state is read before every message: WeCom takes none while a servicer has the
    customer (95018), and what we remember of it may be old.
    """

    kf: WeComKf
    media: MediaLibrary
    mini_program_app_id: str
    database: Database
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send one reply to one customer, if the session is ours."""
        assert claimed.conversation_id is not None  # noqa: S101 - a reply has one
        to = await self.database.read(sessions.find_address, claimed.conversation_id)
        if to is None:
            return Failed("no session of customer service")
        if to.rejects:
            return NoRoute(words.REJECTS)
        reply = reply_from_json(claimed.payload)
        try:
            body = await self._body(reply)
            return await self._send(claimed, to, body)
        except PictureMissing as error:
            return Failed(str(error))
        except WeChatError as error:
            return await self._after(error, reply, to, claimed)

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """An answer that a person makes needless is not kept for later."""
        if claimed.conversation_id is None:
            return
        if isinstance(outcome, Sent):
            self._note_ours(session, claimed.conversation_id)
        elif isinstance(outcome, NoRoute):
            _drop_needless(session, claimed)

    async def _send(self, claimed: Claimed, to: Address, body: dict[str, Any]) -> Outcome:
        seen = await self._adopt(to)
        if seen.state not in OURS:
            return await self._not_ours(claimed, seen.state)
        msgid = claimed.key[:MSGID]
        head = {"touser": to.external_user, "open_kfid": to.open_kfid, "msgid": msgid}
        await self.kf.send({**head, **body})
        return Sent({"msgid": msgid})

    async def _not_ours(self, claimed: Claimed, state: State) -> Outcome:
        speaker, _ = await self.database.read(_speaks, claimed.id)
        if speaker != BOT:  # A person wants to know now, not when the customer writes again.
            return Failed(WHY_NOT[state])
        return NoRoute(WHY_NOT[state])

    async def _adopt(self, to: Address) -> Told:
        """The state as WeCom has it at this moment; ours follows it."""
        found = await self.kf.state(to.open_kfid, to.external_user)
        told = Told(State(found.state), found.servicer)
        if (told.state, told.servicer) != (to.state, to.servicer):
            now = self.clock.now()
            await self.database.write(sessions.adopt, to.conversation_id, told, now)
        return told

    async def _after(
        self, error: WeChatError, reply: Reply, to: Address, claimed: Claimed
    ) -> Outcome:
        if not isinstance(error, Refused):
            return outcome_of(error, keyed=True)
        if error.reaction is Reaction.REFRESH_MEDIA:
            await forget_picture(self.media, reply)
            # Once at once; a picture that is refused again and again may wait.
            return Postponed(str(error), AT_ONCE if claimed.attempt == 1 else None)
        if error.reaction is Reaction.RESYNC:  # It was taken between our look and our word.
            try:
                told = await self._adopt(to)
            except WeChatError as still:
                return outcome_of(still, keyed=True)
            if told.state not in OURS:
                return await self._not_ours(claimed, told.state)
        return outcome_of(error, keyed=True)

    async def _body(self, reply: Reply) -> dict[str, Any]:
        match reply:
            case Text() | Choices():
                return words_body(reply)
            case Card(title, path, picture):
                thumb = await media_id_of(self.media, picture)
                content = CardContent(title, path, picture)
                return card_body(customer_service_card(content, self.mini_program_app_id, thumb))
            case Picture(name):
                return picture_body(await media_id_of(self.media, name))

    def _note_ours(self, session: Session, conversation_id: int) -> None:
        """Our answer has made a new session the bot's."""
        if sessions.is_new(session, conversation_id):
            sessions.note(session, conversation_id, State.BOT, "", self.clock.now())


@dataclass(frozen=True, slots=True)
class OnEventDelivery:
    """Words by code. Each code is good once, so repeating the call is safe."""

    kf: WeComKf
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Say it, if the code still lives."""
        reply = reply_from_json(claimed.payload["reply"])
        if not isinstance(reply, Text | Choices):
            return Failed("a code takes words or a menu")
        head = {"code": claimed.payload["code"], "msgid": claimed.key[:MSGID]}
        try:
            await self.kf.send_on_event({**head, **words_body(reply)})
        except Refused as error:
            if error.reaction is Reaction.RESYNC:
                return Failed(str(error))  # Its session has gone on.
            return outcome_of(error, keyed=True)
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on it."""


@dataclass(frozen=True, slots=True)
class WeComProfileDelivery:
    """Asks WeCom who a new customer is: what they call themselves, and by which unionid their other
    identities can be joined."""

    kf: WeComKf
    clock: Clock
    sealer: Sealer
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Fetch unionid and nickname (微信客服 获取客户基础信息)."""
        try:
            found = await self.kf.customers([claimed.payload["openid"]])
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        if not found:
            return Sent()
        told = found[0]
        return Sent({name: str(told.get(name) or "") for name in ("unionid", "nickname")})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Keep the nickname, and join the identities that share the unionid."""
        if not isinstance(outcome, Sent) or not outcome.result:
            return
        user, now, told = claimed.payload["openid"], self.clock.now(), outcome.result
        # A customer has one id in the whole corp, however many accounts they write to.
        statement = select(Identity).where(
            Identity.channel == "wecom", Identity.external_user == user
        )
        for identity in session.exec(statement).all():
            note_nickname(session, self.sealer, id_of(identity), told["nickname"], now)
            if told["unionid"]:
                who = {"channel": "wecom", "account": identity.account, "external_user": user}
                link_unionid(session, **who, unionid=told["unionid"], now=now)


def _speaks(session: Session, outbox_id: int) -> tuple[str, bool]:
    """Whose word a row is, and whether it answers a message."""
    speaker, inbox_key = session.exec(
        select(OutboxMessage.speaker, OutboxMessage.inbox_key).where(OutboxMessage.id == outbox_id)
    ).one()
    return speaker, inbox_key is not None


def _drop_needless(session: Session, claimed: Claimed) -> None:
    _, is_answer = _speaks(session, claimed.id)
    seen = sessions.find(session, claimed.conversation_id or 0)
    if not is_answer or seen is None or seen.state not in (State.POOL, State.SERVICER):
        return
    parked = update(OutboxMessage).where(
        col(OutboxMessage.id) == claimed.id,
        col(OutboxMessage.state) == OutboxState.PARKED.value,
    )
    affected_rows(session, parked.values(state=OutboxState.SUPERSEDED.value))


def wecom_deliverers(
    client: AsyncWeComClient,
    settings: Settings,
    database: Database,
    clock: Clock,
    sealer: Sealer,
) -> dict[str, Deliverer]:
    """Who delivers what leaves for customer service in WeCom."""
    app, folder = f"wecom:{settings.wecom_corp_id}", settings.picture_folder
    media = MediaLibrary(app, client, folder, database, clock)
    store = EvidenceStore(settings.evidence_folder, sealer)
    return {
        "wecom.reply": WeComReplyDelivery(
            client.kf, media, settings.mini_program_app_id, database, clock
        ),
        "wecom.on_event": OnEventDelivery(client.kf),
        "wecom.session": SessionDelivery(client.kf, database, clock, sealer),
        "wecom.profile": WeComProfileDelivery(client.kf, clock, sealer),
        "wecom.media": MediaDelivery(client, store, sealer),
        "wecom.evidence": EvidenceDelivery(client, store, sealer, clock),
        **contact_deliverers(client, settings, media, database, clock),
        **broadcast_deliverers(client, settings, media, database, clock, sealer),
        **community_deliverers(client, settings, media, database, clock, sealer),
    }
