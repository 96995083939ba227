"""What may go wrong in the shop. Every error says it once, for callers and for customers."""


class ShopError(Exception):
    """Base of the shop's errors.

    `code` names the case for programs; `str(error)` is a sentence in Chinese that a customer may
    read; `details` holds plain JSON values that help to correct the input.
    """

    code = "shop_error"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details


class NotFound(ShopError):
    """The thing asked for is not there, or not the asker's."""

    code = "not_found"


class InvalidInput(ShopError):
    """A value cannot be used; `details["field"]` names it."""

    code = "invalid_input"


class OutOfStock(ShopError):
    """Fewer pieces are left than wanted; `details["lines"]` holds `variant_id` and `available`."""

    code = "out_of_stock"


class PriceChanged(ShopError):
    """The price is no longer what the customer saw; `details["quote"]` holds the present one."""

    code = "price_changed"


class IllegalMove(ShopError):
    """The order, payment or refund is not in a state that allows this step."""

    code = "illegal_move"


class IdempotencyConflict(ShopError):
    """An idempotency key came again with another request."""

    code = "idempotency_conflict"
