"""The form in which a character's sheet is written and edited."""

from bot.forms import MOST_INPUT_CHARACTERS, Field, FieldsForm, Form, Submission
from bot.locales import Words
from engine.story import Character, Sheet
from engine.writing.cast import MOST_NAME_CHARACTERS

WRITTEN = ("name", "description", "personality", "examples", "greeting")


def create_form(words: Words) -> FieldsForm:
    """Return the empty form of a new character."""
    return FieldsForm(Form.CHARACTER, _fields(Sheet(""), words), title=words("A new character"))


def edit_form(character: Character, words: Words) -> FieldsForm:
    """Return the form with the character's sheet; what no form can hold is left out of it."""
    fields = [
        field
        for field in _fields(character.sheet, words)
        if len(field.text) <= MOST_INPUT_CHARACTERS
    ]
    return FieldsForm(
        Form.SHEET,
        fields,
        title=words("Edit a character"),
        target_id=character.id,
        edition=character.edition,
    )


def new_sheet(submission: Submission) -> Sheet:
    """Return the sheet that the form of a new character says."""
    fields = written(submission)
    return Sheet(
        name=fields["name"],
        description=fields["description"],
        personality=fields["personality"],
        examples=fields["examples"],
        greeting=fields["greeting"],
    )


def written(submission: Submission) -> dict[str, str]:
    """Return the fields of a sheet that were written, by the sheet's names."""
    return {name: submission.fields[name] for name in WRITTEN if name in submission.fields}


def _fields(sheet: Sheet, words: Words) -> list[Field]:
    return [
        Field(
            "name",
            words("Name"),
            sheet.name,
            most=MOST_NAME_CHARACTERS,
            is_long=False,
            is_required=True,
        ),
        Field(
            "description",
            words("Description"),
            sheet.description,
            words("Who they are, how they look, what they know and want."),
        ),
        Field(
            "personality",
            words("Personality"),
            sheet.personality,
            words("In a few words, such as: proud, curious, afraid of water."),
        ),
        Field(
            "examples",
            words("How they speak"),
            sheet.examples,
            words("Some lines that only they would say."),
        ),
        Field(
            "greeting", words("First line"), sheet.greeting, words("Their first words on stage.")
        ),
    ]
