"""Why a character, its card or its line is refused, in words."""

from discord.utils import escape_markdown

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import CardFault, CardRefused


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


@describe.register
def _(error: errors.NothingToSay, words: Words) -> str:
    return words(
        "{name} has no such first line. /npc edit gives it one, and /npc as lets it say anything.",
        name=escape_markdown(error.name),
    )


@describe.register
def _(error: errors.CardRefused, words: Words) -> str:
    return refused_card(error, words)


def refused_card(error: CardRefused, words: Words) -> str:
    """Say what is wrong with the file, and what would do."""
    too_many = words("This card has too many parts: I read {limit} at most.")
    damaged = words(
        "This file is damaged: I cannot read the card in it. Save it anew where you got it."
    )
    text = {
        CardFault.NOT_A_CARD_FILE: words(
            "This is no character card: I read PNG, JSON and CHARX files."
        ),
        CardFault.OTHER_PICTURE: words(
            "This is a {detail} picture, and only PNG pictures carry cards. Send the card's "
            "original PNG, or its JSON."
        ),
        CardFault.NO_CARD: words(
            "There is no card in this picture. Previews and some apps take it out: send the "
            "original file, or the card as JSON or CHARX."
        ),
        CardFault.DAMAGED: damaged,
        CardFault.NOT_BASE64: damaged,
        CardFault.NOT_JSON: damaged,
        CardFault.NOT_A_CHARACTER: words(
            "This file holds no character. For a lorebook alone there is /lore import."
        ),
        CardFault.NO_NAME: words("The character of this card has no name."),
        CardFault.FIELD: words("The field “{detail}” of this card holds no text."),
        CardFault.KEY_TWICE: words(
            "This card has “{detail}” twice, so that nobody can tell which one counts."
        ),
        CardFault.NUMBER: words("This card has a number that cannot be read: {detail}"),
        CardFault.TOO_LARGE: words("This file is too large: a card has {limit} bytes at most."),
        CardFault.PICTURE_TOO_LARGE: words(
            "The picture of this card is too large: it may have {limit} pixels. Send a smaller "
            "one, or the card as JSON."
        ),
        CardFault.TEXT_TOO_LONG: words("This card has too much text: {limit} bytes at most."),
        CardFault.TOO_MANY_PARTS: too_many,
        CardFault.TOO_DEEP: too_many,
        CardFault.NO_ROOM: words(
            "The cards of this server are full: together they may have {limit} characters."
        ),
    }[error.fault]
    return text.format(detail=escape_markdown(error.detail), limit=f"{error.limit:,}")


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
