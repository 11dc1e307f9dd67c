"""/lore settings: everybody sees them, who manages the server chooses, and the prompt obeys."""

from tests.cogs.scene import Scene, told
from tests.cogs.test_lore import DRAGON, add
from tests.fakes.scripted_model import ScriptedModel


async def test_everybody_sees_what_holds(scene: Scene) -> None:
    shown = told(await scene.bo.slash(scene.room, "lore settings"))
    assert "the last 2 turns" in shown
    assert "At most 25 % of a prompt" in shown
    assert "✅ A key of one word must stand by itself" in shown


async def test_who_does_not_manage_the_server_changes_nothing(scene: Scene) -> None:
    refused = told(await scene.bo.slash(scene.room, "lore settings", depth=9))
    assert "the last 9 turns" not in refused
    assert "the last 2 turns" in told(await scene.maya.slash(scene.room, "lore settings"))


async def test_a_greater_depth_finds_a_key_that_was_told_earlier(
    scene: Scene, model: ScriptedModel
) -> None:
    await scene.start()
    await add(scene, fields=DRAGON)
    for text in ("A wyrm woke.", "A bell rang.", "It rained.", "The sea rose."):
        await scene.write(scene.alice, text)
    await scene.go_on()
    assert DRAGON["text"] not in str(model.requests[-1].messages)
    chosen = told(await scene.maya.slash(scene.room, "lore settings", depth=9, sweeps=1))
    assert "the last 9 turns" in chosen
    assert "Lore does not call for more lore" in chosen
    await scene.go_on()
    assert DRAGON["text"] in str(model.requests[-1].messages)


async def test_what_is_not_given_stays(scene: Scene) -> None:
    await scene.maya.slash(scene.room, "lore settings", depth=7)
    await scene.maya.slash(scene.room, "lore settings", share=40, case_sensitive=True)
    shown = told(await scene.bo.slash(scene.room, "lore settings"))
    assert "the last 7 turns" in shown
    assert "At most 40 % of a prompt" in shown
    assert "✅ Large and small letters differ" in shown
