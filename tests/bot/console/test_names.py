"""Nothing is shown to the shop's people by a name that only the code knows."""

from bot.broadcasts import broadcaster
from bot.communities import mirror, telling
from bot.console.pages.campaigns.words import REASONS
from bot.console.pages.mending_list import KINDS
from bot.contacts import codes, hearing
from bot.notices.templates import SMS, TEMPLATE
from campaigns.limits import Reason
from campaigns.mass.recipients import Why

OURS = {
    *(broadcaster.CREATE, broadcaster.REMIND, broadcaster.CANCEL, codes.KIND),
    *(mirror.READ, telling.CODE, telling.CODE_READ, telling.WELCOME),
    *(hearing.WELCOME, hearing.PROFILE, hearing.TAGS, f"{TEMPLATE}.notice", f"{SMS}.notice"),
}


def test_every_kind_of_outgoing_row_has_a_name() -> None:
    assert OURS - set(KINDS) == set()


def test_every_reason_why_somebody_got_nothing_has_words() -> None:
    assert {each.value for each in (*Reason, *Why)} - set(REASONS) == set()
