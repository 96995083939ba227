"""Every endpoint of the mini-program's API. What is not in here does not exist."""

from typing import Any, Final

from bot.api import (
    answers,
    cart,
    catalogue,
    login,
    ordering,
    paying,
    quote_answers,
    quoting,
    requests,
)
from bot.api.endpoint import Endpoint, NoBody, NoParameters
from bot.api.errors import ErrorCode
from bot.api.table_addresses import ADDRESSES
from bot.api.table_aftersale import AFTER_SALE
from bot.api.table_coupons import COUPONS
from bot.api.table_deals import DEALS
from bot.api.table_distribution import DISTRIBUTION
from bot.api.table_invoices import INVOICES
from bot.api.table_live import LIVE
from bot.api.table_membership import MEMBERSHIP
from bot.api.table_pickup import PICKUP
from bot.api.table_watching import WATCHING
from bot.api.table_withdrawals import WITHDRAWALS

ENDPOINTS: Final[tuple[Endpoint[Any, Any, Any], ...]] = (
    Endpoint(
        "POST",
        "/login",
        "Log in by wx.login code",
        login.log_in,
        answers.Login,
        NoParameters,
        requests.LoginCode,
        needs_login=False,
        is_throttled=True,
        errors=(ErrorCode.UNAUTHORIZED,),
    ),
    Endpoint(
        "GET",
        "/categories",
        "Categories that hold something on sale",
        catalogue.list_categories,
        answers.Categories,
        NoParameters,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/products",
        "Search the catalogue",
        catalogue.list_products,
        answers.Products,
        requests.ProductFilter,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/products/{product_id}",
        "One product with its variants",
        catalogue.get_product,
        answers.ProductDetail,
        requests.ProductPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "GET",
        "/cart",
        "The caller's cart, or a checkout card's",
        cart.view_cart,
        answers.Cart,
        requests.CartChoice,
        NoBody,
    ),
    Endpoint(
        "PUT",
        "/cart/lines/{variant_id}",
        "Set the quantity of a variant in the caller's cart",
        cart.set_line,
        answers.Cart,
        requests.CartLinePath,
        requests.CartQuantity,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.OUT_OF_STOCK),
    ),
    Endpoint(
        "POST",
        "/quote",
        "What a choice would cost",
        quoting.quote_choice,
        quote_answers.CheckoutQuote,
        NoParameters,
        requests.QuoteChoice,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "POST",
        "/orders",
        "Place an order, once for each Idempotency-Key",
        ordering.order_choice,
        answers.Order,
        requests.OrderKey,
        requests.NewOrder,
        status=201,
        errors=(
            ErrorCode.NOT_FOUND,
            ErrorCode.OUT_OF_STOCK,
            ErrorCode.PRICE_CHANGED,
            ErrorCode.ILLEGAL_MOVE,
            ErrorCode.IDEMPOTENCY_CONFLICT,
        ),
    ),
    Endpoint(
        "GET",
        "/orders",
        "The caller's orders, newest first",
        ordering.list_own_orders,
        answers.Orders,
        requests.OrderPageChoice,
        NoBody,
    ),
    Endpoint(
        "GET",
        "/orders/{order_no}",
        "One of the caller's orders",
        ordering.get_own_order,
        answers.Order,
        requests.OrderPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND,),
    ),
    Endpoint(
        "POST",
        "/orders/{order_no}/prepay",
        "Begin to pay: the argument of wx.requestPayment",
        paying.prepay,
        answers.PayCall,
        requests.OrderPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "POST",
        "/orders/{order_no}/cancel",
        "Cancel an unpaid order",
        ordering.cancel_order,
        answers.Order,
        requests.OrderPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    Endpoint(
        "POST",
        "/orders/{order_no}/receive",
        "Say that an order has come",
        ordering.receive_order,
        answers.Order,
        requests.OrderPath,
        NoBody,
        errors=(ErrorCode.NOT_FOUND, ErrorCode.ILLEGAL_MOVE),
    ),
    *ADDRESSES,
    *AFTER_SALE,
    *COUPONS,
    *MEMBERSHIP,
    *PICKUP,
    *INVOICES,
    *LIVE,
    *DISTRIBUTION,
    *WITHDRAWALS,
    *DEALS,
    *WATCHING,
)
