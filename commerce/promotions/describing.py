"""What a discount does and what it is for, in a few Chinese words, for chat and mini-program."""

from collections.abc import Iterable
from typing import Final

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Category, Product
from commerce.money import yuan
from commerce.pricing.values import CouponKind, OwnedCoupon, Rung, Scope

EVERYTHING: Final = "全店可用"
MOST_NAMED: Final = 3


def percent_in_words(percent: int) -> str:
    """What is left to pay, as shops say it.

    >>> percent_in_words(88), percent_in_words(90), percent_in_words(5)
    ('8.8折', '9折', '0.5折')
    """
    tens, ones = divmod(percent, 10)
    return f"{tens}.{ones}折" if ones else f"{tens}折"


def coupon_rule(coupon: OwnedCoupon) -> str:
    """`满¥100减¥10`, `无门槛减¥5`, `满¥200打8.8折，最多减¥50`."""
    reach = f"满{yuan(coupon.threshold)}" if coupon.threshold else "无门槛"
    if coupon.kind == CouponKind.AMOUNT:
        return f"{reach}减{yuan(coupon.off)}"
    most = f"，最多减{yuan(coupon.cap)}" if coupon.cap is not None else ""
    return f"{reach}打{percent_in_words(coupon.percent)}{most}"


def rung_rule(rung: Rung) -> str:
    """`满¥199减¥20，包邮，送100积分，送券`."""
    reach = f"满{yuan(rung.fen)}" if rung.fen is not None else f"满{rung.pieces}件"
    gains = [f"减{yuan(rung.off)}"] if rung.off else []
    gains += ["包邮"] if rung.frees_freight else []
    gains += [f"送{rung.points}积分"] if rung.points else []
    gains += ["送券"] if rung.coupon_templates else []
    return f"{reach}{'，'.join(gains)}"


def scope_in_words(session: Session, scope: Scope) -> str:
    """`全店可用`, `限女装、男装`, `限“蓝牙耳机”`, `限5款商品`."""
    parts = []
    if scope.categories:
        named = select(Category.name).where(col(Category.id).in_(scope.categories))
        parts.append(_some(session.exec(named.order_by(col(Category.id))), "类"))
    if len(scope.products) == 1:
        titled = select(Product.title).where(col(Product.id).in_(scope.products))
        parts += [f"“{' '.join(title.split()[:2])}”" for title in session.exec(titled)]
    elif scope.products:
        parts.append(f"{len(scope.products)}款商品")
    return f"限{'和'.join(parts)}" if parts else EVERYTHING


def _some(found: Iterable[str], counted: str) -> str:
    names = list(found)
    named = "、".join(names[:MOST_NAMED])
    return named if len(names) <= MOST_NAMED else f"{named}等{len(names)}{counted}"
