"""How like an author's continuations the sampled ones are, and how varied: English and Chinese."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sacrebleu

from engine.prose import ngrams, words_of
from engine.prose.function_words import is_function_word
from engine.prose.measures import distinct_n, longest_overlap, repetition, self_bleu
from engine.story.training import TextMeasures

Words = Sequence[str]


def measure(
    texts: Sequence[str],
    references: Sequence[str],
    language: str,
    *,
    tokens: Sequence[Sequence[int]],
    sources: Sequence[Sequence[int]],
) -> TextMeasures:
    """Measure texts against the references beside them; `sources` are the training works."""
    words = [words_of(text, language) for text in texts]
    wanted = [words_of(text, language) for text in references]
    pairs = list(zip(words, wanted, strict=True))
    return TextMeasures(
        bleu=bleu(texts, references, language),
        chrf=sacrebleu.corpus_chrf(list(texts), [list(references)]).score,
        rouge_1=mean([rouge_n(text, reference, 1) for text, reference in pairs]),
        rouge_2=mean([rouge_n(text, reference, 2) for text, reference in pairs]),
        rouge_l=mean([rouge_l(text, reference) for text, reference in pairs]),
        token_f1=mean([token_f1(text, reference) for text, reference in pairs]),
        distinct_1=distinct_n(words, 1),
        distinct_2=distinct_n(words, 2),
        distinct_4=distinct_n(words, 4),
        self_bleu=self_bleu(words),
        repetition=mean([repetition(text) for text in words]),
        longest_overlap_tokens=longest_overlap(tokens, sources),
    )


def bleu(texts: Sequence[str], references: Sequence[str], language: str) -> float:
    """Return sacrebleu's BLEU, 0 to 100; Chinese is cut into characters."""
    tokenizer = "zh" if language.startswith("zh") else "13a"
    score = sacrebleu.corpus_bleu(list(texts), [list(references)], tokenize=tokenizer).score
    return float(score)


def rouge_n(text: Words, reference: Words, n: int) -> float:
    """Return ROUGE-n's F1 (Lin 2004), on words as engine.prose cuts them, without stemming."""
    return overlap_f1(Counter(ngrams(text, n)), Counter(ngrams(reference, n)))


def rouge_l(text: Words, reference: Words) -> float:
    """Return ROUGE-L's F1: of the longest words in common that stand in the same order."""
    if not text or not reference:
        return 0.0
    row = [0] * (len(reference) + 1)
    for word in text:
        before = 0
        for at, other in enumerate(reference, 1):
            above = row[at]
            row[at] = before + 1 if word == other else max(above, row[at - 1])
            before = above
    return f1(row[-1], len(text), len(reference))


def token_f1(text: Words, reference: Words) -> float:
    """Return the F1 of the words in common that mean something, in whatever order.

    As in question answering (Rajpurkar et al. 2016), function words are left out; with them it
    would be ROUGE-1.
    """
    first, second = (
        Counter(word for word in words if not is_function_word(word)) for words in (text, reference)
    )
    return overlap_f1(first, second)


def overlap_f1(first: Counter[Any], second: Counter[Any]) -> float:
    """Return the F1 of what two bags have in common."""
    return f1((first & second).total(), first.total(), second.total())


def f1(matches: int, first: int, second: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * matches / (first + second) if matches else 0.0


def mean(values: Sequence[float]) -> float:
    """Return the mean; 0 of nothing."""
    return sum(values) / len(values) if values else 0.0
