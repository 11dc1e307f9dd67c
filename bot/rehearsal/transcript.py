"""What a script's audience reads: each step, what the bot said, and how it streamed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.rehearsal.room import Room
from bot.rehearsal.stage import Outcome
from bot.rehearsal.steps import Step

SAME_BEGINNING = 12  # characters that tell a piece of the text from a waiting line


@dataclass
class Said:
    """A message of the bot: every wording it had in this step, and when (seconds)."""

    wordings: list[tuple[float, str]] = field(default_factory=list)
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

    def seconds_to_first_words(self) -> float | None:
        """Return when the first piece of the final text was seen; None if it did not grow."""
        beginning = self.text[:SAME_BEGINNING]
        pieces = [
            seconds
            for seconds, wording in self.wordings[:-1]
            if beginning and wording.startswith(beginning) and len(wording) < len(self.text)
        ]
        return pieces[0] if pieces else None


class Transcript:
    """Listens to the room and prints."""

    def __init__(self, room: Room, console: Console, clock: Callable[[], float]) -> None:
        self._room = room
        self._console = console
        self._clock = clock
        self._begin = clock()
        self._said: dict[int, Said] = {}
        self._known: dict[int, str] = {}  # the wording of each message before this step
        room.env.backend.subscribers.append(self._hear)

    def begin_step(self, number: int, step: Step) -> None:
        """Print who does what, and listen for what comes of it."""
        self._known |= {message_id: said.text for message_id, said in self._said.items()}
        self._said, self._begin = {}, self._clock()
        line = Text.assemble((f"{number:>2}  ", "dim"), (step.member.title(), "bold"), f" {step}")
        self._console.print("\n", line, sep="")

    def end_step(self, step: Step, outcome: Outcome) -> str:
        """Print what came of the step; return all that can be read of it."""
        read = []
        if outcome.form_title:
            self._print(f"fills in “{outcome.form_title}”", "\n".join(step.form.values()))
            read.append(outcome.form_title)
        for answer in outcome.private:
            self._print(f"Scriptorium, to {step.member.title()} alone", answer.text)
            self._print_files(answer.files)
            read += [answer.text, *(text for _, text in answer.files)]
        for message_id, said in self._said.items():
            read += [said.text, *(text for _, text in said.files)]
            if said.is_deleted:
                self._print("Scriptorium takes a message back", "")
            elif said.text != self._known.get(message_id):
                self._print(f"Scriptorium{self._pace(said)}", said.text)
            self._print_files(said.files)
        return "\n".join(read)

    def streamed(self) -> int:
        """Return how many messages were seen growing in this step."""
        return sum(said.seconds_to_first_words() is not None for said in self._said.values())

    def _pace(self, said: Said) -> str:
        first = said.seconds_to_first_words()
        if first is None:
            return ""
        whole = said.wordings[-1][0]
        return f" ({said.edits} edits, first words after {first:.1f} s, whole after {whole:.1f} s)"

    def _print(self, who: str, text: str) -> None:
        self._console.print(Padding(Text(who, style="cyan"), (0, 0, 0, 4)))
        if text:
            self._console.print(Padding(Text(text), (0, 0, 0, 6)))

    def _print_files(self, files: Iterable[tuple[str, str]]) -> None:
        for name, text in files:
            self._print(f"file {name}", text)

    def _hear(self, event: str, payload: Mapping[str, Any]) -> None:
        if event == "MESSAGE_DELETE" and int(payload["id"]) in self._known | self._said:
            self._said.setdefault(int(payload["id"]), Said()).is_deleted = True
        if event not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or "content" not in payload:
            return
        if int(payload["author"]["id"]) != self._room.env.backend.bot_user.id:
            return
        said = self._said.setdefault(int(payload["id"]), Said())
        said.wordings.append((self._clock() - self._begin, payload["content"]))
        if event == "MESSAGE_CREATE":
            said.files = [
                (file["filename"], self._room.file_text(file["url"]))
                for file in payload.get("attachments", [])
            ]
