"""Questions and answers of the shop, and what it tells of itself."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from commerce.columns import UtcDateTime


class Source(StrEnum):
    """Who wrote a row last: a seed file replaces only what no operator has touched."""

    SEED = "seed"
    OPERATOR = "operator"


class KnowledgeEntry(SQLModel, table=True):
    """One answer. It is given from `valid_from` until before `valid_until`, while it is live."""

    __tablename__ = "knowledge_entry"
    __table_args__ = (
        CheckConstraint(
            "valid_from IS NULL OR valid_until IS NULL OR valid_from < valid_until",
            name="ck_knowledge_entry_validity",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """What files and operators call it: `freight`."""
    category: str
    title: str
    """The question as it is offered to tap."""
    answer: str
    """With `{placeholders}`, see `commerce.knowledge.placeholders`."""
    keywords: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Patterns of words that point here, see `commerce.knowledge.keywords`."""
    intent: str = ""
    """What such a question is mostly understood as; empty when that says nothing."""
    priority: int = 0
    """Of two entries equally near, the higher one is meant."""
    passes_on: bool = False
    """Whether the answer promises that people of the shop take it up."""
    declines: bool = False
    """Whether it only marks questions as none of the shop's: they get no answer from here."""
    is_live: bool = True
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str = Source.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)


class KnowledgeQuestion(SQLModel, table=True):
    """One way to ask for an entry; its title is among them."""

    __tablename__ = "knowledge_question"
    __table_args__ = (UniqueConstraint("entry_id", "text", name="uq_knowledge_question"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="knowledge_entry.id", index=True)
    text: str
    vector: bytes | None = None
    """Its meaning, as little-endian 32-bit floats; None until computed."""
    vector_model: str = ""
    """Whose vector it is: those of two models cannot be compared."""


class KnowledgeEdition(SQLModel, table=True):
    """Which edition of all this is the present one: readers who hold another read again."""

    __tablename__ = "knowledge_edition"
    __table_args__ = (CheckConstraint("id = 1", name="ck_knowledge_edition_single"),)

    id: int = Field(default=1, primary_key=True)
    number: int


class ShopFact(SQLModel, table=True):
    """Something the shop tells of itself, such as its opening hours; see `facts.FACTS`."""

    __tablename__ = "shop_fact"

    name: str = Field(primary_key=True)
    value: str
    source: str = Source.OPERATOR
    updated_at: datetime = Field(sa_type=UtcDateTime)
