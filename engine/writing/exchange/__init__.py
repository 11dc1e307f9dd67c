"""Use cases of stories that come and go as files."""

from engine.writing.exchange.archives import MOST_BYTES, export_archive, import_archive
from engine.writing.exchange.exporting import Export, FileForm, Step, export_story, filename_of
from engine.writing.exchange.importing import import_text

__all__ = [
    "MOST_BYTES",
    "Export",
    "FileForm",
    "Step",
    "export_archive",
    "export_story",
    "filename_of",
    "import_archive",
    "import_text",
]
