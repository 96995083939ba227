"""What the mini-program is told of subscription messages."""

from pydantic import Field

from bot.api.answers import Answer


class NoticeTemplate(Answer):
    """Something that the customer may allow us to tell them."""

    kind: str = Field(description="such as order_shipped")
    name: str = Field(description="in Chinese")
    template_id: str = Field(description="for wx.requestSubscribeMessage, three at most a tap")


class NoticeTemplates(Answer):
    """All of them. What was answered reaches the shop from WeChat, not from the mini-program."""

    items: list[NoticeTemplate]
