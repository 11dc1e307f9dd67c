"""The form in which an entry of lore is written and edited, and the one in which lore is tested."""

from bot.forms import MOST_INPUT_CHARACTERS, Field, FieldsForm, Form, Submission
from bot.locales import Words
from engine.story import KeptEntry, LoreEntry, LoreHome, LoreScope
from engine.writing.lore import MOST_NAME, fields_of

_SCOPES = tuple(LoreScope)  # the number in a form is a place of this


def add_form(home: LoreHome, words: Words) -> FieldsForm:
    """Return the empty form of an entry at a place."""
    return FieldsForm(
        Form.LORE,
        _fields(LoreEntry(), words),
        title=words("A new entry of lore"),
        target_id=home.place_id,
        edition=_SCOPES.index(home.scope),
    )


def home_of(submission: Submission) -> LoreHome:
    """Return the place that the form of a new entry was opened for."""
    return LoreHome(_SCOPES[submission.edition], submission.target_id or 0)


def edit_form(kept: KeptEntry, words: Words) -> FieldsForm:
    """Return the form with the entry as it stands; what no form can hold is left out of it."""
    fields = [
        field for field in _fields(kept.entry, words) if len(field.text) <= MOST_INPUT_CHARACTERS
    ]
    return FieldsForm(
        Form.ENTRY,
        fields,
        title=words("Edit an entry of lore"),
        target_id=kept.entry.id,
        edition=kept.edition,
    )


def try_form(words: Words) -> FieldsForm:
    """Return the form into which a text is pasted."""
    field = Field(
        "text",
        words("Text"),
        hint=words("It is looked at as if it were the next turn here. Nothing is kept."),
        is_required=True,
    )
    return FieldsForm(Form.LORE_TEST, [field], title=words("What lore does this text call for?"))


def _fields(entry: LoreEntry, words: Words) -> list[Field]:
    shown = fields_of(entry, words.story_language)
    most_name = max(MOST_NAME, len(shown["name"]))  # a file may have a longer one
    return [
        Field(
            "keys",
            words("Keys"),
            shown["keys"],
            words("Words that call for it: dragon, wyrm. Or one a line; /patterns/i too."),
        ),
        Field(
            "text",
            words("What the model is told then"),
            shown["text"],
            is_required=True,
        ),
        Field(
            "name",
            words("Name"),
            shown["name"],
            words("For members; the model does not see it. Without one, the first key."),
            most=min(most_name, MOST_INPUT_CHARACTERS),
            is_long=False,
        ),
        Field(
            "secondary",
            words("Secondary keys"),
            shown["secondary"],
            words("One of these must be found too. The setting “logic” changes that."),
        ),
        Field(
            "settings",
            words("Settings, one a line"),
            shown["settings"],
            words("Such as: constant = yes · order = 100 · position = at depth · sticky = 3"),
        ),
    ]
