"""The signature and the answers of Alibaba Cloud's SMS."""

import pytest

from bot.sms.alibaba import read_answer, signature
from bot.sms.sender import SmsInDoubt, SmsRefused


def test_the_signature_is_that_of_the_documents_example() -> None:
    """V3版本请求体&签名机制, 固定参数示例."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        "RegionId": "cn-shanghai",
    }

    mark = signature("YourAccessKeySecret", "POST", "/", query, headers)

    assert mark == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"


def test_an_accepted_message_has_a_number() -> None:
    assert read_answer(200, {"Code": "OK", "BizId": "900619746936498440^0"}) == (
        "900619746936498440^0"
    )


@pytest.mark.parametrize(
    ("code", "may_pass"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", True),
        ("isv.MOBILE_NUMBER_ILLEGAL", False),
        ("isv.SMS_TEMPLATE_ILLEGAL", False),
    ],
)
def test_a_refusal_says_whether_it_may_pass(code: str, may_pass: bool) -> None:
    with pytest.raises(SmsRefused) as refused:
        read_answer(200, {"Code": code})

    assert refused.value.may_pass is may_pass


@pytest.mark.parametrize(
    ("status", "answer"), [(502, None), (200, {}), (500, {"Code": "InternalError"})]
)
def test_what_tells_nothing_is_doubtful(status: int, answer: object) -> None:
    with pytest.raises(SmsInDoubt):
        read_answer(status, answer)
