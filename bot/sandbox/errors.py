"""What can go wrong on the fake platform, in the platform's own words."""

from bot.sandbox.error_codes import WECHAT_ERRORS
from bot.sandbox.rules import PAY_ERRORS, SHIPPING_ERRORS


class SandboxError(Exception):
    """Base of everything the sandbox raises on purpose."""


class SandboxRefused(SandboxError):
    """The sandbox may not start, or a test asked its control API for something impossible."""


class WeChatError(SandboxError):
    """An `errcode` answer of api.weixin.qq.com; it travels with HTTP status 200."""

    def __init__(self, code: int, detail: str = "") -> None:
        message = WECHAT_ERRORS.get(code) or SHIPPING_ERRORS.get(code, "system error")
        self.code = code
        self.message = f"{message} {detail}".strip()
        super().__init__(f"{code} {self.message}")


class PayError(SandboxError):
    """An error answer of api.mch.weixin.qq.com: an HTTP status, a code and a Chinese message."""

    def __init__(self, code: str, message: str = "") -> None:
        self.status, default = PAY_ERRORS.get(code, (500, "系统异常"))
        self.code = code
        self.message = message or default
        super().__init__(f"{self.status} {code} {self.message}")


class ReplyRefused(SandboxError):
    """A passive reply that WeChat would not understand; the customer reads an apology instead."""


class EnvelopeRefused(ReplyRefused):
    """An encrypted message whose signature, padding or receiver is wrong."""
