from engine.memory.offers import Spot
from engine.memory.prompt import BlockKind
from engine.memory.recall import recall
from engine.memory.recalled import offers_of
from engine.story import Turn, TurnKind
from tests.fakes.nouns import path_of

DULL = [
    "Tomas went down to the yard and looked for a lantern.",
    "It rained, and Mara pulled the collar up.",
    "Mara and Tomas talked about the ferry until nothing was left to say.",
    "The clock struck, and Tomas looked up.",
    "Mara put the teapot on the table.",
]
DULL_HAN = [
    "赵铁山到院子里去找灯笼。",
    "雨下个不停，林晚秋竖起了衣领。",
    "林晚秋和赵铁山聊起渡船，直到无话可说。",
    "钟敲响了，赵铁山抬起头来。",
    "林晚秋把茶壶放在桌上。",
]


def story(*facts: str, dull: list[str] = DULL, rounds: int = 6) -> list[Turn]:
    """Tell facts with dull turns before, between and after them."""
    texts = dull * rounds
    for fact in facts:
        texts += [fact, *dull * rounds]
    return path_of([(TurnKind.HUMAN, text) for text in texts])


def best(path: list[Turn], query: str, language: str = "en") -> str:
    return recall(path, [(query, 1.0)], language).passages[0].text


def test_a_fact_is_found_by_other_words_for_it() -> None:
    path = story(
        "Mara was born in Velmoor, among the salt pans.",
        "Tomas came from Harrow.",
        "Mara tucked the ledger away in the bread oven.",
    )
    assert "Velmoor" in best(path, "Mara tells the stranger where she grew up.")
    assert "Harrow" in best(path, "Where was Tomas's childhood home?")
    assert "bread oven" in best(path, "Where did Mara hide the ledger?")


def test_it_is_so_in_chinese() -> None:
    path = story(
        "林晚秋生在青石镇，离海很近。",
        "赵铁山来自寒溪村。",
        "林晚秋把账本塞进了面缸底下。",
        dull=DULL_HAN,
    )
    assert "青石镇" in best(path, "林晚秋说起自己在哪里长大。", "zh-CN")
    assert "寒溪村" in best(path, "赵铁山的老家是什么地方？", "zh-CN")
    assert "面缸" in best(path, "林晚秋把账本藏在哪儿了？", "zh-CN")


def test_a_pronoun_brings_the_sentence_that_names_whom_it_means() -> None:
    path = story("Mara looked at the fire. She had spent her childhood in Velmoor.")
    found = best(path, "Where did Mara grow up?")
    assert found == "Mara looked at the fire. She had spent her childhood in Velmoor."


def test_the_newest_of_equals_comes_first_and_all_stand_in_the_order_of_the_story() -> None:
    path = story(
        "Mara lived at Fennel Court.", "Mara lived at Gallows Rise.", "Mara lived at Pell Weir."
    )
    found = recall(path, [("Where does Mara live?", 1.0)], "en")
    assert ["Weir" in found.passages[0].text, "Rise" in found.passages[1].text] == [True, True]
    offers = offers_of(found, "en")[:3]
    told = [offer.text for offer in sorted(offers, key=lambda offer: offer.order)]
    assert [name for text in told for name in ("Court", "Rise", "Weir") if name in text] == [
        "Court",
        "Rise",
        "Weir",
    ]


def test_several_scenes_are_all_found() -> None:
    path = story(
        "That evening Rosalba signed on with Mara's crew.",
        "Deaf Simon came aboard at the next port, and Mara was glad.",
        "Kit Marlow threw in with Mara and the crew.",
    )
    found = recall(path, [("Who has joined Mara's crew?", 1.0)], "en").passages[:6]
    for name in ("Rosalba", "Simon", "Marlow"):
        assert any(name in passage.text for passage in found)


def test_whom_the_best_passage_names_is_looked_for_too() -> None:
    path = story(
        "Mara gave the duke's seal to Notary Blythe.",
        "Tomas envied Blythe, who kept everything in the crypt of Saint Hild.",
    )
    found = recall(path, [("Where is the duke's seal?", 1.0)], "en").passages[:3]
    assert any("crypt" in passage.text for passage in found)


def test_what_the_story_does_not_say_is_not_established() -> None:
    path = story(
        "Mara's favourite dish was eel pie.",
        "Nobody knew what Tomas's favourite dish was.",
    )

    def says(query: str) -> bool:
        return recall(path, [(query, 1.0)], "en").is_established

    assert says("What is Mara's favourite dish?")
    assert not says("What is Tomas's favourite dish?"), "a denial is no answer"
    assert not says("What is Mara's horse called?")


def test_the_newest_turns_are_left_out_and_an_empty_question_finds_nothing() -> None:
    path = story("Mara was born in Velmoor.", rounds=1)
    left_out = len(DULL) + 1
    found = recall(path, [("Where was Mara born?", 1.0)], "en", leaving_out=left_out)
    assert all("Velmoor" not in passage.text for passage in found.passages)
    assert recall(path, [("and then?", 1.0)], "en").passages == ()
    assert recall([], [("Mara", 1.0)], "en").passages == ()


def test_a_passage_says_where_it_stands() -> None:
    path = story("Mara was born in Velmoor.")
    passage = recall(path, [("Where was Mara born?", 1.0)], "en").passages[0]
    assert passage.turn.told[passage.start : passage.end] == passage.text
    offer = offers_of(recall(path, [("Where was Mara born?", 1.0)], "en"), "en")[0]
    assert offer.text == "Earlier: Mara was born in Velmoor."
    assert (offer.order, offer.ids) == (passage.turn.number, (passage.turn.id,))
    assert (offer.kind, offer.spot) == (BlockKind.RECALLED, Spot.TAIL)
    assert offer.turn_id == passage.turn.id
    (told, *_) = offers_of(recall(path, [("Where was Mara born?", 1.0)], "en"), "zh-CN")
    assert told.text == "前文：Mara was born in Velmoor."


def test_no_words_are_told_twice() -> None:
    path = story(
        "The ledger lay hidden in the oven. It was the ledger of the salt pans. "
        "She had hidden it from the sailors. He found the ledger."
    )
    passages = recall(path, [("Where is the ledger hidden?", 1.0)], "en").passages
    told = [(each.turn.id, at) for each in passages for at in range(each.start, each.end)]
    assert len(told) == len(set(told))
