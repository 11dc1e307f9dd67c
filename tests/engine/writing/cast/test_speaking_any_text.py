"""Whatever is put together from pieces of dialogue, an independent checker finds nothing left."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.writing.cast.speaking import keep_own_words
from tests.prove.cast_scenes import complaints

OTHERS = ("Bo", "Sir Rowan", "小明", "王掌柜")
PIECES = (
    *OTHERS,
    "Mira",
    "Rowan",
    "you",
    "You",
    "I",
    "she",
    "he",
    "the guard",
    "said",
    "says",
    "asks",
    "whispered",
    "and then added",
    "softly",
    "looks up and",
    "came in",
    "Come here",
    "no",
    "We leave at dawn",
    "说",
    "笑道",
    "天亮就走",
    "你",
    "我",
    '"',
    "“",
    "”",
    "「",
    "」",
    "'",
    "*",
    "**",
    "(",
    ")",
    ":",
    "：",
    ",",
    "，",
    ".",
    "。",
    "!",
    "?",
    "…",
    "—",
    "- ",
    "\n",
    "\n\n",
    " ",
    "'s voice",
    "Old Guard",
    "Narrator",
)


@settings(max_examples=200, deadline=None)
@example(["Bo", "Bo", "Bo", ",", "Bo", "Bo", ":", "Bo"], [" ", " ", "", "", "", *" " * 9])
@given(
    st.lists(st.sampled_from(PIECES), max_size=14),
    st.lists(st.sampled_from([" ", " ", "", "\n"]), min_size=14, max_size=14),
)
def test_what_is_left_of_any_text_says_nothing_for_others(
    pieces: list[str], joints: list[str]
) -> None:
    text = "".join(f"{piece}{joint}" for piece, joint in zip(pieces, joints, strict=False))
    left = text
    for _ in range(4):
        spoken = keep_own_words(left, speaker=("Mira",), others=OTHERS)
        if spoken.text == left:
            break
        left = spoken.text
    else:
        left = ""
    assert complaints(left, "Mira", OTHERS) == []
