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
│   ├── OtherBaseServed      the model that is served is not the one that would be trained
│   ├── JobOver              the training of this button is over
│   ├── TooLittleText        there is too little to learn from
│   ├── ComparisonOver       the pair of this button is gone
│   ├── CharacterNotFound    the server has no such character
│   ├── NameTaken            a live character of the server has this name
│   ├── CastFull             the server has as many characters as it may
│   ├── CharacterRetired     a retired character is neither changed nor played
│   ├── CharacterChanged     somebody else changed the character while the member edited it
│   ├── DraftGone            the draft of this button is forgotten, or somebody else's
│   ├── SceneMovedOn         the scene went on since the draft was written
│   ├── NoOwnWords           in every draft the character spoke for somebody else
│   ├── NotALine             the message shows no character's line
│   ├── CardRefused          a file is not taken as a character card
│   ├── LorebookRefused      a file is not taken as a lorebook
│   ├── LoreNotFound         the server has no such entry of lore, or no such book
│   ├── LoreChanged          somebody else changed the entry while the member edited it
│   ├── LoreFull             a server has as much lore as it may, or an entry
│   ├── LoreNeverFires       an entry has no key and is not constant
│   ├── LoreSettingRefused   a setting of lore is unknown or out of its bounds
│   ├── NoPlaceForLore       lore of a story or a character needs one
│   ├── FieldTooLong         a field of a character is longer than it may be
│   ├── DocumentRefused      a file cannot be read: too large, damaged, unsafe, of no known kind
│   ├── WorkRefused          a text cannot be taken into the library
│   ├── WorkNotFound         the library has no such work, or not for this member
│   ├── WorkClosed           the work was declined or withdrawn
│   ├── NotItsAuthor         only an author of the work decides about it
│   ├── ImportRefused        a folder of works has faults
│   ├── CritiqueTooLong      longer than what is read in one critique
│   ├── AuthorUnknown        who wrote the message cannot be told, so nobody can agree
│   ├── NoSuchTurns          the story has no written turn in this range
│   ├── CritiqueNotFound     the critique was deleted or never was
│   ├── NotYourCritique      only who asked for it and the authors may do this
│   ├── NotTheAuthor         only an author of the text may decide this
│   ├── ConsentMissing       an author has not agreed yet
│   ├── CritiqueClosed       an author refused, or nobody agreed in time
│   ├── CritiqueBeingWritten the model is writing this critique
│   ├── CritiqueTextGone     the text is not kept any longer
│   ├── SharingMissing       another author has not said yet that all may see it
│   ├── PromptNotFound       the server has no such story prompt
│   ├── NoPromptsLeft        no candidate for a story prompt was fit to be shown
│   ├── ArchiveRefused       a file is not taken as a whole story
│   ├── SummaryNotFound      the summary was forgotten, or its turns are told otherwise now
│   ├── PinNotFound          the pin was taken away
│   ├── SampleNotFound       the style sample was taken away
│   ├── TooManyKept          there are as many pins or samples as there may be
│   ├── NotYourWords         a style sample is given by who wrote it
│   ├── FactNotFound         the server has no such fact
│   ├── FactDecided          somebody has decided about the proposal
│   ├── FactIncomplete       a fact lacks a part, or has one that is too long
│   ├── QuoteNotFound        the quote does not stand in the turn
│   ├── TypefaceMissing      no typeface for the story's letters is there
│   ├── BranchNotFound       the story has no branch of this name
│   ├── BranchNameTaken      the story has a branch of this name
│   ├── BranchRefused        a branch cannot be changed in this way
│   ├── PassageNotFound      the told story has no turn of this number
│   ├── PassageChanged       somebody else changed the turn while the member edited it
│   ├── RevisionRefused      a turn cannot be edited, split or merged in this way
│   ├── NotTheModels         the model did not write the turn
│   ├── OutOfTurn            it is somebody else's turn, or the model's
│   ├── NotAPlayer           the member has not joined the order of the story
│   ├── NotOneSentence       the rules ask for one sentence a turn
│   ├── ChosenByVote         the next turn is chosen by vote
│   ├── ModelHasItsPlace     the model writes by itself in this story, not on request
│   ├── HandedInAlready      the member has a candidate in this vote
│   ├── VoteFull             the vote has as many candidates as it may
│   ├── OtherMode            the story's mode has no such step
│   ├── RulesRefused         the rules do not fit together
│   ├── PlayerNotFound       the member does not take part in the order
│   ├── OrderFull            the story has as many players as it may
│   ├── NobodyElse           there is no other player to whom the turn could go
│   ├── StoryVeiled          a blind story is handed out whole when it has ended
│   ├── NothingDue           the model is not to write by itself here
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

