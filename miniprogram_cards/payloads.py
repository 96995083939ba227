"""A card as each channel's API wants it."""

from typing import Any

from miniprogram_cards.cards import CardContent


def official_account_card(content: CardContent, app_id: str, thumb_media_id: str) -> dict[str, Any]:
    """The `miniprogrampage` of a customer-service message (WeChat 客服消息 docs).

    The mini-program must be linked to the account; the thumb is an uploaded image, 5:4.
    """
    return {
        "title": content.title,
        "appid": app_id,
        "pagepath": content.path,
        "thumb_media_id": thumb_media_id,
    }
