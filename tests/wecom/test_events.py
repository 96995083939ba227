"""What WeCom tells, as it documents it."""

from datetime import UTC, datetime

import pytest

from wecom.events import (
    CardTapped,
    ChatChanged,
    ContactAdded,
    ContactDeleted,
    ContactEdited,
    Event,
    KfPoked,
    TransferFailed,
    Unknown,
    event_of,
)
from wecom.xml import read_xml

HEAD = (
    "<xml><ToUserName><![CDATA[ww1]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
    "<CreateTime>1403610513</CreateTime><MsgType><![CDATA[event]]></MsgType>"
)
AT = datetime.fromtimestamp(1403610513, UTC)


def contact(change: str, rest: str = "") -> str:
    return (
        "<Event>change_external_contact</Event>"
        f"<ChangeType>{change}</ChangeType><UserID>wang</UserID>"
        f"<ExternalUserID>wm-1</ExternalUserID>{rest}"
    )


def chat(rest: str) -> str:
    return (
        "<Event>change_external_chat</Event><ChatId>wr-1</ChatId>"
        f"<ChangeType>update</ChangeType>{rest}"
    )


JOINED = (
    "<UpdateDetail>add_member</UpdateDetail><JoinScene>3</JoinScene><MemChangeCnt>2</MemChangeCnt>"
    "<LastMemVer>v1</LastMemVer><CurMemVer>v2</CurMemVer>"
)
BOTH = ChatChanged("wr-1", "update", "add_member", ("wm-1", "wm-2"), "3", "v1", "v2")


@pytest.mark.parametrize(
    ("xml", "event"),
    [
        (
            "<Event>kf_msg_or_event</Event><Token>ENC-1</Token><OpenKfId>wk-1</OpenKfId>",
            KfPoked("wk-1", "ENC-1"),
        ),
        (
            contact("add_external_contact", "<State>xhs</State><WelcomeCode>WELCOME</WelcomeCode>"),
            ContactAdded("wang", "wm-1", "xhs", "WELCOME", is_half=False, at=AT),
        ),
        (
            contact("add_half_external_contact", "<WelcomeCode>W</WelcomeCode>"),
            ContactAdded("wang", "wm-1", "", "W", is_half=True, at=AT),
        ),
        (contact("edit_external_contact"), ContactEdited("wang", "wm-1")),
        (
            contact("del_external_contact", "<Source>DELETE_BY_TRANSFER</Source>"),
            ContactDeleted("wang", "wm-1", False, "DELETE_BY_TRANSFER"),
        ),
        (contact("del_follow_user"), ContactDeleted("wang", "wm-1", True, "")),
        (
            contact("transfer_fail", "<FailReason>customer_refused</FailReason>"),
            TransferFailed("wang", "wm-1", "customer_refused"),
        ),
        (
            chat(f"{JOINED}<MemChangeList><Item>wm-1</Item><Item>wm-2</Item></MemChangeList>"),
            BOTH,
        ),
        (chat(f"{JOINED}<MemChangeList><![CDATA[wm-1,wm-2]]></MemChangeList>"), BOTH),
        (
            (
                "<Event>template_card_event</Event><EventKey>take:123</EventKey>"
                "<TaskId>t-1</TaskId><ResponseCode>code</ResponseCode><AgentID>1</AgentID>"
            ),
            CardTapped("sys", "take:123", "t-1", "code"),
        ),
        ("<Event>change_contact</Event>", Unknown("change_contact")),
        (contact("msg_audit_approved"), Unknown("change_external_contact:msg_audit_approved")),
    ],
)
def test_every_documented_event_is_understood(xml: str, event: Event) -> None:
    assert event_of(read_xml(f"{HEAD}{xml}</xml>")) == event


@pytest.mark.parametrize("xml", ["<Event><a/></Event>", "<CreateTime>x</CreateTime>", ""])
def test_what_is_no_event_is_kept_as_unknown(xml: str) -> None:
    assert isinstance(event_of(read_xml(f"<xml><MsgType>text</MsgType>{xml}</xml>")), Unknown)
