"""Scenes to play, and a checker that knows nothing of the bot's own rules.

It goes from word to word where the bot goes by patterns; where it is not sure it complains.
"""

import re
from dataclasses import dataclass

SAID = frozenset(
    re.findall(
        r"\w+",
        "says said asks asked replies replied answers answered whispers whispered shouts shouted "
        "yells yelled cries cried mutters muttered murmurs murmured exclaims exclaimed adds added "
        "responds responded tells told announces announced demands demanded insists insisted "
        "explains explained growls growled snaps snapped hisses hissed warns warned declares "
        "declared continues continued saying asking replying answering whispering shouting "
        "muttering",
    )
)
TITLES = {"The", "Sir", "Queen", "Old"}
SAID_ZH = ("说", "问", "答", "喊", "叫道", "笑道", "回应")
CLOSING = '"”」』'
OPENING = '"“「『'
VOCATIVE = {",", "，", "!", "！", "?", "？", ".", "。"}


@dataclass(frozen=True)
class Stage:
    """A scene: who plays, what was said, and what the game master wants."""

    language: str
    title: str
    speaker: str
    description: str
    others: tuple[str, ...]  # other characters; the members' names are Ann and Bo
    spoken: tuple[tuple[str, str], ...]  # name and line
    directions: tuple[str, ...]


STAGES = (
    Stage(
        "en",
        "The Pier",
        "Mira",
        "Mira is a smuggler with a dry sense of humour who trusts nobody.",
        ("Tom Barrow",),
        (
            ("Tom Barrow", "You are late, Mira. The tide does not wait for anybody."),
            ("Mira", "Neither do the customs men. Did anybody follow you?"),
            ("Tom Barrow", "Not a soul. Where is the crate?"),
        ),
        ("", "to find out who betrayed her", "Tom Barrow answers her and they quarrel"),
    ),
    Stage(
        "en",
        "The Court",
        "Queen Isolde",
        "Isolde is an old queen, proud and tired of war.",
        ("Sir Rowan", "The Jester"),
        (
            ("Sir Rowan", "My queen, the enemy is at the gates."),
            ("The Jester", "Then let us invite them in for supper!"),
        ),
        ("", "Write what Sir Rowan says and what the Jester replies", "to send Rowan away"),
    ),
    Stage(
        "en",
        "Station Nine",
        "ARGUS",
        "ARGUS is the computer of a space station, polite and slightly broken.",
        ("Dr. Imani Cole",),
        (
            ("Dr. Imani Cole", "ARGUS, why are the doors closed?"),
            ("ARGUS", "Good morning, Doctor. Which doors do you mean?"),
            ("Dr. Imani Cole", "All of them."),
        ),
        ("", "a dialogue with Dr. Cole in which she begs", "to tell a joke"),
    ),
    Stage(
        "en",
        "The Inn",
        "Old Bess",
        "Bess keeps an inn at the crossroads and knows every rumour.",
        ("Finn", "Kessler"),
        (
            ("Finn", "Two beds and no questions."),
            ("Kessler", "And some soup, if there is any left."),
            ("Old Bess", "Soup there is. Questions too, I am afraid."),
            ("Finn", "Ask, then."),
        ),
        ("", "Finn says who he is", "to warn them of the road"),
    ),
    Stage(
        "zh-CN",
        "客栈",
        "王掌柜",
        "王掌柜是一家老客栈的掌柜，嘴快心软。",
        ("小明",),
        (
            ("小明", "掌柜的，还有房间吗？"),
            ("王掌柜", "有是有，就剩一间了。"),
            ("小明", "多少钱一晚？"),
        ),
        ("", "小明回答他，两个人讲价", "想多收点钱"),
    ),
    Stage(
        "zh-CN",
        "山门",
        "青云道长",
        "青云道长是山上的老道士，说话慢，爱打谜语。",
        ("林月", "阿宝"),
        (
            ("林月", "道长，我师父在哪里？"),
            ("阿宝", "我们走了三天三夜。"),
        ),
        ("", "写林月和阿宝的对话"),
    ),
)


def complaints(text: str, speaker: str, others: tuple[str, ...]) -> list[str]:
    """Return what in a line seems to be somebody else's; nothing for a good line."""
    names = _names(speaker, others)
    found = [
        *_labels(text, speaker, names),
        *_told(text, names),
        *_you(text),
        *_told_in_chinese(text, names),
        *_dialogue(text, speaker),
    ]
    return list(dict.fromkeys(found))


