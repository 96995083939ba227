"""What leaves for an official account's customers through its API."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from bot.channels.reply_pictures import forget_picture, media_id_of
from bot.clock import Clock
from bot.media import MediaLibrary, PictureMissing
from bot.messages import Card, Choices, Picture, Reply, Text, reply_from_json
from bot.outbox import Claimed
from bot.outcomes import Doubtful, Failed, NoRoute, Outcome, Postponed, Sent
from commerce.customers.identities import link_unionid, note_follower
from miniprogram_cards.cards import CardContent
from miniprogram_cards.payloads import official_account_card
from wecom.errors import Reaction, Refused, WeChatError
from wecom.transport import AsyncWeChatClient
from wecom.xml import cut, printable

TEXT_LIMIT: Final = 2048
"""Bytes of UTF-8 (WeChat 客服消息 documentation)."""
AT_ONCE: Final = timedelta()


@dataclass(frozen=True, slots=True)
class ReplyDelivery:
    """Replies as customer-service messages. The API has no key: what is doubtful stays so."""

    client: AsyncWeChatClient
    media: MediaLibrary
    mini_program_app_id: str
    keyed: bool = False

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Send one reply to one follower."""
        reply = reply_from_json(claimed.payload)
        try:
            await self._send(claimed.external_user or "", reply)
        except PictureMissing as error:
            return Failed(str(error))
        except WeChatError as error:
            if isinstance(error, Refused) and error.reaction is Reaction.REFRESH_MEDIA:
                await forget_picture(self.media, reply)
                # Once at once; a picture that is refused again and again may wait.
                return Postponed(str(error), AT_ONCE if claimed.attempt == 1 else None)
            return outcome_of(error, keyed=False)
        return Sent()

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Nothing depends on a reply."""

    async def _send(self, openid: str, reply: Reply) -> None:
        match reply:
            case Text(content):
                await self.client.message.send_text(openid, cut(printable(content), TEXT_LIMIT))
            case Choices():
                await self.client.message.send_msg_menu(openid, menu(reply))
            case Card(title, path, picture):
                thumb = await media_id_of(self.media, picture)
                card = official_account_card(
                    CardContent(title, path, picture), self.mini_program_app_id, thumb
                )
                await self.client.message.send_mini_program_page(openid, card)
            case Picture(name):
                await self.client.message.send_image(openid, await media_id_of(self.media, name))


@dataclass(frozen=True, slots=True)
class ProfileDelivery:
    """Asks WeChat who a new customer is, so that their mini-program identity can be joined."""

    client: AsyncWeChatClient
    app_id: str
    clock: Clock
    keyed: bool = True

    async def deliver(self, claimed: Claimed) -> Outcome:
        """Fetch the unionid (WeChat 获取用户基本信息 documentation)."""
        try:
            profile = await self.client.user.get(claimed.payload["openid"])
        except WeChatError as error:
            return outcome_of(error, keyed=True)
        return Sent({"unionid": profile.get("unionid"), "follows": profile.get("subscribe") == 1})

    def note(self, session: Session, claimed: Claimed, outcome: Outcome) -> None:
        """Note a follower, and join the identities that share the unionid."""
        openid = claimed.payload["openid"]
        if isinstance(outcome, Sent) and outcome.result and outcome.result["follows"]:
            note_follower(session, "official_account", self.app_id, openid)
        if isinstance(outcome, Sent) and outcome.result and outcome.result["unionid"]:
            link_unionid(
                session,
                channel="official_account",
                account=self.app_id,
                external_user=openid,
                unionid=outcome.result["unionid"],
                now=self.clock.now(),
            )


def menu(choices: Choices) -> dict[str, object]:
    """Choices as a menu message; the tap comes back as a text with the option's words."""
    return {
        "head_content": printable(choices.head),
        "list": [
            {"id": str(position), "content": printable(option)}
            for position, option in enumerate(choices.options, 1)
        ],
        "tail_content": printable(choices.tail),
    }


def outcome_of(error: WeChatError, *, keyed: bool) -> Outcome:
    """What a failed call means for its row."""
    if isinstance(error, Refused):
        if error.reaction in (Reaction.WINDOW_CLOSED, Reaction.QUOTA_USED):
            return NoRoute(str(error))
        if error.reaction is Reaction.SUCCESS_DUPLICATE:
            return Sent()
        if error.reaction is Reaction.BACK_OFF:
            return Postponed(str(error), timedelta(seconds=error.rule.seconds))
    if error.permanent:
        return Failed(str(error))
    if error.may_have_arrived and not keyed:
        return Doubtful(str(error))
    return Postponed(str(error))
