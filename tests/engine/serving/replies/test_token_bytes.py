"""The bytes of tokens put together are the text, for the two kinds of tokenizers there are."""

from tokenizers import Tokenizer, decoders, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from engine.serving.replies.token_bytes import TokenBytes
from tests.engine.serving.conftest import MODEL_FOLDER

TEXT = 'The keeper said: "灯塔🎉"\n\t and  left.<|im_end|><é>'


def test_the_bytes_of_byte_level_tokens_are_the_text() -> None:
    tokenizer = AutoTokenizer.from_pretrained(MODEL_FOLDER)
    tokenizer.add_tokens(["<é>"])  # an added token is not spelt in the byte alphabet
    token_bytes = TokenBytes(tokenizer)
    tokens = tokenizer.encode(TEXT)
    assert b"".join(token_bytes[token] for token in tokens).decode() == TEXT
    assert token_bytes[10**9] == b""


def test_marked_spaces_and_spelt_out_bytes_are_read_too() -> None:
    pieces = ["<unk>", "\u2581The", "\u2581fog", "<0xE7>", "<0x81>", "<0xAF>", ".", "<0xz"]
    model = models.BPE(
        {piece: i for i, piece in enumerate(pieces)}, [], unk_token="<unk>", byte_fallback=True
    )
    backend = Tokenizer(model)
    backend.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback()])
    token_bytes = TokenBytes(PreTrainedTokenizerFast(tokenizer_object=backend))
    assert b"".join(token_bytes[token] for token in range(1, 7)).decode() == " The fog灯."
    assert token_bytes[7] == b"<0xz"
