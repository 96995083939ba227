"""The cart by chat: put in, change, take out, show."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.picking import picked_products, variant_for
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.errors import OutOfStock
from commerce.money import yuan
from commerce.ordering import cart
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine
from nlu.understanding import Intent

router = Router()

CLEAR_WORDS: Final = re.compile(r"清空|全部?(?:都)?(?:删|不要|去掉)|都(?:删|不要)")
REMOVE_WORDS: Final = re.compile(r"删|去掉|拿掉|移除|移出|不要|拿出|取出|减掉")
MORE_WORDS: Final = re.compile(r"再(?:来|加|要|买|拿)|多(?:来|加|要|拿)|加(?:一|1|两|俩|几)")
LESS_WORDS: Final = re.compile(r"少(?:来|要|拿)|减(?:一|1|两|俩|掉?\d)")


@router.intent(Intent.ADD_TO_CART)
def put_into_cart(turn: Turn) -> Sequence[Reply]:
    """Put what was pointed at or named into the cart."""
    products = picked_products(turn)
    if products is None:
        return [Text(texts.WHICH_OF_LIST.format(count=len(turn.memory.shown)))]
    if not products:
        return [Text(texts.SEARCH_WHAT)]
    return put_products(turn, products)


def put_products(turn: Turn, products: Sequence[int]) -> list[Reply]:
    """Put one or more products into the cart, each in the variant that was asked for."""
    quantity = int(turn.understanding.first("quantity") or 1)
    return [Text("\n".join(_put_one(turn, each, quantity) for each in products))]


def _put_one(turn: Turn, product_id: int, quantity: int) -> str:
    found = variant_for(turn, product_id)
    turn.memory.focus = product_id
    if found.variant is None:
        turn.step = "variant"
        turn.memory.question = {"product": product_id, "quantity": quantity}
        return texts.WHICH_VARIANT.format(title=found.title, labels="、".join(found.labels))
    try:
        view = cart.add(turn.session, turn.customer_id, found.variant.id, quantity, turn.now)
    except OutOfStock:
        return _short_of_stock(found.title, found.variant.label, found.variant.stock)
    turn.memory.variant = found.variant.id
    line = next(each for each in view.lines if each.variant_id == found.variant.id)
    return _added(line, quantity, view, found.labels)


@router.step("variant")
def hear_variant(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which colour or size it shall be."""
    product_id = turn.memory.question.get("product")
    found = variant_for(turn, product_id) if isinstance(product_id, int) else None
    if found is None or found.variant is None or not found.was_named:
        return None
    quantity = int(turn.memory.question.get("quantity", 1))
    return [Text(_put_one(turn, int(product_id or 0), quantity))]


@router.intent(Intent.VIEW_CART)
def show_cart(turn: Turn) -> Sequence[Reply]:
    """List the cart; positions spoken next are positions in it."""
    view = cart.view(turn.session, turn.customer_id)
    if not view.lines:
        return [Text(texts.CART_EMPTY)]
    turn.step = "cart"
    return [Text(cart_in_words(view))]


@router.step("cart")
def hear_about_cart(turn: Turn) -> Sequence[Reply] | None:
    """After the cart was shown, a position with a change means the line there."""
    is_change = REMOVE_WORDS.search(turn.text) or turn.understanding.first("quantity") is not None
    return update_cart(turn) if turn.understanding.ordinals and is_change else None


@router.intent(Intent.UPDATE_CART)
def update_cart(turn: Turn) -> Sequence[Reply]:
    """Change quantity or variant, take out, or empty the cart."""
    view = cart.view(turn.session, turn.customer_id)
    if not view.lines:
        return [Text(texts.CART_EMPTY)]
    if CLEAR_WORDS.search(turn.text):
        turn.step = "clear_cart"
        return [Text(texts.ASK_CLEAR.format(count=view.pieces))]
    lines = _lines_meant(turn, view)
    if not lines:
        turn.step = "cart"
        return [Text(texts.NOT_IN_CART)]
    if REMOVE_WORDS.search(turn.text) and turn.understanding.first("quantity") is None:
        for line in lines:
            view = cart.remove(turn.session, turn.customer_id, line.variant_id, turn.now)
        return _show_after_change(turn, view)
    quantity = turn.understanding.first("quantity")
    try:
        if quantity is None:
            return _swap(turn, lines[0])
        view = _set_quantities(turn, lines, int(quantity))
    except OutOfStock as error:
        return [Text(str(error))]
    return _show_after_change(turn, view)


