"""Freight as it is at this moment, for what a customer asks about it."""

import re
from functools import cached_property
from typing import Final

from sqlmodel import Session, select

from bot.handlers.freight_words import NOT_SENT, freight_in_words, sent_nowhere_of
from bot.turn import Turn
from commerce.catalogue.tables import Product
from commerce.customers.regions import Region, find_region, read_region
from commerce.freight.templates import load_terms
from commerce.freight.terms import Template, Terms
from nlu.text import fold

_ABOUT_COST: Final = re.compile(r"运费|邮费|快递费|运输费|包邮|免邮|几块钱寄")
_ABOUT_REACH: Final = re.compile(
    r"发不发|能?不?能[发寄送]|[发寄送]得?到|[发寄送]货?[吗么嘛不]|可以[发寄送]"
)


class LiveFreight:
    """The shop's freight rules for the goods and the place that a question is about.

    `product_id` is the product spoken of; without one the default template answers.
    """

    def __init__(self, turn: Turn, product_id: int | None = None) -> None:
        self._turn = turn
        self._product_id = product_id

    @property
    def is_charged(self) -> bool:
        """Whether the shop has any rule: without one all goods travel for nothing."""
        return self._template is not None

    @cached_property
    def place(self) -> Region | None:
        """Where the customer asks about, if they name a region."""
        named = " ".join(self._turn.understanding.strings("region"))
        found = find_region(fold(named)) or find_region(fold(self._turn.text))
        return None if found is None else found.region

    def rule(self) -> str:
        """What they pay for the way, there or in general."""
        return freight_in_words(self._terms, self._template, self.place)

    def unsent(self, told_otherwise: list[str]) -> list[str]:
        """Where the goods are not sent: what the template says, and what is no region of ours."""
        if self._template is None:
            return told_otherwise
        abroad = [name for name in told_otherwise if read_region(name) is None]
        return [*sent_nowhere_of(self._template), *abroad]

    def is_refused(self) -> bool:
        """Whether the goods are not sent to the place that is named."""
        return self._template is not None and not self._template.sends_to(self.place)

    @property
    def asks_cost_there(self) -> bool:
        """Whether the question is what it costs to send something to a place that is named."""
        return self.place is not None and _ABOUT_COST.search(self._turn.text) is not None

    def answer(self) -> str | None:
        """A question about freight or reach, answered without anything written; else None."""
        text = self._turn.text
        if not self.is_charged:
            return None
        if _ABOUT_REACH.search(text) or _ABOUT_COST.search(text):
            there = self.answer_there()
            if there is not None:
                return there
        return f"{self.rule()}。" if _ABOUT_COST.search(text) else None

    def answer_there(self) -> str | None:
        """Whether and for how much it is sent to the place that is named; None without one."""
        if not self.is_charged or self.place is None:
            return None
        if self.is_refused():
            return f"{NOT_SENT.format(region=self.place.spoken)}。"
        return f"{self.place.spoken}可以送到。{self.rule()}。"

    @cached_property
    def _terms(self) -> Terms:
        return load_terms(self._turn.session, [self._template_id])

    @cached_property
    def _template(self) -> Template | None:
        return self._terms.templates.get(self._template_id or 0, self._terms.default)

    @cached_property
    def _template_id(self) -> int | None:
        return None if self._product_id is None else _of(self._turn.session, self._product_id)


def _of(session: Session, product_id: int) -> int | None:
    found = select(Product.freight_template_id).where(Product.id == product_id)
    return session.exec(found).first()
