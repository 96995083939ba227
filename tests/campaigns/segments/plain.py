"""What a rule means, said in Python over one person: what SQL has to agree with."""

from datetime import datetime, timedelta

from campaigns.segments.rules import AllOf, AnyOf, Fact, Not, Rule
from commerce.membership.days import birthdays_on, day_of
from tests.campaigns.segments.crowd import Person
from tests.campaigns.segments.shop_rows import LEVELS


def fits(rule: Rule, person: Person, now: datetime) -> bool:
    """Whether the person fits."""
    if person.is_merged:
        return False
    return _holds(rule, person, now)


def _holds(rule: Rule, person: Person, now: datetime) -> bool:
    match rule:
        case AllOf():
            return all(_holds(each, person, now) for each in rule.of)
        case AnyOf():
            return any(_holds(each, person, now) for each in rule.of)
        case Not():
            return not _holds(rule.of, person, now)
        case Fact():
            return _is_so(rule, person, now)


def _is_so(fact: Fact, person: Person, now: datetime) -> bool:
    yes_no = {"promoter": person.is_promoter, "follows": person.follows}
    if fact.fact in yes_no:
        return yes_no[fact.fact] == (fact.op == "yes")
    match fact.fact:
        case "orders" | "spent":
            has = getattr(person, fact.fact)
            return bool(has >= fact.number if fact.op == "at_least" else has <= fact.number)
        case "r" | "f" | "m":
            score = person.scores[fact.fact]
            is_there = score >= fact.number if fact.op == "at_least" else score <= fact.number
            return score > 0 and is_there
        case "last_seen":
            return _is_dated(fact, person.seen_at, now, timedelta(days=fact.number))
        case "last_order":
            return _is_dated(fact, person.paid_at, now, timedelta(days=fact.number))
        case "cart_left":
            return _is_dated(fact, person.cart_left_at, now, timedelta(hours=fact.number))
        case "contact":
            return person.contact == {"has": "contact", "lost": "lost", "never": ""}[fact.op]
        case "level":
            return _is_level(fact, person)
        case "birthday":
            return _is_birthday(fact, person, now)
        case _:
            return _has(fact, person, now)


def _is_dated(fact: Fact, at: datetime | None, now: datetime, span: timedelta) -> bool:
    if at is None:
        return False
    return at >= now - span if fact.op == "within" else at <= now - span


def _is_level(fact: Fact, person: Person) -> bool:
    reached = [each for each, threshold in LEVELS.items() if threshold <= person.experience]
    if fact.op == "none":
        return not reached
    if fact.op == "at_least":
        return fact.number in reached
    return bool(reached) and reached[-1] in fact.listed


def _is_birthday(fact: Fact, person: Person, now: datetime) -> bool:
    today = day_of(now)
    if fact.op == "this_month":
        return person.birthday[0] == today.month
    days = fact.number if fact.op == "within" else 0
    return any(
        person.birthday in birthdays_on(today + timedelta(days=each)) for each in range(days + 1)
    )


def _has(fact: Fact, person: Person, now: datetime) -> bool:
    wanted = set(fact.listed)
    since = None if fact.days is None else now - timedelta(days=fact.days)
    match fact.fact, fact.op:
        case "tag", op:
            both = wanted & set(person.tags)
            return {"any": bool(both), "all": both == wanted, "none": not both}[op]
        case "bought" | "looked" as met, op:
            return any(
                (each.product_id if op == "product" else each.category_id) in wanted
                and (since is None or each.at >= since)
                for each in getattr(person, met)
            )
        case "coupon", _:
            return any(
                state == "unused"
                and until > now
                and (not wanted or template in wanted)
                and (fact.days is None or until <= now + timedelta(days=fact.days))
                for template, state, until in person.coupons
            )
        case "group", op:
            inside = {group for group, is_there in person.groups if is_there}
            is_in = bool(inside & wanted if wanted else inside)
            return is_in == (op in ("in", "in_any"))
        case "source", "first":
            return bool(person.came) and person.came[0][0] in wanted
        case "source", _:
            return any(
                code in wanted and (since is None or at >= since) for code, at in person.came
            )
    raise LookupError(fact.fact)
