"""Stories written in turn, as members see them."""

from unittest.mock import AsyncMock

import pytest
from simcord import ChannelHandle

from bot.client import ScriptoriumBot
from bot.tidying import Tidying
from tests.cogs.scene import Scene, labels, told
from tests.fakes.scripted_model import ScriptedModel


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(["The model's own line.", "Its second line.", "Its third line."])


async def begin(scene: Scene, mode: str, **options: object) -> None:
    """Alice starts a story with rules; she and Bo join."""
    await scene.start()
    await scene.alice.slash(scene.room, "story rules", mode=mode, **options)
    await scene.alice.slash(scene.room, "story join")
    await scene.bo.slash(scene.room, "story join")


def name(scene: Scene, who: str) -> str:
    return f"<@{getattr(scene, who).id}>"


async def test_the_rules_stand_on_a_card_on_which_members_join(scene: Scene) -> None:
    await scene.start()
    await scene.alice.slash(scene.room, "story rules", mode="round_robin", deadline=24)
    card = scene.newest
    joined = await scene.bo.click(card, label="Join")
    shown = scene.newest.content
    assert "Turn rules of The Lighthouse" in card.content
    assert "Nobody has joined yet" in card.content
    assert f"Players: {name(scene, 'bo')}" in shown
    assert shown.endswith(f"-# First: {name(scene, 'bo')}.")
    assert "It is your turn: /story write." in told(joined)


