"""Pictures can be fetched by their media id for three days, with a token."""

import json

from tests.sandbox.world import PNG, World

THREE_DAYS = 3 * 24 * 3600


async def fetched(world: World, media_id: str, token: str) -> tuple[str, bytes]:
    """Content type and body of media/get."""
    url = f"{world.url}/wechat/cgi-bin/media/get"
    async with world.http.get(url, params={"access_token": token, "media_id": media_id}) as got:
        return got.content_type, await got.read()


async def test_a_picture_comes_as_it_is_until_its_three_days_are_over(world: World) -> None:
    media_id = (await world.upload())["media_id"]

    assert await fetched(world, media_id, await world.token()) == ("image/png", PNG)
    await world.move(THREE_DAYS + 1)

    kind, body = await fetched(world, media_id, await world.token())
    assert (kind, json.loads(body)["errcode"]) == ("text/plain", 40007)


async def test_without_a_token_nothing_is_given(world: World) -> None:
    media_id = (await world.upload())["media_id"]

    _, body = await fetched(world, media_id, "made-up")

    assert json.loads(body)["errcode"] == 40014
