"""Reading bargain activities from a file that people write (TOML).

A `[[bargain]]` has the fields of its draft, `floor` in yuan as text, the goods by their `sku` and
`hours` instead of minutes. Reading never switches one on.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from commerce.bargains.activities import BargainDraft
from commerce.catalogue.tables import Variant
from commerce.errors import InvalidInput
from commerce.money import fen_from_yuan


def read_bargains(session: Session, path: Path) -> list[BargainDraft]:
    """The activities of a file, checked. Raises InvalidInput naming the activity."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path.name}读不出来（{error}）", field="file") from None
    found = []
    for written in content.get("bargain", []):
        where = f"{path.name}“{written.get('name', '没有名字')}”"
        try:
            draft = _read(session, written)
            draft.check()
        except InvalidInput as error:
            raise InvalidInput(f"{where}：{error}", **error.details) from None
        except (TypeError, KeyError) as error:
            raise InvalidInput(f"{where}：有一项写得不对（{error}）", field="file") from None
        found.append(draft)
    return found


def _read(session: Session, written: Mapping[str, Any]) -> BargainDraft:
    plain = {
        name: value for name, value in written.items() if name not in ("sku", "floor", "hours")
    }
    sku = written["sku"]
    variant_id = session.exec(select(Variant.id).where(col(Variant.sku) == sku)).first()
    if variant_id is None:
        raise InvalidInput(f"没有商品“{sku}”", field="sku")
    return BargainDraft(
        variant_id=variant_id,
        floor=fen_from_yuan(written["floor"]),
        lifetime_minutes=written["hours"] * 60,
        **plain,
    )
