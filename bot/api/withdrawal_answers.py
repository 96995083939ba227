"""What the mini-program is told of a withdrawal that waits to be confirmed."""

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from bot.api.answers import Answer


class ConfirmCall(Answer):
    """The argument of `wx.requestMerchantTransfer` (WeChat Pay docs 小程序调起用户确认收款)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    mch_id: str
    app_id: str
    package: str
