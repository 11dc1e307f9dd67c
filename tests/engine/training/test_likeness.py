import pytest

from engine.training.likeness import measure, rouge_l, rouge_n, token_f1


def test_rouge_is_that_of_its_definition() -> None:
    text = ["the", "cat", "sat", "on", "the", "mat"]
    reference = ["the", "cat", "was", "on", "the", "mat"]
    assert rouge_n(text, reference, 1) == pytest.approx(5 / 6)
    assert rouge_n(text, reference, 2) == pytest.approx(3 / 5)
    assert rouge_l(text, reference) == pytest.approx(5 / 6)
    assert rouge_l(["a", "b"], ["b", "a"]) == pytest.approx(1 / 2)
    assert rouge_l([], reference) == 0.0


def test_function_words_do_not_make_texts_alike() -> None:
    assert token_f1(["the", "cat", "of"], ["the", "dog", "of"]) == 0.0
    assert token_f1(["the", "cat"], ["a", "cat"]) == 1.0


@pytest.mark.parametrize(
    ("language", "text", "near", "far"),
    [
        (
            "en",
            "The captain lit the lamp and watched the sea until morning came.",
            "The captain lit a lamp and watched the harbour until morning came.",
            "Nobody buys bread here on Sundays, she thought, counting her coins.",
        ),
        (
            "zh-CN",
            "船长点起了灯，整夜望着大海，直到天亮。",
            "船长点起灯，整夜望着港口，直到天亮。",
            "她数着硬币，心想星期天没有人在这里买面包。",
        ),
    ],
)
def test_a_text_that_is_nearer_scores_higher_in_both_languages(
    language: str, text: str, near: str, far: str
) -> None:
    close, distant, same = (
        measure([other], [text], language, tokens=[[1, 2, 3]], sources=[[9, 2, 3, 9]])
        for other in (near, far, text)
    )
    for name in ("bleu", "chrf", "rouge_1", "rouge_l", "token_f1"):
        assert getattr(distant, name) < getattr(close, name) < getattr(same, name), name
    assert same.bleu == pytest.approx(100)
    assert same.rouge_2 == 1.0
    assert same.longest_overlap_tokens == 2
