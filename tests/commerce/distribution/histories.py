"""Random lives of a small team, through the shop's own functions, beside the model."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, pairwise

from sqlmodel import Session, col, insert

from commerce.aftersale.amounts import reckon
from commerce.aftersale.refunded import count_back, kept_of
from commerce.aftersale.tables import Reason
from commerce.customers.tables import Customer
from commerce.distribution.following import follow, list_maturing
from commerce.distribution.freezing import freeze
from commerce.distribution.promoters import appoint, stop
from commerce.distribution.tables import Binding, Promoter, PromoterState, TransferState, Withdrawal
from commerce.distribution.withdrawals import approve, record_transfer, refuse
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.ordering.states import record_move
from commerce.ordering.tables import Order, OrderLine, OrderState
from tests.commerce.distribution.model import Payout, Rules, Sale, Team
from tests.commerce.distribution.team import (
    BY_US,
    asks,
    available,
    days,
    in_transit,
    pending,
    rules,
)
from tests.commerce.shop import NOW

DEEDS = {"pays": 6, "receives": 6, "refunds": 6, "rates": 1, "asks": 6, "ends": 4, "waits": 5}
DEEDS_A_HISTORY = 12
WITHDRAWN, IN_DEBT = "withdrawn", "in debt"
"""What some histories must come to, or they say little."""
PEOPLE = 4
"""The first brought the second, and so on: the last one's orders have two who earn."""
_number = count(1)


