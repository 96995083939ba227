"""The page of the rules of distribution, and that of what promoters were told of each month."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from aiohttp import web
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.page import Page
from bot.console.pages.order_view import actor_name
from bot.console.pages.shown import actor_of
from bot.console.pages.written import basis_points, fen, find_id, in_yuan, minute, number
from bot.console.paging import Paged, page_of
from bot.console.route import Route
from bot.staff.permissions import Permission
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.distribution.tables import BindingRule, DistributionTerms, MonthlyStatement, Who
from commerce.distribution.terms import TermsChange, get_terms, set_terms
from commerce.errors import InvalidInput

MOST_CSV_ROWS: Final = 10_000
LATEST: Final = 20
WHO: Final[Mapping[str, str]] = {
    Who.EVERYONE: "所有顾客",
    Who.APPOINTED: "只有店里邀请的",
    Who.AFTER_PURCHASE: "买过并收货的顾客",
}
BINDING: Final[Mapping[str, str]] = {
    BindingRule.PERMANENT: "一直绑定",
    BindingRule.DAYS: "绑定一段天数",
    BindingRule.LAST_WINS: "后来的为准（有保护期）",
}
CSV_HEADER: Final = (
    "月份",
    "顾客",
    "赚到（元）",
    "退款扣回（元）",
    "到账（元）",
    "待结算（元）",
    "可提现（元）",
    "生成时间",
)


async def show(page: Page) -> web.StreamResponse:
    """The rules, and who changed them last."""
    terms, changes = await page.read(_terms_and_changes)
    return page.html(
        "pages/commission_terms.html",
        terms=terms,
        changes=[(each, actor_name(each.actor)) for each in changes],
        who=WHO,
        binding=BINDING,
        in_yuan=in_yuan,
    )


async def save(page: Page) -> web.StreamResponse:
    """Change the rules from now on, with a reason."""
    form = await page.form()
    change = _change(form)
    await page.write(
        _set,
        change,
        form.get("reason", ""),
        actor_of(page),
        page.now,
        did="commission_terms.saved",
        about=dict(change),
    )
    return page.go("/distribution/terms", said="已保存，从现在起按新规则算")


async def show_statements(page: Page) -> web.StreamResponse:
    """What promoters were told of months that are over, the latest first."""
    month, text = page.query("month"), page.query("q")
    found: Paged[MonthlyStatement] = await page.read(_statements, month, text, page.number)
    return page.html("pages/commission_statements.html", found=found, month=month, text=text)


async def export_statements(page: Page) -> web.StreamResponse:
    """The same statements as a spreadsheet."""
    rows = await page.read(_csv_rows, page.query("month"), page.query("q"))
    return page.csv("月度佣金", CSV_HEADER, rows)


def _change(form: Mapping[str, str]) -> TermsChange:
    written = {name: text.strip() for name, text in form.items()}
    for name, known in (("who", WHO), ("binding", BINDING)):
        if written.get(name) not in known:
            raise InvalidInput("请选一项", field=name)
    return TermsChange(
        who=Who(written["who"]),
        binding=BindingRule(written["binding"]),
        binding_days=number(written.get("binding_days", ""), "绑定天数", "binding_days"),
        protection_days=number(written.get("protection_days", ""), "保护天数", "protection_days"),
        first_bp=basis_points(written.get("first_bp", ""), "一级比例", "first_bp"),
        second_bp=basis_points(written.get("second_bp", ""), "二级比例", "second_bp"),
        freeze_days=number(written.get("freeze_days", ""), "收货后冻结天数", "freeze_days"),
        withdraw_min=fen(written.get("withdraw_min", ""), "最低提现", "withdraw_min"),
        withdraw_most=fen(written.get("withdraw_most", ""), "最高提现", "withdraw_most"),
        fee_bp=basis_points(written.get("fee_bp", ""), "手续费", "fee_bp"),
    )


def _terms_and_changes(session: Session) -> tuple[DistributionTerms, Sequence[MoneyAudit]]:
    changes = (
        select(MoneyAudit)
        .where(MoneyAudit.kind == CorrectionKind.DISTRIBUTION_TERMS_SET)
        .order_by(col(MoneyAudit.id).desc())
        .limit(LATEST)
    )
    return get_terms(session), session.exec(changes).all()


def _set(session: Session, change: TermsChange, reason: str, actor: str, now: datetime) -> None:
    set_terms(session, actor=actor, reason=reason, now=now, **change)


def _wanted(month: str, text: str) -> SelectOfScalar[MonthlyStatement]:
    statement = select(MonthlyStatement)
    if month:
        statement = statement.where(MonthlyStatement.month == month)
    if (customer_id := find_id(text)) is not None:
        statement = statement.where(MonthlyStatement.customer_id == customer_id)
    return statement.order_by(
        col(MonthlyStatement.month).desc(), col(MonthlyStatement.earned).desc()
    )


def _statements(session: Session, month: str, text: str, page: int) -> Paged[MonthlyStatement]:
    return page_of(session, _wanted(month, text), page)


def _csv_rows(session: Session, month: str, text: str) -> list[tuple[str, ...]]:
    return [
        (
            each.month,
            f"顾客{each.customer_id}",
            in_yuan(each.earned),
            in_yuan(each.clawed_back),
            in_yuan(each.withdrawn),
            in_yuan(each.pending),
            in_yuan(each.available),
            minute(each.made_at),
        )
        for each in session.exec(_wanted(month, text).limit(MOST_CSV_ROWS))
    ]


ROUTES: Final = (
    Route("GET", "/distribution/terms", Permission.READ_FIGURES, show),
    Route("POST", "/distribution/terms", Permission.PAY_OUT, save),
    Route("GET", "/distribution/statements", Permission.READ_FIGURES, show_statements),
    Route("GET", "/distribution/statements.csv", Permission.EXPORT, export_statements),
)
