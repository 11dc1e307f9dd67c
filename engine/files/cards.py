"""Character cards, versions 1 to 3, in their carriers: PNG, JSON, CHARX.

https://github.com/malfoyslastname/character-card-spec-v2 and
https://github.com/kwaroran/character-card-spec-v3. A card is kept as it came: what Scriptorium
does not know stays in it, and goes out with it again.
"""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from engine.errors import CardFault, CardRefused, DocumentRefused
from engine.files import png
from engine.files.archives import Archive
from engine.files.card_json import MOST_JSON_BYTES, read_json, write_json
from engine.files.card_versions import check_card, data_of, to_v2, to_v3

MOST_FILE_BYTES = 12_000_000
V2_KEYWORD, V3_KEYWORD = "chara", "ccv3"
_CHARX_CARD = "card.json"
_OTHER_PICTURES = ((b"GIF8", "GIF"), (b"\xff\xd8\xff", "JPEG"), (b"RIFF", "WebP"), (b"BM", "BMP"))


class Carrier(StrEnum):
    """What kind of file a card came in."""

    PNG = "PNG"
    JSON = "JSON"
    CHARX = "CHARX"


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card as its file has it."""

    carrier: Carrier
    card: dict[str, Any]
    picture: bytes | None  # as it came, without texts; not decoded yet
    has_two: bool = False  # a V2 and a V3 card that name different characters; this is the V3


def read_card_file(content: bytes) -> CardFile:
    """Return the card in a file, told by the file's first bytes, whatever its name.

    Raises:
        CardRefused: it is no such file, holds no card, or is beyond a limit.
    """
    if len(content) > MOST_FILE_BYTES:
        raise CardRefused(CardFault.TOO_LARGE, limit=MOST_FILE_BYTES)
    if content.startswith(png.SIGNATURE):
        return _read_png(content)
    if content.startswith(b"PK\x03\x04"):
        return _read_charx(content)
    for mark, name in _OTHER_PICTURES:
        if content.startswith(mark):
            raise CardRefused(CardFault.OTHER_PICTURE, detail=name)
    if not content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        raise CardRefused(CardFault.NOT_A_CARD_FILE)
    return CardFile(Carrier.JSON, check_card(read_json(content)), None)


def write_card_png(face: bytes, card: dict[str, Any]) -> bytes:
    """Return a PNG of ours with the card in it, as V2 and as V3."""
    texts = {
        V2_KEYWORD: base64.b64encode(write_json(to_v2(card)).encode()),
        V3_KEYWORD: base64.b64encode(write_json(to_v3(card)).encode()),
    }
    return png.with_texts(face, texts)


def _read_png(content: bytes) -> CardFile:
    chunks = png.read_chunks(content)
    texts = png.find_texts(chunks, (V3_KEYWORD, V2_KEYWORD))
    if not texts:
        raise CardRefused(CardFault.NO_CARD)
    card = check_card(_decode(texts.get(V3_KEYWORD) or texts[V2_KEYWORD]))
    has_two = len(texts) > 1 and _names_another(texts[V2_KEYWORD], card)
    return CardFile(Carrier.PNG, card, png.picture_of(chunks), has_two)


def _names_another(text: bytes, card: dict[str, Any]) -> bool:
    try:
        other = check_card(_decode(text))
    except CardRefused:  # the card that counts is read: a broken one beside it does no harm
        return False
    return bool(data_of(other)["name"] != data_of(card)["name"])


def _decode(text: bytes) -> dict[str, Any]:
    text = text.translate(None, b" \t\r\n")
    padding = b"=" * (-len(text) % 4)
    try:
        return read_json(base64.b64decode(text + padding, validate=True))
    except binascii.Error as error:
        raise CardRefused(CardFault.NOT_BASE64) from error


def _read_charx(content: bytes) -> CardFile:
    try:
        archive = Archive(content)
        if _CHARX_CARD not in archive.names:
            raise CardRefused(CardFault.NOT_A_CARD_FILE)
        card = check_card(read_json(_unpack(archive, _CHARX_CARD, MOST_JSON_BYTES)))
        icon = _icon_path(card)
        picture = _unpack(archive, icon, MOST_FILE_BYTES) if icon in archive.names else None
    except DocumentRefused as error:
        raise CardRefused(CardFault.DAMAGED) from error
    if picture is not None and picture.startswith(png.SIGNATURE):
        picture = png.picture_of(png.read_chunks(picture))
    return CardFile(Carrier.CHARX, card, picture)


def _unpack(archive: Archive, name: str, most: int) -> bytes:
    unpacked = bytearray()
    for piece in archive.pieces(name):
        unpacked += piece
        if len(unpacked) > most:
            raise CardRefused(CardFault.TOO_LARGE, limit=most)
    return bytes(unpacked)


def _icon_path(card: dict[str, Any]) -> str:
    """Return where in the archive the card's main icon is; "" for nowhere."""
    assets = card.get("data", {}).get("assets")
    for asset in assets if isinstance(assets, list) else []:
        if isinstance(asset, dict) and asset.get("type") == "icon":
            uri = asset.get("uri")
            if isinstance(uri, str):
                return uri.partition("embeded://")[2]  # spelled so
    return ""