@dataclass
class History:
    """Does the same things to the shop and to the model, and compares every account."""

    session: Session
    chance: random.Random
    variants: tuple[int, int]
    """Ids of any two of one product: what was bought does not matter here."""
    product: int
    model: Team = field(default_factory=Team)
    people: list[int] = field(default_factory=list)
    orders: list[tuple[Order, list[OrderLine], Sale]] = field(default_factory=list)
    asked: list[tuple[Withdrawal, Payout]] = field(default_factory=list)
    lived: list[str] = field(default_factory=list)

    def live(self) -> None:
        """Do some of everything, then compare."""
        self._begin()
        at_random = self.chance.choices(list(DEEDS), list(DEEDS.values()), k=DEEDS_A_HISTORY)
        for deed in ("pays", "receives", "waits", *at_random):
            self.lived.append(deed)
            getattr(self, deed)()
        self._compare()

    def _begin(self) -> None:
        enter = (
            self.session.connection().execute
        )  # Past the ORM, which would take most of the time.
        someone = {"created_at": NOW, "last_seen_at": NOW}
        made = enter(insert(Customer).returning(col(Customer.id)), [someone] * PEOPLE)
        self.people = sorted(each or 0 for each in made.scalars())
        named = {"state": PromoterState.ACTIVE, "since": NOW, "moved_at": NOW}
        people = [{"customer_id": each, "code": f"C{each}", **named} for each in self.people]
        enter(insert(Promoter), people)
        bound = {"bound_at": NOW, "source": "qr"}
        links = list(pairwise(self.people))
        enter(
            insert(Binding),
            [{"customer_id": b, "promoter_customer_id": a, **bound} for a, b in links],
        )
        self.model.above = {below: above for above, below in pairwise(self.people)}
        self.rates()

    def rates(self) -> None:
        """Operators set other rates, or stop somebody and appoint them again."""
        first = self.chance.choice([0, 1, 333, 1000, 1000, 3333, 7000])
        second = self.chance.choice([0, 7, 500, 3000])
        freeze_days, fee = self.chance.choice([0, 0, 1, 7]), self.chance.choice([0, 60, 777])
        least = self.chance.choice([12, 100])
        rules(
            self.session,
            first_bp=first,
            second_bp=second,
            freeze_days=freeze_days,
            fee_bp=fee,
            withdraw_min=least,
        )
        self.model.rules = Rules(first, second, freeze_days, least, fee=fee)
        who = self.chance.choice(self.people)
        if who in self.model.stopped:
            appoint(self.session, who, **BY_US)
            self.model.stopped.remove(who)
        elif self.chance.random() < 0.2:
            stop(self.session, who, **BY_US)
            self.model.stopped.add(who)

    def pays(self) -> None:
        """Somebody pays an order, freight included."""
        buyer, number = self.chance.choice(self.people[1:]), next(_number)
        totals = [self.chance.choice([1, 99, 4567, 123_457]) for _ in range(2)]
        freight = self.chance.choice([0, 1000])
        order = Order(
            order_no=f"{number:020}",
            customer_id=buyer,
            state=OrderState.PAID,
            goods_total=sum(totals),
            freight=freight,
            payable=sum(totals) + freight,
            row_key=uuid.uuid4().hex,
            phone_digest="",
            region="",
            recipient_sealed=b"",
            phone_sealed=b"",
            detail_sealed=b"",
            remark_sealed=b"",
            idempotency_key=f"{number}",
            request_digest="",
            created_at=NOW,
            expires_at=NOW,
        )
        self.session.add(order)
        self.session.flush()
        lines = [self._line(order, *each) for each in zip(self.variants, totals, strict=True)]
        lines[0].freight = freight
        self.session.add_all(lines)
        self.session.flush()
        freeze(self.session, order, self._now())
        self.orders.append((order, lines, self.model.pay(buyer, sum(totals))))

    def receives(self) -> None:
        """One that was paid is received; hearing of it twice changes nothing."""
        waiting = [each for each in self.orders if each[2].received is None]
        if waiting:
            order, _, sale = self.chance.choice(waiting)
            order.state, sale.received = OrderState.RECEIVED, self.model.today
            self.session.add(order)
            how = {"actor": "test", "reason": "", "now": self._now()}
            record_move(self.session, order, OrderState.SHIPPED, OrderState.RECEIVED, **how)  # type: ignore[arg-type]
            self._follow(order)

    def refunds(self) -> None:
        """Some pieces go back, before receipt or at any time after it."""
        if not self.orders:
            return
        order, lines, sale = self.chance.choice(self.orders)
        left = kept_of(self.session, order).pieces
        line = self.chance.choice(lines)
        if left[id_of(line)]:
            pieces = {id_of(line): self.chance.randint(1, left[id_of(line)])}
            back = reckon(self.session, order, pieces, Reason.UNWANTED)
            if self.chance.random() < 0.3:
                back = back.lowered_to(self.chance.randint(0, back.amount))
            count_back(self.session, order, back)
            sale.back += back.goods
            self._follow(order)

    def asks(self) -> None:
        """A promoter asks for some of it, for all of it, or for too much."""
        who = self.chance.choice([*self.people, max(self.people, key=self.model.available)])
        amount = max(1, self.model.available(who) + self.chance.choice([-1000, -1, 0, 0, 0, 1]))
        try:
            withdrawal = asks(self.session, who, amount, self._now())
        except ShopError:
            assert not self.model.may_ask(who, amount), self.lived
        else:
            assert self.model.may_ask(who, amount), self.lived
            self.lived.append(WITHDRAWN)
            self.model.ask(who, amount)
            self.asked.append((withdrawal, self.model.payouts[-1]))

    def ends(self) -> None:
        """A withdrawal that is under way is refused, fails or arrives; told twice, in no order."""
        live = [each for each in self.asked if not each[1].end]
        if not live:
            return
        withdrawal, payout = self.chance.choice(live)
        number, now = withdrawal.withdrawal_no, self._now()
        end = self.chance.choice(["refused", TransferState.FAIL, TransferState.SUCCESS])
        payout.end = "paid" if end == TransferState.SUCCESS else "back"
        if end == "refused":
            refuse(self.session, number, actor="agent:1", reason="不行", now=now)
            return
        approve(self.session, number, actor="agent:1", now=now)
        for result in (TransferState.WAIT_USER_CONFIRM, end, end, TransferState.ACCEPTED):
            record_transfer(self.session, withdrawal.out_bill_no, TransferState(result), now=now)

    def waits(self) -> None:
        """Some days go by, and the clock does its round."""
        self.model.today += self.chance.choice([1, 1, 3, 8])
        for order_id in list_maturing(self.session, self._now()):
            follow(self.session, order_id, self._now())

    def _line(self, order: Order, variant: int, total: int) -> OrderLine:
        return OrderLine(
            order_id=id_of(order),
            variant_id=variant,
            product_id=self.product,
            title="",
            label="",
            price=total,
            quantity=self.chance.randint(1, 4),
            total=total,
        )

    def _follow(self, order: Order) -> None:
        for _ in range(self.chance.choice([1, 1, 2])):
            follow(self.session, id_of(order), self._now())

    def _compare(self) -> None:
        model = self.model
        for who in self.people:
            told = [look(self.session, who) for look in (pending, available, in_transit)]
            due = [model.pending(who), model.available(who), model.in_transit(who)]
            assert told == due, self.lived
            if model.available(who) < 0:
                self.lived.append(IN_DEBT)
        expense, money = AccountKey(AccountKind.SHOP_EXPENSE), AccountKey(AccountKind.SHOP_MONEY)
        assert balance(self.session, expense) == -model.spent(), self.lived
        assert balance(self.session, money) == model.paid(), self.lived

    def _now(self) -> datetime:
        return days(self.model.today)
