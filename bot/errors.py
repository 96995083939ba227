"""The application's own errors have one base, apart from those of the wire and the shop."""


class BotError(Exception):
    """Base of what goes wrong in the application itself.

    What the shop refuses is a `commerce.errors.ShopError`, what WeChat does not do a
    `wecom.errors.WeChatError`.
    """
