"""Use cases of stories that come and go as files."""

from engine.writing.exchange.archives import export_archive, import_archive

__all__ = ["export_archive", "import_archive"]
