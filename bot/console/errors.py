"""What the console refuses before a page is asked. The words are read by whoever is refused."""

from bot.errors import BotError


class ConsoleRefusal(BotError):
    """Base: a status, and what is said."""

    status = 400
    words = "这个请求看不懂"

    def __init__(self, words: str = "") -> None:
        super().__init__(words or self.words)


class NotSigned(ConsoleRefusal):
    """Nobody is logged in, or not any more."""

    status = 401
    words = "登录已失效，请重新登录"


class Forbidden(ConsoleRefusal):
    """The role does not grant it."""

    status = 403
    words = "你的角色没有这个权限，需要的话请找店主"


class Forged(ConsoleRefusal):
    """The request does not come from a page of ours."""

    status = 403
    words = "页面过期了，请刷新后再试"


class TooLarge(ConsoleRefusal):
    """A body or a file is larger than may be."""

    status = 413
    words = "文件太大了"
