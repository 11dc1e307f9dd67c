import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace

import pytest

from engine.errors import ModelUnavailable
from engine.model.client import ServedModel
from engine.model.supervisor import ModelServer, Patience, ServerState, ServerStatus
from tests.fakes.endpoint import a_request, read
from tests.fakes.process_table import is_alive

QUICK = Patience(
    between_looks=0.05,
    before_restart=0.1,
    before_restart_at_most=0.4,
    until_steady=60,
    to_drain=10,
)
FAKE = (sys.executable, "-m", "tests.fakes.model_server")

Start = Callable[..., ModelServer]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a supervised fake server with these flags."""
    async with AsyncExitStack() as stack:

        def start(*flags: str, seconds: float = 30.0, patience: Patience = QUICK) -> ModelServer:
            server = ModelServer(
                seconds_between_tokens=seconds, command=(*FAKE, *flags), patience=patience
            )
            server.start()
            stack.push_async_callback(server.stop)
            return server

        yield start


def client_of(server: ModelServer) -> ServedModel:
    return ServedModel(server.endpoint, seconds_between_tokens=10)


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def seconds_of_restarting(server: ModelServer) -> float:
    now = asyncio.get_running_loop().time
    await until(lambda: server.status.state is ServerState.RESTARTING)
    due = now()
    await until(lambda: server.status.state is not ServerState.RESTARTING)
    return now() - due


async def until_restarted(server: ModelServer, times: int) -> None:
    await until(lambda: server.status.restarts >= times)


async def test_a_started_server_becomes_ready_and_writes(start: Start) -> None:
    server = start()
    with pytest.raises(ModelUnavailable):
        server.endpoint()
    await server.ready(10)
    model = client_of(server)
    assert (await read(model))[-1].finish == "stop"
    await model.close()


async def test_loading_shows_how_far_it_is(start: Start) -> None:
    server = start("--load-seconds", "2")
    assert server.status.state is ServerState.STARTING
    await until(lambda: server.status.step == "weights")
    assert server.status == ServerStatus(ServerState.LOADING, "weights", 1, 2)
    with pytest.raises(ModelUnavailable):
        server.endpoint()
    await server.ready(10)
    await until(lambda: server.status.step == "ready")  # its own line may come after the answer
    assert server.status == ServerStatus(ServerState.READY, "ready", 1, 1)


async def test_waiting_for_a_slow_server_ends_in_time(start: Start) -> None:
    server = start("--load-seconds", "30")
    with pytest.raises(ModelUnavailable):
        await server.ready(0.2)


async def test_a_killed_server_is_started_again_and_the_client_follows(start: Start) -> None:
    server = start()
    await server.ready(10)
    model = client_of(server)
    await read(model)
    first, first_pid = server.endpoint(), server.process_id
    assert first_pid is not None
    os.kill(first_pid, signal.SIGKILL)
    await until_restarted(server, 1)
    await server.ready(10)
    assert (first.starts, server.endpoint().starts) == (0, 1)
    assert server.process_id != first_pid
    assert (await read(model))[-1].finish == "stop"
    await model.close()


async def test_a_kill_in_mid_reply_makes_the_model_unavailable(start: Start) -> None:
    server = start("--delay", "0.1")
    await server.ready(10)
    model = client_of(server)
    async with aclosing(model.stream(a_request())) as pieces:
        await anext(pieces)
        assert server.process_id is not None
        os.kill(server.process_id, signal.SIGKILL)
        with pytest.raises(ModelUnavailable):
            [piece async for piece in pieces]
    await model.close()


async def test_a_server_that_crashes_is_started_less_and_less_often(start: Start) -> None:
    server = start("--crash-after", "0")
    delays = [await seconds_of_restarting(server) for _ in range(4)]
    for delay, expected in zip(delays, [0.1, 0.2, 0.4, 0.4], strict=True):
        assert expected - 0.05 < delay < expected + 0.3
    assert server.status.restarts == 4


async def test_a_steady_server_is_started_again_without_delay(start: Start) -> None:
    server = start(patience=replace(QUICK, until_steady=0.0, before_restart_at_most=9.0))
    for _ in range(4):
        await server.ready(10)
        assert server.process_id is not None
        os.kill(server.process_id, signal.SIGKILL)
        delay = await seconds_of_restarting(server)
    assert delay < 0.5  # not 0.8


async def test_a_command_that_is_not_there_is_tried_again_and_again() -> None:
    async with ModelServer(
        seconds_between_tokens=5, command=("/nowhere/model-server",), patience=QUICK
    ) as server:
        await until_restarted(server, 2)
        with pytest.raises(ModelUnavailable):
            server.endpoint()


async def test_a_server_without_a_token_is_killed_and_started_again(start: Start) -> None:
    server = start("--hang-after", "2", "--ignore-term", seconds=0.5)
    await server.ready(10)
    hung = server.process_id
    assert hung is not None
    model = client_of(server)
    with pytest.raises(ModelUnavailable):
        await read(model)
    await until(lambda: not is_alive(hung), seconds=3)  # it was not asked to drain
    await server.ready(10)
    assert server.status.restarts == 1
    await model.close()
    assert server.process_id is not None
    os.kill(server.process_id, signal.SIGKILL)  # nor will this one drain when the test ends
    await until(lambda: server.process_id is None)


async def test_a_server_that_does_not_answer_is_killed_and_started_again(start: Start) -> None:
    server = start(seconds=0.5)
    await server.ready(10)
    frozen = server.process_id
    assert frozen is not None
    os.kill(frozen, signal.SIGSTOP)
    await until_restarted(server, 1)
    await until(lambda: not is_alive(frozen), seconds=3)
    await server.ready(10)


async def test_an_idle_or_slow_server_is_left_alone(start: Start) -> None:
    server = start("--delay", "0.25", seconds=1.0)
    await server.ready(10)
    model = client_of(server)
    await read(model, a_request(most_tokens=6))
    await asyncio.sleep(1.2)
    assert server.status.restarts == 0
    await model.close()


async def test_stopping_lets_a_running_reply_finish(start: Start) -> None:
    server = start("--delay", "0.1")
    await server.ready(10)
    pid = server.process_id
    assert pid is not None
    model = client_of(server)
    async with aclosing(model.stream(a_request())) as pieces:
        await anext(pieces)
        stopping = asyncio.create_task(server.stop())
        rest = [piece async for piece in pieces]
    assert rest[-1].finish == "stop"
    await stopping
    assert not is_alive(pid)
    assert server.status.state is ServerState.STOPPED
    with pytest.raises(ModelUnavailable):
        await server.ready(10)
    await model.close()


async def test_a_server_that_will_not_end_is_killed(start: Start) -> None:
    server = start("--ignore-term", patience=Patience(between_looks=0.05, to_drain=0.3))
    await server.ready(10)
    pid = server.process_id
    assert pid is not None
    async with asyncio.timeout(5):
        await server.stop()
    assert not is_alive(pid)
    assert server.process_id is None


@pytest.mark.parametrize("moment", ["starting", "loading", "restarting"])
async def test_a_server_can_be_stopped_before_it_is_ready(start: Start, moment: str) -> None:
    flags = ["--crash-after", "0"] if moment == "restarting" else ["--load-seconds", "30"]
    server = start(*flags)
    await until(lambda: server.status.state == moment)
    pid = server.process_id
    async with asyncio.timeout(10):
        await server.stop()
    assert server.status.state is ServerState.STOPPED
    assert pid is None or not is_alive(pid)
    await asyncio.sleep(0.3)
    assert server.process_id is None


async def test_other_output_does_not_disturb() -> None:
    noisy = (
        "import runpy, sys\n"
        "print('Loading checkpoint shards', flush=True)\n"
        "print('[1, 2]', flush=True)\n"
        'print(\'{"listening": "soon"}\', flush=True)\n'
        "print('x' * 3_000_000, flush=True)\n"
        "runpy.run_module('tests.fakes.model_server', run_name='__main__')\n"
    )
    async with ModelServer(
        seconds_between_tokens=5, command=(sys.executable, "-c", noisy), patience=QUICK
    ) as server:
        await server.ready(20)
        assert server.status.restarts == 0
