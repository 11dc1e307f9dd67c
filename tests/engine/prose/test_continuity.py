"""Contradictions that a reader would notice are told; what only looks like one is not."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.continuity.__main__ import gather, judge
from engine.prose.continuity import DoubtKind, check


@dataclass(frozen=True)
class Fact:
    subject: str
    relation: str
    value: str
    id: int = 1


DEAD = Fact("Mira Voss", "died", "yes")
DEAD_ZH = Fact("米拉", "died", "是")
AT = Fact("Mira Voss", "is_at", "the lighthouse")
LONDON = Fact("Mira Voss", "is_at", "London")
PARIS = Fact("Tomas", "is_at", "Paris", 2)
EYES = Fact("Mira Voss", "eye_color", "grey")
EYES_ZH = Fact("米拉", "eye_color", "灰色")
HAIR = Fact("Mira Voss", "hair_color", "black")
AGE = Fact("Mira Voss", "age", "thirty-four")
AGE_ZH = Fact("米拉", "age", "三十四")
TRADE = Fact("Mira Voss", "is_a", "baker")
SHE = Fact("Mira Voss", "pronoun", "she")
SHE_ZH = Fact("米拉", "pronoun", "她")

CONTRADICTIONS = [
    (DEAD, "“Come in,” said Mira.", DoubtKind.DEAD_SPEAKER, "“Come in,” said Mira."),
    (DEAD, "It rained. Mira slowly opened the door.", DoubtKind.DEAD_SPEAKER, "Mira slowly"),
    (DEAD, "Mira was sitting by the fire.", DoubtKind.DEAD_SPEAKER, "Mira was"),
    (DEAD_ZH, "夜深了。米拉低声说：“走吧。”", DoubtKind.DEAD_SPEAKER, "米拉低声说"),
    (AT, "Mira sat in the tavern.", DoubtKind.WRONG_PLACE, "Mira sat"),
    (LONDON, "Mira was in Paris.", DoubtKind.WRONG_PLACE, "Mira was"),
    (Fact("米拉", "is_at", "灯塔"), "米拉坐在酒馆里。", DoubtKind.WRONG_PLACE, "米拉坐在"),
    (EYES, "Mira's blue eyes closed.", DoubtKind.CHANGED_ATTRIBUTE, "Mira's blue"),
    (EYES, "Mira looked up. Her eyes were brown.", DoubtKind.CHANGED_ATTRIBUTE, "Her eyes"),
    (EYES_ZH, "米拉那双蓝色的眼睛闭上了。", DoubtKind.CHANGED_ATTRIBUTE, "米拉那双"),
    (HAIR, "Red-haired Mira laughed.", DoubtKind.CHANGED_ATTRIBUTE, "Red-haired"),
    (AGE, "Mira was twenty-two years old.", DoubtKind.CHANGED_ATTRIBUTE, "Mira was"),
    (AGE, "Mira was an elderly woman.", DoubtKind.CHANGED_ATTRIBUTE, "Mira was"),
    (AGE_ZH, "米拉今年二十二岁。", DoubtKind.CHANGED_ATTRIBUTE, "米拉今年"),
    (TRADE, "Mira, the doctor, nodded.", DoubtKind.CHANGED_ATTRIBUTE, "Mira, the"),
    (SHE, "Mira went to the door. He did not look back.", DoubtKind.PRONOUN, "He did"),
    (SHE, "Mira shook his head.", DoubtKind.PRONOUN, "Mira shook"),
    (SHE_ZH, "米拉站在门口。他没有进来。", DoubtKind.PRONOUN, "他没有"),
    (SHE, "Mira put down his cup.", DoubtKind.PRONOUN, "Mira put"),
    (SHE, "Left to himself, Mira would have burned it.", DoubtKind.PRONOUN, "Left to"),
    (SHE_ZH, "米拉从小怕水，他不坐船。", DoubtKind.PRONOUN, "米拉从小"),
    (SHE, "He came in. Mira shook his head.", DoubtKind.PRONOUN, "Mira shook"),
    (SHE_ZH, "米拉解下他的佩刀。", DoubtKind.PRONOUN, "米拉解下"),
    (EYES, "Brown as a bog and as deep, the eyes of Mira closed.", DoubtKind.CHANGED_ATTRIBUTE, ""),
    (AGE, "Now sixty-two, Mira walked with a stick.", DoubtKind.CHANGED_ATTRIBUTE, "Now"),
    (TRADE, "Mira taught the young and farmed for a living.", DoubtKind.CHANGED_ATTRIBUTE, "Mira"),
    (Fact("米拉", "is_a", "铁匠"), "米拉靠打鱼为生。", DoubtKind.CHANGED_ATTRIBUTE, "米拉靠"),
    (DEAD_ZH, "米拉写完了信，把灯吹灭。", DoubtKind.DEAD_SPEAKER, "米拉写完"),
]

NO_CONTRADICTIONS = [
    (DEAD, "He remembered how Mira laughed. Mira's grave was white."),
    (DEAD, "Mrs. Voss opened the door."),
    (DEAD, "“Mira said so,” he lied."),
    (DEAD, "Nobody spoke of Mira Voss."),
    (DEAD_ZH, "他想起米拉说过的话。米拉的墓前放着花。"),
    (AT, "Mira went down to the harbour. Mira sat in the tavern."),
    (AT, "Mira sat in the kitchen."),
    (AT, "Mira was in the lighthouse."),
    (LONDON, "Mira stood in the market."),
    (EYES, "Mira's silver-grey eyes closed."),
    (EYES, "Mira's dark coat was wet. Tomas had blue eyes."),
    (EYES, "Mira looked at Tomas. His eyes were brown."),
    (HAIR, "Mira's dark hair was wet."),
    (AGE, "Mira was thirty-four years old."),
    (AGE, "Mira was ten miles away."),
    (AGE, "Mira helped the elderly porter."),
    (AGE, "Mira felt a hundred and two years old."),
    (TRADE, "Mira was a good baker."),
    (TRADE, "Mira was not a soldier."),
    (SHE, "Mira looked at Tomas. He did not look back."),
    (SHE, "Mira took his hand."),
    (SHE, "A man came in. Mira rose. He smiled."),
    (SHE_ZH, "米拉看着那个男人。他没有进来。"),
    (SHE, "Mira knew he would come."),
    (SHE_ZH, "我问米拉，他自己去不去。"),
    (EYES, "Mira held the black cat with brown eyes."),
    (HAIR, "Mira saw a red head above the wall."),
    (TRADE, "Mira remembered what it was to be a soldier."),
    (TRADE, "Mira taught him to fish for a living."),
    (AT, "The blue of the sea filled Mira's eyes."),
    (AGE_ZH, "米拉买了二十根蜡烛。"),
    (EYES, "The eyes of Mira went to the brown dog."),
    (AGE_ZH, "米拉守了二十个年头的灯塔。"),
    (DEAD_ZH, "桌上有米拉的遗信。信里说她走了。"),
]


@pytest.mark.parametrize(("fact", "text", "kind", "quote"), CONTRADICTIONS)
def test_a_contradiction_is_told_with_its_sentence(
    fact: Fact, text: str, kind: DoubtKind, quote: str
) -> None:
    language = "en" if text.isascii() or ("“" in text and "Mira" in text) else "zh-CN"
    facts = [fact, PARIS, Fact("Tomas", "pronoun", "he", 3)]
    (doubt,) = check(text, facts, language=language)
    assert (doubt.kind, doubt.fact_id) == (kind, 1)
    assert quote.strip("“") in doubt.place.quote
    assert text[doubt.place.start : doubt.place.end] == doubt.place.quote


@pytest.mark.parametrize(("fact", "text"), NO_CONTRADICTIONS)
def test_what_only_looks_like_a_contradiction_is_not_told(fact: Fact, text: str) -> None:
    language = "en" if "Mira" in text else "zh-CN"
    facts = [fact, PARIS, Fact("Tomas", "pronoun", "he", 3)]
    assert check(text, facts, language=language) == []


# Two are together, of whom one is "he": no pronoun here is wrong.
SCENES = [
    "Tomas sat down beside her. Mira squeezed his hand.",
    "He was shivering. Mira held his hands until the fit passed.",
    "Tomas frowned. Mira brushed the hair from his brow.",
    "Tomas stood before the glass. Mira straightened his tie.",
    "Tomas smiled. Mira looked up into his face.",
    "She was tired. Mira put her head in his lap.",
    "Mira leaned on his shoulder and closed her eyes.",
    "Tomas shouted. Mira, hearing his voice, turned.",
    "Tomas came. Mira, his sister, rose at once.",
    "When he had finished, Mira closed the book.",
    "Before he could answer, Mira kissed him.",
    "Tomas stopped. Mira, who had loved him once, looked away.",
    "He hurt himself. Mira saw him bandage himself in silence.",
    "Mira had told him that he should be proud of himself.",
    "He watched Mira sleep. He did not wake her. He had his orders, and he kept them.",
    "陈安坐在床边。米拉握住他的手。",
    "他睡着了。米拉解下他的佩刀，放在一旁。",
    "如果他不来，米拉就一个人走。",
    "当他推门进来的时候，米拉正在打铁。",
    "米拉知道他自己会想通的。",
    "米拉没有说话，他也没有。",
    "米拉从小怕黑，他却不怕。",
    "除了米拉，他谁也不信。",
    "米拉穿上他的外套，走进雨里。",
    "在他的记忆里，米拉总是在笑。",
    "Tomas lay still. Mira tilted his head to the light.",
    "Tomas lay dead. Mira folded his arms across his chest.",
    "He kissed her. Mira bit his lip.",
    "He bowed. Mira wrote to the emperor himself.",
    "陈安坐在床边。米拉揉了揉他的头发。",
    "陈安哭了。米拉抬起他的脸。",
    "陈安冷得发抖。米拉搓了搓他的手。",
    "陈安走了过来。米拉喜欢他自己做的面。",
]


@pytest.mark.parametrize("text", SCENES)
def test_the_pronoun_of_who_is_with_somebody_is_not_theirs(text: str) -> None:
    language = "en" if text.isascii() else "zh-CN"
    fact, other = (SHE, "Tomas") if language == "en" else (SHE_ZH, "陈安")
    assert check(text, [fact, Fact(other, "pronoun", "he", 3)], language=language) == []


def test_who_was_told_of_before_may_be_meant() -> None:
    text = "Mira went to the door. It rained. He did not look back."
    assert check(text, [SHE], language="en") != []
    assert check(text, [SHE], language="en", recent=["Tomas rose. He was pale."]) == []


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (DEAD, "Mira never came back."),
        (DEAD, "Mira lay still under the white sheet."),
        (DEAD, "They said Mira walked on the cliffs at night."),
        (DEAD, "Somewhere Mira was waiting for him."),
        (DEAD, "The Mira sailed at dawn."),
        (DEAD_ZH, "他听见米拉的声音在脑子里说：走吧。"),
        (DEAD_ZH, "他们把米拉抬到海边。"),
        (DEAD_ZH, "米拉号天一亮就开走了。"),
        (EYES, "Mira's eyes were red from crying."),
        (EYES, "Mira's eyes went dark with anger."),
        (EYES, "A black eye was what Mira got for it."),
        (EYES_ZH, "米拉的眼睛哭红了。"),
        (EYES_ZH, "米拉眼前一黑，倒了下去。"),
        (EYES_ZH, "米拉白了他一眼。"),
        (HAIR, "Mira's hair was white with flour."),
        (TRADE, "Mira's father was a fisherman."),
        (AT, "Mira read a book about a castle in the forest."),
        (AT, "Mira pointed at the road."),
        (AT, "Mira stood in the garden behind the lighthouse."),
        (AT, "At the market they still talked of Mira."),
        (AT, "In the tavern nobody had seen Mira."),
        (Fact("米拉", "is_at", "灯塔"), "酒馆里没有人见过米拉。"),
        (TRADE, "As the soldier passed Mira ducked."),
        (TRADE, "Men fished for a living there, and Mira sold them bread."),
        (AGE, "Mira loved the music of the sixties."),
        (AGE, "Now two, now three, Mira counted the sails."),
        (HAIR, "In the mirror Mira saw the red hair of the girl behind her."),
        (Fact("米拉", "is_a", "铁匠"), "米拉的邻居靠种地为生。"),
        (Fact("米拉", "is_a", "铁匠"), "米拉当着上尉的面笑了。"),
        (AGE_ZH, "米拉在山上住了十个春秋。"),
    ],
)
def test_what_passes_and_what_is_only_told_is_no_contradiction(fact: Fact, text: str) -> None:
    assert check(text, [fact], language="en" if text.isascii() else "zh-CN") == []


PLAIN = tomllib.loads((Path(__file__).parent / "plain_sentences.toml").read_text("utf-8"))
KNOWN = {
    "living-en": [AT, EYES, HAIR, AGE, TRADE, SHE, Fact("Tomas", "pronoun", "he", 3)],
    "living-zh": [
        Fact("米拉", "is_at", "灯塔"),
        EYES_ZH,
        Fact("米拉", "hair_color", "黑色"),
        AGE_ZH,
        Fact("米拉", "is_a", "铁匠"),
        SHE_ZH,
        Fact("陈安", "pronoun", "他", 3),
    ],
    "dead-en": [DEAD],
    "dead-zh": [DEAD_ZH],
}


@pytest.mark.parametrize("key", KNOWN)
def test_plain_sentences_raise_no_doubt(key: str) -> None:
    language = "en" if key.endswith("en") else "zh-CN"
    doubted = [each for each in PLAIN[key] if check(each, KNOWN[key], language=language)]
    assert doubted == []


PAST = "She walked to the door. She opened it and looked out. The rain had stopped. " * 4
PRESENT = "She walks to the door. She opens it and looks out. The rain has stopped. " * 3


def test_a_passage_in_another_tense_than_the_story_is_told_once() -> None:
    (doubt,) = check(PRESENT, [], language="en", recent=[PAST])
    assert (doubt.kind, doubt.found) == (DoubtKind.TENSE, "present")
    assert check(PAST, [], language="en", recent=[PAST]) == []


def test_a_passage_told_by_another_person_is_told() -> None:
    mine = "I went to the door. I opened it, and I looked out at my garden. " * 3
    (doubt,) = check(mine, [], language="en", recent=[PAST])
    assert (doubt.kind, doubt.found) == (DoubtKind.VIEWPOINT, "first")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_bounds_hold_on_the_passages_at_hand(language: str) -> None:
    counts = judge(gather("at hand", language, None))
    cases = sum(counts[f"{kind} cases"] for kind in DoubtKind)
    found = sum(counts[f"{kind} found"] for kind in DoubtKind)
    wrong = sum(counts[f"{kind} wrong"] for kind in DoubtKind)
    assert found / cases >= 0.6
    assert found / (found + wrong) >= 0.8
    assert counts["clean alarms"] == 0
