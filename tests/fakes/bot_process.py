"""The real bot, `python -m bot run`, in a process of its own on the simulated Discord.

Only the addresses of Discord are other ones. `--model-command` takes the place of our model
server's command line, and `--impatient` lets a killed one be started again after half a second
each time. With `--lag FILE` the delays of the event loop are written down, in seconds, one a line.
"""

import argparse
import asyncio
import runpy
import shlex
import sys
from pathlib import Path

import discord
import yarl

from engine.model import supervisor

SECONDS_BETWEEN_PROBES = 0.05


def measure_lag(file: Path) -> None:
    """Let every event loop of this process write down how late it calls back."""
    make = asyncio.events.new_event_loop
    lags = file.open("a", buffering=1)

    def probed() -> asyncio.AbstractEventLoop:
        loop = make()

        def probe(due: float) -> None:
            lags.write(f"{loop.time() - due:.4f}\n")
            due = loop.time() + SECONDS_BETWEEN_PROBES
            loop.call_at(due, probe, due)

        loop.call_soon(probe, loop.time())
        return loop

    asyncio.events.new_event_loop = probed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--discord-port", type=int, required=True)
    parser.add_argument("--model-command")
    parser.add_argument("--impatient", action="store_true")
    parser.add_argument("--lag", type=Path)
    options = parser.parse_args()
    base = f"127.0.0.1:{options.discord_port}"
    discord.http.Route.BASE = f"http://{base}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://{base}/gateway")
    defaults = supervisor.ModelServer.__init__.__kwdefaults__
    assert defaults is not None
    if options.model_command:
        defaults["command"] = (sys.executable, *shlex.split(options.model_command))
    if options.impatient:
        defaults["patience"] = supervisor.Patience(before_restart=0.5, before_restart_at_most=0.5)
    if options.lag:
        measure_lag(options.lag)
    sys.argv = ["bot", "run"]
    runpy.run_module("bot", run_name="__main__")


if __name__ == "__main__":
    main()
