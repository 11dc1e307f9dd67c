"""`python -m bot rehearse --script FILE`: the transcript is on stdout, the exit code tells."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.processes import running

pytestmark = pytest.mark.timeout(120)  # processes, on a machine that may be busy

STORY = """
title = "Two turns"
seed = 5

[[step]]
as = "alice"
slash = "story start"
options = { title = "The Lamp Keeper" }

[[step]]
as = "bo"
slash = "story continue"

[[step]]
as = "alice"
slash = "story status"
expect = ["EXPECTED"]
"""


@pytest.fixture
async def model_url(tmp_path: Path) -> AsyncIterator[str]:
    with (tmp_path / "model.log").open("wb") as log:
        async with running("tests.fakes.model_server", "--delay", "0.01", log=log) as server:
            port = (await server.read_line(30))["listening"]
            yield f"http://127.0.0.1:{port}/v1"


async def played(script: Path, model_url: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "rehearse", "--script", str(script)),
        env={**os.environ, "MODEL_URL": model_url},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


def written(folder: Path, expected: str) -> Path:
    path = folder / "script.toml"
    path.write_text(STORY.replace("EXPECTED", expected))
    return path


async def test_a_script_that_comes_out_as_expected_exits_0_and_reads_alike_each_time(
    tmp_path: Path, model_url: str
) -> None:
    script = written(tmp_path, "1 turn")
    transcripts = []
    for _ in range(2):
        exit_code, transcript = await played(script, model_url)
        assert exit_code == 0
        transcripts.append(re.sub(r"\d+(\.\d+)? s\b|\d+ edits?", "", transcript))
    assert "Bo /story continue" in transcripts[0]
    assert transcripts[0] == transcripts[1]


async def test_a_script_that_comes_out_otherwise_exits_1_and_says_where(
    tmp_path: Path, model_url: str
) -> None:
    exit_code, transcript = await played(written(tmp_path, "7 dragons"), model_url)
    assert exit_code == 1
    assert "Step 3 failed: “7 dragons” is nowhere to be read." in transcript


async def test_a_file_that_is_no_script_exits_1_in_a_sentence(tmp_path: Path) -> None:
    exit_code, transcript = await played(tmp_path / "nowhere.toml", "http://127.0.0.1:9/v1")
    assert exit_code == 1
    assert "nowhere.toml cannot be read" in transcript.replace("\n", "")