from engine.errors.branches import (
    BranchFault,
    BranchNameTaken,
    BranchNotFound,
    BranchRefused,
    NotTheModels,
    PassageChanged,
    PassageNotFound,
    RevisionFault,
    RevisionRefused,
)
from engine.errors.canon import FactDecided, FactIncomplete, FactNotFound, QuoteNotFound
from engine.errors.cast import (
    CardFault,
    CardRefused,
    CastFull,
    CharacterChanged,
    CharacterNotFound,
    CharacterRetired,
    DraftGone,
    FieldTooLong,
    NameTaken,
    NoOwnWords,
    NotALine,
    NothingToSay,
    SceneMovedOn,
)
from engine.errors.critiques import (
    AuthorUnknown,
    ConsentMissing,
    CritiqueBeingWritten,
    CritiqueClosed,
    CritiqueNotFound,
    CritiqueTextGone,
    CritiqueTooLong,
    NoSuchTurns,
    NotTheAuthor,
    NotYourCritique,
    SharingMissing,
)
from engine.errors.documents import DocumentFault, DocumentRefused
from engine.errors.exchange import ArchiveFault, ArchiveRefused, TypefaceMissing
from engine.errors.failures import (
    GenerationFailed,
    ModelUnavailable,
    ModelUnusable,
    PresetsUnreadable,
    PromptRefused,
    StorageFailed,
    Unsupported,
)
from engine.errors.inspiration import NoPromptsLeft, PromptNotFound
from engine.errors.library import (
    ImportRefused,
    NotItsAuthor,
    WorkClosed,
    WorkFault,
    WorkNotFound,
    WorkRefused,
)
from engine.errors.lore import (
    LorebookFault,
    LorebookRefused,
    LoreChanged,
    LoreFull,
    LoreLimit,
    LoreNeverFires,
    LoreNotFound,
    LoreSettingRefused,
    NoPlaceForLore,
)
from engine.errors.memory import (
    NotYourWords,
    PinNotFound,
    SampleNotFound,
    SummaryNotFound,
    TooManyKept,
)
from engine.errors.order import (
    ChosenByVote,
    HandedInAlready,
    ModelHasItsPlace,
    NobodyElse,
    NotAPlayer,
    NothingDue,
    NotOneSentence,
    OrderFull,
    OtherMode,
    OutOfTurn,
    PlayerNotFound,
    RulesFault,
    RulesRefused,
    StoryVeiled,
    VoteFull,
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
    OtherBaseServed,
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
    "ArchiveFault",
    "ArchiveRefused",
    "AuthorUnknown",
    "BallotClosed",
    "BanFault",
    "BanRefused",
    "BranchFault",
    "BranchNameTaken",
    "BranchNotFound",
    "BranchRefused",
    "CardFault",
    "CardRefused",
    "CastFull",
    "CharacterChanged",
    "CharacterNotFound",
    "CharacterRetired",
    "ChosenByVote",
    "ComparisonOver",
    "ConsentMissing",
    "ContentRefused",
    "CritiqueBeingWritten",
    "CritiqueClosed",
    "CritiqueNotFound",
    "CritiqueTextGone",
    "CritiqueTooLong",
    "DocumentFault",
    "DocumentRefused",
    "DraftGone",
    "EngineError",
    "FactDecided",
    "FactIncomplete",
    "FactNotFound",
    "Failed",
    "FieldTooLong",
    "GenerationFailed",
    "HandedInAlready",
    "ImportRefused",
    "JobOver",
    "ListFull",
    "LoreChanged",
    "LoreFull",
    "LoreLimit",
    "LoreNeverFires",
    "LoreNotFound",
    "LoreSettingRefused",
    "LorebookFault",
    "LorebookRefused",
    "ModelHasItsPlace",
    "ModelUnavailable",
    "ModelUnusable",
    "NameTaken",
    "NoOpenStory",
    "NoOwnWords",
    "NoPlaceForLore",
    "NoPromptsLeft",
    "NoSuchTurns",
    "NoVoice",
    "NobodyElse",
    "NotALine",
    "NotAPlayer",
    "NotAllowed",
    "NotItsAuthor",
    "NotOneSentence",
    "NotTheAuthor",
    "NotTheModels",
    "NotYourCritique",
    "NotYourTurn",
    "NotYourWords",
    "NothingDue",
    "NothingToRedo",
    "NothingToRetry",
    "NothingToSay",
    "NothingToUndo",
    "OrderFull",
    "OtherBaseServed",
    "OtherMode",
    "OutOfTurn",
    "PassageChanged",
    "PassageNotFound",
    "PinNotFound",
    "PlayerNotFound",
    "PresetUnknown",
    "PresetsUnreadable",
    "PromptNotFound",
    "PromptRefused",
    "QueueFull",
    "QueueScope",
    "QuoteNotFound",
    "Refused",
    "RevisionFault",
    "RevisionRefused",
    "Right",
    "RulesFault",
    "RulesRefused",
    "SampleNotFound",
    "SceneMovedOn",
    "SharingMissing",
    "StorageFailed",
    "StoryAlreadyOpen",
    "StoryEnded",
    "StoryMovedOn",
    "StoryVeiled",
    "StyleChanged",
    "SummaryNotFound",
    "TextRefused",
    "TooLittleText",
    "TooManyKept",
    "TrainingRuns",
    "TurnNotFound",
    "TypefaceMissing",
    "Unsupported",
    "ValueRefused",
    "VoiceFault",
    "VoiceInUse",
    "VoiceNotFound",
    "VoiceStale",
    "VoiceUnavailable",
    "VoiceUnusable",
    "VoteFull",
    "WorkClosed",
    "WorkFault",
    "WorkNotFound",
    "WorkRefused",
]
