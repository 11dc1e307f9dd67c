"""How likely a token was to the model: what is noted of each, and the protocol's two forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST = -9999.0  # what OpenAI's API writes for a token of no probability; JSON has no infinity


@dataclass(frozen=True, slots=True)
class TokenLogprobs:
    """A token of a reply, and the likeliest ones in its place with theirs."""

    token: int
    logprob: float
    likeliest: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token of which a reader learns how likely it was."""

    text: bytes
    logprob: float
    likeliest: tuple[tuple[bytes, float], ...]
    offset: int  # of its text in the reply, in characters


class LogprobPace:
    """Gives out the figures of tokens together with their text, however long that is held back."""

    def __init__(self, noted: Sequence[TokenLogprobs], token_bytes: Mapping[int, bytes]) -> None:
        self.noted = noted
        self.token_bytes = token_bytes
        self.starts: list[int] = []  # where the text of each token begins
        self.given = 0  # tokens
        self.shown = 0  # characters

    def read(self, tokens: int, before: int) -> None:
        """Take note that there are so many tokens, and how long the text was before the last.

        A reply that was taken back is shorter than before.
        """
        del self.starts[tokens - 1 :]
        self.starts += [before] * (tokens - len(self.starts))

    def take_back(self, keep: int) -> None:
        """Forget all but the first so many tokens, of which none that is shown."""
        del self.starts[keep:]

    def show(self, characters: int, *, all_of_them: bool = False) -> tuple[ShownToken, ...]:
        """Return the tokens whose text is shown now that so many more characters are."""
        self.shown += characters
        first = self.given
        while self.given < len(self.starts):
            if self.starts[self.given] >= self.shown and not all_of_them:
                break
            self.given += 1
        return tuple(self._shown(i) for i in range(first, self.given))

    def _shown(self, place: int) -> ShownToken:
        noted = self.noted[place]
        likeliest = tuple((self.token_bytes[t], value) for t, value in noted.likeliest)
        text = self.token_bytes[noted.token]
        return ShownToken(text, noted.logprob, likeliest, self.starts[place])


def name_of(text: bytes) -> str:
    """Return a token's text; one that is no whole character is spelt out, as OpenAI does it."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in text)


def chat_logprobs(tokens: Sequence[ShownToken]) -> dict[str, Any]:
    """Return the form of /v1/chat/completions."""

    def entry(text: bytes, logprob: float) -> dict[str, Any]:
        return {"token": name_of(text), "logprob": max(logprob, LEAST), "bytes": list(text)}

    content = [
        entry(token.text, token.logprob)
        | {"top_logprobs": [entry(text, value) for text, value in token.likeliest]}
        for token in tokens
    ]
    return {"content": content, "refusal": None}


def text_logprobs(tokens: Sequence[ShownToken]) -> dict[str, Any]:
    """Return the form of /v1/completions. The token itself is among its place's likeliest."""
    return {
        "tokens": [name_of(token.text) for token in tokens],
        "token_logprobs": [max(token.logprob, LEAST) for token in tokens],
        "top_logprobs": [
            {name_of(text): max(value, LEAST) for text, value in token.likeliest}
            | {name_of(token.text): max(token.logprob, LEAST)}
            for token in tokens
        ],
        "text_offset": [token.offset for token in tokens],
    }
