"""Words of a file with blanks for what is only known as it happens: numbers, places in a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.dialogues.happenings import Numbers
from tests.dialogues.rows import Unreadable

_BLANK: Final = re.compile(
    r"<(?:(?P<name>旁人订单|订单|申请|运单)(?P<place>\d+)|第(?P<nth>\d+)款)>"
)
_LISTED: Final = re.compile(r"^\d+\. (?P<title>[^×\n]+?) ¥", re.MULTILINE)


@dataclass
class Blanks:
    """`<订单1>`, `<旁人订单1>`, `<申请1>`, `<运单1>`, and `<第2款>` of the list shown last."""

    numbers: Numbers
    listed: list[str] = field(default_factory=list)
    """The last list of goods, by the first two words of each title: brand and thing."""

    def notice(self, words: str) -> None:
        """Remember a list that the customer is shown."""
        titles = [" ".join(match["title"].split()[:2]) for match in _LISTED.finditer(words)]
        self.listed = titles or self.listed

    def fill(self, words: str, requests: Sequence[str]) -> str:
        """The words as they are meant now; `requests` are numbers. Raises Unreadable."""
        known = {
            "订单": self.numbers.orders,
            "旁人订单": self.numbers.others,
            "运单": self.numbers.parcels,
            "申请": requests,
        }

        def meant(blank: re.Match[str]) -> str:
            of = known[blank["name"]] if blank["name"] else self.listed
            place = int(blank["place"] or blank["nth"])
            if not 0 < place <= len(of):
                raise Unreadable(f"没有{blank[0]}，只有{len(of)}个")
            return of[place - 1]

        return _BLANK.sub(meant, words)
