"""Pictures of moments (上传附件资源): uploaded apart, shown by moments alone."""

import pytest

from tests.sandbox.corp import SERVICER, CorpHands
from tests.sandbox.mass_hands import API, contact
from tests.sandbox.world import PNG, Json

FOR_MOMENTS = {"media_type": "image", "attachment_type": "1"}
TEN_MEGABYTES = 10 * 1024**2
THREE_DAYS = 3 * 86_400


async def _upload(hands: CorpHands, content: bytes | None = PNG, /, **change: str) -> Json:
    return await hands.uploads("upload_attachment", content, **{**FOR_MOMENTS, **change})


async def _create(hands: CorpHands, media_id: str, kind: str = "image") -> Json:
    attachment = {"msgtype": kind, kind: {"media_id": media_id}}
    return await hands.call(f"{API}/add_moment_task", {"attachments": [attachment]})


async def test_an_uploaded_picture_is_seen_in_the_moment(hands: CorpHands) -> None:
    rain = await contact(hands)
    uploaded = await _upload(hands)
    assert (uploaded["errcode"], uploaded["type"]) == (0, "image")
    assert isinstance(uploaded["created_at"], int)

    jobid = (await _create(hands, uploaded["media_id"]))["jobid"]
    made = (await hands.call(f"{API}/get_moment_task_result", jobid=jobid))["result"]
    await hands.does(f"/staff/{SERVICER}/moments/publish", moment_id=made["moment_id"])

    path = f"/wecom/people/{rain['person_id']}/moments"
    (moment,) = (await hands.world.control("GET", path))["moments"]
    shown = moment["attachments"][0]["image"]["media_id"]
    async with hands.world.http.get(f"{hands.world.url}/control/media/{shown}") as picture:
        assert (picture.content_type, await picture.read()) == ("image/png", PNG)


async def test_a_picture_may_be_shown_again_until_its_three_days_are_over(
    hands: CorpHands,
) -> None:
    media_id = (await _upload(hands))["media_id"]
    assert [(await _create(hands, media_id))["errcode"] for _ in range(2)] == [0, 0]

    await hands.world.move(THREE_DAYS)
    await hands.renew()

    assert (await _create(hands, media_id))["errcode"] == 40007


async def test_a_moment_takes_no_ordinary_media_and_a_message_none_of_a_moment(
    hands: CorpHands,
) -> None:
    ordinary = (await hands.uploads("upload", type="image"))["media_id"]
    own = (await _upload(hands))["media_id"]
    rain = await contact(hands)
    image = {"msgtype": "image", "image": {"media_id": own}}
    task: Json = {"external_userid": [rain["external_userid"]], "attachments": [image]}
    await hands.says("在吗")
    answer = {**hands.text(), "msgtype": "image", "image": {"media_id": own}}

    assert (await _create(hands, ordinary))["errcode"] == 40007
    assert await hands.code(f"{API}/add_msg_template", task) == 40007
    assert await hands.code("kf/send_msg", answer) == 40007


async def test_a_picture_is_no_film(hands: CorpHands) -> None:
    picture, film = await _upload(hands), await _upload(hands, media_type="video")

    assert (await _create(hands, picture["media_id"], "video"))["errcode"] == 40007
    assert (await _create(hands, film["media_id"], "video"))["errcode"] == 0


async def test_what_was_uploaded_can_be_fetched(hands: CorpHands) -> None:
    asked = {"access_token": hands.token, "media_id": (await _upload(hands))["media_id"]}

    async with hands.world.http.get(
        f"{hands.world.url}/wecom/cgi-bin/media/get", params=asked
    ) as got:
        assert await got.read() == PNG


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"media_type": "file"}, 40004),
        ({"media_type": "voice"}, 40004),
        ({"attachment_type": ""}, 40058),
        ({"attachment_type": "3"}, 40058),
        ({"access_token": "wrong"}, 40014),
    ],
)
async def test_what_is_wrong_about_an_upload_has_its_code(
    hands: CorpHands, change: dict[str, str], errcode: int
) -> None:
    assert (await _upload(hands, **change))["errcode"] == errcode


async def test_an_upload_without_a_file_is_none(hands: CorpHands) -> None:
    assert (await _upload(hands, None))["errcode"] == 41005


@pytest.mark.parametrize("kind", ["image", "video"])
@pytest.mark.parametrize(
    ("size", "errcode"), [(5, 40006), (6, 0), (TEN_MEGABYTES, 0), (TEN_MEGABYTES + 1, 40006)]
)
async def test_a_file_has_more_than_five_bytes_and_at_most_ten_megabytes(
    hands: CorpHands, kind: str, size: int, errcode: int
) -> None:
    assert (await _upload(hands, bytes(size), media_type=kind))["errcode"] == errcode
