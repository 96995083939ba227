"""Access tokens: stable and plain, rotated, overlapping, forced."""

from tests.sandbox.world import Json, World


async def stable(world: World, *, force: bool = False) -> Json:
    account = world.settings.official_account
    body = {
        "grant_type": "client_credential",
        "appid": account.app_id,
        "secret": account.secret,
        "force_refresh": force,
    }
    return await world.wechat("POST", "/cgi-bin/stable_token", body, token="")


async def plain(world: World) -> Json:
    account = world.settings.official_account
    return await world.wechat(
        "GET",
        "/cgi-bin/token",
        token="",
        grant_type="client_credential",
        appid=account.app_id,
        secret=account.secret,
    )


async def code_with(world: World, token: str) -> int:
    answer = await world.wechat("GET", "/cgi-bin/user/info", token=token, openid="x")
    return int(answer["errcode"])


ALIVE = 40003  # The token was fine; the openid was not.


async def test_the_same_stable_token_while_it_is_valid(world: World) -> None:
    first = await stable(world)
    await world.move(6000)
    second = await stable(world)

    assert first["access_token"] == second["access_token"]
    assert first["expires_in"] == 7200
    assert 1190 <= second["expires_in"] <= 1200


async def test_rotated_in_its_last_five_minutes_with_both_valid(world: World) -> None:
    old = (await stable(world))["access_token"]
    await world.move(7200 - 301)
    assert (await stable(world))["access_token"] == old

    await world.move(2)
    new = await stable(world)
    assert new["access_token"] != old
    assert await code_with(world, old) == await code_with(world, new["access_token"]) == ALIVE

    await world.move(299)
    assert await code_with(world, old) == 42001
    assert await code_with(world, new["access_token"]) == ALIVE


async def test_force_refresh_kills_the_old_one_and_waits_thirty_seconds(world: World) -> None:
    old = (await stable(world))["access_token"]
    new = (await stable(world, force=True))["access_token"]

    assert await code_with(world, old) == 40001
    assert await code_with(world, new) == ALIVE
    await world.move(28)
    assert (await stable(world, force=True))["errcode"] == 45011
    await world.move(2)
    assert "access_token" in await stable(world, force=True)


async def test_twenty_forced_refreshes_a_day(world: World) -> None:
    day = 24 * 3600
    now = (await world.control("GET", "/clock"))["now"]
    await world.control("POST", "/clock", {"until": now[:10] + "T23:59:59.999999+00:00"})
    await world.move(1)
    for _ in range(20):
        assert "access_token" in await stable(world, force=True)
        await world.move(31)

    assert (await stable(world, force=True))["errcode"] == 45009
    await world.move(day)
    assert "access_token" in await stable(world, force=True)


async def test_a_plain_token_outlives_the_next_by_five_minutes(world: World) -> None:
    first = (await plain(world))["access_token"]
    second = (await plain(world))["access_token"]

    await world.move(299)
    assert await code_with(world, first) == ALIVE
    await world.move(1)
    assert await code_with(world, first) == 42001
    assert await code_with(world, second) == ALIVE


async def test_plain_and_stable_tokens_leave_each_other_alone(world: World) -> None:
    value = (await stable(world))["access_token"]
    await plain(world)
    await world.move(600)

    assert await code_with(world, value) == ALIVE


async def test_two_thousand_plain_tokens_a_day(world: World) -> None:
    await world.control("POST", "/quotas", {"api": "token", "used": 1999})

    assert "access_token" in await plain(world)
    assert (await plain(world))["errcode"] == 45009


async def test_a_token_survives_a_restart(world: World) -> None:
    value = (await stable(world))["access_token"]

    await world.stop()
    await world.start()

    assert (await stable(world))["access_token"] == value
    assert await code_with(world, value) == ALIVE
