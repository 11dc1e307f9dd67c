"""A Discord of our own on the loopback, in a process that outlives a killed bot.

`python -m tests.fakes.discord_server --port 0` prints `{"listening": PORT}` when it is open.
"""

import argparse
import asyncio
import json
import sys

from aiohttp import web

from tests.fakes.discord_server import answers, application, channels
from tests.fakes.discord_server.admin import Admin
from tests.fakes.discord_server.loopback import PREFIX, Answer, Asked, Loopback
from tests.fakes.discord_server.world import Refusal, World


async def refuse(loopback: Loopback, asked: Asked) -> Answer:
    raise Refusal(404, 0, "404: Not Found")


def build(loopback: Loopback) -> web.Application:
    """Put Discord's routes, the gateway and the test's routes together."""
    app = web.Application(client_max_size=26 * 1024 * 1024)
    for method, path, act in [*application.ROUTES, *channels.ROUTES, *answers.ROUTES]:
        app.router.add_route(method, PREFIX + path, loopback.serve(act))
    app.router.add_route("*", PREFIX + "/{nowhere:.*}", loopback.serve(refuse))
    app.router.add_get("/gateway", loopback.gateway.connect)
    app.router.add_get("/gateway/", loopback.gateway.connect)
    app.add_routes(Admin(loopback).routes())
    return app


async def run(arguments: argparse.Namespace) -> None:
    world = World(channels=arguments.channels, members=arguments.members)
    runner = web.AppRunner(build(Loopback(world, arguments.latency)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
    port = runner.addresses[0][1]
    print(json.dumps({"listening": port}), flush=True)  # noqa: T201  (the protocol of the test)
    try:
        # The test holds our stdin: when it ends, however it ends, so do we.
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--latency", type=float, default=0.03, help="seconds an answer takes")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
