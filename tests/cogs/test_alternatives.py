"""Three next turns at once, between which the members choose."""

import discord
import pytest

from tests.cogs.scene import Scene, labels, told
from tests.fakes.scripted_model import ScriptedModel

PLAIN = ["Continue", "Retry", "Alternatives", "Undo", "Why?"]


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["North they went.", "South they went.", "They stayed.", "And so on."])


async def offer(scene: Scene) -> list[discord.Message]:
    """Two members wrote; Alice asks for alternatives."""
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.write(scene.bo, "Two.")
    await scene.alice.slash(scene.room, "story alternatives")
    return scene.public()[-3:]


async def test_three_numbered_alternatives_can_be_voted_for(scene: Scene) -> None:
    offered = await offer(scene)
    assert [message.content[:6] for message in offered] == ["**1.**", "**2.**", "**3.**"]
    texts = {message.content[7:] for message in offered}
    assert texts == {"North they went.", "South they went.", "They stayed."}
    assert [labels(message) for message in offered] == [["Vote", "Choose this one"]] * 3


async def test_they_stand_in_their_order_also_when_discord_stumbles(scene: Scene) -> None:
    await scene.start()
    scene.env.inject_error("POST", "/channels/*/messages", status=503, code=0, times=1)
    await scene.alice.slash(scene.room, "story alternatives")
    assert [text[:6] for text in scene.contents()[1:]] == ["**1.**", "**2.**", "**3.**"]


async def test_a_vote_is_counted_under_its_alternative_and_can_be_changed(scene: Scene) -> None:
    first, second, _ = await offer(scene)
    await scene.bo.click(first, label="Vote")
    voted = [labels(message)[0] for message in scene.public()[-3:]]
    await scene.bo.click(second, label="Vote")
    changed = [labels(message)[0] for message in scene.public()[-3:]]
    assert voted == ["Vote · 1", "Vote", "Vote"]
    assert changed == ["Vote", "Vote · 1", "Vote"]


async def test_a_majority_chooses(scene: Scene, model: ScriptedModel) -> None:
    first, second, third = await offer(scene)
    await scene.alice.click(second, label="Vote")
    await scene.bo.click(second, label="Vote · 1")
    first, second, third = scene.public()[-3:]
    assert second.content.endswith("\n-# ✅ Chosen: the story goes on here.")
    assert labels(second) == PLAIN
    assert [labels(first), labels(third)] == [[], []]
    assert first.content.endswith("\n-# Not chosen.")
    await scene.alice.click(second, label="Continue")
    assert scene.newest.content == "And so on."
    chosen = second.content[7:].partition("\n")[0]
    assert chosen in [message.text for message in model.requests[-1].messages]


async def test_the_starter_may_choose_at_once(scene: Scene) -> None:
    _, _, third = await offer(scene)
    await scene.alice.click(third, label="Choose this one")
    assert labels(scene.newest) == PLAIN
    assert "✅ Chosen" in scene.newest.content


async def test_a_moderator_may_choose_at_once(scene: Scene) -> None:
    _, _, third = await offer(scene)
    await scene.maya.click(third, label="Choose this one")
    assert "✅ Chosen" in scene.newest.content


async def test_nobody_else_may_choose(scene: Scene) -> None:
    _, _, third = await offer(scene)
    refused = await scene.bo.click(third, label="Choose this one")
    assert told(refused).startswith("Only the story's starter or a moderator can do this.")
    assert labels(scene.newest) == ["Vote", "Choose this one"]


async def test_a_vote_after_the_story_went_on_is_refused(scene: Scene) -> None:
    _, _, third = await offer(scene)
    await scene.write(scene.bo, "Something else.")
    refused = await scene.bo.click(third, label="Vote")
    assert told(refused) == "This choice is closed. Go on under the newest turn."


async def test_a_chosen_alternative_can_be_undone_and_redone(scene: Scene) -> None:
    _, _, third = await offer(scene)
    await scene.alice.click(third, label="Choose this one")
    await scene.alice.click(scene.newest, label="Undo")
    undone = scene.newest
    await scene.alice.slash(scene.room, "story redo")
    assert "Undone by" in undone.content
    assert labels(undone) == []
    assert labels(scene.newest) == PLAIN


async def test_alternatives_are_offered_by_the_button_too(scene: Scene) -> None:
    await scene.start()
    await scene.go_on()
    await scene.alice.click(scene.newest, label="Alternatives")
    assert [labels(m) for m in scene.public()[-3:]] == [["Vote", "Choose this one"]] * 3


async def test_a_vote_rests_while_the_story_stands_elsewhere(scene: Scene) -> None:
    async def shown() -> list[list[str]]:
        await scene.tidied()
        return [labels(message) for message in scene.public()[-4:-1]]

    offered = await offer(scene)
    await scene.bo.click(offered[1], label="Vote")
    await scene.write(scene.bo, "Three.")
    assert await shown() == [[], [], []]
    assert {text.partition("\n")[2] for text in scene.contents()[-4:-1]} == {
        "-# ⏸️ This vote rests: it cannot be decided as the story stands."
    }
    await scene.bo.slash(scene.room, "story undo")
    assert await shown() == [[vote, "Choose this one"] for vote in ("Vote", "Vote · 1", "Vote")]
    await scene.bo.slash(scene.room, "story redo")
    assert await shown() == [[], [], []]
    await scene.bo.slash(scene.room, "story undo")
    await scene.alice.slash(scene.room, "story end")
    *_, third, _, _ = await scene.tidied()
    assert labels(third) == []
