"""The shop around the crowd: what segments name."""

from datetime import UTC, datetime
from typing import Any, Final

NOW: Final = datetime(2026, 11, 23, 4, tzinfo=UTC)
"""Noon in Shanghai."""
PRODUCTS, CATEGORIES, TAGS, TEMPLATES, GROUPS, CODES = 200, 20, 30, 10, 50, 12
LEVELS: Final = {1: 0, 2: 50_000, 3: 200_000}
"""Thresholds in fen by id."""


def category_of(product_id: int) -> int:
    """The category of a product of this shop."""
    return product_id % CATEGORIES + 1


def shop_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows by table, in an order that their keys allow."""
    at = NOW
    return {
        "category": [{"id": each, "name": f"分类{each}"} for each in range(1, CATEGORIES + 1)],
        "product": [
            {
                "id": each,
                "title": f"商品{each}",
                "category_id": category_of(each),
                "attributes": "{}",
                "picture": "",
                "on_sale": True,
                "sales": 0,
                "updated_at": at,
            }
            for each in range(1, PRODUCTS + 1)
        ],
        "customer_tag": [
            {"id": each, "group_name": "兴趣", "name": f"标签{each}"} for each in range(1, TAGS + 1)
        ],
        "member_level": [
            {
                "id": each,
                "name": f"等级{each}",
                "threshold": threshold,
                "price_percent": 100,
                "earn_percent": 100,
            }
            for each, threshold in LEVELS.items()
        ],
        "coupon_template": [_template(each) for each in range(1, TEMPLATES + 1)],
        "community_group": [
            {
                "id": each,
                "chat_id": f"chat-{each}",
                "name": f"{each}群",
                "owner_userid": "wang",
                "notice": "",
                "member_version": "",
                "customers": 0,
                "staff": 1,
                "created_at": at,
            }
            for each in range(1, GROUPS + 1)
        ],
        "source_code": [
            {
                "code": f"code-{each}",
                "name": f"海报{each}",
                "kind": "oa",
                "note": "",
                "created_at": at,
            }
            for each in range(1, CODES + 1)
        ],
    }


def _template(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "code": f"c{number}",
        "name": f"券{number}",
        "kind": "amount",
        "off": 500,
        "percent": 100,
        "threshold": 0,
        "categories": "[]",
        "products": "[]",
        "taken": 0,
        "per_person": 1,
        "valid_until": NOW,
        "starts_after_days": 0,
        "audience": "everyone",
        "is_listed": True,
        "is_active": True,
        "author": "operator",
        "updated_at": NOW,
    }
