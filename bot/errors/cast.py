"""Why a character, its card or its line is refused, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors


@describe.register
def _(error: errors.CharacterNotFound, words: Words) -> str:
    if error.name:
        return words(
            "No character here is called “{name}”. See /npc list, or make one with /npc create.",
            name=error.name,
        )
    return words("This character is gone. See /npc list.")


@describe.register
def _(error: errors.NameTaken, words: Words) -> str:
    return words(
        "A character called “{name}” is here already. Take another name, or edit that one.",
        name=error.name,
    )


@describe.register
def _(error: errors.CastFull, words: Words) -> str:
    return words(
        "A server can have {most} characters, and this one has them. Retire one first.",
        most=error.most,
    )


@describe.register
def _(error: errors.CharacterRetired, words: Words) -> str:
    return words(
        "{name} is retired. Whoever made it, or a moderator, can bring it back with /npc show.",
        name=error.name,
    )


@describe.register
def _(error: errors.CharacterChanged, words: Words) -> str:
    return words(
        "Somebody else changed this character while you edited. Open /npc edit again and add yours."
    )


@describe.register
def _(error: errors.DraftGone, words: Words) -> str:
    return words("This draft is gone. Ask for new ones with /npc say.")


@describe.register
def _(error: errors.SceneMovedOn, words: Words) -> str:
    return words(
        "The scene went on since this draft was written. Press Post once more to post it all the "
        "same, or Again for new drafts."
    )


@describe.register
def _(error: errors.NoOwnWords, words: Words) -> str:
    return words(
        "In every draft the character spoke for somebody else, so none is shown. Ask again, "
        "perhaps with a few words about what it wants."
    )


@describe.register
def _(error: errors.NotALine, words: Words) -> str:
    return words(
        "Only what a character said can be deleted here. Turns of a story are taken back with "
        "/story undo."
    )


@describe.register
def _(error: errors.FieldTooLong, words: Words) -> str:
    return words(
        "{field} has {characters} characters, and there is room for {most}. Shorten it.",
        field=field_name(error.field, words),
        characters=error.characters,
        most=error.most,
    )


def field_name(field: str, words: Words) -> str:
    """Return what members call a field of a character's sheet."""
    return {
        "name": words("The name"),
        "nickname": words("The nickname"),
        "description": words("The description"),
        "personality": words("The personality"),
        "scenario": words("The scenario"),
        "examples": words("The example lines"),
        "greeting": words("The first line"),
        "other_greetings": words("The list of other first lines"),
        "system_prompt": words("The card's system prompt"),
        "last_instruction": words("The card's last instruction"),
    }[field]
