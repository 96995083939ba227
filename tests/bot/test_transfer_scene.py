"""What WeChat Pay is told that transfers are for."""

import pytest

from bot.payments.transfers import COMMISSIONS, TransferScene
from bot.platform import transfer_scene_of
from bot.settings import Settings, SettingsRefused, load_settings


def test_it_is_commission_unless_the_shop_says_otherwise() -> None:
    other = Settings(pay_transfer_scene="1000", pay_transfer_reports="活动名称=新客,奖励说明=红包")

    assert transfer_scene_of(Settings()) == COMMISSIONS
    reports = (("活动名称", "新客"), ("奖励说明", "红包"))
    assert transfer_scene_of(other) == TransferScene("1000", reports)


@pytest.mark.parametrize(
    "reports", ["岗位类型", "岗位类型=", "=推广员", "岗位类型=推广员,", "岗位类型=" + "长" * 33]
)
def test_reports_that_wechat_pay_would_refuse_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, reports: str
) -> None:
    monkeypatch.setenv("SHOP_PAY_TRANSFER_REPORTS", reports)

    with pytest.raises(SettingsRefused, match="SHOP_PAY_TRANSFER_REPORTS"):
        load_settings()
