"""One step of a script, acted out in the room."""

from dataclasses import dataclass

import discord
from simcord import BackendError, ChannelHandle, InteractionResult, MemberActor, SetupError

from bot.rehearsal.room import Room
from bot.rehearsal.steps import Step

SECONDS_FOR_A_STEP = 180.0


class StepFailed(Exception):
    """A step could not be acted out, or something else came of it than expected."""


@dataclass(frozen=True)
class PrivateAnswer:
    """What the bot told the acting member alone."""

    text: str
    files: tuple[tuple[str, str], ...]  # name, text


@dataclass(frozen=True)
class Outcome:
    """What only the acting member saw: private answers, and the title of a form."""

    private: tuple[PrivateAnswer, ...] = ()
    form_title: str = ""


class Stage:
    """A channel of the room in which a script is played."""

    def __init__(self, room: Room, channel_name: str) -> None:
        names = {channel.name or "": channel for channel in room.channels}
        if channel_name not in names:
            raise StepFailed(f"there is no room “{channel_name}”, but {', '.join(names)}")
        self._room = room
        self._place: ChannelHandle = names[channel_name]

    async def perform(self, step: Step) -> Outcome:
        """Act the step out and wait until the bot has nothing left to do."""
        member = self._room.find_member(step.member)
        if member is None:
            names = ", ".join(member.name for member in self._room.members)
            raise StepFailed(f"nobody is called “{step.member}”; there are {names}")
        try:
            result = await self._act(member, step)
            modal = result.modal if result else None
            if result is not None and modal is not None:
                result = await member.submit_modal(result, _fill(modal, step.form))
            elif step.form:
                raise StepFailed("the bot opened no form to fill in")
            await self._room.env.until_quiet(SECONDS_FOR_A_STEP)
        except (SetupError, BackendError) as error:
            raise StepFailed(str(error)) from error
        except TimeoutError as error:
            raise StepFailed(f"the bot was not done after {SECONDS_FOR_A_STEP:.0f} s") from error
        self._check_health(result)
        return Outcome(self._private_answers(result), str((modal or {}).get("title", "")))

    async def _act(self, member: MemberActor, step: Step) -> InteractionResult | None:
        if step.slash:
            return await member.slash(self._place, step.slash, **step.options)
        if step.click:
            message, label = self._find_button(step.click, step.nth_newest)
            return await member.click(message, label=label)
        if step.menu:
            return await member.context_menu(self._place, step.menu, self._newest(by_bot=False))
        reply_to = self._newest(by_bot=True) if step.reply else None
        await member.send(self._place, step.say or "", reply_to=reply_to)
        return None

    def _find_button(self, label: str, nth_newest: int) -> tuple[discord.Message, str]:
        found = [
            (message, text)
            for message in reversed(self._place.history())
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

    def _private_answers(self, result: InteractionResult | None) -> tuple[PrivateAnswer, ...]:
        if result is None:
            return ()
        answers = [*([result.response] if result.response else []), *result.followups]
        return tuple(
            PrivateAnswer(
                answer.content,
                tuple((f.filename, self._room.file_text(f.url)) for f in answer.attachments),
            )
            for answer in answers
            if answer.ephemeral
        )

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
