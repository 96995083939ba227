"""Replies that ride in the answer to a callback (WeChat docs 被动回复用户消息).

One message of one of six types; never a mini-program card nor a menu. Every renderer takes the
message that it answers, because sender and receiver change places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.channels.wechat_xml import cdata, cut, printable
from bot.messages import Incoming

TEXT_LIMIT: Final = 2048
"""Bytes of UTF-8."""
ARTICLE_LIMIT: Final = 8


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of a news reply."""

    title: str
    description: str
    picture_url: str
    url: str


def render_text(incoming: Incoming, content: str, *, now: datetime) -> str:
    """Longer text is cut at `TEXT_LIMIT`, between characters."""
    words = cut(printable(content), TEXT_LIMIT)
    return _reply(incoming, now, "text", f"<Content>{cdata(words)}</Content>")


def render_image(incoming: Incoming, media_id: str, *, now: datetime) -> str:
    return _reply(incoming, now, "image", f"<Image>{_media_id(media_id)}</Image>")


def render_voice(incoming: Incoming, media_id: str, *, now: datetime) -> str:
    return _reply(incoming, now, "voice", f"<Voice>{_media_id(media_id)}</Voice>")


def render_video(
    incoming: Incoming, media_id: str, *, title: str = "", description: str = "", now: datetime
) -> str:
    words = f"<Title>{cdata(title)}</Title><Description>{cdata(description)}</Description>"
    return _reply(incoming, now, "video", f"<Video>{_media_id(media_id)}{words}</Video>")


def render_music(
    incoming: Incoming,
    thumb_media_id: str,
    *,
    title: str,
    description: str,
    url: str,
    high_quality_url: str,
    now: datetime,
) -> str:
    content = (
        f"<Music><Title>{cdata(title)}</Title><Description>{cdata(description)}</Description>"
        f"<MusicUrl>{cdata(url)}</MusicUrl><HQMusicUrl>{cdata(high_quality_url)}</HQMusicUrl>"
        f"<ThumbMediaId>{cdata(thumb_media_id)}</ThumbMediaId></Music>"
    )
    return _reply(incoming, now, "music", content)


def render_news(incoming: Incoming, articles: Sequence[Article], *, now: datetime) -> str:
    """WeChat shows one article when it answers a message, up to eight elsewhere.

    Raises ValueError without an article, or with more than `ARTICLE_LIMIT`.
    """
    if not 1 <= len(articles) <= ARTICLE_LIMIT:
        raise ValueError(f"a news reply has 1 to {ARTICLE_LIMIT} articles, not {len(articles)}")
    items = "".join(
        f"<item><Title>{cdata(article.title)}</Title>"
        f"<Description>{cdata(article.description)}</Description>"
        f"<PicUrl>{cdata(article.picture_url)}</PicUrl><Url>{cdata(article.url)}</Url></item>"
        for article in articles
    )
    content = f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
    return _reply(incoming, now, "news", content)


def _media_id(media_id: str) -> str:
    return f"<MediaId>{cdata(media_id)}</MediaId>"


def _reply(incoming: Incoming, now: datetime, message_type: str, content: str) -> str:
    # The account's own name (gh_…) is not its app id; only the message tells it.
    account_name = str(incoming.payload.get("ToUserName", ""))
    return (
        f"<xml><ToUserName>{cdata(incoming.external_user)}</ToUserName>"
        f"<FromUserName>{cdata(account_name)}</FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime>"
        f"<MsgType>{cdata(message_type)}</MsgType>{content}</xml>"
    )