def _names(speaker: str, others: tuple[str, ...]) -> list[str]:
    own = set(speaker.lower().split())
    names = []
    for other in others:
        parts = [other, *(part for part in other.split() if len(part) > 2 and part not in TITLES)]
        names += [part.lower() for part in parts if part.lower() not in own]
    return list(dict.fromkeys(names))


def _labels(text: str, speaker: str, names: list[str]) -> list[str]:
    found = []
    for line in text.splitlines():
        bare = line.lower().lstrip(' \t*_#>-"“「[(（')
        for name in (*names, "you", "user", "narrator", "assistant", "你", "旁白"):
            after = bare[len(name) :].lstrip(' *_])"”」）')
            if bare.startswith(name) and after[:1] in {":", "："}:
                found.append(f"label {name}")
        head, colon, rest = line.replace("：", ":").partition(":")
        words = head.strip(" *_#>-").split()
        # With a comma it calls somebody: Come, Bo: we leave.
        is_name = 0 < len(words) <= 3 and all(word[:1].isupper() for word in words)
        is_name = is_name and "," not in head
        if (
            colon
            and rest.strip()
            and is_name
            and not set(head.lower().split()) & set(speaker.lower().split())
        ):
            plain = words[0].lower().strip("*_—–-") in {
                "listen", "look", "remember", "note", "wait", "well", "yes", "no", "so", "but",
                "now", "warning", "question", "answer", "first", "i", "the", "my", "and", "it",
                "okay", "ok", "one", "two", "three", "fact", "rule", "example", "here", "there",
                "in", "on", "at", "for", "to", "let", "tell", "hear", "know", "think", "see",
                "this", "that", "these", "those", "truth", "simple", "second", "third", "ps",
            }  # fmt: skip
            if not plain:
                found.append(f"label of a stranger: {head}")
    return found


def _told(text: str, names: list[str]) -> list[str]:
    tokens = re.findall(r"[^\W_]+|[^\w\s]", text.lower())
    found = []
    for name in names:
        parts = re.findall(r"[^\W_]+", name)
        for i in range(len(tokens) - len(parts)):
            if tokens[i : i + len(parts)] != parts:
                continue
            after = tokens[i + len(parts) : i + len(parts) + 5]
            for token in after:
                if token in VOCATIVE or token in {"i", "you", "we"}:
                    break
                if token in SAID:
                    found.append(f"{name} {token}")
            if i >= 2 and tokens[i - 1] in SAID and tokens[i - 2] in {*CLOSING, "'", "’", ","}:
                found.append(f"{tokens[i - 1]} {name}")
    return found


def _you(text: str) -> list[str]:
    tokens = re.findall(r"[^\W_]+|[^\w\s]", text.lower())
    found = []
    for i, token in enumerate(tokens[:-1]):
        if token == "you" and tokens[i + 1] in {"said", "replied", "answered", "whispered"}:
            before = tokens[i - 1] if i else ""
            if before not in {"what", "that", "when", "thing", "things", "words", "as"}:
                found.append(f"you {tokens[i + 1]}")
    return found


def _told_in_chinese(text: str, names: list[str]) -> list[str]:
    found = []
    for name in names:
        if not re.search(r"[\u4e00-\u9fff]", name):
            continue
        place = text.find(name)
        while place >= 0:
            clause = re.split(r"[，。！？：；“”「」\n我你]", text[place + len(name) :])[0][:8]
            if any(verb in clause for verb in SAID_ZH):
                found.append(f"{name} {clause}")
            if text[place + len(name) : place + len(name) + 1] in {"：", ":"}:
                found.append(f"{name}：")
            place = text.find(name, place + 1)
    if re.search(r"你[^，。！？\n]{0,4}(?:说道|问道|答道|回答道)", text):
        found.append("你说道")
    return found


def _dialogue(text: str, speaker: str) -> list[str]:
    """Two lines that each begin with a quote or a dash are two speakers."""
    begun = [
        line.strip()
        for line in text.splitlines()
        if line.strip()[:1] in {*OPENING, "—", "–"} and len(line.split()) + len(line) // 8 > 3
    ]
    strange = [
        line for line in begun[1:] if speaker.split(maxsplit=1)[0].lower() not in line.lower()
    ]
    return [f"a second speaker: {strange[0]}"] if strange else []
