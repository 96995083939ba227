"""The paths of 客户群, 企业群发 and 客户朋友圈, below `externalcontact/`."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.wecom.corp import Corp

type Body = dict[str, Any]
type Plain = Callable[[Corp, Body], Body]


def _update_way(corp: Corp, body: Body) -> Body:
    corp.group_codes.put(body, str(body.get("config_id") or "-"))
    return {}


def _delete_way(corp: Corp, body: Body) -> Body:
    corp.group_codes.delete(body.get("config_id"))
    return {}


def _edit_welcome(corp: Corp, body: Body) -> Body:
    corp.group_welcomes.edit(body)
    return {}


def _delete_welcome(corp: Corp, body: Body) -> Body:
    corp.group_welcomes.delete(body.get("template_id"))
    return {}


def _remind(corp: Corp, body: Body) -> Body:
    corp.mass.remind(body.get("msgid"))
    return {}


def _cancel(corp: Corp, body: Body) -> Body:
    corp.mass.cancel(body.get("msgid"))
    return {}


def _stop_moment(corp: Corp, body: Body) -> Body:
    corp.moments.stop(body.get("moment_id"))
    return {}


_PATHS: tuple[tuple[str, Plain], ...] = (
    ("groupchat/list", lambda corp, body: corp.group_reads.list(body)),
    ("groupchat/get", lambda corp, body: corp.group_reads.get(body)),
    ("groupchat/add_join_way", lambda corp, body: {"config_id": corp.group_codes.put(body)}),
    (
        "groupchat/get_join_way",
        lambda corp, body: {"join_way": corp.group_codes.get(body.get("config_id"))},
    ),
    ("groupchat/update_join_way", _update_way),
    ("groupchat/del_join_way", _delete_way),
    (
        "group_welcome_template/add",
        lambda corp, body: {"template_id": corp.group_welcomes.add(body)},
    ),
    ("group_welcome_template/edit", _edit_welcome),
    (
        "group_welcome_template/get",
        lambda corp, body: corp.group_welcomes.get(body.get("template_id")),
    ),
    ("group_welcome_template/del", _delete_welcome),
    ("add_msg_template", lambda corp, body: corp.mass.create(body)),
    ("remind_groupmsg_send", _remind),
    ("cancel_groupmsg_send", _cancel),
    ("get_groupmsg_list_v2", lambda corp, body: corp.mass_results.list(body)),
    ("get_groupmsg_task", lambda corp, body: corp.mass_results.senders(body)),
    ("get_groupmsg_send_result", lambda corp, body: corp.mass_results.recipients(body)),
    ("add_moment_task", lambda corp, body: {"jobid": corp.moments.create(body)}),
    ("cancel_moment_task", _stop_moment),
    ("get_moment_list", lambda corp, body: corp.moment_reads.made(body)),
    ("get_moment_task", lambda corp, body: corp.moment_reads.senders(body)),
    ("get_moment_customer_list", lambda corp, body: corp.moment_reads.chosen(body)),
    ("get_moment_send_result", lambda corp, body: corp.moment_reads.reached(body)),
)

OUTREACH: tuple[tuple[str, str, Plain], ...] = (
    *(("POST", f"externalcontact/{path}", plain) for path, plain in _PATHS),
    (
        "GET",
        "externalcontact/get_moment_task_result",
        lambda corp, body: corp.moments.result(body.get("jobid")),
    ),
)
