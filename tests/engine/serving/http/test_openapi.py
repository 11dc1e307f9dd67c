from aiohttp import web

from engine.model.capabilities import SAMPLERS
from engine.model.openapi import read_manifest
from engine.serving.http.openapi import ADAPTER_ROUTES, describe

PATHS = ("/v1/chat/completions", "/v1/completions", "/tokenize", *ADAPTER_ROUTES)


async def nothing(_: web.Request) -> web.Response:
    return web.Response()


def app() -> web.Application:
    app = web.Application()
    app.add_routes([web.post(path, nothing) for path in PATHS])
    app.router.add_get("/health", nothing)
    return app


def test_the_description_names_every_route_and_field() -> None:
    told = read_manifest(describe(app()))
    assert told.paths == {*PATHS, "/health"}
    assert {"messages", "temperature", "stop", "cache_salt", "stream_options"} <= told.chat
    assert {"prompt", "temperature"} <= told.completions
    assert "messages" not in told.completions


def test_every_sampler_that_a_request_can_carry_is_a_field_of_our_server() -> None:
    assert read_manifest(describe(app())).chat >= SAMPLERS


def test_a_route_that_is_switched_off_is_not_described() -> None:
    told = read_manifest(describe(app(), ADAPTER_ROUTES))
    assert not set(ADAPTER_ROUTES) & told.paths
    assert "/tokenize" in told.paths
