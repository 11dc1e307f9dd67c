import discord

from tests.cogs.scene import Scene, labels, told


async def test_an_edit_by_form_is_shown_in_place_and_undone(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The lamp was lit.")
    form = await scene.alice.slash(scene.room, "story edit")
    answer = await scene.alice.submit_modal(form, {"text": "The lamp was out."})
    assert "/story undo" in told(answer)
    assert scene.newest.content.startswith("**alice**\nThe lamp was out.\n-# ✏️ Edited.")
    assert labels(scene.newest) == ["Continue", "Undo"]
    await scene.alice.click(scene.newest, label="Undo")
    assert scene.newest.content == "**alice**\nThe lamp was lit."
    await scene.alice.slash(scene.room, "story redo")
    assert "The lamp was out." in scene.newest.content


async def test_the_newest_turns_buttons_work_after_an_edit(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The lamp was lit.")
    form = await scene.alice.slash(scene.room, "story edit")
    await scene.alice.submit_modal(form, {"text": "The lamp was out."})
    before = len(scene.public())
    await scene.alice.click(scene.newest, label="Continue")
    assert len(scene.public()) == before + 1


async def test_others_may_not_edit(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The lamp was lit.")
    answer = await scene.bo.slash(scene.room, "story edit", turn=1)
    assert "The lamp" not in told(answer)
    assert told(answer)


async def test_two_turns_are_told_as_one_and_parted_again(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.write(scene.alice, "Two.")
    await scene.alice.slash(scene.room, "story merge", turn=1)
    first, second = scene.public()[-2:]
    assert "One.\n\nTwo." in first.content
    assert "Told together with turn 1." in second.content
    assert "Two." not in second.content
    await scene.alice.slash(scene.room, "story split", begins="Two.")
    assert "One.\n\nTwo." in scene.public()[-2].content


async def test_credits_are_shown_in_shares(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One two three.")
    await scene.write(scene.bo, "Four.")
    text = told(await scene.bo.slash(scene.room, "story credits"))
    assert f"75.0 % <@{scene.alice.id}>" in text
    assert f"25.0 % <@{scene.bo.id}>" in text


async def test_a_branch_is_parted_listed_compared_and_switched(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.write(scene.alice, "Two.")
    await scene.alice.slash(scene.room, "story branch new", name="dark", turn=1)
    assert "dark" in scene.newest.content
    assert labels(scene.newest) == ["Write", "Continue"]
    first, second = (await scene.tidied())[1:3]
    assert (labels(first), labels(second)) == (["Continue", "Undo"], [])
    await scene.write(scene.alice, "Dark two.")
    text = told(await scene.bo.slash(scene.room, "story branch list"))
    assert "**main** · 2 turns" in text
    assert "**dark** · 2 turns · written on here" in text
    answer = await scene.bo.slash(scene.room, "story branch compare", first="main", second="dark")
    assert "Both tell the same for 1 turn." in told(answer)
    assert "Dark two." in told(answer)
    await scene.alice.slash(scene.room, "story branch switch", name="main")
    first, second, _, other = (await scene.tidied())[1:5]
    assert [labels(turn) for turn in (first, second, other)] == [[], ["Continue", "Undo"], []]
    text = told(await scene.alice.slash(scene.room, "story read"))
    assert "Two." in text
    assert "Dark two." not in text
    await scene.alice.slash(scene.room, "story branch rename", name="dark", new_name="night")
    answer = await scene.alice.slash(scene.room, "story branch archive", name="night")
    assert "night" in told(answer)
    answer = await scene.alice.slash(scene.room, "story branch switch", name="night")
    assert "put away" in told(answer)


async def test_a_branch_lives_in_a_thread_beside_the_others(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.bo.slash(scene.room, "story branch new", name="bo's", place="thread")
    (thread,) = scene.room.threads
    form = await scene.bo.slash(thread, "story write")
    await scene.bo.submit_modal(form, {"text": "In the thread."})
    await scene.bo.slash(thread, "story continue")
    last = scene.public(thread)[-1]
    assert "Why?" in labels(last)
    await scene.bo.click(last, label="Retry")
    await scene.write(scene.alice, "In the room.")
    in_thread = told(await scene.bo.slash(thread, "story read"))
    in_room = told(await scene.bo.slash(scene.room, "story read"))
    assert "In the thread." in in_thread
    assert "In the room." not in in_thread
    assert "In the room." in in_room
    assert "In the thread." not in in_room
    answer = await scene.alice.slash(thread, "story branch switch", name="main")
    assert "thread of its own" in told(answer)
    answer = await scene.alice.slash(thread, "story start", title="Another")
    assert "The Lighthouse" in told(answer)


async def test_two_branches_that_stand_at_the_same_turn_are_two_rooms(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.bo.slash(scene.room, "story branch new", name="bo's", place="thread")
    (thread,) = scene.room.threads
    before = len(scene.public(thread))
    await scene.write(scene.alice, "In the room.")
    assert "In the room." in scene.newest.content
    assert len(scene.public(thread)) == before


async def test_an_earlier_attempt_is_brought_back(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await scene.go_on()
    first = scene.newest
    text = first.content
    await scene.alice.click(first, label="Retry")
    answer = await scene.alice.slash(scene.room, "story versions")
    assert "Versions of turn 2" in told(answer)
    assert answer.response is not None
    message = answer.response.message
    options = [
        option
        for line in message.components
        if isinstance(line, discord.ActionRow)
        for child in line.children
        if isinstance(child, discord.SelectMenu)
        for option in child.options
    ]
    await scene.alice.select(message, [options[0].value], custom_id="turn:version")
    read = told(await scene.alice.slash(scene.room, "story read"))
    assert text.split("\n")[0] in read


async def test_why_tells_what_a_turn_was_written_from(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The lamp was lit.")
    await scene.go_on(direction="rain")
    for answer in (
        await scene.bo.click(scene.newest, label="Why?"),
        await scene.bo.context_menu(scene.room, "Why?", scene.newest),
    ):
        text = told(answer)
        assert "seed" in text
        assert "Asked for: rain" in text
        assert "Turns 1 to 1 stood there word for word." in text
        assert "%" in text


async def test_what_a_member_wrote_has_nothing_to_explain(scene: Scene) -> None:
    await scene.start()
    await scene.write(scene.alice, "The lamp was lit.")
    assert "nothing to explain" in told(
        await scene.bo.context_menu(scene.room, "Why?", scene.newest)
    )
