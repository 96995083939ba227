"""What WeChat's error codes ask of us."""

import pytest

from wecom.errors import RULES, NotSent, OutcomeUnknown, Platform, Reaction, Refused, rule_for

OFFICIAL, WECOM = Platform.OFFICIAL_ACCOUNT, Platform.WECOM


@pytest.mark.parametrize(
    ("platform", "code", "reaction", "permanent"),
    [
        (OFFICIAL, -1, Reaction.RETRY, False),
        (OFFICIAL, 40001, Reaction.REFRESH_TOKEN, False),
        (OFFICIAL, 40014, Reaction.REFRESH_TOKEN, False),
        (OFFICIAL, 42001, Reaction.REFRESH_TOKEN, False),
        (OFFICIAL, 40003, Reaction.DROP_RECIPIENT, True),
        (OFFICIAL, 40007, Reaction.REFRESH_MEDIA, False),
        (OFFICIAL, 40029, Reaction.DENY_LOGIN, True),
        (OFFICIAL, 40163, Reaction.DENY_LOGIN, True),
        (OFFICIAL, 40226, Reaction.DENY_LOGIN, True),
        (OFFICIAL, 40252, Reaction.IN_REVIEW, True),
        (OFFICIAL, 43101, Reaction.CREDIT_GONE, True),
        (OFFICIAL, 45009, Reaction.PAUSE_API, False),
        (OFFICIAL, 45015, Reaction.WINDOW_CLOSED, True),
        (OFFICIAL, 45047, Reaction.QUOTA_USED, True),
        (OFFICIAL, 45065, Reaction.SUCCESS_DUPLICATE, True),
        (OFFICIAL, 48001, Reaction.DISABLE, True),
        (OFFICIAL, 48004, Reaction.STOP_ALL, True),
        (WECOM, 40001, Reaction.ALERT, False),
        (WECOM, 42001, Reaction.REFRESH_TOKEN, False),
        (WECOM, 84061, Reaction.DROP_RECIPIENT, True),
        (WECOM, 95001, Reaction.QUOTA_USED, True),
        (WECOM, 95002, Reaction.WINDOW_CLOSED, True),
        (WECOM, 95018, Reaction.RESYNC, False),
        (WECOM, 95019, Reaction.NEXT_SERVICER, False),
    ],
)
def test_a_code_asks_for_its_reaction(
    platform: Platform, code: int, reaction: Reaction, permanent: bool
) -> None:
    rule = rule_for(platform, code)

    assert (rule.reaction, rule.permanent) == (reaction, permanent)


@pytest.mark.parametrize("code", [40001, 43004, 48002, 48004, 50002])
def test_the_same_number_means_something_else_on_the_other_platform(code: int) -> None:
    assert rule_for(OFFICIAL, code).meaning != rule_for(WECOM, code).meaning


@pytest.mark.parametrize("platform", list(Platform))
def test_a_code_that_nobody_knows_is_not_repeated(platform: Platform) -> None:
    rule = rule_for(platform, 12345678)

    assert rule.reaction is Reaction.UNLISTED
    assert rule.permanent


def test_every_pause_is_given_where_one_is_asked_for() -> None:
    for rules in RULES.values():
        for rule in rules.values():
            assert (rule.seconds > 0) == (rule.reaction is Reaction.BACK_OFF)


def test_only_a_refusal_for_being_busy_may_have_taken_effect() -> None:
    busy = Refused("/send", rule_for(OFFICIAL, -1), code=-1, message="")
    closed = Refused("/send", rule_for(OFFICIAL, 45015), code=45015, message="")

    assert busy.may_have_arrived
    assert not closed.may_have_arrived
    assert OutcomeUnknown("").may_have_arrived
    assert not NotSent("").may_have_arrived
