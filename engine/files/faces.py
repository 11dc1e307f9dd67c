"""The faces of characters: small square PNGs without metadata.

A picture is decoded only after its header said how large it is; the formats that may be decoded
are named, so that Pillow tries no other decoder on it.
"""

import io
import zlib
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

FACE_PIXELS = 256
MOST_PICTURE_PIXELS = 10_000_000  # 80 MB while it is cut
FORMATS = ("PNG", "JPEG", "WEBP")
_SCALED_AS_THEY_ARE = ("RGB", "RGBA", "L", "LA")
_CELLS = 5


@dataclass
class PictureUnreadable(Exception):
    """The bytes are no picture that can be used; `pixels` is set when it is too large."""

    pixels: int = 0


def cut_face(picture: bytes) -> bytes:
    """Return the upper square of a picture, where a portrait has its head, as a PNG.

    Raises:
        PictureUnreadable: it is no PNG, JPEG or WebP, damaged, or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(picture), formats=FORMATS) as image:
            pixels = image.width * image.height
            if pixels > MOST_PICTURE_PIXELS:
                raise PictureUnreadable(pixels)
            side = min(image.size)
            left = (image.width - side) // 2
            plain = image if image.mode in _SCALED_AS_THEY_ARE else image.convert("RGBA")
            face = plain.resize(
                (FACE_PIXELS, FACE_PIXELS),
                Image.Resampling.LANCZOS,
                box=(left, 0, left + side, side),
                reducing_gap=2.0,
            ).convert("RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, zlib.error) as error:
        raise PictureUnreadable from error
    except Image.DecompressionBombError as error:
        raise PictureUnreadable(MOST_PICTURE_PIXELS + 1) from error
    return _png(face)


def draw_face(name: str) -> bytes:
    """Return a face for a character without a picture: its initial, or a pattern of its own.

    The same name always has the same face. The initial is drawn where the font that comes with
    Pillow has it; it knows the Latin letters.
    """
    seed = zlib.crc32(name.casefold().encode(errors="replace"))
    face = Image.new("RGB", (FACE_PIXELS, FACE_PIXELS), _colour(seed))
    draw = ImageDraw.Draw(face)
    initial = next((letter.upper() for letter in name if letter.isalnum()), "")
    if initial and ord(initial[0]) < 0x180:
        font = ImageFont.load_default(FACE_PIXELS * 0.6)
        middle = (FACE_PIXELS / 2, FACE_PIXELS / 2)
        draw.text(middle, initial[0], fill="white", font=font, anchor="mm")
    else:
        _draw_pattern(draw, seed)
    return _png(face)


def _draw_pattern(draw: ImageDraw.ImageDraw, seed: int) -> None:
    cell = FACE_PIXELS // (_CELLS + 1)
    edge = (FACE_PIXELS - cell * _CELLS) // 2
    bits = seed | 1 << 7  # the middle is never empty
    for row in range(_CELLS):
        for column in range(_CELLS):
            mirrored = min(column, _CELLS - 1 - column)
            if bits >> (row * 3 + mirrored) & 1:
                left, top = edge + column * cell, edge + row * cell
                draw.rectangle((left, top, left + cell - 1, top + cell - 1), fill="white")


def _colour(seed: int) -> tuple[int, int, int]:
    """Return a colour on which white can be read."""
    return (40 + (seed >> 16) % 120, 40 + (seed >> 8) % 100, 60 + seed % 120)


def _png(face: Image.Image) -> bytes:
    stream = io.BytesIO()
    face.save(stream, "PNG", optimize=True)
    return stream.getvalue()
