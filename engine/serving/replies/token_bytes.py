"""The bytes that each token stands for.

Decoding a token by itself does not tell: a character may be spread over several tokens, and some
tokenizers drop a leading space.
"""

from typing import Any

from transformers.convert_slow_tokenizer import bytes_to_unicode

SPACE_MARK = "\u2581"  # what SentencePiece writes for a space
BYTE_TOKEN_LENGTH = 6  # <0x0A>


class TokenBytes(dict[int, bytes]):
    """Bytes by token id, found as they are asked for; ids without a token have none."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.added = {id_: str(token) for id_, token in tokenizer.added_tokens_decoder.items()}
        backend = getattr(tokenizer, "backend_tokenizer", None)
        self.is_byte_level = "ByteLevel" in repr(getattr(backend, "decoder", None))
        self.byte_of = {char: byte for byte, char in bytes_to_unicode().items()}

    def __missing__(self, token: int) -> bytes:
        found = self[token] = self._find(token)
        return found

    def _find(self, token: int) -> bytes:
        if token in self.added:
            return self.added[token].encode()
        piece: str | None = self.tokenizer.convert_ids_to_tokens(token)
        if piece is None:
            return b""
        if self.is_byte_level and all(char in self.byte_of for char in piece):
            return bytes(self.byte_of[char] for char in piece)
        if len(piece) == BYTE_TOKEN_LENGTH and piece.startswith("<0x"):
            return bytes([int(piece[3:5], 16)])
        return piece.replace(SPACE_MARK, " ").encode()
