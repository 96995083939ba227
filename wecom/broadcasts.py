"""Mass tasks (企业群发) and moments (客户朋友圈): requests that the corp's people confirm.

Nothing is sent before its sender confirms it in their client. What was sent is only found by
asking: WeCom tells of none of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from wechatpy.client.api.base import BaseWeChatAPI

from wecom.errors import OutcomeUnknown

MOST_GROUPS: Final = 2_000
"""Of one task, all of one owner (创建企业群发)."""
LIST_PAGE: Final = 100
"""Tasks that one call lists at most (获取群发记录列表)."""
MOMENTS_PAGE: Final = 20
"""Moments that one call lists at most (获取企业全部的发表列表)."""
LISTED_SPAN: Final = timedelta(days=30)
"""Of no longer time tasks and moments are listed (获取群发记录列表; 获取企业全部的发表列表)."""
RESULTS_PAGE: Final = 1_000
"""Recipients of one page of results (获取企业群发成员执行结果)."""
_ROOT: Final = "externalcontact/"


@dataclass(frozen=True, slots=True)
class CreatedTask:
    """A task that WeCom has made. `refused` are recipients that it will not send to."""

    msgid: str
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of something, as WeCom has it; an empty cursor is the end."""

    rows: Sequence[dict[str, Any]]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class MomentMaking:
    """How far the making of a moments task is. `moment_id` is empty until it is made, `code` not
    0 when it was refused."""

    is_done: bool
    moment_id: str
    code: int


class WeComBroadcasts(BaseWeChatAPI):  # type: ignore[misc]  # wechatpy is untyped, its own is of 2019
    """WeCom docs 客户联系, 消息推送 and 客户朋友圈. Every method raises WeChatError."""

    async def create(self, body: Mapping[str, Any]) -> CreatedTask:
        """Make a task (创建企业群发). The call has no key: repeated, it makes another task.

        Raises Refused with FINISHED when there is nobody to send it to.
        """
        answer = await self._post(f"{_ROOT}add_msg_template", data=dict(body))
        msgid = answer.get("msgid")
        if not msgid:
            raise OutcomeUnknown("/cgi-bin/externalcontact/add_msg_template: answer without an id")
        return CreatedTask(str(msgid), tuple(str(each) for each in answer.get("fail_list") or []))

    async def tasks(
        self,
        chat_type: Literal["single", "group"],
        since: datetime,
        until: datetime,
        cursor: str = "",
    ) -> Rows:
        """The corp's own tasks of a time no longer than a month (获取群发记录列表).

        Rows have `msgid`, `create_time`, `text` and `attachments`; those made by the API have no
        `creator`.
        """
        wanted = {
            "chat_type": chat_type,
            "start_time": int(since.timestamp()),
            "end_time": int(until.timestamp()),
            "filter_type": 0,
            "limit": LIST_PAGE,
        }
        return await self._page("get_groupmsg_list_v2", wanted, cursor, "group_msg_list")

    async def senders(self, msgid: str, cursor: str = "") -> Rows:
        """Who is to send a task (获取群发成员发送任务列表): `userid`, `status` 0 not yet or 2
        confirmed, `send_time`.

        Raises Refused with BACK_OFF for a task that is still being handed out.
        """
        wanted = {"msgid": msgid, "limit": RESULTS_PAGE}
        return await self._page("get_groupmsg_task", wanted, cursor, "task_list")

    async def results(self, msgid: str, userid: str, cursor: str = "") -> Rows:
        """What became of each recipient of a sender (获取企业群发成员执行结果).

        `external_userid` or `chat_id`; `status` 0 not sent, 1 sent, 2 no longer a contact,
        3 had received too many; `send_time`. Of customer groups those not sent to may be missing.
        """
        wanted = {"msgid": msgid, "userid": userid, "limit": RESULTS_PAGE}
        return await self._page("get_groupmsg_send_result", wanted, cursor, "send_list")

    async def remind(self, msgid: str) -> None:
        """Have WeCom remind who has not confirmed (提醒成员群发): 3 times in 24 hours a task."""
        await self._post(f"{_ROOT}remind_groupmsg_send", data={"msgid": msgid})

    async def cancel(self, msgid: str) -> None:
        """Stop what was not sent (停止企业群发); again is harmless."""
        await self._post(f"{_ROOT}cancel_groupmsg_send", data={"msgid": msgid})

    async def create_moment(self, body: Mapping[str, Any]) -> str:
        """Have a moments task made (创建发表任务); the id of that job, good for a day.

        The call has no key: repeated, it makes another task.
        """
        answer = await self._post(f"{_ROOT}add_moment_task", data=dict(body))
        job_id = answer.get("jobid")
        if not job_id:
            raise OutcomeUnknown("/cgi-bin/externalcontact/add_moment_task: answer without an id")
        return str(job_id)

    async def moment_making(self, job_id: str) -> MomentMaking:
        """How far the making of a moments task is (获取任务创建结果)."""
        answer = await self._get(f"{_ROOT}get_moment_task_result", params={"jobid": job_id})
        made = answer.get("result") or {}
        return MomentMaking(
            is_done=answer.get("status") == 3,
            moment_id=str(made.get("moment_id") or ""),
            code=int(made.get("errcode") or 0),
        )

    async def moments(self, since: datetime, until: datetime, cursor: str = "") -> Rows:
        """The corp's own moments of a time no longer than LISTED_SPAN (获取企业全部的发表列表).

        Rows have `moment_id`, `create_time`, `text` and, as lists, `image`; those made by the API
        have no `creator`. Whether anybody has published them makes no difference.
        """
        wanted = {
            "start_time": int(since.timestamp()),
            "end_time": int(until.timestamp()),
            "filter_type": 0,
            "limit": MOMENTS_PAGE,
        }
        return await self._page("get_moment_list", wanted, cursor, "moment_list")

    async def publishers(self, moment_id: str, cursor: str = "") -> Rows:
        """Who is to publish a moment (获取客户朋友圈企业发表的列表): `userid`, `publish_status`
        0 not yet or 1 published."""
        wanted = {"moment_id": moment_id, "limit": RESULTS_PAGE}
        return await self._page("get_moment_task", wanted, cursor, "task_list")

    async def cancel_moment(self, moment_id: str) -> None:
        """Stop a moment that was not published yet (停止发表企业朋友圈); again is harmless."""
        await self._post(f"{_ROOT}cancel_moment_task", data={"moment_id": moment_id})

    async def _page(self, api: str, wanted: Mapping[str, Any], cursor: str, rows: str) -> Rows:
        body = {**wanted, **({"cursor": cursor} if cursor else {})}
        answer = await self._post(f"{_ROOT}{api}", data=body)
        found = answer.get(rows) or []
        if not isinstance(found, list):
            raise OutcomeUnknown(f"/cgi-bin/{_ROOT}{api}: answer without {rows}")
        return Rows(found, str(answer.get("next_cursor") or ""))


class MomentPictures(BaseWeChatAPI):  # type: ignore[misc]
    """WeCom docs 上传附件资源: kept three days, for moments alone."""

    async def upload(self, kind: str, media: tuple[str, bytes, str]) -> dict[str, Any]:
        """The `media_id` of an `image` as (name, content, type); again is harmless."""
        answer: dict[str, Any] = await self._post(
            "media/upload_attachment",
            params={"media_type": kind, "attachment_type": 1},
            files={"media": media},
        )
        return answer
