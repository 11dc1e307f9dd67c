"""What a script's audience reads: each step, what the bot said, and how it streamed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.rehearsal.room import Room
from bot.rehearsal.stage import Outcome
from bot.rehearsal.steps import Step

EPHEMERAL = 1 << 6  # the flag of a message that one member sees
SAME_BEGINNING = 12  # characters that tell a piece of the text from a waiting line
QUOTED = 48  # characters by which a message is named that was shown before


@dataclass
class Said:
    """A message of the bot: every wording it had in this step, and when (seconds)."""

    wordings: list[tuple[float, str]] = field(default_factory=list)
    author: str = ""  # the name over the message
    buttons: tuple[str, ...] = ()
    files: list[tuple[str, str]] = field(default_factory=list)  # name, text
    is_deleted: bool = False

    @property
    def text(self) -> str:
        """The last wording."""
        return self.wordings[-1][1] if self.wordings else ""

    @property
    def edits(self) -> int:
        """How often the message was changed."""
        return len(self.wordings) - 1

    def seconds_to_first_words(self) -> float:
        """Return when the beginning of the final text was first to be read."""
        beginning = self.text[:SAME_BEGINNING]
        return next(seconds for seconds, text in self.wordings if text.startswith(beginning))


class Transcript:
    """Listens to the room and prints."""

    def __init__(self, room: Room, console: Console, clock: Callable[[], float]) -> None:
        self._room = room
        self._console = console
        self._clock = clock
        self._begin = clock()
        self._said: dict[int, Said] = {}
        self._known: dict[int, Said] = {}  # the messages of the bot as they were before this step
        room.env.backend.subscribers.append(self._hear)

    def begin_step(self, number: int, step: Step) -> None:
        """Print who does what, and listen for what comes of it."""
        self._known |= self._said
        self._said, self._begin = {}, self._clock()
        line = Text.assemble((f"{number:>2}  ", "dim"), (step.member.title(), "bold"), f" {step}")
        self._console.print("\n", line, sep="")

    def end_step(self, step: Step, outcome: Outcome) -> str:
        """Print what came of the step; return all that the bot said or changed."""
        read = [outcome.form_title]
        if outcome.form_title:
            self._print(f"fills in “{outcome.form_title}”", "\n".join(step.form.values()))
        for answer in outcome.private:
            text = self._room.readable(answer.text)
            who = f"Scriptorium, to {step.member.title()} alone"
            self._print(who, text, answer.buttons)
            self._print_files(answer.files)
            read += [text, *answer.buttons, *(content for _, content in answer.files)]
        for message_id, said in sorted(self._said.items()):
            self._print_said(said, self._known.get(message_id))
            read += [said.author, said.text, *said.buttons, *(text for _, text in said.files)]
        return "\n".join(read)

    def _print_said(self, said: Said, before: Said | None) -> None:
        if said.is_deleted:
            self._print(f"Scriptorium takes back “{_quote(before or said)}”")
        elif before is None:
            self._print(f"{said.author}{self._pace(said)}", said.text, said.buttons)
            self._print_files(said.files)
        elif said.text != before.text:
            self._print(f"under “{_quote(before)}”", _new_end(before, said), said.buttons)
        elif said.buttons != before.buttons:
            self._print(f"under “{_quote(said)}”", "", said.buttons)

    def _pace(self, said: Said) -> str:
        if not said.edits:
            return ""
        edits = f"{said.edits} edit{'s' if said.edits > 1 else ''}"
        first, whole = said.seconds_to_first_words(), said.wordings[-1][0]
        return f" ({edits}, first words after {first:.1f} s, whole after {whole:.1f} s)"

    def _print(self, who: str, text: str = "", buttons: Sequence[str] = ()) -> None:
        self._console.print(Padding(Text(who, style="cyan"), (0, 0, 0, 4)))
        if text:
            self._console.print(Padding(Text(text), (0, 0, 0, 6)))
        if buttons:
            line = "  ".join(f"[ {label} ]" for label in buttons)
            self._console.print(Padding(Text(line, style="dim"), (0, 0, 0, 6)))

    def _print_files(self, files: Iterable[tuple[str, str]]) -> None:
        for name, text in files:
            self._print(f"file {name}", text)

    def _hear(self, event: str, payload: Mapping[str, Any]) -> None:
        if event == "MESSAGE_DELETE" and int(payload["id"]) in self._known | self._said:
            self._said.setdefault(int(payload["id"]), Said()).is_deleted = True
        if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or "content" not in payload:
            return
        by_bot = int(payload["author"]["id"]) == self._room.env.backend.bot_user.id
        if (not by_bot and not payload.get("webhook_id")) or payload.get("flags", 0) & EPHEMERAL:
            return
        said = self._said.setdefault(int(payload["id"]), Said())
        said.author = payload["author"].get("username") or said.author
        text = self._room.readable(payload["content"])
        said.wordings.append((self._clock() - self._begin, text))
        said.buttons = tuple(
            button.get("label") or button.get("placeholder") or "…"
            for row in payload.get("components", [])
            for button in row.get("components", [])
        )
        if event == "MESSAGE_CREATE":
            said.files = [
                (file["filename"], self._room.file_text(file["url"]))
                for file in payload.get("attachments", [])
            ]


def _quote(said: Said) -> str:
    line = " ".join(said.text.split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def _new_end(before: Said, after: Said) -> str:
    """Return the lines in which a message ends now and did not before."""
    lines, old = after.text.splitlines(), before.text.splitlines()
    new = [line for line in lines if line not in old]
    return "\n".join(new) or "(the last line is gone)"
