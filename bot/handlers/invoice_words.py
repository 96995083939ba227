"""What is said of invoices: whose name, which number, where to, and what became of it."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from commerce.invoices.requests import InvoiceDetails, InvoiceView
from commerce.invoices.tables import InvoiceState, TitleKind
from commerce.money import yuan
from wecom.xml import harmless

KIND_OPTIONS: Final = ("个人", "公司")
WHICH_ORDER: Final = "要给哪一笔开发票？"
WHICH_KIND: Final = "发票抬头是个人还是公司？"
PERSON_TITLE: Final = "抬头写谁的名字？"
COMPANY_TITLE: Final = "请发公司全称，和营业执照上一样。"
TAX_NO: Final = "请发公司的税号（统一社会信用代码，18位）。"
EMAIL: Final = "电子发票发到哪个邮箱？"
CONFIRM: Final = "信息对吗？回复“是”就申请；哪里不对直接发正确的，不开了就说“不用”。"
READ_BACK: Final = "给订单 {order_no} 开电子普通发票，金额{amount}："
DONE: Final = "好的，订单 {order_no} 的发票已申请，{when}开好。开好后我把发票号和链接发到这里。"
WITHIN_DAYS: Final = "{days}个工作日内"
SOON: Final = "店里的同事会尽快"
KEPT_NOT: Final = "好的，先不开。要开的时候说“开发票”。"
NO_ORDERS: Final = "您还没有付了款、能开发票的订单。"
CANNOT: Final = "订单 {order_no} 现在开不了发票：{reason}。"
NO_SPECIAL: Final = "专票开不了，只能开电子普通发票。"
NONE_YET: Final = "您还没有申请过发票。要开的话说“开发票”。"
MINE: Final = "您的发票："

ISSUED: Final = "订单 {order_no} 的发票开好了，金额{amount}。\n发票号：{number}\n下载：{link}"
REFUSED: Final = "订单 {order_no} 的发票没有开：{reason}。有疑问说“转人工”。"
TAKEN_BACK: Final = "订单 {order_no} 退了款，发票 {number} 要冲红，请不要再用它报销。{instead}"
NEW_ONE: Final = "我们会按剩下的{amount}重新开一张，开好后发给您。"

STATE_WORDS: Final = {
    InvoiceState.REQUESTED: "已申请，还没开好",
    InvoiceState.ISSUED: "已开好",
    InvoiceState.SENT: "已开好",
    InvoiceState.REFUSED: "没有开",
    InvoiceState.FLUSHING: "退款后要冲红，不能再用",
    InvoiceState.RED_FLUSHED: "已冲红，作废了",
}

WANTS: Final = re.compile(
    r"(?:你好|您好|亲|那|请|麻烦|帮|忙|给|我|想|要|需要|这笔|这单|订单|第[一二三1-3][个笔单]|的)*"
    r"(?:补?开|申请|索取)(?:一?[张个份下])*"
    r"(?:电子|普通|公司|单位|企业|个人|增值税普通)*的?(?:发票|票)"
    r"(?:吧|呗|哈|哦|啊|呀|嘛|了|谢谢|一下)*"
)
"""Asks for one, and nothing about how, when or whether."""
NEEDS: Final = re.compile(
    r"(?:你好|您好|亲|我|想|还)*(?:需要|要)(?:一?[张个份])?(?:电子|普通)?发票(?:吧|哦|啊|呀|谢谢)*"
)
ASKS_ABOUT: Final = re.compile(
    r"吗|么|怎么|如何|多久|几天|什么时候|能不能|可不可以|可以不|能不|专票|专用"
)
BREAK: Final = re.compile(r"[\s，,。.!！；;、~？?]+")
ASKS_MINE: Final = re.compile(
    r"(?:你好|您好|亲|请|帮|我|想|要|查|看|一|下|那个)*"
    r"(?:我的(?:电子)?发票|发票(?:进度|链接|号码|下载|记录)|发票(?:都|已经)?开(?:好|出来)?了?(?:吗|没有|没))"
    r"(?:呢|啊|呀|在哪里?|有哪些)*"
)
SPECIAL: Final = re.compile(r"专票|专用发票")
COMPANY: Final = re.compile(r"公司|单位|企业|对公|抬头是?公")
PERSON: Final = re.compile(r"个人|私人|自己的?名")
LOOKS_LIKE_COMPANY: Final = re.compile(
    r"公司|集团|[厂院店部社所行会校局馆站吧]$|中心$|大学$|学校$|医院$|工作室$|合作社$|事务所|银行|经营部|个体"
)
_EMAIL: Final = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,100}")
_TAX_NO: Final = re.compile(
    r"(?<![0-9A-Za-z@._-])[0-9A-Za-z](?:[ -]?[0-9A-Za-z]){11,23}(?![0-9A-Za-z@])"
)
_LABELS: Final = re.compile(
    r"(?:发票)?(?:抬头|名称|公司名称?|全称)(?:是|写|为)?[:：]?|(?:纳税人识别号|统一社会信用代码|税号)(?:是|为)?[:：]?"
    r"|(?:电子)?(?:邮箱|邮件|email)(?:是|为|地址)?[:：]?",
    re.IGNORECASE,
)
_SAYS: Final = re.compile(
    r"^(?:那?就|还是)?(?:写成?|用|填|叫|开给?)(?=\S{2})|(?:吧|就行|就好|就可以)$"
)
_MARKS: Final = re.compile(r"^[\s，,。.；;、：:！!]+|[\s，,。.；;、：:！!]+$")
WRONG: Final = {
    "title": re.compile(r"抬头|名称|公司名|名字"),
    "tax_no": re.compile(r"税号|识别号|信用代码"),
    "email": re.compile(r"邮箱|邮件"),
}
"""What a customer calls the part that is not right."""
IS_WRONG: Final = re.compile(r"错|不对|改|换")


def wants_one(text: str) -> bool:
    """Whether a message, or a part of it between marks, asks for an invoice and for nothing else.

    付好了 开票 does; 开发票要多久 asks something about it.
    """
    return not ASKS_ABOUT.search(text) and any(
        WANTS.fullmatch(part) or NEEDS.fullmatch(part) for part in map(plain, BREAK.split(text))
    )


def parts_of(text: str) -> dict[str, str]:
    """Title, tax number and e-mail that a message tells, each empty if it does not."""
    email = _EMAIL.search(text)
    rest = text.replace(email[0], " ") if email else text
    tax_no = _TAX_NO.search(rest)
    rest = rest.replace(tax_no[0], " ") if tax_no else rest
    title = " ".join(_LABELS.sub(" ", rest).split())
    return {
        "title": _MARKS.sub("", _SAYS.sub("", title)),
        "tax_no": tax_no[0] if tax_no else "",
        "email": email[0] if email else "",
    }


def kind_in(text: str) -> str:
    """Whether a message says 公司 or 个人; empty when it says neither, or both."""
    is_company, is_person = COMPANY.search(text), PERSON.search(text)
    if bool(is_company) == bool(is_person):
        return ""
    return TitleKind.COMPANY if is_company else TitleKind.PERSONAL


def read_back(order_no: str, amount: int, details: InvoiceDetails) -> str:
    """The request for its customer to check, in full."""
    lines = [READ_BACK.format(order_no=order_no, amount=yuan(amount))]
    kind = "公司" if details.kind == TitleKind.COMPANY else "个人"
    lines.append(f"抬头：{harmless(details.title)}（{kind}）")
    if details.tax_no:
        lines.append(f"税号：{details.tax_no}")
    lines.append(f"邮箱：{details.email}")
    return "\n".join(lines)


def listed(views: Sequence[InvoiceView]) -> str:
    """The customer's invoices, each with what became of it."""
    return texts.fitting([MINE, *(in_words(view) for view in views)])


def in_words(view: InvoiceView) -> str:
    """One invoice: of which order, over how much, and where to find it."""
    invoice = view.invoice
    state = InvoiceState(invoice.state)
    lines = [f"订单 {view.order_no} · {yuan(invoice.amount)} · {STATE_WORDS[state]}"]
    if state == InvoiceState.REFUSED:
        lines.append(f"原因：{invoice.reason}")
    elif invoice.number:
        lines.append(f"发票号：{invoice.number}")
    if state in (InvoiceState.ISSUED, InvoiceState.SENT):
        lines.append(f"下载：{invoice.link}")
    return "\n".join(lines)
