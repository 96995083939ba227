"""The rules of takeover in force, and how they are changed."""

from typing import Any, Final, TypedDict, Unpack

from sqlmodel import Session

from bot.handover.service_tables import ServiceTerms
from commerce.errors import InvalidInput
from commerce.inserting import insert_once

PLACES: Final = {"console": "网页工作台", "wecom": "企业微信客户端"}
MOST_WORDS: Final = 300
_BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "reply_within_minutes": (1, 240),
    "ends_after_minutes": (1, 2880),
    "first_response_minutes": (0, 10_000),
    "next_response_minutes": (0, 10_000),
    "resolution_minutes": (0, 100_000),
    "large_cart_fen": (0, 100_000_000),
}


class TermsChange(TypedDict, total=False):
    """What an operator changes; what is left out stays."""

    auto_assign: bool
    reply_within_minutes: int
    ends_after_minutes: int
    first_response_minutes: int
    next_response_minutes: int
    resolution_minutes: int
    vip_level: str
    large_cart_fen: int
    kf_place: str
    out_of_hours_words: str


def get_terms(session: Session) -> ServiceTerms:
    """The rules as operators set them, or the defaults. To read; `set_terms` changes them."""
    return session.get(ServiceTerms, 1) or ServiceTerms()


def set_terms(session: Session, **change: Unpack[TermsChange]) -> ServiceTerms:
    """Change the rules, from now on. Raises InvalidInput naming the field."""
    insert_once(session, ServiceTerms, **ServiceTerms().model_dump())
    terms = session.get_one(ServiceTerms, 1, with_for_update=True, populate_existing=True)
    _check({**terms.model_dump(), **change})
    for name, value in change.items():
        setattr(terms, name, value)
    session.add(terms)
    session.flush()
    return terms


def _check(wanted: dict[str, Any]) -> None:
    for name, (least, most) in _BOUNDS.items():
        if not least <= wanted[name] <= most:
            raise InvalidInput(f"请填{least}到{most}之间的整数", field=name)
    if wanted["kf_place"] not in PLACES:
        raise InvalidInput("没有这个接待地点", field="kf_place")
    if len(wanted["out_of_hours_words"]) > MOST_WORDS:
        raise InvalidInput(f"下班时的话最多{MOST_WORDS}个字", field="out_of_hours_words")
