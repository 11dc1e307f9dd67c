from dataclasses import replace

from engine.memory.passages import keys_of
from engine.memory.portrait import portray
from engine.memory.recall import recall
from engine.prose.segmenting import keyed
from engine.story import Turn
from tests.engine.memory.test_recall import DULL_HAN, story


def told_of(path: list[Turn], name: str, language: str = "en", most: int = 2) -> list[str]:
    keys = {turn.id: keys_of(turn.told) for turn in path}
    return [each.text for each in portray(path, keys, [keyed(name)], language, most=most)]


def test_what_is_told_once_of_somebody_comes_before_what_is_told_often() -> None:
    path = story(
        "Mara keeps a one-eyed falcon.", "Tomas keeps a talking raven.", "Mara fears thunderstorms."
    )
    assert sorted(told_of(path, "Mara")) == [
        "Mara fears thunderstorms.",
        "Mara keeps a one-eyed falcon.",
    ]
    assert told_of(path, "Tomas", most=1) == ["Tomas keeps a talking raven."]
    assert told_of(path, "Elspeth") == []


def test_it_is_so_in_chinese() -> None:
    path = story("林晚秋养了一只独眼的猎鹰。", "赵铁山怕打雷。", dull=DULL_HAN)
    assert told_of(path, "林晚秋", "zh-CN", most=1) == ["林晚秋养了一只独眼的猎鹰。"]


def test_a_sentence_that_names_nobody_is_told_with_the_one_before_it() -> None:
    path = story("Mara rolled up her sleeve. The scar came from a burst boiler.")
    whole = "Mara rolled up her sleeve. The scar came from a burst boiler."
    assert whole in told_of(path, "Mara")


def test_what_shares_only_the_name_with_the_question_is_recalled() -> None:
    path = story("Mara had sworn obedience to the Abbess Ursel.", "Tomas likes plums.")
    found = recall(path, [("Who may order Mara about?", 1.0)], "en")
    assert any("Abbess Ursel" in passage.text for passage in found.passages[:12])
    assert not any("plums" in passage.text for passage in found.passages)


def test_other_turns_of_the_story_do_not_count() -> None:
    about = story("Mara keeps a one-eyed falcon.", "Mara fears thunderstorms.")
    others = story(*["Tomas fears a one-eyed falcon."] * 9)
    more = [replace(turn, id=turn.id + 999) for turn in others if "Mara" not in turn.told]
    assert told_of([*about, *more], "Mara", most=5) == told_of(about, "Mara", most=5)
