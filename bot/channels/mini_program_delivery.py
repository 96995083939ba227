"""What leaves for a mini-program's customers, in the customer service that it opens itself."""

from typing import Final

from bot.channels.official_account_delivery import ReplyDelivery
from bot.channels.reply_pictures import media_id_of
from bot.messages import Card, Choices, Reply, Text
from miniprogram_cards.cards import CardContent
from miniprogram_cards.payloads import mini_program_card

OPTION: Final = "· {option}"


class MiniProgramReplyDelivery(ReplyDelivery):
    """The same API with the mini-program's own token (小程序客服消息 发送客服消息).

    It knows no menus: options are lines, and their words are understood when they are written.
    """

    async def _send(self, openid: str, reply: Reply) -> None:
        match reply:
            case Choices(head, options, tail):
                lines = [head, *(OPTION.format(option=option) for option in options), tail]
                await super()._send(openid, Text("\n".join(filter(None, lines))))
            case Card(title, path, picture):
                content = CardContent(title, path, picture)
                card = mini_program_card(content, await media_id_of(self.media, picture))
                await self.client.message.send_mini_program_page(openid, card)
            case _:
                await super()._send(openid, reply)
