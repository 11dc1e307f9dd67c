"""The command picker speaks the member's language, and still sends what Discord knows."""

from bot.client import create_bot
from bot.rehearsal.previews import LivePreview
from bot.rehearsal.room import open_room
from bot.settings import BotSettings
from engine.runtime import Engine


async def entries(engine: Engine, language: str) -> dict[str, dict[str, object]]:
    async with open_room(lambda: create_bot(engine, BotSettings()), language) as room:
        preview = LivePreview(room, room.channels[0], home="http://127.0.0.1")
        await preview.open()
        [page] = preview._pages.values()
        await preview.refresh()  # a page is shown many times
        found = {" ".join(entry["path"]): entry for entry in page.command_catalog["entries"]}
        await preview.close()
    return found


async def test_the_picker_is_translated_and_what_it_sends_back_is_not(engine: Engine) -> None:
    english = await entries(engine, "en-US")
    chinese = await entries(engine, "zh-CN")
    assert english.keys() == chinese.keys()
    for name, entry in english.items():
        assert entry["description"] != chinese[name]["description"], name
        assert entry["path"] == chinese[name]["path"]
        assert entry["invocation"] == name
        assert str(chinese[name]["invocation"]).endswith(f" · {name}")
    assert chinese["story start"]["invocation"] == "故事 开始 · story start"  # as answers call it
    start, begin = english["story start"]["options"], chinese["story start"]["options"]
    assert isinstance(start, list)
    assert isinstance(begin, list)
    for option, translated in zip(start, begin, strict=True):
        assert option["name"] == translated["name"]
        assert option["description"] != translated["description"]
        values = [choice["value"] for choice in option["choices"]]
        assert values == [choice["value"] for choice in translated["choices"]]
    [length] = [option for option in begin if option["name"] == "length"]
    assert {"short", "medium", "long"}.isdisjoint(c["name"] for c in length["choices"])
