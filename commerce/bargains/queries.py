"""Bargains as customers see them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from commerce.bargains.tables import Bargain, BargainActivity, BargainState
from commerce.catalogue.tables import Product, Variant
from commerce.inserting import id_of

LIVE = (BargainState.OPEN, BargainState.REACHED)


@dataclass(frozen=True, slots=True)
class ActivitySeen:
    """What may be bargained for now. Prices are fen for one piece."""

    activity_id: int
    name: str
    variant_id: int
    product_id: int
    title: str
    label: str
    picture: str
    usual_price: int
    floor: int
    helpers: int
    lifetime_minutes: int


def list_activities(session: Session) -> tuple[ActivitySeen, ...]:
    """What a bargain may be begun for now: goods in stock that cost more than the floor."""
    statement = (
        select(BargainActivity, Variant, Product)
        .join(Variant, col(Variant.id) == col(BargainActivity.variant_id))
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(
            col(BargainActivity.is_on),
            col(Variant.on_sale),
            col(Product.on_sale),
            col(Variant.stock) > 0,
            col(Variant.price) > col(BargainActivity.floor),
        )
        .order_by(col(BargainActivity.id))
        .execution_options(populate_existing=True)
    )
    return tuple(_seen(*row) for row in session.exec(statement))


def find_own_open(
    session: Session, customer_id: int, *, activity_id: int | None = None, now: datetime
) -> Bargain | None:
    """The customer's bargain that goes on, or waits to be used, and has most time left."""
    statement = (
        select(Bargain)
        .where(
            Bargain.customer_id == customer_id,
            or_(*(col(Bargain.state) == each for each in LIVE)),
            col(Bargain.expires_at) > now,
        )
        .order_by(col(Bargain.expires_at).desc(), col(Bargain.id).desc())
    )
    if activity_id is not None:
        statement = statement.where(Bargain.activity_id == activity_id)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def find(session: Session, bargain_no: str) -> Bargain | None:
    """The bargain of that number, whatever became of it. Its `expires_at` counts before its state:
    one whose time is up waits for the clock to say so.
    """
    statement = select(Bargain).where(Bargain.bargain_no == bargain_no)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def _seen(activity: BargainActivity, variant: Variant, product: Product) -> ActivitySeen:
    return ActivitySeen(
        activity_id=id_of(activity),
        name=activity.name,
        variant_id=activity.variant_id,
        product_id=id_of(product),
        title=product.title,
        label=variant.label,
        picture=variant.picture or product.picture,
        usual_price=variant.price,
        floor=activity.floor,
        helpers=activity.helpers,
        lifetime_minutes=activity.lifetime_minutes,
    )
