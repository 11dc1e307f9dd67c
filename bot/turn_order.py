"""What is shown of turn rules: the rules themselves, and whose turn it is. Pure."""

from dataclasses import dataclass

import discord
from discord.utils import escape_markdown

from bot.actions import Action
from bot.buttons import row
from bot.cards import mention
from bot.locales import Words
from engine.story.order import Due, Mode, ModelPlace, Player, TurnRules
from engine.writing import OrderSight, OrderState, Reminder

MOST_BUTTONS = 5
MODEL_VALUE = "0"  # in menus of players


@dataclass(frozen=True, slots=True)
class Below:
    """What stands under the newest turn of a story with turn rules."""

    line: str
    front: tuple[Action, ...]  # before the turn's own buttons
    without: frozenset[Action]  # of the turn's own buttons

    def actions(self, own: tuple[Action, ...]) -> tuple[Action, ...]:
        """Return the buttons of a turn; what does not fit in the row is left to commands."""
        rest = tuple(action for action in own if action not in self.without)
        return (self.front[: MOST_BUTTONS - len(rest)] + rest)[:MOST_BUTTONS]


def below(state: OrderState, words: Words) -> Below:
    """Return what stands under the newest turn."""
    # In front, where the model may be asked at all.
    without = (
        frozenset() if _is_plain(state.rules) else frozenset({Action.CONTINUE, Action.ALTERNATIVES})
    )
    return Below(next_line(state, words), _front(state), without)


def _is_plain(rules: TurnRules) -> bool:
    return rules.mode is Mode.FREE and rules.model_place is ModelPlace.ON_REQUEST


def _front(state: OrderState) -> tuple[Action, ...]:
    awaited, rules = state.awaited, state.rules
    is_asked = rules.model_place is ModelPlace.ON_REQUEST
    if awaited.due is not None and awaited.due not in {Due.CANDIDATE, Due.STAND_IN}:
        return ()
    if rules.mode is Mode.VOTE:
        return (Action.TURN_PROPOSE, *((Action.TURN_ASK,) if is_asked else ()))
    if rules.mode is Mode.FREE:
        return () if is_asked else (Action.TURN_WRITE,)
    if awaited.naming is not None:
        return (Action.TURN_NAME, Action.TURN_SKIP)
    if awaited.player is None:
        return (Action.ORDER_JOIN,)
    asks = (Action.CONTINUE,) if is_asked else ()
    return (Action.TURN_WRITE, *asks, Action.TURN_SKIP)


def onward(sight: OrderSight, words: Words) -> tuple[str, discord.ui.View | None]:
    """Return line and buttons of a message, other than a turn's, below which a story goes on."""
    if sight.newest is None or sight.state is None or _is_plain(sight.state.rules):
        actions: tuple[Action, ...] = (Action.TURN_OPEN,)
        if sight.newest is not None:
            actions = (Action.TURN_OPEN, Action.CONTINUE)
        line = ""
    else:
        actions, line = _front(sight.state), next_line(sight.state, words)
    return line, row(actions, sight.newest.id if sight.newest else 0, words)


def next_line(state: OrderState, words: Words) -> str:
    """Say in public whose turn it is, without a ping; empty when it is anybody's."""
    text = _whose(state, words)
    if text and state.deadline_ms is not None:
        text += " " + words("Time: {time}.", time=_time(state.deadline_ms))
    return text


def _whose(state: OrderState, words: Words) -> str:
    awaited, mode = state.awaited, state.rules.mode
    if awaited.due is Due.STAND_IN and awaited.player is not None:
        return words("Next: the model, in place of {name}.", name=name_of(awaited.player, words))
    if awaited.due in {Due.NTH, Due.PLAYER}:
        return words("Next: the model.")
    if not mode.has_order:
        return _vote(state, words) if mode is Mode.VOTE else ""
    if awaited.naming is not None:
        return words("{name} names who writes next.", name=name_of(awaited.naming, words))
    if awaited.player is None:
        return words("Nobody has joined yet: press Join, or use /story join.")
    return words("Next: {name}.", name=name_of(awaited.player, words))


def _vote(state: OrderState, words: Words) -> str:
    if state.vote is None:
        return words("🗳️ The next turn is chosen by vote: hand in a candidate.")
    return words("🗳️ The vote is open: hand in a candidate, or vote for one.")


def _time(deadline_ms: int) -> str:
    return f"<t:{deadline_ms // 1000}:R>"


def name_of(player: Player, words: Words) -> str:
    """Return a player as Discord names them today; the model by its kind."""
    return words("the model") if player.is_model else mention(player.member_id)


def mode_name(mode: Mode, words: Words) -> str:
    """Say how turns go round."""
    return {
        Mode.FREE: words("Anybody writes, at any time."),
        Mode.ROUND_ROBIN: words("One after the other."),
        Mode.POPCORN: words("Whoever wrote names the next."),
        Mode.ONE_SENTENCE: words("One after the other, one sentence each."),
        Mode.BLIND: words(
            "One after the other, and of each turn only the last line is shown until the story "
            "ends."
        ),
        Mode.VOTE: words("Everybody may hand in a candidate; the players vote for the next turn."),
    }[mode]


