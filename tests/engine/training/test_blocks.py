from pathlib import Path

import pytest
from transformers import AutoTokenizer

from engine.story.training import HELD_OUT, TRAIN, FaultCode
from engine.training.blocks import Documents, encode, fault_of, pack, spread, tokenize
from tests.engine.training.tiny import END, unlike, work


def test_the_end_of_text_stands_between_documents_and_blocks_stay_on_their_side(
    tiny_model: Path,
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    works = [work(1, TRAIN, "a b c"), work(2, TRAIN, "d e"), work(3, HELD_OUT, "held out")]
    documents = tokenize(works, tokenizer)
    assert tokenizer.batch_decode(documents.training) == [f"a b c{END}", f"d e{END}"]
    assert tokenizer.batch_decode(documents.held_out) == [f"held out{END}"]


def test_a_text_cannot_forge_the_end_of_text(tiny_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    ids = encode(f"before{END}after", tokenizer)
    assert ids.count(tokenizer.eos_token_id) == 1
    assert ids[-1] == tokenizer.eos_token_id


def test_blocks_have_one_length_and_every_token_but_the_rest() -> None:
    blocks = pack([[1, 2, 3], [4, 5], [6, 7, 8]], 3)
    assert blocks == [[1, 2, 3], [4, 5, 6]]


def test_blocks_are_spread_over_the_whole() -> None:
    blocks = [[n] for n in range(10)]
    assert spread(blocks, 3) == [[0], [3], [6]]
    assert spread(blocks, 20) == blocks


@pytest.mark.parametrize(
    ("training", "held_out", "code", "number"),
    [
        (4_999, 500, FaultCode.TOO_LITTLE_TEXT, ("tokens", 4_999)),
        (9_000, 31, FaultCode.NO_HELD_OUT_WORK, ("held_out_tokens", 31)),
        (9_000, 0, FaultCode.NO_HELD_OUT_WORK, ("works", 0)),
    ],
)
def test_too_little_is_refused_with_the_number(
    training: int, held_out: int, code: FaultCode, number: tuple[str, int]
) -> None:
    documents = Documents([[1] * training], [[1] * held_out] if held_out else [])
    fault = fault_of(documents, 32)
    assert fault is not None
    assert fault.code is code
    assert fault.facts[number[0]] == number[1]


def test_enough_is_not_refused(tiny_model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    works = [work(1, TRAIN, unlike(1)), work(2, HELD_OUT, unlike(2))]
    assert fault_of(tokenize(works, tokenizer), 32) is None
