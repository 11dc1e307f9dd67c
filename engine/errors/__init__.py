"""What can go wrong, as a tree.

EngineError
├── Refused              the member is told why; not logged as a fault
│   ├── NoOpenStory          no story is open in this channel
│   ├── StoryAlreadyOpen     one story a channel, and this channel has one
│   ├── StoryEnded           the story of this button has ended
│   ├── StoryMovedOn         the head is no longer the turn that the member acted on
│   ├── NotYourTurn          the model is writing, or the turn is somebody else's
│   ├── NotAllowed           only who the right belongs to may do this
│   ├── NothingToUndo        the story is at its beginning
│   ├── NothingToRedo        nothing was undone since the last new turn
│   ├── NothingToRetry       the newest turn was not written by the model
│   ├── BallotClosed         the alternatives were decided already
│   ├── TurnNotFound         the message belongs to no turn of this server
│   ├── TextRefused          empty, or longer than a turn may be
│   ├── ContentRefused       the rating does not fit the channel
│   ├── PresetUnknown        there is no such preset (any more)
│   ├── ValueRefused         a server's own value is unknown, no number, out of bounds, or idle
│   ├── BanRefused           a phrase or pattern cannot be banned
│   ├── ListFull             a server's list is as long as it may be
│   ├── StyleChanged         somebody else changed the style while the member edited it
│   ├── VoiceUnusable        an adapter does not load on the present model server
│   ├── VoiceNotFound        the server has no adapter of this number
│   ├── VoiceStale           a work that the adapter learned from was withdrawn
│   ├── VoiceInUse           the adapter is the one that writes already
│   ├── NoVoice              the server has no voice of its own
│   ├── TrainingRuns         a training of this server is not over yet
│   ├── JobOver              the training of this button is over
│   ├── TooLittleText        there is too little to learn from
│   ├── ComparisonOver       the pair of this button is gone
│   ├── CharacterNotFound    the server has no such character
│   ├── NameTaken            a live character of the server has this name
│   ├── CastFull             the server has as many characters as it may
│   ├── CharacterRetired     a retired character is neither changed nor played
│   ├── CharacterChanged     somebody else changed the character while the member edited it
│   ├── FieldTooLong         a field of a character is longer than it may be
│   ├── DocumentRefused      a file cannot be read: too large, damaged, unsafe, of no known kind
│   └── QueueFull            too many turns wait already
└── Failed               our fault: logged with a short code, which the member sees
    ├── GenerationFailed     the model server broke this request
    ├── ModelUnavailable     the model server does not answer or is not ready
    ├── PromptRefused        the model server refused the request as wrong
    ├── Unsupported          the model server cannot do what the request stands or falls with
    ├── VoiceUnavailable     the promoted adapter cannot be loaded
    ├── StorageFailed        the database cannot be opened or written
    ├── PresetsUnreadable    a file of presets is not one
    └── ModelUnusable        the model cannot be found, is damaged or does not fit

Errors carry facts in fields. All wording is in `bot/errors/`.
"""

from engine.errors.cast import (
    CastFull,
    CharacterChanged,
    CharacterNotFound,
    CharacterRetired,
    FieldTooLong,
    NameTaken,
)
from engine.errors.documents import DocumentFault, DocumentRefused
from engine.errors.failures import (
    GenerationFailed,
    ModelUnavailable,
    ModelUnusable,
    PresetsUnreadable,
    PromptRefused,
    StorageFailed,
    Unsupported,
)
from engine.errors.queue import (
    QueueFull,
    QueueScope,
)
from engine.errors.stories import (
    BallotClosed,
    ContentRefused,
    NoOpenStory,
    NotAllowed,
    NothingToRedo,
    NothingToRetry,
    NothingToUndo,
    NotYourTurn,
    Right,
    StoryAlreadyOpen,
    StoryEnded,
    StoryMovedOn,
    TextRefused,
    TurnNotFound,
)
from engine.errors.styles import (
    BanFault,
    BanRefused,
    ListFull,
    PresetUnknown,
    StyleChanged,
    ValueRefused,
)
from engine.errors.tree import (
    EngineError,
    Failed,
    Refused,
)
from engine.errors.voices import (
    ComparisonOver,
    JobOver,
    NoVoice,
    TooLittleText,
    TrainingRuns,
    VoiceFault,
    VoiceInUse,
    VoiceNotFound,
    VoiceStale,
    VoiceUnavailable,
    VoiceUnusable,
)

__all__ = [
    "BallotClosed",
    "BanFault",
    "BanRefused",
    "CastFull",
    "CharacterChanged",
    "CharacterNotFound",
    "CharacterRetired",
    "ComparisonOver",
    "ContentRefused",
    "DocumentFault",
    "DocumentRefused",
    "EngineError",
    "Failed",
    "FieldTooLong",
    "GenerationFailed",
    "JobOver",
    "ListFull",
    "ModelUnavailable",
    "ModelUnusable",
    "NameTaken",
    "NoOpenStory",
    "NoVoice",
    "NotAllowed",
    "NotYourTurn",
    "NothingToRedo",
    "NothingToRetry",
    "NothingToUndo",
    "PresetUnknown",
    "PresetsUnreadable",
    "PromptRefused",
    "QueueFull",
    "QueueScope",
    "Refused",
    "Right",
    "StorageFailed",
    "StoryAlreadyOpen",
    "StoryEnded",
    "StoryMovedOn",
    "StyleChanged",
    "TextRefused",
    "TooLittleText",
    "TrainingRuns",
    "TurnNotFound",
    "Unsupported",
    "ValueRefused",
    "VoiceFault",
    "VoiceInUse",
    "VoiceNotFound",
    "VoiceStale",
    "VoiceUnavailable",
    "VoiceUnusable",
]
