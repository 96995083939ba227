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


def mini_program_card(content: CardContent, thumb_media_id: str) -> dict[str, Any]:
    """The `miniprogrampage` that a mini-program's own customer service sends: its own pages only.

    小程序客服消息 发送客服消息 docs; no app id stands in it.
    """
    return {
        "title": content.title,
        "pagepath": content.path,
        "thumb_media_id": thumb_media_id,
    }


def contact_card(content: CardContent, app_id: str, picture_media_id: str) -> dict[str, Any]:
    """The `miniprogram` attachment of a welcome or a mass task (企业微信 发送新客户欢迎语 docs)."""
    return {
        "title": content.title,
        "appid": app_id,
        "page": content.path,
        "pic_media_id": picture_media_id,
    }


def customer_service_card(content: CardContent, app_id: str, thumb_media_id: str) -> dict[str, Any]:
    """The `miniprogram` of WeCom's customer service (微信客服 发送消息).

    The mini-program must be linked to the corp; the thumb is an image of the corp, 520 × 416.
    """
    return {
        "appid": app_id,
        "title": content.title,
        "thumb_media_id": thumb_media_id,
        "pagepath": content.path,
    }
