"""One step of a script, acted out in the room."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import discord
from simcord import BackendError, ChannelHandle, InteractionResult, MemberActor, SetupError

from bot.rehearsal.room import Room
from bot.rehearsal.steps import Step

SECONDS_BETWEEN_LOOKS = 0.2


class StepFailed(Exception):
    """A step could not be acted out, or something else came of it than expected."""


@dataclass(frozen=True)
class PrivateAnswer:
    """What the bot told the acting member alone."""

    text: str
    files: tuple[tuple[str, str], ...]  # name, text
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What only the acting member saw: private answers, and the title of a form."""

    private: tuple[PrivateAnswer, ...] = ()
    form_title: str = ""


class Stage:
    """A channel or thread of the room, in which a step is acted out."""

    def __init__(self, room: Room, place_name: str, folder: Path = Path()) -> None:
        found = [place for place in room.places() if place_name in (place.name or "")]
        if not found:
            names = ", ".join(place.name or "" for place in room.channels)
            raise StepFailed(f"there is no room “{place_name}”, but {names}")
        self._room = room
        self._folder = folder
        self._place: ChannelHandle = found[-1]  # of threads with one name the newest

    async def perform(self, step: Step) -> Outcome:
        """Act the step out and wait until the bot has nothing left to do."""
        member = self._room.find_member(step.member)
        if member is None:
            names = ", ".join(member.name for member in self._room.members)
            raise StepFailed(f"nobody is called “{step.member}”; there are {names}")
        before = self._private_messages(member)
        try:
            async with asyncio.timeout(step.seconds):
                result = await self._act(member, step)
                modal = result.modal if result else None
                if result is not None and modal is not None:
                    result = await member.submit_modal(result, _fill(modal, step.form))
                elif step.form:
                    raise StepFailed("the bot opened no form to fill in")
                await self._room.env.until_quiet(step.seconds)
                if step.until:
                    await self._until_read(member, step.until)
        except (SetupError, BackendError) as error:
            raise StepFailed(str(error)) from error
        except TimeoutError as error:
            raise StepFailed(f"the bot was not done after {step.seconds:.0f} s") from error
        except OSError as error:
            raise StepFailed(f"a file cannot be read: {error.strerror}") from error
        self._check_health(result)
        after = self._private_messages(member)
        private = tuple(said for key, said in after.items() if before.get(key) != said)
        return Outcome(private, str((modal or {}).get("title", "")))

    async def _act(self, member: MemberActor, step: Step) -> InteractionResult | None:
        if step.slash:
            files = {
                option: (file.name, file.read(self._folder)) for option, file in step.files.items()
            }
            return await member.slash(self._place, step.slash, **step.options, **files)
        if step.click:
            message, label = self._find_button(member, step.click, step.nth_newest)
            return await member.click(message, label=label)
        if step.pick:
            message, menu_id, value = self._find_entry(member, step.pick)
            return await member.select(message, [value], custom_id=menu_id)
        if step.menu:
            target = self._newest_with(step.on) if step.on else self._newest(by_bot=False)
            return await member.context_menu(self._place, step.menu, target)
        reply_to = self._newest(by_bot=True) if step.reply else None
        await member.send(self._place, step.say or "", reply_to=reply_to)
        return None

    async def _until_read(self, member: MemberActor, text: str) -> None:
        while not self._is_read(member, text):  # noqa: ASYNC110  simcord tells of no news
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    def _is_read(self, member: MemberActor, text: str) -> bool:
        return any(
            text in said
            for message in self._place.history(viewer=member)
            for said in (message.content, *_button_labels(message))
        )

    def _find_button(
        self, member: MemberActor, label: str, nth_newest: int
    ) -> tuple[discord.Message, str]:
        found = [
            (message, text)
            for message in reversed(self._place.history(viewer=member))
            for text in _button_labels(message)
            if label.casefold() in text.casefold()
        ]
        if len(found) < nth_newest:
            raise StepFailed(f"there are {len(found)} buttons “{label}” to be seen")
        return found[nth_newest - 1]

    def _newest(self, *, by_bot: bool) -> discord.Message:
        for message in reversed(self._place.history()):
            if message.author.bot is by_bot and not message.flags.ephemeral:
                return message
        raise StepFailed("there is no such message yet")

    def _newest_with(self, text: str) -> discord.Message:
        for message in reversed(self._place.history()):
            if text in message.content and not message.flags.ephemeral:
                return message
        raise StepFailed(f"no message says “{text}”")

    def _find_entry(self, member: MemberActor, label: str) -> tuple[discord.Message, str, str]:
        for message in reversed(self._place.history(viewer=member)):
            for row in message.components:
                for menu in row.children if isinstance(row, discord.ActionRow) else ():
                    if isinstance(menu, discord.SelectMenu):
                        for option in menu.options:
                            if label.casefold() in option.label.casefold():
                                return message, menu.custom_id or "", option.value
        raise StepFailed(f"no list has an entry “{label}”")

    def _private_messages(self, member: MemberActor) -> dict[int, PrivateAnswer]:
        """Return what stands there for one member alone, by message."""
        return {
            message.id: PrivateAnswer(
                message.content,
                tuple((f.filename, self._room.file_text(f.url)) for f in message.attachments),
                tuple(_button_labels(message)),
            )
            for message in self._place.history(viewer=member)
            if message.flags.ephemeral
        }

    def _check_health(self, result: InteractionResult | None) -> None:
        if result is not None and not result.acknowledged:
            raise StepFailed("the bot never answered")
        errors = self._room.env.errors
        if errors:
            raise StepFailed(f"the bot failed: {errors[-1]!r}")


def _button_labels(message: discord.Message) -> list[str]:
    return [
        button.label
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for button in row.children
        if isinstance(button, discord.Button) and button.label and not button.disabled
    ]


def _fill(modal: dict[str, object], form: dict[str, str]) -> dict[str, str]:
    """Return the values by custom id; fields are named by label or id."""
    fields = _fields(modal)
    values = {}
    for name, text in form.items():
        ids = [
            i for i, label in fields.items() if name.casefold() in {i.casefold(), label.casefold()}
        ]
        if not ids:
            raise StepFailed(f"the form has no field “{name}”, but {', '.join(fields.values())}")
        values[ids[0]] = text
    return values


def _fields(node: object, label: str = "") -> dict[str, str]:
    """Return the label of each field by its custom id, wherever it is nested."""
    if isinstance(node, list):
        return {key: value for item in node for key, value in _fields(item, label).items()}
    if not isinstance(node, dict):
        return {}
    label = str(node.get("label") or label)
    nested = [*node.get("components", []), node.get("component")]
    found = _fields(nested, label)
    if not found and "custom_id" in node and "title" not in node:
        return {str(node["custom_id"]): label}
    return found
