"""Where this machine has typefaces with Chinese letters."""

from functools import cache
from pathlib import Path

_SYSTEM_SERIF = (
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc",
    "/System/Library/Fonts/Supplemental/Songti.ttc",
)
_SYSTEM_SANS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)


@cache
def chinese_serif() -> Path | None:
    """Return the file of a typeface for books, the package's before the system's."""
    try:
        from pylopdf_fonts_zh_cn import serif_path  # noqa: PLC0415  an extra
    except ImportError:
        return _first(_SYSTEM_SERIF)
    path: Path = serif_path()
    return path


@cache
def chinese_sans() -> Path | None:
    """Return the file of a typeface for pictures, the package's before the system's."""
    try:
        from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415  an extra
    except ImportError:
        return _first(_SYSTEM_SANS)
    path: Path = sans_path()
    return path


def _first(names: tuple[str, ...]) -> Path | None:
    return next((Path(name) for name in names if Path(name).exists()), None)
