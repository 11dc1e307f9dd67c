"""Why turn orders refuse, in words."""

from bot.errors.describing import describe
from bot.locales import Words
from engine import errors
from engine.errors import RulesFault, RulesRefused


@describe.register
def _(error: errors.OutOfTurn, words: Words) -> str:
    return out_of_turn(error, words) + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.NotAPlayer, words: Words) -> str:
    text = words("This story is written in turns. Take part with /story join.")
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.NotOneSentence, words: Words) -> str:
    text = words("In this story a turn is one sentence, and this is more.")
    if error.sentences == 0:
        text = words("In this story a turn is one sentence, and this is none.")
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.ChosenByVote, words: Words) -> str:
    text = words("In this story the next turn is chosen by vote. Hand in yours as a candidate.")
    if error.is_model:
        text = words(
            "In this story the next turn is chosen by vote. /story alternatives asks the model for "
            "a candidate."
        )
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.ModelHasItsPlace, words: Words) -> str:
    return words("In this story the model writes by itself when its turn comes, not on request.")


@describe.register
def _(error: errors.HandedInAlready, words: Words) -> str:
    text = words("There is one candidate each, and yours is in the vote already.")
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.VoteFull, words: Words) -> str:
    text = words("This vote has {most} candidates, and takes no more.", most=error.most_candidates)
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.OtherMode, words: Words) -> str:
    text = words("The turn rules of this story do not have that. See /story status.")
    return text + kept(error.held_turn_id, words)


@describe.register
def _(error: errors.RulesRefused, words: Words) -> str:
    return refused_rules(error, words)


@describe.register
def _(error: errors.PlayerNotFound, words: Words) -> str:
    if not error.member_id:
        return words("The model does not write next here. Name a member.")
    return words("This member does not take part in the turns of this story.")


@describe.register
def _(error: errors.OrderFull, words: Words) -> str:
    return words(
        "{most} players take part, and there is room for no more.", most=error.most_players
    )


@describe.register
def _(error: errors.NobodyElse, words: Words) -> str:
    return words("There is nobody else to whom the turn could go.")


@describe.register
def _(error: errors.StoryVeiled, words: Words) -> str:
    return words("This story is written blind: it is handed out whole when it has ended.")


@describe.register
def _(error: errors.NothingDue, words: Words) -> str:
    return words("The model is not to write here now.")


def out_of_turn(error: errors.OutOfTurn, words: Words) -> str:
    """Say whose turn it is."""
    if error.is_model:
        return words("It is the model's turn; it writes by itself.")
    if not error.player_name:
        return words("Nobody has joined yet. Take part with /story join.")
    if error.is_own:
        return words("You wrote last: name who writes next, with /story pass.")
    if error.is_naming:
        return words("{player} is to name who writes next.", player=error.player_name)
    return words("It is {player}'s turn.", player=error.player_name)


def refused_rules(error: RulesRefused, words: Words) -> str:
    """Say what does not fit together."""
    match error.fault:
        case RulesFault.EVERY:
            text = words(
                "The model writes every Nth turn: say which with `every`, {least} to {most}."
            )
        case RulesFault.HOURS:
            text = words("A deadline is from {least} to {most} hours.")
        case RulesFault.NEEDS_ORDER:
            text = words("The model can only have this place where members write in turn.")
        case RulesFault.NEEDS_DEADLINE:
            text = words("The model stands in when a deadline has passed: set one.")
    return text.format(least=error.least, most=error.most)


def kept(held_turn_id: int | None, words: Words) -> str:
    """Say that the text is not lost, if it is held."""
    return " " + words("Your text is kept.") if held_turn_id is not None else ""
