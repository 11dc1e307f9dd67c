"""Is the disk under a folder encrypted? Only Linux tells, and only of its own encryption."""

import os
from pathlib import Path

from bot.doctor.finding import Finding, ok, warning

SYSTEM_DEVICES = Path("/sys/dev/block")


def is_encrypted(device: Path) -> bool:
    """Tell whether a block device, or every device below it, is a dm-crypt volume."""
    uuid = device / "dm" / "uuid"
    if uuid.is_file() and uuid.read_text("ascii").startswith("CRYPT-"):
        return True
    below = list((device / "slaves").iterdir()) if (device / "slaves").is_dir() else []
    return bool(below) and all(is_encrypted(slave) for slave in below)


def check_encryption(folder: Path, *, devices: Path = SYSTEM_DEVICES) -> Finding:
    """Check that members' words are encrypted at rest, which Discord's terms ask for."""
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    number = standing.stat().st_dev
    if is_encrypted(devices / f"{os.major(number)}:{os.minor(number)}"):
        return ok(f"{folder} lies on an encrypted volume")
    return warning(
        f"{folder} lies on no volume that this system knows to be encrypted",
        "Discord's terms ask for encryption at rest: use LUKS or your provider's encrypted disk",
    )
