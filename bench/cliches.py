"""Find the clichés of a model's fiction by counting, as a first draft of the shipped list.

    python -m bench.cliches write STORIES [--count 400]    # many short stories, one JSON line each
    python -m bench.cliches compare STORIES HUMAN [--top 300]

`write` starts a model server of its own, with the settings of the environment, and goes on where
an earlier run ended. `compare` reads the stories and a folder of human fiction as plain text, and
prints the n-grams of one to five words that stand in far more stories than human fiction would
predict. What it prints is evidence, not yet a list: people strike out what is no cliché.
"""

import argparse
import asyncio
import json
import random
import sys
from pathlib import Path

import aiohttp
import structlog

from bench.ngrams import Candidate, compare, read_stories, sections
from engine.model.supervisor import ModelServer

AT_ONCE = 16
REPLY_TOKENS = 220
SECONDS_TO_START = 300

NAMES = (
    "Adaeze Amira Anselm Bao Beatriz Bram Calder Chidi Dalia Dmitri Edda Farid Greta Hana Ikram "
    "Ines Jonah Kamala Kofi Lena Lior Maeve Marek Nadia Nils Odile Omar Petra Quinn Rosa Ruth "
    "Samir Sela Tamsin Tomas Uche Vera Wren Yusuf Zofia"
)
GENRES = (
    "fantasy",
    "science fiction",
    "a quiet drama",
    "a love story",
    "horror",
    "a detective story",
    "a ghost story",
    "an adventure",
    "a family story",
    "a war story",
    "a comedy",
    "a fairy tale",
)
OPENINGS = (
    "a lighthouse in fog",
    "the last night of a market",
    "a letter that came too late",
    "a train that stops between stations",
    "a house that has been sold",
    "a quarrel over a boat",
    "the first day in a new city",
    "a library after closing time",
    "a wedding that nobody wanted",
    "a lost dog",
    "a door at the end of a corridor",
    "a village cut off by snow",
    "an old soldier and a child",
    "a bakery at four in the morning",
    "a map with a mistake",
    "a promise made in a hospital",
    "two sisters and an inheritance",
    "a ship without a crew",
    "a concert in the rain",
    "a stranger at the gate",
    "a garden behind a wall",
    "a theft in a museum",
    "the mountain road by night",
    "a kitchen full of secrets",
)
SYSTEM = (
    "You are a novelist. You and other authors tell one story together in English. Each author "
    "adds the next paragraph: what the characters do and say next, never a title, a comment or a "
    "summary."
)


def story_request(number: int) -> dict[str, object]:
    """Return the body that asks for story `number`; the same number asks the same."""
    dice = random.Random(number)
    name, other = dice.sample(NAMES.split(), 2)
    opening, genre = dice.choice(OPENINGS), dice.choice(GENRES)
    prompt = f"Write the beginning of {genre} about {opening}, with {name} and {other}."
    return {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": prompt},
        ],
        "max_tokens": REPLY_TOKENS,
        "seed": number,
        "temperature": 0.8,
        "top_p": 0.95,
        "top_k": 50,
        "frequency_penalty": 0.4,
    }


def missing(stories: Path, count: int) -> list[int]:
    """Return the numbers of the stories that the file lacks."""
    stories.touch()
    written = {json.loads(line)["number"] for line in stories.open()}
    return [n for n in range(count) if n not in written]


def add(stories: Path, number: int, text: str) -> None:
    """Add one story to the file."""
    with stories.open("a") as file:
        file.write(json.dumps({"number": number, "text": text}) + "\n")


async def write(stories: Path, count: int) -> None:
    """Add stories to the file until it has `count`."""
    numbers = iter(missing(stories, count))
    async with ModelServer(seconds_between_tokens=120) as process, aiohttp.ClientSession() as http:
        await process.ready(SECONDS_TO_START)
        endpoint = process.endpoint()

        async def worker() -> None:
            for number in numbers:  # shared by all workers
                async with http.post(
                    f"{endpoint.url}/v1/chat/completions",
                    json=story_request(number),
                    headers={"Authorization": f"Bearer {endpoint.api_key}"},
                    timeout=aiohttp.ClientTimeout(total=None),
                ) as response:
                    response.raise_for_status()
                    text = (await response.json())["choices"][0]["message"]["content"]
                add(stories, number, text)

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def show(candidates: list[Candidate], top: int) -> None:
    """Print the worst of them as a table."""
    print("| words | stories | human sections | times too often |")
    print("| --- | --- | --- | --- |")
    for found in candidates[:top]:
        print(f"| {found.words} | {found.model} | {found.human} | {found.ratio:,.0f} |")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("stories", type=Path)
    writing.add_argument("--count", type=int, default=400)
    comparing = commands.add_parser("compare")
    comparing.add_argument("stories", type=Path)
    comparing.add_argument("human", type=Path)
    comparing.add_argument("--top", type=int, default=300)
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if asked.command == "write":
        asyncio.run(write(asked.stories, asked.count))
        return
    stories = read_stories(asked.stories)
    words = sum(len(story.split()) for story in stories) // len(stories)
    human = sections(asked.human, words)
    print(f"{len(stories)} stories and {len(human)} human sections of {words} words.\n")
    show(compare(stories, human), asked.top)


if __name__ == "__main__":
    main()
