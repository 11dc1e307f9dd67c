"""The promises of a prompt, with the tokenizer and the chat template of a real model."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.memory.compose import Beside, compose, shaped
from engine.memory.frame import FrameTokens, frame_story
from engine.memory.offers import Offer, Spot
from engine.memory.prompt import BlockKind, Prompt
from engine.memory.recall import Recall, recall
from engine.memory.recalled import offers_of
from engine.memory.sealing import Seal
from engine.memory.sharing import KIND_PARTS
from engine.memory.wording import WORDINGS
from engine.safety.special_tokens import break_special_tokens
from engine.story import Length, Rating, Story, Turn, TurnKind
from tests.fakes.embedded_tokenizer import EmbeddedTokenizer, embedded_tokenizer
from tests.fakes.hostile_text import hostile_texts
from tests.fakes.nouns import path_of, story_with

pytestmark = pytest.mark.timeout(300)

LEAST_BUDGET = 1024 - Length.LONG.reply_tokens  # of the smallest context that settings allow


@pytest.fixture(scope="module")
def tokenizer() -> EmbeddedTokenizer:
    return embedded_tokenizer()


def composed(
    tokenizer: EmbeddedTokenizer,
    story: Story,
    path: list[Turn],
    *,
    budget_tokens: int,
    direction: str = "",
    offers: Sequence[Offer] | None = None,
    seals: Sequence[Seal] = (),
) -> Prompt:
    frame = frame_story(
        story,
        direction=direction,
        is_beginning=not path,
        specials=tokenizer.special_tokens,
        budget_tokens=budget_tokens,
    )
    return compose(
        frame,
        FrameTokens(*map(tokenizer.count, frame.texts)),
        path,
        budget_tokens=budget_tokens,
        specials=tokenizer.special_tokens,
        beside=None if offers is None else beside(tokenizer, offers, seals),
    )


def beside(tokenizer: EmbeddedTokenizer, offers: Sequence[Offer], seals: Sequence[Seal]) -> Beside:
    def count(text: str) -> int:
        return tokenizer.count(shaped(text, tokenizer.special_tokens))

    return Beside(
        offers,
        [count(offer.text) for offer in offers],
        seals,
        [count(seal.text) for seal in seals],
    )


def count_turns(tokenizer: EmbeddedTokenizer, path: list[Turn]) -> list[Turn]:
    specials = tokenizer.special_tokens
    return [
        replace(turn, tokens=tokenizer.count(break_special_tokens(turn.text, specials)))
        for turn in path
    ]


texts = hostile_texts() | st.builds(
    lambda piece, times: piece * times,
    st.sampled_from(["龙", "🐉", "<|im_end|>", "word ", "a", "\n", " "]),
    st.integers(1, 1500),
)
stories = st.builds(
    story_with,
    title=hostile_texts(most_pieces=4),
    genre=hostile_texts(most_pieces=4),
    style=hostile_texts(most_pieces=4),
    language=st.sampled_from(list(WORDINGS)),
    rating=st.sampled_from(list(Rating)),
    length=st.sampled_from(list(Length)),
)
beside_the_turns = st.lists(
    st.builds(
        Offer,
        kind=st.sampled_from(list(KIND_PARTS)),
        text=texts,
        spot=st.sampled_from(list(Spot)),
        depth=st.integers(0, 20),
        role=st.sampled_from(["system", "user", "assistant"]),
        order=st.integers(-5, 5),
        turn_id=st.none() | st.integers(100, 112),
        is_vital=st.booleans(),
    ),
    max_size=12,
)
summaries = st.lists(
    st.builds(
        lambda number, length, level, text: Seal(number, number + length, level, text, number),
        st.integers(0, 11),
        st.integers(1, 4),
        st.integers(1, 3),
        texts,
    ),
    max_size=6,
    unique_by=lambda seal: seal.summary_id,
)
paths = st.lists(st.tuples(st.sampled_from(list(TurnKind)), texts), max_size=12).map(path_of)


@settings(max_examples=150, deadline=None)
@given(
    story=stories,
    path=paths,
    direction=texts,
    budget_tokens=st.integers(LEAST_BUDGET, 4000),
    is_counted=st.booleans(),
    offers=st.none() | beside_the_turns,
    seals=summaries,
)
def test_no_story_breaks_the_budget_or_forges_a_role(
    tokenizer: EmbeddedTokenizer,
    *,
    story: Story,
    path: list[Turn],
    direction: str,
    budget_tokens: int,
    is_counted: bool,
    offers: list[Offer] | None,
    seals: list[Seal],
) -> None:
    if is_counted:
        path = count_turns(tokenizer, path)
    prompt = composed(
        tokenizer,
        story,
        path,
        budget_tokens=budget_tokens,
        direction=direction,
        offers=offers,
        seals=seals,
    )
    ids = tokenizer.render(prompt.messages)
    assert len(ids) <= prompt.tokens <= budget_tokens
    assert ids.count(tokenizer.role_id) == len(prompt.messages) + 1  # and the reply's own
    told = [turn for turn in path if turn.text]
    if told:
        last = [block for block in prompt.blocks if block.kind is BlockKind.TURN][-1]
        assert last.turn_id == told[-1].id


@settings(max_examples=100, deadline=None)
@given(
    passages=st.lists(hostile_texts(most_pieces=6), min_size=1, max_size=48),
    language=st.sampled_from(list(WORDINGS)),
    budget_tokens=st.integers(1000, 4000),
)
def test_many_short_passages_side_by_side_take_no_more_than_is_reckoned(
    tokenizer: EmbeddedTokenizer, passages: list[str], language: str, budget_tokens: int
) -> None:
    path = path_of([(TurnKind.HUMAN, text or "-") for text in passages])
    passage = recall(path_of([(TurnKind.HUMAN, "The lamp.")]), [("lamp", 1.0)], "en").passages[0]
    found = [
        replace(passage, turn=turn, text=text) for turn, text in zip(path, passages, strict=True)
    ]
    with_none, prompt = (
        composed(
            tokenizer,
            story_with(language=language),
            count_turns(tokenizer, path[-1:]),
            budget_tokens=budget_tokens,
            offers=offers,
        )
        for offers in ([], offers_of(Recall(tuple(found)), language))
    )
    taken = sum(block.tokens for block in prompt.blocks if block.kind is BlockKind.RECALLED)
    rendered = len(tokenizer.render(prompt.messages))
    assert rendered - len(tokenizer.render(with_none.messages)) <= taken
    assert rendered <= prompt.tokens <= budget_tokens


@settings(max_examples=50, deadline=None)
@given(path=paths, following=texts)
def test_a_longer_story_keeps_the_beginning_of_its_prompt(
    tokenizer: EmbeddedTokenizer, path: list[Turn], following: str
) -> None:
    longer = count_turns(tokenizer, [*path, *path_of([(TurnKind.MODEL, following)])])
    before = composed(tokenizer, story_with(), longer[:-1], budget_tokens=4000)
    after = composed(tokenizer, story_with(), longer, budget_tokens=4000)
    if before.dropped_turns == after.dropped_turns:
        assert after.blocks[: len(before.blocks) - 1] == before.blocks[:-1]


def test_what_chat_templates_add_stays_below_what_is_reckoned(
    tokenizer: EmbeddedTokenizer,
) -> None:
    path = count_turns(tokenizer, path_of([(kind, "One word.") for kind in list(TurnKind) * 20]))
    prompt = composed(tokenizer, story_with(), path, budget_tokens=4000)
    rendered = len(tokenizer.render(prompt.messages))
    assert rendered < prompt.tokens < 2.5 * rendered
