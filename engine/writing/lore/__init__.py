"""Use cases of lore: texts that enter a prompt when what is told calls for them."""

from engine.writing.lore.editing import (
    MOST_ENTRIES,
    WrittenEntry,
    add_entry,
    edit_entry,
    open_for_edit,
    read_entry,
    remove_book,
    remove_entry,
    switch_entry,
)
from engine.writing.lore.fields import FIELDS, MOST_NAME, SETTINGS, fields_of, settings_text
from engine.writing.lore.files import (
    FileForm,
    ImportedBook,
    check_size,
    export_book,
    file_of,
    import_book,
)
from engine.writing.lore.opening import open_home
from engine.writing.lore.reading import (
    find_named_book,
    find_named_entry,
    list_lore,
    read_entries,
    title_of,
)
from engine.writing.lore.scanning import LoreTest, provide_lore, steady_ids, try_lore
from engine.writing.lore.settings import choose_lore_settings

__all__ = [
    "FIELDS",
    "MOST_ENTRIES",
    "MOST_NAME",
    "SETTINGS",
    "FileForm",
    "ImportedBook",
    "LoreTest",
    "WrittenEntry",
    "add_entry",
    "check_size",
    "choose_lore_settings",
    "edit_entry",
    "export_book",
    "fields_of",
    "file_of",
    "find_named_book",
    "find_named_entry",
    "import_book",
    "list_lore",
    "open_for_edit",
    "open_home",
    "provide_lore",
    "read_entries",
    "read_entry",
    "remove_book",
    "remove_entry",
    "settings_text",
    "steady_ids",
    "switch_entry",
    "title_of",
    "try_lore",
]
