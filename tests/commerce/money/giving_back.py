"""What follows buying, with the model: asking, deciding, and money on its way back."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, multiple, precondition, rule

from commerce.aftersale import deciding, paying_back, states
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import AfterSale, Reason, RequestKind
from commerce.payments.refunds import send_again
from commerce.payments.tables import Refund, RefundState
from tests.commerce import shop
from tests.commerce.money import model
from tests.commerce.money.buying import ANY, SOME, Buying, chosen


class MoneyAsAWhole(Buying):
    """Customer and shop ask and decide as they like, and refunds end as WeChat Pay likes."""

    orders = Buying.orders
    requests: Bundle[str] = Bundle("requests")

    @rule(
        target=requests,
        order_id=orders,
        some=SOME,
        kind=st.sampled_from([RequestKind.REFUND_ONLY, RequestKind.RETURN_REFUND]),
        reason=st.sampled_from([Reason.UNWANTED, Reason.DAMAGED]),
        is_agreed=st.booleans(),
    )
    def the_customer_asks(
        self,
        order_id: int,
        some: tuple[int, int] | None,
        kind: RequestKind,
        reason: Reason,
        is_agreed: bool,
    ) -> str | MultipleResults[str]:
        order = self.model.orders[order_id]
        pieces = chosen(order, order.without(order.asked), some)
        request = self.tries(
            open_request,
            shop.SEALER,
            customer_id=self.customer,
            order_id=order_id,
            pieces=pieces,
            kind=kind,
            reason=reason,
            words="",
            now=self.now,
        )
        asked = model.Return(order, pieces, kind == RequestKind.RETURN_REFUND, reason == "damaged")
        number = "" if request is None else request.request_no
        assert (request is not None) == (bool(pieces) and self.model.asks(number, asked))
        if request is None:
            return multiple()
        assert request.amount_wanted == self.model.worth(asked)
        if is_agreed:
            self.the_shop_agrees(number, 0, is_good=True)
        return number

    @rule(number=requests, less=st.sampled_from([0, 0, 1, 1500]), is_good=st.booleans())
    def the_shop_agrees(self, number: str, less: int, is_good: bool) -> None:
        asked = self.model.returns[number]
        amount = max(0, self.model.worth(asked) - less) if asked.state == "requested" else 0
        told: dict[str, Any] = {"actor": "agent:1", "note": "有使用痕迹", "now": self.now}
        if asked.is_parcel:
            self.tries(deciding.agree, number, **told)
            self.tries(deciding.arrive, number, **told)
            told["is_good"] = is_good
        deed: Callable[..., AfterSale] = deciding.accept if asked.is_parcel else deciding.agree
        done = self.tries(deed, number, amount=amount, **told)
        assert (done is not None) == (asked.state == "requested")
        if done is not None:
            self.model.promises(asked, self.refund_of(done), amount, is_good)

    @rule(number=requests)
    def the_request_is_dropped(self, number: str) -> None:
        asked = self.model.returns[number]
        done = self.tries(states.withdraw, self.customer, number, self.now)
        assert (done is not None) == (asked.state == "requested")
        if done is not None:
            asked.state = "dropped"
            asked.order.asked -= asked.pieces

    def refund_of(self, request: AfterSale) -> str:
        refund = self.session.get(Refund, request.refund_id or 0)
        return "" if refund is None else refund.out_refund_no

    @precondition(lambda self: any(each.tries for each in self.model.returns.values()))
    @rule(which=ANY, result=st.sampled_from([each for each in RefundState if each != "requested"]))
    def a_refund_is_reported(self, which: int, result: RefundState) -> None:
        tries = [(n, each) for each in self.model.returns.values() for n in each.tries]
        number, back = tries[-1 - which % len(tries)]
        is_news = paying_back.record_refund_result(self.session, number, result, self.now)
        assert is_news == self.model.hears(back, number, result)

    @precondition(lambda self: any(each.tries for each in self.model.returns.values()))
    @rule(which=ANY)
    def the_money_is_sent_again(self, which: int) -> None:
        waiting = [(n, each) for n, each in self.model.returns.items() if each.tries]
        number, back = waiting[-1 - which % len(waiting)]
        latest, state = list(back.tries.items())[-1]
        by_whom: dict[str, Any] = {"actor": "agent:1", "reason": "退款失败", "now": self.now}
        deed, name = (paying_back.send_again, number) if back.pieces else (send_again, latest)
        refund = self.tries(deed, name, **by_whom)
        assert (refund is not None) == (state == "closed")
        if refund is not None:
            back.tries[refund.out_refund_no] = "requested"
