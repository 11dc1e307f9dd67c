import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.writing.reply import clean_reply, cut_to_sentence


@pytest.mark.parametrize(
    ("reply", "story"),
    [
        ("  The door opened.\n", "The door opened."),
        ("assistant\nThe door opened.", "The door opened."),
        ("model\n\nThe door opened.", "The door opened."),
        ("<|im_start|>assistant\nThe door opened.", "The door opened."),
        ("<|start_header_id|>assistant<|end_header_id|>\n\nThe door opened.", "The door opened."),
        ("The door opened.<|im_end|>\n<|im_start|>user\nGo on", "The door opened."),
        ("The door opened.</s>", "The door opened."),
        ("The door opened.<end_of_turn>", "The door opened."),
        ("<think>\nA door, then.\n</think>\n\nThe door opened.", "The door opened."),
        ("<think>A door, th", ""),
        ("<think></think>The door opened.", "The door opened."),
    ],
)
def test_what_is_surely_no_story_is_cut(reply: str, story: str) -> None:
    assert clean_reply(reply) == story


@pytest.mark.parametrize(
    "story",
    [
        "Assistant: come in!",
        "assistant directors ran about.",
        "AI: I am afraid I cannot do that.",
        "User: hello?\nShe read the chat log again.",
        "Model railways filled the attic.",
        "“</em>” was all he typed.",
        "He used a <b>bold</b> pen; 3 < 4 | 5 > 2.",
        "She would <think> aloud.",
        "# Chapter\n\nThe end.",
    ],
)
def test_good_text_is_never_cut(story: str) -> None:
    assert clean_reply(story) == story


@given(st.text(alphabet=st.characters(exclude_characters="<"), min_size=1))
def test_text_without_marks_only_loses_the_space_around_it(text: str) -> None:
    assert clean_reply("So " + text) == ("So " + text).strip()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("She ran. He followed. And th", "She ran. He followed."),
        ("“Run!” she said. “Or we", "“Run!” she said."),
        ("She ran. “Now!” And th", "She ran. “Now!”"),
        ("*She ran.* And th", "*She ran.*"),
        ("她跑了。他跟着。然后", "她跑了。他跟着。"),
        ("“快跑！”她说。“不然", "“快跑！”她说。"),
        ("She ran away… and then", "She ran away…"),
        ("Nobody saw Mr. Holm", "Nobody saw Mr. Holm"),
        ("It cost 3.50 and not a cent mo", "It cost 3.50 and not a cent mo"),
        ("Yes. " + "and on " * 20, "Yes. " + "and on " * 20),
        ("no end at all", "no end at all"),
        ("Whole. And done.", "Whole. And done."),
    ],
)
def test_a_text_that_broke_off_ends_with_its_last_sentence(text: str, cut: str) -> None:
    assert cut_to_sentence(text) == cut


@given(st.text(alphabet="ab .!?。”\n", max_size=80))
def test_at_least_half_of_a_text_remains(text: str) -> None:
    cut = cut_to_sentence(text)
    assert text.startswith(cut)
    assert len(cut) >= len(text) / 2
