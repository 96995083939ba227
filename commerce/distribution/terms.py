"""The rules of distribution that are in force, and how they are changed."""

import tomllib
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from sqlmodel import Session, select

from commerce.corrections import CorrectionKind, note_correction
from commerce.distribution.tables import BindingRule, DistributionTerms, Who
from commerce.errors import InvalidInput
from commerce.inserting import insert_once
from commerce.money import fen_from_yuan

FULL_BP: Final = 10_000
LEAST_TRANSFER: Final = 10
"""Fen. WeChat's merchant transfer sends no less (商家转账, 发起转账)."""
NAME_WANTED_FROM: Final = 200_000
"""Fen. From here on WeChat's merchant transfer demands the receiver's real name."""
_BOUNDS: Final[dict[str, tuple[int, int]]] = {
    "binding_days": (1, 3650),
    "protection_days": (0, 3650),
    "first_bp": (0, FULL_BP),
    "second_bp": (0, FULL_BP),
    "freeze_days": (0, 365),
    "withdraw_min": (LEAST_TRANSFER, NAME_WANTED_FROM - 1),
    "withdraw_most": (LEAST_TRANSFER, NAME_WANTED_FROM - 1),
    "fee_bp": (0, FULL_BP // 2),
}


class TermsChange(TypedDict, total=False):
    """What an operator changes; what is left out stays."""

    who: Who
    binding: BindingRule
    binding_days: int
    protection_days: int
    first_bp: int
    second_bp: int
    freeze_days: int
    withdraw_min: int
    withdraw_most: int
    fee_bp: int


def get_terms(session: Session) -> DistributionTerms:
    """The rules as operators set them, or the defaults. To read; `set_terms` changes them."""
    return session.get(DistributionTerms, 1) or DistributionTerms()


def lock_terms(session: Session) -> DistributionTerms:
    """The rules' row, made if need be; whoever holds it is alone in changing rules and chains."""
    insert_once(session, DistributionTerms, **DistributionTerms().model_dump())
    statement = (
        select(DistributionTerms).with_for_update().execution_options(populate_existing=True)
    )
    return session.exec(statement).one()


def set_terms(
    session: Session, *, actor: str, reason: str, now: datetime, **change: Unpack[TermsChange]
) -> DistributionTerms:
    """Change the rules, from now on; what was bound, frozen or asked for before keeps the old.

    Raises InvalidInput naming the field. Who changed what, and why, is kept.
    """
    terms = lock_terms(session)
    wanted = {**terms.model_dump(), **change}
    _check(wanted)
    changed = {name: new for name, new in wanted.items() if new != getattr(terms, name)}
    for name, new in changed.items():
        note_correction(
            session,
            CorrectionKind.DISTRIBUTION_TERMS_SET,
            f"{name} {new}",
            actor=actor,
            reason=reason,
            now=now,
            amount=new if isinstance(new, int) else None,
        )
        setattr(terms, name, new)
    session.add(terms)
    session.flush()
    return terms


def seed_terms(session: Session, path: Path) -> bool:
    """Set the rules that a TOML file holds, unless the shop has its own; whether it did.

    Rates are written in percent, amounts in yuan. Raises InvalidInput naming the field.
    """
    if session.get(DistributionTerms, 1) is not None:
        return False
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    rates = {
        f"{part}_bp": int(Decimal(written.pop(f"{part}_percent")) * 100)
        for part in ("first", "second", "fee")
    }
    amounts = {name: fen_from_yuan(written.pop(name)) for name in ("withdraw_min", "withdraw_most")}
    wanted = {**DistributionTerms().model_dump(), **written, **rates, **amounts}
    _check(wanted)
    session.add(DistributionTerms(**wanted))
    session.flush()
    return True


def _check(wanted: dict[str, Any]) -> None:
    for name, (least, most) in _BOUNDS.items():
        if not least <= wanted[name] <= most:
            raise InvalidInput(f"{name}须为{least}到{most}的整数", field=name)
    if wanted["who"] not in set(Who):
        raise InvalidInput("没有这种成为推广员的方式", field="who")
    if wanted["binding"] not in set(BindingRule):
        raise InvalidInput("没有这种绑定方式", field="binding")
    if wanted["first_bp"] + wanted["second_bp"] > FULL_BP:
        raise InvalidInput("两级比例合计不能超过100%", field="second_bp")
    if wanted["withdraw_min"] > wanted["withdraw_most"]:
        raise InvalidInput("最低提现金额不能高于最高提现金额", field="withdraw_min")
