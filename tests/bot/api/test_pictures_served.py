"""Product pictures over HTTP."""

from typing import Any
from urllib.parse import quote

import pytest
from aiohttp.test_utils import TestClient

from bot.api.app import MiniProgramApi
from bot.api.pictures import picture_path


@pytest.fixture
def _pictures(api: MiniProgramApi) -> None:
    api.picture_folder.mkdir()
    for name in ("1.jpg", "照片.png", ".hidden.jpg", "notes.txt"):
        (api.picture_folder / name).write_bytes(b"picture")
    (api.picture_folder.parent / "secret.jpg").write_bytes(b"secret")


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize(("name", "kind"), [("1.jpg", "image/jpeg"), ("照片.png", "image/png")])
async def test_a_picture_is_served_for_a_day(
    client: TestClient[Any, Any], name: str, kind: str
) -> None:
    response = await client.get(picture_path(name))

    assert (response.status, response.content_type) == (200, kind)
    assert await response.read() == b"picture"
    assert response.headers["Cache-Control"] == "public, max-age=86400"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    fresh = {"If-None-Match": response.headers["ETag"]}
    assert (await client.get(picture_path(name), headers=fresh)).status == 304


@pytest.mark.usefixtures("_pictures")
@pytest.mark.parametrize(
    "name",
    ["2.jpg", ".hidden.jpg", "notes.txt", "../secret.jpg", "..", "1.jpg/", "a\\b.jpg", "\0.jpg"],
)
async def test_nothing_else_is_served(client: TestClient[Any, Any], name: str) -> None:
    response = await client.get(f"/pictures/{quote(name, safe='')}")

    assert response.status == 404