async def test_below_the_newest_turn_stands_who_is_next(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    assert scene.newest.content.endswith(f"One.\n-# Next: {name(scene, 'bo')}.")
    assert labels(scene.newest) == ["Write your turn", "Continue", "Skip", "Undo"]


async def test_who_is_not_next_is_told_before_they_type(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    refused = await scene.alice.click(scene.newest, label="Write your turn")
    outsider = await scene.maya.slash(scene.room, "story write")
    assert told(refused) == "It is bo's turn."
    assert told(outsider) == "This story is written in turns. Take part with /story join."


async def test_a_text_that_came_out_of_turn_is_kept_and_added_later(scene: Scene) -> None:
    await begin(scene, "round_robin")
    form = await scene.alice.slash(scene.room, "story write")
    await scene.maya.slash(scene.room, "story skip")
    kept = await scene.alice.submit_modal(form, {"text": "Too late."})
    assert told(kept).startswith("It is bo's turn. Your text is kept.")
    await scene.write(scene.bo, "In between.")
    await scene.alice.click(kept.response or kept.followups[-1], label="Add it now")
    assert "Too late." in scene.newest.content


async def test_a_turn_of_more_than_a_sentence_can_be_edited_and_added(scene: Scene) -> None:
    await begin(scene, "one_sentence")
    refused = await scene.write(scene.alice, "One came. Two went.")
    answer = refused.response or refused.followups[-1]
    form = await scene.alice.click(answer, label="Edit and add")
    await scene.alice.submit_modal(form, {"text": "One came and two went."})
    assert "a turn is one sentence" in told(refused)
    assert "One came and two went." in scene.newest.content


async def test_a_skip_is_told_to_all_and_renews_the_newest_turn(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    turn = scene.newest
    await scene.bo.click(turn, label="Skip")
    *_, renewed, news = scene.contents()
    alice, bo = name(scene, "alice"), name(scene, "bo")
    assert news == f"-# ⏭️ Skipped by {bo}. Next: {alice}."
    assert renewed.endswith(f"-# Next: {alice}.")


async def test_only_below_the_newest_turn_it_says_whose_turn_it_is(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    await scene.write(scene.bo, "Two.")
    said = [shown.content for shown in await scene.tidied() if "Next: " in shown.content]
    assert said[-1] == f"**bo**\nTwo.\n-# Next: {name(scene, 'alice')}."
    assert not any(text.startswith("**alice**") for text in said)
    await scene.alice.slash(scene.room, "story rules", mode="round_robin")
    assert "Next: " not in scene.newest.content  # the card: a turn says it


async def test_who_has_a_candidate_in_the_vote_is_told_so_before_they_write(scene: Scene) -> None:
    await begin(scene, "vote")
    await scene.write(scene.alice, "One.")
    status = await scene.alice.slash(scene.room, "story status")
    refused = await scene.alice.slash(scene.room, "story write")
    assert "**Your candidate is in the vote.**" in told(status)
    assert status.response is not None
    assert "Write" not in labels(status.response)
    assert told(refused) == "There is one candidate each, and yours is in the vote already."
    status = await scene.bo.slash(scene.room, "story status")
    assert "**You may hand in a candidate: /story write.**" in told(status)


async def test_an_old_skip_button_skips_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Tidying, "before", AsyncMock())  # pressed before it is taken away
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    old = scene.newest
    await scene.write(scene.bo, "Two.")
    refused = await scene.alice.click(old, label="Skip")
    assert "went on" in told(refused) or "moved on" in told(refused)
    assert f"Next: {name(scene, 'alice')}." in scene.newest.content


async def test_popcorn_names_the_next_from_a_menu(scene: Scene) -> None:
    await begin(scene, "popcorn")
    await scene.maya.slash(scene.room, "story join")
    await scene.write(scene.alice, "One.")
    assert scene.newest.content.endswith(f"{name(scene, 'alice')} names who writes next.")
    asked = await scene.alice.click(scene.newest, label="Name the next")
    answer = asked.response or asked.followups[-1]
    await scene.alice.select(answer, values=[str(scene.maya.id)])
    assert scene.newest.content.endswith(f"Next: {name(scene, 'maya')}.")
    refused = await scene.bo.slash(scene.room, "story pass", member=scene.alice)
    nobody = await scene.maya.slash(scene.room, "story pass")
    assert told(refused) == "It is maya's turn."
    assert told(nobody) == "The model does not write next here. Name a member."


async def test_who_is_to_name_the_next_is_told_so_when_they_want_to_write(scene: Scene) -> None:
    await begin(scene, "popcorn")
    await scene.write(scene.alice, "One.")
    namer = await scene.alice.slash(scene.room, "story continue")
    other = await scene.bo.slash(scene.room, "story continue")
    assert told(namer) == "You wrote last: name who writes next, with /story pass."
    assert told(other) == "alice is to name who writes next."


async def test_a_moderator_hands_the_turn_over(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    refused = await scene.bo.slash(scene.room, "story hand-over", member=scene.alice)
    await scene.maya.slash(scene.room, "story hand-over", member=scene.alice)
    assert told(refused).startswith("Only ")
    assert scene.newest.content.endswith(f"Next: {name(scene, 'alice')}.")


async def test_of_a_blind_turn_only_the_last_line_is_shown_until_the_end(scene: Scene) -> None:
    await begin(scene, "blind", model="player")
    await scene.write(scene.alice, "A secret.\nThe door opened.")
    posted = scene.newest.content
    await scene.write(scene.bo, "Another secret.\nIt closed.")
    whole = told(await scene.alice.slash(scene.room, "story export", form="jsonl"))
    read_by_bo = told(await scene.bo.slash(scene.room, "story read"))
    assert whole.startswith("This story is written blind")
    assert "A secret" not in posted
    assert "… The door opened." in posted
    assert "A secret" not in read_by_bo
    assert "Another secret." in read_by_bo
    await scene.alice.slash(scene.room, "story end")
    read_at_last = told(await scene.bo.slash(scene.room, "story read"))
    *_, newest, colophon = await scene.tidied()
    assert colophon.content.endswith("The veil is lifted: /story read shows it whole.")
    assert "A secret." in read_at_last
    assert labels(newest) == ["Why?"]
    assert "Next: " not in newest.content


async def test_of_a_blind_line_with_several_sentences_the_last_one_is_shown(scene: Scene) -> None:
    await begin(scene, "blind")
    await scene.write(scene.alice, "A secret. The door opened.")
    assert "**alice**\n… The door opened." in scene.newest.content


async def test_rules_and_an_end_show_in_the_threads_of_branches_too(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    await scene.bo.slash(scene.room, "story branch new", name="bo's", place="thread")
    (thread,) = scene.room.threads
    form = await scene.bo.slash(thread, "story write")
    await scene.bo.submit_modal(form, {"text": "Two."})

    async def shown() -> list[str]:
        await scene.tidied()
        return labels(scene.public(thread)[-1])

    assert await shown() == ["Write your turn", "Continue", "Skip", "Undo"]
    await scene.alice.slash(scene.room, "story rules", mode="free")
    assert await shown() == ["Continue", "Undo"]
    await scene.alice.slash(scene.room, "story end")
    assert await shown() == []


async def test_the_model_plays_by_itself_when_its_turn_comes(scene: Scene) -> None:
    await begin(scene, "round_robin", model="player")
    first = [text for text in scene.contents() if text.startswith("The model's own line.")]
    await scene.write(scene.alice, "Two.")
    await scene.write(scene.bo, "Three.")
    assert len(first) == 1  # as soon as there was somebody to play with
    *_, bos, _ = await scene.tidied()
    assert bos.content.endswith("Three.")  # who is next stands below the newest alone
    assert scene.contents()[-1] == f"Its second line.\n-# Next: {name(scene, 'alice')}."
    assert labels(scene.newest) == ["Write your turn", "Skip", "Retry", "Undo", "Why?"]


async def test_every_second_turn_is_the_models(scene: Scene) -> None:
    await scene.start()
    await scene.alice.slash(scene.room, "story rules", mode="free", model="every_nth", every=2)
    await scene.write(scene.bo, "One.")
    await scene.write(scene.alice, "Three.")
    turns = [text for text in scene.contents() if "line" in text or "e." in text]
    assert any(text.startswith("The model's own line.") for text in turns)
    assert scene.contents()[-1].startswith("Its second line.")


async def test_in_a_vote_members_hand_in_and_the_winner_goes_on(scene: Scene) -> None:
    await begin(scene, "vote")
    await scene.write(scene.alice, "North.")
    await scene.write(scene.bo, "South.")
    first, second = scene.public()[-2:]
    assert first.content == "**1.** **alice**\nNorth."
    assert labels(second) == ["Vote", "Choose this one"]
    await scene.alice.click(second, label="Vote")
    await scene.bo.click(second, label="Vote · 1")
    first, second = scene.public()[-2:]
    assert first.content.endswith("Not chosen.")
    assert "✅ Chosen" in second.content
    assert labels(second) == ["Hand in a candidate", "Ask the model for one", "Undo"]


async def test_what_a_winner_follows_loses_its_buttons(scene: Scene) -> None:
    await begin(scene, "vote")
    for text in ("North.", "Further north."):
        await scene.write(scene.alice, text)
        *_, candidate = await scene.tidied()
        await scene.alice.click(candidate, label="Choose this one")
    opening, *_, first, second = await scene.tidied()
    assert [labels(message) for message in (opening, first)] == [[], []]
    assert labels(second) == ["Hand in a candidate", "Ask the model for one", "Undo"]


async def test_a_vote_is_one_branchs_also_where_another_stands_at_the_same_turn(
    scene: Scene,
) -> None:
    await begin(scene, "vote")
    await scene.write(scene.alice, "North.")
    await scene.alice.click(scene.newest, label="Choose this one")
    await scene.bo.slash(scene.room, "story branch new", name="bo's", place="thread")
    (thread,) = scene.room.threads
    await scene.write(scene.alice, "In the room.")
    in_room = scene.newest
    form = await scene.bo.slash(thread, "story write")
    await scene.bo.submit_modal(form, {"text": "In the thread."})
    in_thread = scene.public(thread)[-1]
    assert in_room.content == "**1.** **alice**\nIn the room."
    assert in_thread.content == "**1.** **bo**\nIn the thread."
    await scene.alice.click(in_room, label="Choose this one")
    await scene.tidied()
    assert "Chosen" in scene.newest.content
    assert labels(scene.public(thread)[-1]) == ["Vote", "Choose this one"]
    await scene.alice.click(in_thread, label="Choose this one")
    read = told(await scene.bo.slash(thread, "story read"))
    assert "In the thread." in read
    assert "In the room." not in read


async def test_a_branch_takes_along_who_was_named_and_goes_its_own_way_from_there(
    scene: Scene,
) -> None:
    await begin(scene, "popcorn")
    await scene.write(scene.alice, "One.")

    async def name_bo(place: ChannelHandle) -> None:
        asked = await scene.alice.slash(place, "story pass", member=scene.bo)
        assert "It is" not in told(asked)

    async def status(place: ChannelHandle) -> str:
        return told(await scene.bo.slash(place, "story status"))

    await scene.bo.slash(scene.room, "story branch new", name="before", place="thread")
    await name_bo(scene.room)
    await scene.bo.slash(scene.room, "story branch new", name="after", place="thread")
    before, after = scene.room.threads
    assert f"{name(scene, 'alice')} names who writes next." in await status(before)
    assert "It is your turn" in await status(after)
    await name_bo(before)
    assert "It is your turn" in await status(before)


async def test_a_candidate_rests_while_undo_or_other_rules_are_in_its_way(scene: Scene) -> None:
    await begin(scene, "vote")
    await scene.write(scene.alice, "North.")
    await scene.alice.click(scene.newest, label="Choose this one")
    await scene.write(scene.bo, "Snow fell.")
    candidate = scene.newest

    async def shown() -> list[str]:
        return labels(next(m for m in await scene.tidied() if m.id == candidate.id))

    await scene.alice.slash(scene.room, "story undo")
    assert await shown() == []
    await scene.alice.slash(scene.room, "story redo")
    assert await shown() == ["Vote", "Choose this one"]
    await scene.alice.slash(scene.room, "story rules", mode="free")
    assert await shown() == []
    await scene.alice.slash(scene.room, "story rules", mode="vote")
    assert await shown() == ["Vote", "Choose this one"]


async def test_the_model_hands_in_a_candidate_of_its_own(scene: Scene) -> None:
    await begin(scene, "vote", model="player")
    await scene.write(scene.alice, "North.")
    assert scene.newest.content == "**2.** The model's own line."
    assert labels(scene.newest) == ["Vote", "Choose this one"]


async def test_the_model_is_asked_for_one_candidate(scene: Scene) -> None:
    await begin(scene, "vote")
    await scene.write(scene.alice, "North.")
    await scene.bo.slash(scene.room, "story alternatives")
    assert [text[:6] for text in scene.contents()[-2:]] == ["**1.**", "**2.**"]
    assert scene.newest.content == "**2.** The model's own line."


async def test_a_vote_names_how_the_model_is_asked(scene: Scene) -> None:
    await begin(scene, "vote")
    refused = await scene.bo.slash(scene.room, "story continue")
    status = told(await scene.bo.slash(scene.room, "story status"))
    assert "/story alternatives asks the model" in told(refused)
    assert "/story continue" not in status


async def test_an_own_message_becomes_a_candidate(scene: Scene) -> None:
    await begin(scene, "vote")
    message = await scene.bo.send(scene.room, "West they went.")
    await scene.bo.context_menu(scene.room, "Add to story", target=message)
    assert scene.newest.content == "**1.** 🗳️ A candidate for the next turn."
    assert labels(scene.newest) == ["Vote", "Choose this one"]


async def test_status_tells_in_private_whose_turn_it_is(scene: Scene) -> None:
    await begin(scene, "round_robin", model="stand_in", deadline=24)
    status = await scene.alice.slash(scene.room, "story status")
    assert status.response is not None
    answer = status.response.message
    assert "**It is your turn: /story write. Time: <t:" in told(status)
    assert "You are not reminded. The model does not stand in for you." in told(status)
    assert labels(answer) == ["Write", "Remind me", "Let the model stand in", "Leave"]
    await scene.alice.click(answer, label="Remind me")
    again = told(await scene.alice.slash(scene.room, "story status"))
    assert "You are reminded when it is your turn." in again


async def test_who_leaves_passes_the_turn_on(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    await scene.bo.slash(scene.room, "story leave")
    assert scene.newest.content == (
        f"-# 👋 {name(scene, 'bo')} leaves the turns. Next: {name(scene, 'alice')}."
    )


async def test_only_who_leads_the_story_sets_rules(scene: Scene) -> None:
    await scene.start()
    refused = await scene.bo.slash(scene.room, "story rules", mode="blind")
    shown = await scene.bo.slash(scene.room, "story rules")
    assert told(refused).startswith("Only the story's starter or a moderator")
    assert told(shown).startswith("Anybody writes, at any time.")


async def test_where_anybody_writes_no_time_is_told(scene: Scene) -> None:
    await scene.start()
    await scene.alice.slash(scene.room, "story rules", mode="round_robin", deadline=24)
    timed = scene.newest.content
    await scene.alice.slash(scene.room, "story rules", mode="free")
    assert "Time for a turn: 24 hours." in timed
    assert "Anybody writes" in scene.newest.content
    assert "Time for a turn" not in scene.newest.content


async def test_a_story_without_rules_looks_as_it_always_did(
    scene: Scene, simcord_bot: ScriptoriumBot
) -> None:
    await scene.start()
    await scene.write(scene.alice, "One.")
    await simcord_bot.deadlines.look()
    assert scene.newest.content == "**alice**\nOne."
    assert labels(scene.newest) == ["Continue", "Undo"]


async def test_a_branch_begins_with_whose_turn_it_is(scene: Scene) -> None:
    await begin(scene, "round_robin")
    await scene.write(scene.alice, "One.")
    await scene.alice.slash(scene.room, "story branch new", name="dark")
    assert scene.newest.content.endswith(f"**dark**, after 1 turn.\n-# Next: {name(scene, 'bo')}.")
    assert labels(scene.newest) == ["Write your turn", "Continue", "Skip"]