def _model_place(rules: TurnRules, words: Words) -> str:
    if rules.model_place is ModelPlace.EVERY_NTH:
        return words("The model writes one of every {every} turns.", every=rules.every)
    if rules.model_place is ModelPlace.STAND_IN:
        return words("When somebody's time is over, the model writes for them, if they agreed.")
    if rules.model_place is ModelPlace.PLAYER and rules.mode is Mode.VOTE:
        return words("The model hands in a candidate of its own.")
    if rules.model_place is ModelPlace.PLAYER:
        return words("The model plays too.")
    if rules.mode.has_order:
        return words("The model writes when the one whose turn it is asks it.")
    return words("The model writes on request.")


def rules_lines(state: OrderState, words: Words) -> list[str]:
    """Return the rules, and who plays."""
    rules = state.rules
    lines = [mode_name(rules.mode, words), _model_place(rules, words)]
    if rules.deadline_hours and rules.mode is not Mode.FREE:
        hours = words.plural("{count} hour", "{count} hours", rules.deadline_hours)
        vote = rules.mode is Mode.VOTE
        lines.append(
            words("Time for a vote: {hours}.", hours=hours)
            if vote
            else words("Time for a turn: {hours}.", hours=hours)
        )
    text = " ".join(lines)
    names = ", ".join(name_of(player, words) for player in state.players)
    return [text, *([words("Players: {names}", names=names)] if names else [])]


def card(state: OrderState, words: Words) -> tuple[str, discord.ui.View | None]:
    """Return the public card of the rules, and its buttons."""
    title = words("🎲 **Turn rules of {title}**", title=escape_markdown(state.story.title))
    text = "\n".join([title, *rules_lines(state, words)])
    is_begun = state.story.head_turn_id is not None  # then it stands below the newest turn
    if not is_begun and (line := _first_line(state, words)):
        text += f"\n-# {line}"
    is_played = state.rules.mode is not Mode.FREE
    return text, row((Action.ORDER_JOIN, Action.TURN_OPEN) if is_played else (), 0, words)


def _first_line(state: OrderState, words: Words) -> str:
    """Say who begins, in words that stay true while the card stands."""
    player = state.awaited.player
    if player is None or state.awaited.due is Due.STAND_IN:
        return next_line(state, words)
    return words("First: {name}.", name=name_of(player, words))


def yours(state: OrderState, words: Words) -> str:
    """Say in private how it stands with one member."""
    if state.rules == TurnRules():
        return ""
    lines = [*rules_lines(state, words), f"**{_your_turn(state, words)}**"]
    if state.you is None:
        return "\n".join(lines)
    wishes = [
        words("You are reminded when it is your turn.")
        if state.you.wants_reminder
        else words("You are not reminded.")
    ]
    if state.rules.model_place is ModelPlace.STAND_IN:
        wishes.append(
            words("The model may stand in for you.")
            if state.you.may_be_stood_in
            else words("The model does not stand in for you.")
        )
    return "\n".join([*lines, "-# " + " ".join(wishes)])


def _your_turn(state: OrderState, words: Words) -> str:
    if state.is_being_written:
        return words("The model is writing.")
    if state.may_write or state.may_name:
        text = _your_step(state, words)
        if state.deadline_ms is not None:
            text += " " + words("Time: {time}.", time=_time(state.deadline_ms))
        return text
    if state.candidate_id is not None:
        return words("Your candidate is in the vote.")
    if state.you is None and state.rules.mode.has_order:
        return words("You have not joined: /story join.")
    return next_line(state, words)


def _your_step(state: OrderState, words: Words) -> str:
    if state.may_name:
        return words("You name who writes next: /story pass.")
    if state.rules.mode is Mode.VOTE:
        return words("You may hand in a candidate: /story write.")
    if state.rules.mode.has_order:
        return words("It is your turn: /story write.")
    return words("You may write: /story write.")


def your_buttons(state: OrderState, words: Words) -> discord.ui.View | None:
    """Return what a member may press in private."""
    if state.rules == TurnRules():
        return None
    if state.you is None:
        return row((Action.ORDER_JOIN,), state.story.id, words)
    wishes = [Action.ORDER_QUIET if state.you.wants_reminder else Action.ORDER_REMIND]
    if state.rules.model_place is ModelPlace.STAND_IN:
        agrees = state.you.may_be_stood_in
        wishes.append(Action.ORDER_ALONE if agrees else Action.ORDER_STAND_IN)
    first = (Action.TURN_OPEN,) if state.may_write else ()
    name = (Action.TURN_NAME,) if state.may_name else ()
    return row((*first, *name, *wishes, Action.ORDER_LEAVE), state.story.id, words)


def reminder(reminder: Reminder, words: Words) -> str:
    """Remind a member of their turn, or of a vote."""
    facts = {
        "title": escape_markdown(reminder.story.title),
        "channel": f"<#{reminder.story.channel_id}>",
    }
    if reminder.is_vote:
        text = words("⏰ A vote is open in “{title}”: {channel}.", **facts)
    else:
        text = words("⏰ It is your turn in “{title}”: {channel}.", **facts)
    if reminder.deadline_ms is not None:
        text += " " + words("Time: {time}.", time=_time(reminder.deadline_ms))
    return text


def player_options(state: OrderState, words: Words) -> list[discord.SelectOption]:
    """Return who may be named next, for a menu; Discord takes 25 of them."""
    you = state.you.id if state.you else 0
    others = [player for player in state.players if player.id != you]
    return [
        discord.SelectOption(
            label=words("the model") if player.is_model else player.name or "…",
            value=MODEL_VALUE if player.is_model else str(player.member_id),
        )
        for player in others[:25]
    ]
