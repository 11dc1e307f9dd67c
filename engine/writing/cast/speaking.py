"""A character speaks for nobody else: what the model is stopped at, and what code cuts off.

The rules are strict on purpose: where it is open who speaks, the text ends before it. A few good
sentences are lost so that no member reads words that were put into their mouth.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.writing.cast.names import NO_LABELS, any_of, forms_of, other_forms
from engine.writing.cast.quotes import has_open_mark, quotes_in, sentence_end, sentence_start

MOST_STOPS = 12

_VERBS = (
    "says said asks asked replies replied answers answered whispers whispered shouts shouted yells "
    "yelled cries cried calls called mutters muttered murmurs murmured exclaims exclaimed adds "
    "added responds responded laughs laughed sighs sighed tells told announces announced begs "
    "begged demands demanded insists insisted explains explained growls growled snaps snapped "
    "hisses hissed screams screamed agrees agreed interrupts interrupted warns warned declares "
    "declared remarks remarked repeats repeated continues continued states stated suggests "
    "suggested protests protested confesses confessed admits admitted promises promised speaks "
    "spoke grins grinned smiles smiled saying asking replying answering whispering shouting "
    "muttering calling adding"
)
SAYS = rf"(?:{'|'.join(_VERBS.split())})"  # as somebody else does it
SAY = rf"(?:{SAYS}|say|ask|reply|answer|whisper|shout|yell|cry|call|mutter|add|tell|laugh|demand)"
SAYS_ZH = r"(?:说|說|问|問|答|喊|叫|嚷|吼|(?<!知)(?<!知)道|低语|回应|叹|喃喃|开口|笑着|嘀咕)"
CLAUSE_ZH = r"[^。！？\n“”「」]"
YOU_SAID = (
    r"(?<!what )(?<!that )(?<!when )(?<!thing )(?<!things )(?<!did )(?<!words )(?<!as )"
    r"\byou\s+(?:\w+ly |then )?"
    r"(?:said|say|replied|reply|answered|asked|whispered|whisper|shouted|told)\b"
)
# Who is meant by a label although nobody of this name is known.
ROLES = (
    r"(?:user|you|human|assistant|system|narrator|narration|player|everyone|everybody|all|both|"
    r"gm|dm|game master|npc|voice|man|woman|旁白|用户|玩家|你|主持人|众人|大家|所有人|男人|女人)"
)
MARKS = r"[ \t>*_#\"“”'‘’\[<【「『(（-]*"
AFTER_LABEL = r"[ \t*_\]>】)）\"”」』]*(?:[(（][^)）\n]{0,40}[)）])?[*_]*\s*[:：]"
SOMEBODY = (
    r"(?:the|a|an|another|one of|some|someone|somebody|everyone|everybody|each|all|his|her|their)"
    r"\b[^.!?\n\"“”]{0,40}?"
)
PRONOUN = (
    rf"\b(I|he|she|they|we)\b (?:\w+ly |then |just )?{SAY}\b|"
    rf"([他她我]们?)[^，。！？\n“”]{{0,6}}{SAYS_ZH}"
)
SELF = r"\b(?:I|she|he|they)\b|^\W*(?:my|her|his|their)\b|[我她他]"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is left of a draft: the character's own words and deeds; "" for nothing."""

    text: str
    is_cut: bool


def stop_strings(others: Sequence[str], speaker: Sequence[str]) -> tuple[str, ...]:
    """Return what ends a reply on the server: a new line that begins with another's name.

    Only at the beginning of a line. "…," Bo said, stopped at the name, would leave Bo's words
    without their owner; such a draft has to come whole to `keep_own_words`.
    """
    own = {form.casefold() for name in speaker for form in forms_of(name)}
    names = [forms_of(name)[0] for name in others if forms_of(name)]
    stops = ["\nYou:"]
    for name in dict.fromkeys(names):
        if name.casefold() not in own:
            stops += [f"\n{name}:", f"\n{name}：", f"\n**{name}"]
    return tuple(stops[:MOST_STOPS])


def keep_own_words(text: str, *, speaker: Sequence[str], others: Sequence[str]) -> Spoken:
    """Cut a draft where the character begins to speak or act for somebody else.

    `speaker` are the names of the character itself, `others` those of everybody who is known in
    the scene: members, characters, labels. English and Chinese forms are told.
    """
    text = text.replace("\r", "").strip()
    own = any_of(form for name in speaker for form in forms_of(name))
    label = re.compile(rf"^{MARKS}{own}{AFTER_LABEL}[ \t]*[*_]*", re.IGNORECASE | re.MULTILINE)
    text = label.sub("", text).strip()
    scene = _Scene(text, own, any_of(other_forms(others, speaker)))
    end = min((start for rule in RULES for start in rule(scene)), default=len(text))
    left = _tidy(text[:end], is_cut=end < len(text))
    return Spoken(left, end < len(text))


