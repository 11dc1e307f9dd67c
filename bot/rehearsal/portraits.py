"""Round pictures with an initial, so that one sees at a glance who speaks."""

from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from simcord.backend.cdn import CDN_BASE
from simcord.backend.models import User

SIDE_PIXELS = 128
HASH = "portrait"  # what Discord calls the name of an avatar's file
COLOURS = ("#8b4a27", "#3f7d6e", "#a0527d", "#4a6fa5")


def hang_portraits(users: Iterable[User]) -> dict[str, tuple[str, bytes]]:
    """Give each user a portrait of another colour; return file name and PNG by address."""
    portraits = {}
    for user, colour in zip(users, COLOURS, strict=True):
        user.avatar = HASH
        initial = (user.global_name or user.name)[0].upper()
        address = f"{CDN_BASE}/avatars/{user.id}/{HASH}.png"
        portraits[address] = (f"{user.name}.png", _draw(initial, colour))
    return portraits


def _draw(initial: str, colour: str) -> bytes:
    image = Image.new("RGB", (SIDE_PIXELS, SIDE_PIXELS), colour)
    centre = (SIDE_PIXELS / 2, SIDE_PIXELS / 2)
    font = ImageFont.load_default(size=SIDE_PIXELS * 0.58)
    ImageDraw.Draw(image).text(centre, initial, font=font, fill="#fffdf8", anchor="mm")
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
