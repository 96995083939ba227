"""Answers that are known because the platforms' own documentation and samples publish them."""

import base64

import pytest
from wechatpy.crypto import PrpCrypto, WeChatWxaCrypto

from wecom.crypto import EnvelopeKeys, WrongRecipient


class FixedPrefix(PrpCrypto):  # type: ignore[misc]  # wechatpy is untyped
    def get_random_string(self) -> str:
        return "aaaabbbbccccdddd"


def test_the_wecom_documentations_address_check() -> None:
    keys = EnvelopeKeys(
        "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    )
    echo = (
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
    )
    signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"

    assert keys.has_signed(signature, "1409659589", "263014780", echo)
    assert not keys.has_signed(signature, "1409659589", "263014781", echo)
    assert keys.decrypt(echo) == "1616140317555161061"


def test_the_official_account_demos_encryption() -> None:
    app_id, key = "wxb11529c136998cb6", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    expected = (
        "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    )

    encrypted = FixedPrefix(base64.b64decode(f"{key}=")).encrypt("我是中文abcd123", app_id)

    assert encrypted.decode() == expected
    assert EnvelopeKeys(app_id, "pamtest", key).decrypt(expected) == "我是中文abcd123"
    with pytest.raises(WrongRecipient):
        EnvelopeKeys("wxanother", "pamtest", key).decrypt(expected)


def test_the_mini_program_documentations_encrypted_data() -> None:
    encrypted = (
        "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC"
        "+oNPdbB+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poO"
        "FtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8"
        "xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB"
        "6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJd"
        "NiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOy"
        "uxINew=="
    )
    crypto = WeChatWxaCrypto(
        "tiihtNczf5v6AKRyjwEUhQ==", "r7BXXKkLb8qrSNn05n0qiA==", "wx4f4bc4dec97d474b"
    )

    person = crypto.decrypt_message(encrypted)

    assert person["watermark"]["appid"] == "wx4f4bc4dec97d474b"
    assert person["openId"] == "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