class _Scene:
    """A draft, its quotes, and the names that its rules look for."""

    def __init__(self, text: str, own: str, other: str) -> None:
        self.text = text
        self.own = own
        self.other = other
        self.quotes = quotes_in(text)
        self.dialogue = [quote for quote in self.quotes if quote.is_speech]

    def search(self, pattern: str) -> Iterator[re.Match[str]]:
        return re.finditer(pattern, self.text, re.IGNORECASE | re.MULTILINE)

    def unit(self, place: int) -> int:
        """Return where to cut for something said at `place`: with the quote that it may own."""
        start = sentence_start(self.text, place, self.quotes)
        for quote in self.quotes:
            if quote.end <= start and not self.text[quote.end : start].strip(" ,，"):
                return quote.start
        return start

    def is_quoted(self, place: int) -> bool:
        return any(quote.start < place < quote.end for quote in self.quotes)


Rule = Callable[[_Scene], Iterator[int]]


def _labels(scene: _Scene) -> Iterator[int]:
    """Bo: …, **Bo** (softly): …, [Bo] …, a line with nothing but the name."""
    named = rf"(?:{scene.other}|{ROLES})"
    for match in scene.search(rf"^{MARKS}{named}{AFTER_LABEL}"):
        yield match.start()
    for match in scene.search(
        rf"^{MARKS}{scene.other}(?:[*_\]>】)）]*[ \t]*(?:$|[-–—]+\s)|[\]>】])"
    ):
        yield match.start()
    for match in scene.search(rf"{scene.other}[*_]*\s*(?:[(（][^)）\n]{{0,40}}[)）])?\s*[:：]"):
        yield scene.unit(match.start())


def _strange_labels(scene: _Scene) -> Iterator[int]:
    """Old Guard: …, 店小二：…: nobody knows them, and it is not the character."""
    english = (
        r"^[*_#> \t-]*(?P<name>[A-Z][\w'’.-]*(?: (?:[A-Z][\w'’.-]*|of|the|and|#?\d+)){0,3})"
        r"[^\w\n:：]{0,4}(?:\([^)\n]{0,40}\))?[^\w\n:：]{0,4}[:：](?!\d|//)"
    )
    chinese = r"^[*_#> \t-]*(?P<name>[\u4e00-\u9fff·]{1,6})[*_]*(?:（[^）\n]{0,40}）)?[:：]"
    for pattern in (english, chinese):
        for match in re.finditer(pattern, scene.text, re.MULTILINE):
            if match["name"].split()[0].casefold() not in NO_LABELS:
                yield match.start()


def _told(scene: _Scene) -> Iterator[int]:
    """Bo says …, “…” said Bo, Bo's voice: …, 小明说……"""
    # "Bo, I say" calls Bo; "Bo, smiling, says" tells of him.
    gap = r"(?:, \w+ing\b)?(?:(?!\b(?:I|you|we)\b)[^.!?。！？,\"“”「」『』]){0,60}?,? ?"
    # Whatever marks stand between, what stands within four words of the name is said by it.
    near = r"(?:\s*(?:(?!(?:I|you|we)\b)[^\W_]+|[^\w\s,，!！?？.。])){0,4}?\s*"
    for between in (gap, near):
        for match in scene.search(rf"{scene.other}{between}\b{SAYS}\b"):
            yield scene.unit(match.start())
    for match in scene.search(rf"{scene.other}[^，。！？；：\n“”「」『』我你]{{0,8}}?{SAYS_ZH}"):
        yield scene.unit(match.start())
    for match in scene.search(
        rf"{scene.other}['’]s (?:\w+ ){{0,2}}(?:voice|reply|answer|words|whisper|response|shout)\b"
    ):
        yield scene.unit(match.start())
    for match in scene.search(rf"[,，]\s*{SAYS}\s+(?:the |old |young )?{scene.other}"):
        yield scene.unit(match.start())
    for match in scene.search(rf"[\"”'’」』],?\s*\w+\s+(?:the |old |young )?{scene.other}"):
        yield _owner_of(scene, match.start())


def _you(scene: _Scene) -> Iterator[int]:
    """You said …, “…” you say, 你说道：……"""
    for pattern in (
        YOU_SAID,
        rf"[\"”'’],?\s*(?:and )?you (?:\w+ly )?{SAY}\b",
        r"(?:^|[。！？”」』\n])\s*你[^，。！？\n“”「」]{0,6}(?:说|說|问|答|喊|叫)?道",
        rf"(?:^|[。！？”」』\n])\s*你{CLAUSE_ZH}{{0,8}}{SAYS_ZH}{CLAUSE_ZH}{{0,4}}\s*[“「『\"]",
        rf"[”」』]\s*你[^，。！？\n]{{0,6}}{SAYS_ZH}",
    ):
        for match in scene.search(pattern):
            yield scene.unit(match.end() - 1)


