import pytest

from engine.prose.denials import denies
from engine.prose.kindred import kindred_of, phrases_in
from engine.prose.segmenting import content_words, keyed, keys, names_in, segment, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hid", "hiding"),
        ("knives", "knife"),
        ("carried", "carry"),
        ("moved", "moves"),
        ("CAFÉ", "cafe"),
        ("Aëlis", "aelis"),
        ("ｄｒａｇｏｎ", "dragons"),
        ("travelled", "traveling"),
    ],
)
def test_forms_of_a_word_have_one_key(one: str, other: str) -> None:
    assert segment(one) == segment(other)


@pytest.mark.parametrize("word", ["kiss", "glass", "bus", "his", "sing", "bed", "fly"])
def test_what_is_no_ending_stays(word: str) -> None:
    assert stem(word) in (word, word[:-1]), "a doubled consonant may be one"


def test_han_text_is_found_by_any_of_its_words_and_signs() -> None:
    told = f" {segment('林晚秋把账本藏进了塔里')} "
    for word in ("林晚秋", "账本", "塔", "晚秋", "藏进了塔里"):
        assert keyed(word) in told
    assert keyed("本账") not in told


def test_keys_are_letters_and_digits_so_that_no_database_parses_them() -> None:
    for key in segment('"x" OR y* NEAR(a-b) col:z\' | & ! \\ 第3章。\x00 ' + "long" * 50).split():
        assert key.isalnum()
        assert len(key) <= 64


def test_a_query_is_left_with_what_it_is_about() -> None:
    assert content_words("Where did Mara finally hide the ledger?") == ("mara", "hide", "ledger")
    assert keys("她的眼睛是什么颜色？") == ("眼睛", "颜色")
    assert keys("?!") == ()


def test_names_are_found_in_either_language() -> None:
    assert names_in("At dusk she gave it to Notary Blythe. Later nobody came.") == (
        "Notary",
        "Blythe",
    )
    assert "布讼师" in names_in("柳如烟把公爵的印章交给了布讼师。")


def test_kindred_phrases_are_found_whatever_their_form() -> None:
    (phrase,) = phrases_in("where she grew up")
    assert keyed("childhood") in kindred_of(phrase)
    (phrase,) = phrases_in("在哪里长大")
    assert keyed("故乡") in kindred_of(phrase)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Nobody knew where she came from.", True),
        ("She didn't say.", True),
        ("没有人知道。", True),
        ("She came from Velmoor.", False),
        ("Notes and novels.", False),
        ("她来自青石镇。", False),
    ],
)
def test_a_denial_is_told_from_a_statement(text: str, *, is_one: bool) -> None:
    assert denies(text) is is_one
