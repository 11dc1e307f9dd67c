"""What is held about a member, handed out or erased."""

import json

from tests.cogs.scene import Scene, file_of, told


async def test_a_member_gets_everything_that_is_held(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.bo, "The secret of the lamp.")
    file = file_of(await scene.bo.slash(scene.room, "privacy export"))
    held = json.loads(await file.read())
    assert held["member_id"] == scene.bo.id
    assert [turn["text"] for turn in held["turns"]] == ["The secret of the lamp."]


async def test_an_erasure_is_confirmed_first_and_takes_the_words_from_the_channel_too(
    scene: Scene,
) -> None:
    await scene.start()
    await scene.write(scene.bo, "The secret of the lamp.")
    await scene.write(scene.alice, "Nobody knew it.")
    asked = await scene.bo.slash(scene.room, "privacy delete")
    before = scene.contents()
    assert asked.response is not None
    await scene.bo.click(asked.response.message, label="Erase everything")
    read = await scene.alice.slash(scene.room, "story read")
    assert "**bo**\nThe secret of the lamp." in before
    assert not any("secret" in text for text in scene.contents())
    assert told(asked) == "Done: nothing of yours is kept."
    assert asked.response.components == []
    assert "secret" not in told(read)
    assert "Nobody knew it." in told(read)
