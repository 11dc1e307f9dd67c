"""The roots of all errors."""


class EngineError(Exception):
    """The root: anything the engine raises on purpose."""


class Refused(EngineError):
    """The request cannot be granted, and the member can be told why."""


class Failed(EngineError):
    """The request was good and we could not serve it."""
