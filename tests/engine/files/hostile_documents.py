"""Files that want to do harm: what they are, by name."""

import struct
import zipfile
import zlib
from io import BytesIO
from random import Random

TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="a" Type="{TYPES}/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_file(body: str | bytes, **more: str | bytes) -> bytes:
    """Return a document of Word with this body, or, where it is bytes, this document part."""
    document = (
        body if isinstance(body, bytes) else f"<w:document {W}><w:body>{body}</w:body></w:document>"
    )
    return zipped({"_rels/.rels": RELS, "word/document.xml": document, **more})


def zipped(entries: dict[str, str | bytes]) -> bytes:
    """Return a zip file of these entries."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return file.getvalue()


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return (
        f'<!DOCTYPE d [<!ENTITY l0 "lol">{entities}]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>&l9;</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def _outside() -> bytes:
    return (
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<w:document {W}><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def _lying_size() -> bytes:
    """Say in both headers that the entry is small; it inflates to 60 MB."""
    data = bytearray(word_file(b" " * 60_000_000))
    true, told = struct.pack("<I", 60_000_000), struct.pack("<I", 900_000)
    return bytes(data.replace(true, told))


def _million_entries() -> bytes:
    name = b"a"
    local = b"PK\x03\x04" + b"\0" * 22 + struct.pack("<HH", len(name), 0) + name
    entry = b"PK\x01\x02" + b"\0" * 24 + struct.pack("<HH", len(name), 0) + b"\0" * 14 + name
    many = 200_000  # as many as fit into ten megabytes
    directory = entry * many
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(directory), len(local), 0)
    return local + directory + end


def _doubled() -> bytes:
    """Give two entries one name, so that who looks and who reads may see different ones."""
    data = zipped({"_rels/.rels": RELS, "word/document.xml": "<a/>", "word/documenu.xml": "<b/>"})
    return data.replace(b"word/documenu.xml", b"word/document.xml")


def _many() -> bytes:
    """Return more elements than are read, varied so that they pack no tighter than is allowed."""
    some = b"".join(b'<w:p w:a="%d"/>' % (n * 7919 % 999_983) for n in range(120_000))
    return f"<w:document {W}>".encode() + some * 5 + b"</w:document>"


def _long_tag() -> bytes:
    return f'<w:document {W} a="'.encode() + Random(1).randbytes(4_000_000).hex().encode() + b'"/>'


def _attributes() -> bytes:
    names = " ".join(f'a{n}="{n * 7919 % 10007}"' for n in range(300_000))
    return f"<w:document {W} {names}/>".encode()


def _locked() -> bytes:
    data = bytearray(word_file("<w:p/>"))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _broken_stream() -> bytes:
    data = bytearray(word_file("<w:p>" + "<w:r><w:t>words</w:t></w:r>" * 500 + "</w:p>"))
    at = data.find(b"word/document.xml") + 20
    data[at : at + 40] = zlib.crc32(b"x").to_bytes(4, "big") * 10
    return bytes(data)


def hostile_documents() -> dict[str, bytes]:
    """Return the files by what they try."""
    deep = f"<w:document {W}>" + "<w:p>" * 200_000
    return {
        "a hundred megabytes of blanks": word_file(b" " * 100_000_000),
        "a size that lies": _lying_size(),
        "many entries of middling size": zipped(
            {"_rels/.rels": RELS, **{f"word/{n}.xml": b"\0" * 999_000 for n in range(60)}}
        ),
        "entries without number": _million_entries(),
        "two entries of one name": _doubled(),
        "a path that leaves the folder": zipped({"_rels/.rels": RELS, "../../evil.xml": "x"}),
        "an absolute path": zipped({"_rels/.rels": RELS, "/etc/evil.xml": "x"}),
        "an archive inside": zipped({"_rels/.rels": RELS, "word/more.zip": zipped({"a": "b"})}),
        "a billion laughs": word_file(_laughs()),
        "an outside entity": word_file(_outside()),
        "elements without number": word_file(_many()),
        "depth without end": word_file(deep.encode()),
        "one tag of eight megabytes": word_file(_long_tag()),
        "one name with attributes without number": word_file(_attributes()),
        "a lock on an entry": _locked(),
        "a stream that breaks": _broken_stream(),
        "a document cut in two": word_file("<w:p/>" * 3000)[:400],
        "a zip without a document": zipped({"a.txt": "hello"}),
        "a relation that points nowhere": zipped({"_rels/.rels": RELS}),
        "the old Word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000),
        "Word with a password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(500)
        + "EncryptedPackage".encode("utf-16-le"),
        "a program": b"MZ" + bytes(range(256)) * 100,
        "nothing": b"",
    }
