"""Any number of customers with all that segments ask of them, the same ones for the same seed.

They are written past the ORM, so that a million take a minute and no memory.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from tests.campaigns.segments.shop_rows import (
    CODES,
    GROUPS,
    NOW,
    PRODUCTS,
    TAGS,
    TEMPLATES,
    category_of,
    shop_rows,
)

_A_CHUNK: Final = 5_000


@dataclass(frozen=True, slots=True)
class Met:
    """A product that somebody has bought, or looked at."""

    product_id: int
    at: datetime

    @property
    def category_id(self) -> int:
        """On which shelf it stood."""
        return category_of(self.product_id)


@dataclass(slots=True)
class Person:
    """Somebody, with the facts that rules ask for."""

    id: int
    seen_at: datetime
    is_merged: bool = False
    experience: int = 0
    orders: int = 0
    spent: int = 0
    paid_at: datetime | None = None
    cart_left_at: datetime | None = None
    birthday: tuple[int, int] = (0, 0)
    is_promoter: bool = False
    contact: str = ""
    scores: Mapping[str, int] = field(default_factory=lambda: {"r": 0, "f": 0, "m": 0})
    bought: list[Met] = field(default_factory=list)
    looked: list[Met] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    coupons: list[tuple[int, str, datetime]] = field(default_factory=list)
    """Template, state, and until when it is valid."""
    groups: list[tuple[int, bool]] = field(default_factory=list)
    """Which, and whether they are still there."""
    came: list[tuple[str, datetime]] = field(default_factory=list)
    """The first one first."""
    follows: bool = False


def people(number: int, seed: int = 1) -> Iterator[Person]:
    """So many, numbered from 1. One in a hundred was merged into the first."""
    random = Random(seed)
    return (_person(each, random) for each in range(1, number + 1))


def _person(number: int, random: Random) -> Person:
    person = Person(number, seen_at=_ago(random, 200))
    if number > 1 and random.random() < 0.01:
        person.is_merged = True
        return person
    if random.random() < 0.6:
        _buys(person, random)
    if random.random() < 0.5:
        seen = random.sample(range(1, PRODUCTS + 1), random.randint(1, 3))
        person.looked = [Met(each, _ago(random, 90)) for each in seen]
    if random.random() < 0.1:
        person.cart_left_at = _ago(random, 10)
    if random.random() < 0.5:
        day = NOW + timedelta(days=random.randrange(366))
        person.birthday = (2, 29) if random.random() < 0.02 else (day.month, day.day)
    person.is_promoter = random.random() < 0.02
    person.contact = random.choices(("", "contact", "lost"), (60, 35, 5))[0]
    person.tags = random.sample(range(1, TAGS + 1), random.choice((0, 0, 1, 2)))
    if random.random() < 0.15:
        until = NOW + timedelta(hours=random.randint(-200, 500))
        state = random.choice(("unused", "unused", "revoked"))
        person.coupons = [(random.randint(1, TEMPLATES), state, until)]
    if random.random() < 0.2:
        person.groups = [(random.randint(1, GROUPS), random.random() < 0.9)]
    if random.random() < 0.3:
        times = sorted(_ago(random, 90) for _ in range(random.choice((1, 1, 2))))
        person.came = [(f"code-{random.randint(1, CODES)}", each) for each in times]
    person.follows = random.random() < 0.6
    return person


def _buys(person: Person, random: Random) -> None:
    person.orders = min(50, int(random.expovariate(0.5)) + 1)
    person.spent = person.orders * random.randint(1_000, 30_000)
    person.experience = int(person.spent * random.random())
    products = random.sample(range(1, PRODUCTS + 1), random.randint(1, min(4, person.orders + 1)))
    person.bought = [Met(each, _ago(random, 400)) for each in products]
    person.paid_at = max(each.at for each in person.bought)
    person.scores = {name: random.randint(1, 5) for name in "rfm"}


def _ago(random: Random, days: int) -> datetime:
    return NOW - timedelta(seconds=random.randrange(days * 86_400))


def fill(connection: Connection, crowd: Iterable[Person]) -> None:
    """Write the shop and the crowd into empty tables."""
    is_sqlite = connection.dialect.name == "sqlite"
    for table, rows in shop_rows().items():
        _insert(connection, table, rows, is_sqlite=is_sqlite)
    for chunk in batched(crowd, _A_CHUNK):
        tables: dict[str, list[dict[str, Any]]] = {}
        for person in chunk:
            for table, row in _rows(person):
                tables.setdefault(table, []).append(row)
        for table, rows in tables.items():
            _insert(connection, table, rows, is_sqlite=is_sqlite)


def _rows(person: Person) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        "customer",
        {
            "id": person.id,
            "created_at": NOW,
            "last_seen_at": person.seen_at,
            "merged_into_id": 1 if person.is_merged else None,
        },
    )
    if person.is_merged:
        return
    yield "customer_summary", _summary(person)
    owner: dict[str, Any] = {"customer_id": person.id}
    for each in person.bought:
        yield "customer_bought", {**owner, "product_id": each.product_id, "times": 1, "at": each.at}
    for each in person.looked:
        row = {"category_id": each.category_id, "times": 1, "at": each.at}
        yield "product_looked_at", {**owner, "product_id": each.product_id, **row}
    for tag in person.tags:
        yield (
            "customer_tagged",
            {**owner, "tag_id": tag, "by": "staff:1", "at": NOW, "is_there": False},
        )
    yield from (("coupon", {**owner, **_coupon(person, each)}) for each in person.coupons)
    for group_id, is_there in person.groups:
        yield "community_member", {**owner, **_member(person, group_id, is_there=is_there)}
    for code, at in person.came:
        yield "customer_came", {**owner, "code": code, "way": "follow", "at": at}


def _summary(person: Person) -> dict[str, Any]:
    return {
        "customer_id": person.id,
        "last_seen_at": person.seen_at,
        "experience": person.experience,
        "orders": person.orders,
        "spent": person.spent,
        "first_paid_at": person.paid_at,
        "last_paid_at": person.paid_at,
        "cart_left_at": person.cart_left_at,
        "birth_month": person.birthday[0],
        "birth_day": person.birthday[1],
        "is_promoter": person.is_promoter,
        "contact_state": person.contact,
        "follows": person.follows,
        "first_code": person.came[0][0] if person.came else "",
        **person.scores,
    }


def _coupon(person: Person, coupon: tuple[int, str, datetime]) -> dict[str, Any]:
    template, state, until = coupon
    return {
        "template_id": template,
        "state": state,
        "valid_from": until - timedelta(days=30),
        "valid_until": until,
        "source": "chat",
        "ref": str(person.id),
        "created_at": NOW,
        "moved_at": NOW,
    }


def _member(person: Person, group_id: int, *, is_there: bool) -> dict[str, Any]:
    return {
        "group_id": group_id,
        "member": f"wm-{person.id}",
        "kind": "customer",
        "join_scene": 0,
        "join_key": "",
        "invited_by": "",
        "joined_at": NOW - timedelta(days=30),
        "left_at": None if is_there else NOW,
        "left_how": "",
    }


def _insert(
    connection: Connection, table: str, rows: list[dict[str, Any]], *, is_sqlite: bool
) -> None:
    """As the driver takes them: SQLite by executemany, PostgreSQL by COPY."""
    names = ", ".join(rows[0])
    if table not in SQLModel.metadata.tables:
        raise LookupError(table)
    cursor: Any = connection.connection.cursor()
    if is_sqlite:
        marks = ", ".join("?" * len(rows[0]))
        values = [[_for_sqlite(each) for each in row.values()] for row in rows]
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608
        return
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copying:
        for row in rows:
            copying.write_row(tuple(row.values()))


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return value


def analyse(connection: Connection) -> None:
    """Let the database count what it has, as it does by itself in a shop that lives."""
    connection.execute(text("ANALYZE"))
