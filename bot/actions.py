"""What buttons do, and what they say."""

from enum import StrEnum

from bot.locales import Words


class Action(StrEnum):
    """What a button does; the number in its custom id names the turn, story or page, or is 0."""

    CONTINUE = "turn:continue"
    RETRY = "turn:retry"
    ALTERNATIVES = "turn:alternatives"
    UNDO = "turn:undo"
    STOP = "turn:stop"
    ADD = "turn:add"
    WHY = "turn:why"
    TURN_OPEN = "turn:open"  # the form; the number is nothing of a turn's
    TURN_WRITE = "turn:write"
    TURN_PROPOSE = "turn:propose"  # a candidate to the vote
    TURN_ASK = "turn:ask"  # the model for one
    TURN_SKIP = "turn:skip"
    TURN_NAME = "turn:name"
    HELD_EDIT = "turn:edit-held"
    ORDER_JOIN = "order:join"  # the number: 0 on the card of the rules, which is renewed
    ORDER_LEAVE = "order:leave"
    ORDER_REMIND = "order:remind"
    ORDER_QUIET = "order:quiet"
    ORDER_STAND_IN = "order:stand-in"
    ORDER_ALONE = "order:alone"
    VOTE = "ballot:vote"
    DECIDE = "ballot:decide"
    BEGIN = "story:begin"
    WRITE = "story:write"
    EXPORT = "story:export"
    PAGE_BACK = "page:back"
    PAGE_ON = "page:on"
    ERASE = "privacy:erase"
    STYLE_TUNE = "style:tune"
    STYLE_RESET = "style:reset"
    STYLE_BANS = "style:bans"
    STYLE_NAMES = "style:names"
    STYLE_ALLOW = "style:allow"  # clichés
    STYLE_BAN = "style:ban"  # likewise
    STYLE_LISTS = "style:lists"
    CANON_ACCEPT = "canon:accept"  # the number: the fact's, here and below
    CANON_EDIT = "canon:edit"
    CANON_REJECT = "canon:reject"
    CANON_BACK = "canon:back"  # the number: a page
    CANON_ON = "canon:on"  # likewise
    MEMORY_NOTE = "memory:note"
    MEMORY_PIN = "memory:pin"
    MEMORY_UNPIN = "memory:unpin"  # the number: the pin's
    MEMORY_SAMPLE = "memory:sample"
    MEMORY_DROP = "memory:drop"  # the number: the sample's
    MEMORY_EDIT = "memory:edit"  # the number: the summary's, here and below
    MEMORY_KEEP = "memory:keep"
    MEMORY_LET_GO = "memory:let-go"
    MEMORY_FORGET = "memory:forget"
    MEMORY_BACK = "memory:back"  # the number: a page
    MEMORY_ON = "memory:on"  # likewise
    CAST_BACK = "cast:back"  # the number: bot.cast_pages.page_number
    CAST_ON = "cast:on"  # likewise
    NPC_EDIT = "npc:edit"
    NPC_RETIRE = "npc:retire"
    NPC_RETURN = "npc:return"
    NPC_EXPORT = "npc:export"
    NPC_INTRODUCE = "npc:introduce"
    NPC_OBEY = "npc:obey"  # the instructions of its card
    NPC_IGNORE = "npc:ignore"  # likewise
    CRITIQUE_SHOW = "critique:show"
    CRITIQUE_LENS = "critique:lens"
    CRITIQUE_SHARE = "critique:share"
    CRITIQUE_DELETE = "critique:delete"
    CRITIQUE_AGREE = "critique:agree"
    CRITIQUE_REFUSE = "critique:refuse"
    CRITIQUE_WHICH = "critique:which"  # text is meant
    LINE_POST = "line:post"
    LINE_EDIT = "line:edit"
    LINE_AGAIN = "line:again"
    LIBRARY_OPEN = "library:open"  # the number: the work's, here and below
    LIBRARY_AGREE = "library:agree"
    LIBRARY_LIST = "library:list"  # agree, and to being shown as well
    LIBRARY_SHOW = "library:show"  # likewise, of a work that is given
    LIBRARY_DECLINE = "library:decline"
    LIBRARY_ASK = "library:ask"  # the co-authors
    LIBRARY_READ = "library:read"
    LIBRARY_UNLIST = "library:unlist"
    LIBRARY_WITHDRAW = "library:withdraw"
    LIBRARY_CONFIRM = "library:confirm"
    LIBRARY_BACK = "library:back"  # the number: a page
    LIBRARY_ON = "library:on"  # likewise
    VOICE_TRAIN = "voice:train"  # the number: the job's
    VOICE_CANCEL = "voice:cancel"  # likewise
    VOICE_COMPARE = "voice:compare"  # the number: the voice's own, among the server's
    VOICE_PROMOTE = "voice:promote"  # likewise
    LORE_EDIT = "lore:edit"  # the number: the entry's, here and in the three below
    LORE_ON = "lore:on"
    LORE_OFF = "lore:off"
    LORE_REMOVE = "lore:remove"
    LORE_BACK = "lore:back"  # the number: a page
    LORE_NEXT = "lore:next"  # likewise
    PAIR_FIRST = "pair:first"  # the number: the pair's
    PAIR_SECOND = "pair:second"
    PAIR_SAME = "pair:same"
    PAIR_RESULT = "pair:result"

    PROMPT_START = "prompt:start"  # the number in these is the prompt's
    PROMPT_THREAD = "prompt:thread"
    PROMPT_MORE = "prompt:more"
    PROMPT_SAVE = "prompt:save"
    PROMPT_FORGET = "prompt:forget"
    PROMPT_PASS = "prompt:pass"  # noqa: S105  no password
    PROMPT_ALL = "prompt:all"
    PROMPT_BACK = "prompt:back"  # the page of saved ones
    PROMPT_ON = "prompt:on"  # likewise


