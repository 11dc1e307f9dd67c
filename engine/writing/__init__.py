"""Use cases of writing together."""

from engine.runtime import Progress, Waiting, Writing
from engine.writing.alternatives import follow_ballot, offer_alternatives
from engine.writing.asking_all import Answering, Show
from engine.writing.deadlines import (
    Passed,
    PassedKind,
    Reminder,
    next_deadline,
    pass_overdue,
    take_reminders,
)
from engine.writing.draft import Alternatives, Draft
from engine.writing.due_turns import DueTurn, due_model_turns, find_due_turn, write_due_turn
from engine.writing.exchange import Export, export_story
from engine.writing.head import UNSET, ExpectedHead, Unset
from engine.writing.human_turns import add_held_turn, check_may_write, write_turn
from engine.writing.model_turns import continue_story, resume_turn, retry_turn, stop_turn
from engine.writing.order_sight import (
    OrderSight,
    find_newest,
    newest_in_other_rooms,
    see_order,
)
from engine.writing.passing import hand_over, pass_turn, skip_turn
from engine.writing.players import (
    MOST_PLAYERS,
    agree_to_stand_in,
    join_story,
    leave_story,
    remind_me,
)
from engine.writing.posting import (
    find_opening_card,
    is_opening_card,
    list_posts,
    mark_posted,
    record_opening_card,
    record_post,
)
from engine.writing.prompting import show_context
from engine.writing.proposing import MOST_CANDIDATES, propose_candidate
from engine.writing.reading import (
    Participant,
    StoryStatus,
    find_turn_by_message,
    get_turn,
    read_story,
    story_status,
    unfinished_turns,
)
from engine.writing.story_bounds import LANGUAGES, end_story, start_story
from engine.writing.style import (
    ServerStyle,
    ban_cliches,
    choose_preset,
    drop_values,
    edition_of,
    own_values,
    read_style,
    tune_values,
)
from engine.writing.style_lists import BANS, NAMES, edit_bans, edit_names, list_text, shown
from engine.writing.texts import (
    MOST_DETAIL_CHARACTERS,
    MOST_DIRECTION_CHARACTERS,
    MOST_TITLE_CHARACTERS,
    MOST_TURN_CHARACTERS,
)
from engine.writing.turn_rules import OrderState, order_state, set_rules
from engine.writing.undoing import Undone, redo, undo
from engine.writing.voting import candidate_rests, decide, open_votes, read_tally, vote

__all__ = [
    "BANS",
    "LANGUAGES",
    "MOST_CANDIDATES",
    "MOST_DETAIL_CHARACTERS",
    "MOST_DIRECTION_CHARACTERS",
    "MOST_PLAYERS",
    "MOST_TITLE_CHARACTERS",
    "MOST_TURN_CHARACTERS",
    "NAMES",
    "UNSET",
    "Alternatives",
    "Answering",
    "Draft",
    "DueTurn",
    "ExpectedHead",
    "Export",
    "OrderSight",
    "OrderState",
    "Participant",
    "Passed",
    "PassedKind",
    "Progress",
    "Reminder",
    "ServerStyle",
    "Show",
    "StoryStatus",
    "Undone",
    "Unset",
    "Waiting",
    "Writing",
    "add_held_turn",
    "agree_to_stand_in",
    "ban_cliches",
    "candidate_rests",
    "check_may_write",
    "choose_preset",
    "continue_story",
    "decide",
    "drop_values",
    "due_model_turns",
    "edit_bans",
    "edit_names",
    "edition_of",
    "end_story",
    "export_story",
    "find_due_turn",
    "find_newest",
    "find_opening_card",
    "find_turn_by_message",
    "follow_ballot",
    "get_turn",
    "hand_over",
    "is_opening_card",
    "join_story",
    "leave_story",
    "list_posts",
    "list_text",
    "mark_posted",
    "newest_in_other_rooms",
    "next_deadline",
    "offer_alternatives",
    "open_votes",
    "order_state",
    "own_values",
    "pass_overdue",
    "pass_turn",
    "propose_candidate",
    "read_story",
    "read_style",
    "read_tally",
    "record_opening_card",
    "record_post",
    "redo",
    "remind_me",
    "resume_turn",
    "retry_turn",
    "see_order",
    "set_rules",
    "show_context",
    "shown",
    "skip_turn",
    "start_story",
    "stop_turn",
    "story_status",
    "take_reminders",
    "tune_values",
    "undo",
    "unfinished_turns",
    "vote",
    "write_due_turn",
    "write_turn",
]
