"""Drawing a character's next line: asked of the model in threes, and checked by code."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from engine.memory.cast import CARD_SHARE, frame_line, tell_as
from engine.memory.frame import Frame
from engine.model.request import ModelInfo, ModelRequest, Priority
from engine.runtime import Engine
from engine.story import Character, Member, Provenance, Sheet, Story, Turn
from engine.writing.asking import banned_in, provenance_of
from engine.writing.asking_all import Reply, Show, ask_all
from engine.writing.cast.names import names_in_labels
from engine.writing.cast.speaking import Spoken, keep_own_words, stop_strings
from engine.writing.gathering import Moment
from engine.writing.patience import patiently
from engine.writing.prompting import Prepared, lay_out, store_new_counts
from engine.writing.reply import cut_to_sentence
from engine.writing.style import ServerStyle

DRAFTS = 3
MOST_ROUNDS = 3  # in which a draft is drawn anew that had no word of the character's own
LINE_TOKENS = 120
MOST_LINE_CHARACTERS = 560  # so that three drafts stand in one message
MOST_CHECKS = 4  # what is left of a draft is looked at again, until nothing more is cut

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """Who speaks, in what scene, and who else is there."""

    story: Story  # with the id 0 where none is open yet
    character: Character
    sheet: Sheet  # as it is in use
    path: Sequence[Turn]
    direction: str
    member: Member  # who asked
    cast_names: Sequence[str]  # of all characters of the server

    @property
    def own_names(self) -> tuple[str, ...]:
        """What the character itself is called."""
        return tuple(filter(None, (self.sheet.name, self.character.name, self.sheet.nickname)))

    @property
    def other_names(self) -> tuple[str, ...]:
        """Everybody else who is known in the scene, those who spoke last first."""
        spoke = [
            turn.character.name if turn.character else turn.author_name
            for turn in reversed(self.path)
        ]
        labels = names_in_labels(turn.text for turn in reversed(self.path))
        names = (*spoke, self.member.name, *labels, self.story.starter_name, *self.cast_names)
        own = {name.casefold() for name in self.own_names}
        return tuple(dict.fromkeys(name for name in names if name and name.casefold() not in own))


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drafts that may be shown, and how many were drawn and cut for them."""

    lines: tuple[tuple[str, Provenance], ...]
    drawn: int
    cut: int
    emptied: int  # of which nothing was left


async def draw_lines(
    engine: Engine, part: Part, style: ServerStyle, *, show: Show, drafts: int = DRAFTS
) -> Drawn:
    """Draw drafts of the next line, each cut where the character speaks for somebody else.

    What has nothing left, or says the same as another, is drawn again, in three rounds at most;
    so there may be fewer drafts than asked for, even none.

    Raises:
        QueueFull, ModelUnavailable, GenerationFailed, PromptRefused, Unsupported: as `ask_all`.
        ModelUnusable: the context is too small.
        VoiceUnavailable: the server's own voice cannot be loaded.
    """
    prepared = await patiently(engine, lambda: _prepare(engine, part))
    if part.story.id:
        await store_new_counts(engine, part.story.guild_id, prepared)
    lines: dict[str, Provenance] = {}
    drawn = cut = emptied = 0
    for _ in range(MOST_ROUNDS):
        requests = [
            await patiently(engine, lambda: _request(engine, part, prepared, style))
            for _ in range(drafts - len(lines))
        ]
        if not requests:
            break
        replies = await ask_all(
            engine,
            requests,
            guild_id=part.story.guild_id,
            channel_id=part.story.channel_id,
            member=part.member,
            voice=lambda: engine.voices.ready(part.story.guild_id),
            show=show,
        )
        for request, reply in zip(requests, replies, strict=True):
            if reply is None:
                continue
            spoken = own_words(reply, part)
            drawn, cut, emptied = drawn + 1, cut + spoken.is_cut, emptied + (not spoken.text)
            if spoken.text and spoken.text not in lines:
                origin = provenance_of(prepared, replace(request, adapter=reply.adapter), style)
                lines[spoken.text] = replace(origin, reply_tokens=reply.reply_tokens)
    log.info("lines_drawn", drawn=drawn, cut=cut, emptied=emptied)
    return Drawn(tuple(lines.items()), drawn, cut, emptied)


def own_words(reply: Reply, part: Part) -> Spoken:
    """Return what of a reply may be posted as the character's line."""
    text = reply.text if reply.is_whole else cut_to_sentence(reply.text)
    if len(text) > MOST_LINE_CHARACTERS:
        text = cut_to_sentence(text[:MOST_LINE_CHARACTERS])
    is_cut = False
    for _ in range(MOST_CHECKS):
        spoken = keep_own_words(text, speaker=part.own_names, others=part.other_names)
        is_cut |= spoken.is_cut
        if spoken.text == text:
            return Spoken(text, is_cut)
        text = spoken.text
    return Spoken("", is_cut=True)


async def _prepare(engine: Engine, part: Part) -> Prepared:
    info = await engine.model.info()
    budget = info.context_tokens - LINE_TOKENS
    # As much of a card as a third of the budget holds, by bytes first: a token is often four of
    # them. If it does not come to that, by bytes that surely fit.
    frame = _frame(part, info, budget, card_bytes=budget)
    if sum(await engine.model.count_tokens([frame.system])) > budget // CARD_SHARE:
        frame = _frame(part, info, budget, card_bytes=budget // CARD_SHARE)
    moment = Moment(
        part.story,
        part.path,
        part.direction,
        budget,
        info.special_tokens,
        member_id=part.member.id,
        character_id=part.character.id,
    )
    tell = tell_as(part.character.id, part.story.language)
    return await lay_out(engine, info, frame, moment, tell=tell)


def _frame(part: Part, info: ModelInfo, budget_tokens: int, *, card_bytes: int) -> Frame:
    return frame_line(
        part.story,
        part.sheet,
        direction=part.direction,
        specials=info.special_tokens,
        budget_tokens=budget_tokens,
        card_bytes=card_bytes,
    )


async def _request(
    engine: Engine, part: Part, prepared: Prepared, style: ServerStyle
) -> ModelRequest:
    texts = [part.sheet.name, part.sheet.description, part.direction]
    request = ModelRequest(
        messages=prepared.prompt.messages,
        most_tokens=LINE_TOKENS,
        seed=engine.seeds(),
        sampling=style.sampling,
        stop=stop_strings(part.other_names, part.own_names),
        banned=banned_in(style, part.story.language, [*texts, *(t.told for t in part.path)]),
        priority=Priority.INTERACTIVE,
        cache_salt=str(part.story.guild_id),
        channel=str(part.story.channel_id),
    )
    return await engine.model.fit(request)