def label(action: Action, words: Words) -> str:
    """Return what the button says."""
    return {
        Action.CONTINUE: words("Continue"),
        Action.RETRY: words("Retry"),
        Action.ALTERNATIVES: words("Alternatives"),
        Action.UNDO: words("Undo"),
        Action.STOP: words("Stop"),
        Action.ADD: words("Add it now"),
        Action.WHY: words("Why?"),
        Action.TURN_OPEN: words("Write"),
        Action.TURN_WRITE: words("Write your turn"),
        Action.TURN_PROPOSE: words("Hand in a candidate"),
        Action.TURN_ASK: words("Ask the model for one"),
        Action.TURN_SKIP: words("Skip"),
        Action.TURN_NAME: words("Name the next"),
        Action.HELD_EDIT: words("Edit and add"),
        Action.ORDER_JOIN: words("Join"),
        Action.ORDER_LEAVE: words("Leave"),
        Action.ORDER_REMIND: words("Remind me"),
        Action.ORDER_QUIET: words("No reminders"),
        Action.ORDER_STAND_IN: words("Let the model stand in"),
        Action.ORDER_ALONE: words("Nobody stands in for me"),
        Action.VOTE: words("Vote"),
        Action.DECIDE: words("Choose this one"),
        Action.BEGIN: words("Let the model begin"),
        Action.WRITE: words("Write the first turn"),
        Action.EXPORT: words("Export"),
        Action.PAGE_BACK: words("Back"),
        Action.PAGE_ON: words("Next page"),
        Action.ERASE: words("Erase everything"),
        Action.STYLE_TUNE: words("Tune values"),
        Action.STYLE_RESET: words("Back to the preset"),
        Action.STYLE_BANS: words("Banned phrases"),
        Action.STYLE_NAMES: words("Allowed names"),
        Action.STYLE_ALLOW: words("Allow clichés"),
        Action.STYLE_BAN: words("Ban clichés"),
        Action.STYLE_LISTS: words("Show the lists"),
        Action.PROMPT_START: words("Start a story with this"),
        Action.PROMPT_THREAD: words("Start it in a thread"),
        Action.PROMPT_MORE: words("More like this"),
        Action.PROMPT_SAVE: words("Save"),
        Action.PROMPT_FORGET: words("Forget"),
        Action.PROMPT_PASS: words("Not for me"),
        Action.PROMPT_ALL: words("The others"),
        Action.PROMPT_BACK: words("Back"),
        Action.PROMPT_ON: words("Next page"),
        Action.CANON_ACCEPT: words("Accept"),
        Action.CANON_EDIT: words("Edit"),
        Action.CANON_REJECT: words("Reject"),
        Action.CANON_BACK: words("Back"),
        Action.CANON_ON: words("Next page"),
        Action.MEMORY_NOTE: words("Author's note"),
        Action.MEMORY_PIN: words("Pin a line"),
        Action.MEMORY_UNPIN: words("Unpin"),
        Action.MEMORY_SAMPLE: words("Give a sample"),
        Action.MEMORY_DROP: words("Take it back"),
        Action.MEMORY_EDIT: words("Edit"),
        Action.MEMORY_KEEP: words("Pin"),
        Action.MEMORY_LET_GO: words("Unpin"),
        Action.MEMORY_FORGET: words("Write it anew"),
        Action.MEMORY_BACK: words("Back"),
        Action.MEMORY_ON: words("Next page"),
        Action.CAST_BACK: words("Back"),
        Action.CAST_ON: words("Next page"),
        Action.NPC_EDIT: words("Edit"),
        Action.NPC_RETIRE: words("Retire"),
        Action.NPC_RETURN: words("Bring back"),
        Action.NPC_EXPORT: words("Export"),
        Action.NPC_INTRODUCE: words("Introduce it here"),
        Action.NPC_OBEY: words("Use the card's instructions"),
        Action.NPC_IGNORE: words("Stop its instructions"),
        Action.CRITIQUE_SHOW: words("Show my critique"),
        Action.CRITIQUE_LENS: words("Another lens"),
        Action.CRITIQUE_SHARE: words("Share"),
        Action.CRITIQUE_DELETE: words("Delete"),
        Action.CRITIQUE_AGREE: words("Agree"),
        Action.CRITIQUE_REFUSE: words("Refuse"),
        Action.CRITIQUE_WHICH: words("Which text?"),
        Action.LINE_POST: words("Post"),
        Action.LINE_EDIT: words("Edit and post"),
        Action.LINE_AGAIN: words("Again"),
        Action.LIBRARY_OPEN: words("Read and answer"),
        Action.LIBRARY_AGREE: words("I agree"),
        Action.LIBRARY_LIST: words("I agree, and show it with my name"),
        Action.LIBRARY_SHOW: words("Show it with my name"),
        Action.LIBRARY_DECLINE: words("No"),
        Action.LIBRARY_ASK: words("Ask the others here"),
        Action.LIBRARY_READ: words("Read it"),
        Action.LIBRARY_UNLIST: words("Show it no more"),
        Action.LIBRARY_WITHDRAW: words("Withdraw it"),
        Action.LIBRARY_CONFIRM: words("Withdraw it for good"),
        Action.LIBRARY_BACK: words("Back"),
        Action.LIBRARY_ON: words("Next page"),
        Action.VOICE_TRAIN: words("Train"),
        Action.VOICE_CANCEL: words("Cancel"),
        Action.VOICE_COMPARE: words("Compare"),
        Action.VOICE_PROMOTE: words("Promote"),
        Action.LORE_EDIT: words("Edit"),
        Action.LORE_ON: words("Switch on"),
        Action.LORE_OFF: words("Switch off"),
        Action.LORE_REMOVE: words("Remove"),
        Action.LORE_BACK: words("Back"),
        Action.LORE_NEXT: words("Next page"),
        Action.PAIR_FIRST: words("First"),
        Action.PAIR_SECOND: words("Second"),
        Action.PAIR_SAME: words("Same"),
        Action.PAIR_RESULT: words("Result"),
    }[action]
