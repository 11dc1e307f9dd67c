"""What is our fault: the model, the database, a file of the operator."""

from dataclasses import dataclass

from engine.errors.tree import Failed


@dataclass
class GenerationFailed(Failed):
    """The model server accepted the request and then reported an error."""

    reason: str


@dataclass
class ModelUnavailable(Failed):
    """The model server cannot be reached, is not ready, or stopped sending."""

    reason: str


@dataclass
class PromptRefused(Failed):
    """The model server refused the request (HTTP 4xx other than 429)."""

    status: int
    reason: str


@dataclass
class Unsupported(Failed):
    """The model server of this `dialect` lacks `what`, and the request cannot do without it."""

    what: str
    dialect: str


@dataclass
class StorageFailed(Failed):
    """The database cannot be opened, migrated or written."""

    reason: str


@dataclass
class PresetsUnreadable(Failed):
    """A file or folder of presets cannot be used."""

    file: str
    reason: str


@dataclass
class ModelUnusable(Failed):
    """The model cannot be found, its files are damaged, or it does not fit the device."""

    reason: str