@router.step("clear_cart")
def hear_clear(turn: Turn) -> Sequence[Reply] | None:
    """Yes empties the cart, no keeps it; anything else is something else."""
    if turn.understanding.intent == Intent.AFFIRM:
        cart.clear(turn.session, turn.customer_id, turn.now)
        return [Text(texts.CART_CLEARED)]
    return [Text(texts.CART_KEPT)] if turn.understanding.intent == Intent.DENY else None


def cart_in_words(view: CartView) -> str:
    """The cart as a numbered list with its total."""
    amounts = ((_named(line), f"×{line.quantity} {yuan(line.total)}") for line in view.lines)
    lines = texts.numbered(amounts)
    return f"购物车（{view.pieces}件）：\n{lines}\n合计 {yuan(view.total)}\n{texts.CART_HINT}"


def _set_quantities(turn: Turn, lines: Sequence[PricedLine], quantity: int) -> CartView:
    view = CartView(())
    for line in lines:
        wanted = quantity
        if MORE_WORDS.search(turn.text):
            wanted = line.quantity + quantity
        elif LESS_WORDS.search(turn.text):
            wanted = max(0, line.quantity - quantity)
        view = cart.set_quantity(turn.session, turn.customer_id, line.variant_id, wanted, turn.now)
    return view


def _swap(turn: Turn, line: PricedLine) -> Sequence[Reply]:
    found = variant_for(turn, line.product_id)
    if found.variant is None or not found.was_named:
        return [Text(texts.WHICH_VARIANT.format(title=line.title, labels="、".join(found.labels)))]
    if found.variant.id != line.variant_id:
        # In before out: when the new one is sold out, the cart stays as it was.
        cart.add(turn.session, turn.customer_id, found.variant.id, line.quantity, turn.now)
        cart.remove(turn.session, turn.customer_id, line.variant_id, turn.now)
    turn.memory.variant = found.variant.id
    return [
        Text(
            texts.VARIANT_CHANGED.format(
                label=found.variant.label,
                title=line.title,
                price=yuan(found.variant.price * line.quantity),
            )
        )
    ]


def _lines_meant(turn: Turn, view: CartView) -> list[PricedLine]:
    """Which lines of the cart the customer speaks of: by position, by name, or the last one."""
    if turn.understanding.ordinals:
        count = len(view.lines)
        places = [n - 1 if n > 0 else count + n for n in turn.understanding.ordinals]
        return [view.lines[place] for place in places if 0 <= place < count]
    words = turn.understanding.strings("product") + turn.understanding.strings("brand")
    if words:
        return [line for line in view.lines if any(word in line.title for word in words)]
    last = [line for line in view.lines if line.variant_id == turn.memory.variant]
    return last or list(view.lines[-1:])


def _show_after_change(turn: Turn, view: CartView) -> Sequence[Reply]:
    turn.step = "cart"
    return [Text(cart_in_words(view) if view.lines else texts.CART_CLEARED)]


def _added(line: PricedLine, quantity: int, view: CartView, labels: Sequence[str]) -> str:
    others = [label for label in labels if label != line.label]
    hint = f"要换规格可以说“换成{others[0]}”。" if others else ""
    return (
        f"已加购物车：{_named(line)} ×{quantity}，{yuan(line.price * quantity)}。{hint}\n"
        f"购物车共{view.pieces}件，合计 {yuan(view.total)}，付款说“结算”。"
    )


def _named(line: PricedLine) -> str:
    return f"{line.title}（{line.label}）" if line.label else line.title


def _short_of_stock(title: str, label: str, available: int) -> str:
    named = f"（{label}）" if label else ""
    if available <= 0:
        return texts.SOLD_OUT.format(title=title, label=named)
    return texts.ONLY_LEFT.format(title=title, label=named, available=available)
