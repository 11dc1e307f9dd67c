"""The order of turns as it stands at a story's head, and who may add to it.

Everything is read from the path and from what was done at its anchor.
"""

from dataclasses import dataclass, replace

from engine.errors import ChosenByVote, ModelHasItsPlace, NotAPlayer, NotOneSentence, OutOfTurn
from engine.prose.sentences import sentences_of
from engine.storage import ballots, order_path
from engine.storage import order as orders
from engine.storage.database import Transaction
from engine.story import Ballot, Member, Story, Turn, TurnKind
from engine.story.order import (
    Awaited,
    Due,
    Mode,
    ModelPlace,
    OrderStep,
    Player,
    Standing,
    TurnRules,
    await_next,
    may_write,
)


@dataclass(frozen=True, slots=True)
class Order:
    """The rules of a story, its players, and whose turn it is at its head."""

    rules: TurnRules
    players: tuple[Player, ...]
    standing: Standing
    steps: tuple[OrderStep, ...]
    awaited: Awaited
    vote: Ballot | None  # in VOTE, the one that is open

    @property
    def playing(self) -> tuple[Player, ...]:
        """Who is in the round, the model as well."""
        return tuple(player for player in self.players if player.is_playing)

    def find_member(self, member_id: int) -> Player | None:
        """Return the member's player, if they are in the round."""
        return next(
            (each for each in self.playing if not each.is_model and each.member_id == member_id),
            None,
        )

    def find_model(self) -> Player | None:
        """Return the model's player, if it is in the round."""
        return next((each for each in self.playing if each.is_model), None)


async def read_order(tx: Transaction, story: Story) -> Order | None:
    """Return the order at a story's head; None where nobody set rules."""
    it = {"guild_id": story.guild_id, "story_id": story.id}
    rules = await orders.find_rules(tx, **it)
    if rules is None:
        return None
    players = await orders.list_players(tx, **it)
    standing = await order_path.look_back(
        tx,
        guild_id=story.guild_id,
        head_turn_id=story.head_turn_id,
        every=rules.every,
        seats=rules.mode.has_order,
    )
    steps = await orders.list_steps(
        tx,
        guild_id=story.guild_id,
        branch_id=story.branch_id,
        anchor_turn_id=standing.anchor_turn_id,
    )
    awaited = await_next(rules, players, standing, steps)
    vote = None
    if rules.mode is Mode.VOTE:
        vote = await ballots.find_open_ballot(
            tx, **it, branch_id=story.branch_id, head_turn_id=story.head_turn_id
        )
        awaited = await _await_candidate(tx, story, rules, awaited, vote)
    return Order(rules, tuple(players), standing, tuple(steps), awaited, vote)


async def _await_candidate(
    tx: Transaction, story: Story, rules: TurnRules, awaited: Awaited, vote: Ballot | None
) -> Awaited:
    if rules.model_place is not ModelPlace.PLAYER or awaited.due is not None or vote is None:
        return awaited
    kinds = await ballots.list_candidate_kinds(tx, guild_id=story.guild_id, ballot_id=vote.id)
    return awaited if TurnKind.MODEL in kinds.values() else replace(awaited, due=Due.CANDIDATE)


async def check_may_add(
    tx: Transaction, story: Story, member: Member, *, kind: TurnKind
) -> Player | None:
    """Return whose turn the member's addition would be; None where there is no order.

    `kind` is MODEL when the member asks the model to write.

    Raises:
        ChosenByVote: the next turn is chosen by vote.
        ModelHasItsPlace: the model does not write on request.
        NotAPlayer: the member has not joined.
        OutOfTurn: it is not theirs.
    """
    order = await read_order(tx, story)
    if order is None:
        return None
    rules, awaited = order.rules, order.awaited
    if kind is TurnKind.MODEL and rules.model_place is not ModelPlace.ON_REQUEST:
        raise ModelHasItsPlace(rules.model_place)
    if awaited.due is Due.NTH:
        raise OutOfTurn("", is_model=True)
    if rules.mode is Mode.VOTE:
        raise ChosenByVote(is_model=kind is TurnKind.MODEL)
    if may_write(rules, awaited, member.id):
        return awaited.player
    if order.find_member(member.id) is None:
        raise NotAPlayer
    if awaited.naming is not None:
        is_own = awaited.naming.member_id == member.id
        raise OutOfTurn(awaited.naming.name, is_naming=True, is_own=is_own)
    player = awaited.player
    raise OutOfTurn(player.name if player else "", is_model=player is not None and player.is_model)


async def check_may_add_text(
    tx: Transaction, story: Story, member: Member, text: str
) -> Player | None:
    """Return whose turn a member's own text would be; None where there is no order.

    Raises:
        ChosenByVote, NotAPlayer, OutOfTurn: as `check_may_add`.
        NotOneSentence: the rules ask for one sentence.
    """
    player = await check_may_add(tx, story, member, kind=TurnKind.HUMAN)
    rules = await orders.find_rules(tx, guild_id=story.guild_id, story_id=story.id)
    if rules is not None and rules.mode is Mode.ONE_SENTENCE:
        sentences = count_sentences(text, story.language)
        if sentences != 1:
            raise NotOneSentence(sentences)
    return player


async def check_may_return(
    tx: Transaction, story: Story, turn: Turn, replaced: Turn | None, member: Member
) -> None:
    """Refuse to tell a turn of the tree again where it would not be its player's turn.

    In place of the newest turn stands only what was the same player's; a vote is overruled by
    the story's starter and moderators alone.

    Raises:
        ChosenByVote: the next turn is chosen by vote, and the member is none of those.
        OutOfTurn: it is, or was, somebody else's turn.
    """
    order = await read_order(tx, story)
    if order is None:
        return
    if order.rules.mode is Mode.VOTE and member.id != story.starter_id and not member.is_moderator:
        raise ChosenByVote
    played = await orders.find_played(tx, guild_id=story.guild_id, turn_id=turn.id)
    whose = played[0] if played else None
    if replaced is not None:
        before = await orders.find_played(tx, guild_id=story.guild_id, turn_id=replaced.id)
        is_in_turn = whose == (before[0] if before else None)
    elif order.rules.mode.has_order:
        is_in_turn = order.awaited.player is not None and whose == order.awaited.player.id
    else:
        is_in_turn = order.awaited.due is None or (played is not None and played[1] is Due.NTH)
    if not is_in_turn:
        awaited = order.awaited.player or order.awaited.naming
        raise OutOfTurn(awaited.name if awaited else "", is_model=order.awaited.due is not None)


def count_sentences(text: str, language: str) -> int:
    """Count the sentences that have a word."""
    return sum(any(map(str.isalnum, each.text)) for each in sentences_of(text, language))


async def record_seat(
    tx: Transaction, turn: Turn, player: Player | None, *, due: Due | None = None
) -> None:
    """Note whose turn an added turn is; without an order there is nothing to note."""
    if player is not None or due is not None:
        await orders.record_played(
            tx,
            guild_id=turn.guild_id,
            turn_id=turn.id,
            player_id=player.id if player else None,
            due=due,
        )