def _deeds(scene: _Scene) -> Iterator[int]:
    """What somebody else does, where the draft tells: beside quotes, or between asterisks."""
    actor = re.compile(rf"[\s*_(（]*(?:{scene.other}|you\b|你)", re.IGNORECASE)
    for match in re.finditer(
        r"(?<![*\w])\*{1,2}(?=\S)([^*\n]+)\*{1,2}|[(（]([^)）\n]+)[)）]", scene.text
    ):
        if actor.match(match[1] or match[2]):
            yield scene.unit(match.start())
    if not scene.dialogue:
        return
    for start, end in _sentences(scene.text, scene):
        if actor.match(scene.text, start, end) and not scene.is_quoted(start):
            yield scene.unit(start)


def _beats(scene: _Scene) -> Iterator[int]:
    """A quote beside a sentence that is about somebody else, and not about the character."""
    for quote in scene.dialogue:
        told = len(scene.text[: quote.start].rstrip())
        before = sentence_start(scene.text, max(told - 1, 0), scene.quotes)
        lead = scene.text[before : quote.start]
        if "\n" not in lead and _is_others(scene, lead):
            yield before
        tail = scene.text[quote.end : sentence_end(scene.text, quote.end)]
        if _is_others(scene, tail):
            yield quote.start


def _is_others(scene: _Scene, clause: str) -> bool:
    named = re.search(scene.other, clause, re.IGNORECASE)
    if named is not None:
        before = clause[: named.start()]
        return not re.search(rf"{scene.own}|{SELF}", before, re.IGNORECASE)
    told = re.match(rf"[\s,，]*{SOMEBODY}\b{SAYS}\b", clause, re.IGNORECASE)
    return told is not None and not re.search(scene.own, told.group(), re.IGNORECASE)


def _second_teller(scene: _Scene) -> Iterator[int]:
    """“…” she says. “…” he says: two tellers, and one of them is not the character."""
    first = None
    for quote in scene.dialogue:
        tail = scene.text[quote.end : sentence_end(scene.text, quote.end)]
        match = re.match(rf"[\s,，]*(?:and )?(?:{PRONOUN})", tail, re.IGNORECASE)
        if match is None:
            continue
        teller = (match[1] or match[2]).casefold()
        if first not in {None, teller}:
            yield quote.start
        first = first or teller


def _next_speaker(scene: _Scene) -> Iterator[int]:
    """A new line that begins with a quote or a dash, after one that was speech: a dialogue."""
    spoke = False
    for match in re.finditer(r"[^\n]+", scene.text):
        line, start = match.group(), match.start()
        indent = len(line) - len(line.lstrip())
        opens = any(quote.start == start + indent for quote in scene.quotes)
        dashes = re.match(r"\s*(?:[—–]+|-(?=\s))\s*\S", line) is not None
        if spoke and (opens or dashes) and not re.search(scene.own, line, re.IGNORECASE):
            yield start
        spoke = spoke or opens or dashes


def _owner_of(scene: _Scene, place: int) -> int:
    """Return the start of the quote that ends at `place`, or of its sentence."""
    for quote in scene.quotes:
        if quote.end == place + 1:
            return quote.start
    return scene.unit(place)


RULES: tuple[Rule, ...] = (
    _labels,
    _strange_labels,
    _told,
    _you,
    _deeds,
    _beats,
    _second_teller,
    _next_speaker,
)


def _sentences(text: str, scene: _Scene) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = sentence_end(text, start)
        begin = start + len(text[start:end]) - len(text[start:end].lstrip(" \n\t\"”’'」』,，*"))
        yield sentence_start(text, begin, scene.quotes) if begin == start else begin, end
        start = max(end, start + 1)


def _tidy(text: str, *, is_cut: bool) -> str:
    """Return the text without what a cut left hanging; "" when no word is left."""
    text = text.rstrip(" \n\t-–—*_#>" if is_cut else " \n\t")
    while is_cut and (place := has_open_mark(text)) is not None:
        text = text[:place].rstrip()
    dangling = re.search(r"[,，][\"”」』]$", text)
    if dangling and (quotes := quotes_in(text)):  # its teller is cut off, or never came
        text = text[: quotes[-1].start].rstrip()
    return text if re.search(r"[^\W\d_]", text) else ""
