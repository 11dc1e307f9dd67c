"""What is told of a token's probability: its pace beside the text, and the protocol's two forms."""

import json

from engine.serving.replies.logprobs import (
    LogprobPace,
    ShownToken,
    TokenLogprobs,
    chat_logprobs,
    text_logprobs,
)

BYTES = {1: b"The", 2: b" fog", 3: "灯".encode()[:2], 4: "灯".encode()[2:], 5: b"\n"}
NOTED = [TokenLogprobs(token, -token / 10, ((1, -0.5), (token, -1.0))) for token in BYTES]


def test_a_token_is_told_with_the_first_of_its_text() -> None:
    pace = LogprobPace(NOTED, BYTES)
    told = []
    # The fog comes late; of the lamp, the first token has no text by itself.
    for tokens, before, shown in ((1, 0, 3), (2, 3, 0), (3, 7, 4), (4, 7, 1)):
        pace.read(tokens, before)
        told.append([token.text for token in pace.show(shown)])
    assert told == [[b"The"], [], [b" fog"], [BYTES[3], BYTES[4]]]


def test_what_is_never_shown_is_told_only_at_the_end_of_a_whole_reply() -> None:
    for is_whole, expected in ((False, [b"The"]), (True, [b"The", b" fog", BYTES[3]])):
        pace = LogprobPace(NOTED, BYTES)
        for tokens, before in ((1, 0), (2, 3), (3, 7)):
            pace.read(tokens, before)
        assert [t.text for t in pace.show(3, all_of_them=is_whole)] == expected


def test_a_reply_that_was_taken_back_is_told_as_it_is_written_anew() -> None:
    noted = list(NOTED)
    pace = LogprobPace(noted, BYTES)
    for tokens, before in ((1, 0), (2, 3), (3, 7)):
        pace.read(tokens, before)
    assert [token.text for token in pace.show(3)] == [b"The"]
    noted[1:] = [TokenLogprobs(5, -9.0)]
    pace.read(2, 3)
    (token,) = pace.show(1)
    assert (token.text, token.logprob, token.offset) == (b"\n", -9.0, 3)


SHOWN = [
    ShownToken(b" fog", -0.25, ((b" fog", -0.25), (b" mist", -1.5)), 3),
    ShownToken(BYTES[3], -float("inf"), ((b"x", -0.1),), 7),
]


def test_the_form_of_chats_is_openais() -> None:
    first, second = chat_logprobs(SHOWN)["content"]
    assert first == {
        "token": " fog",
        "logprob": -0.25,
        "bytes": [32, 102, 111, 103],
        "top_logprobs": [
            {"token": " fog", "logprob": -0.25, "bytes": [32, 102, 111, 103]},
            {"token": " mist", "logprob": -1.5, "bytes": [32, 109, 105, 115, 116]},
        ],
    }
    assert second["token"] == "bytes:\\xe7\\x81"
    assert second["bytes"] == [0xE7, 0x81]
    assert second["logprob"] == -9999.0
    json.dumps(chat_logprobs(SHOWN), allow_nan=False)


def test_the_form_of_completions_is_openais() -> None:
    assert text_logprobs(SHOWN) == {
        "tokens": [" fog", "bytes:\\xe7\\x81"],
        "token_logprobs": [-0.25, -9999.0],
        "top_logprobs": [
            {" fog": -0.25, " mist": -1.5},
            {"x": -0.1, "bytes:\\xe7\\x81": -9999.0},
        ],
        "text_offset": [3, 7],
    }
