"""How the pages of conversations show moments and events."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from commerce.shanghai import SHANGHAI

_EVENTS: Final[Mapping[str, str]] = {
    "follow": "（关注了公众号）",
    "unfollow": "（取消了关注）",
    "scan": "（扫了二维码）",
    "menu_click": "（点了菜单）",
    "enter": "（打开了会话）",
    "image": "（图片）",
    "voice": "（语音）",
    "video": "（视频）",
    "file": "（文件）",
    "location": "（位置）",
    "link": "（链接）",
    "mini_program_page": "（小程序页面）",
    "picture": "（图片）",
    "card": "（小程序卡片）",
}


def clock(at: datetime, now: datetime) -> str:
    """A moment in Shanghai as a messenger shows it: `14:05`, `昨天 14:05`, `11月20日 14:05`."""
    local, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.date() == today.date() - timedelta(days=1):
        return f"昨天 {local:%H:%M}"
    year = "" if local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def event_words(kind: str) -> str:
    """What a line without words was."""
    return _EVENTS.get(kind, "（看不了的消息）")
