"""/library: works are given, every author is asked, and each can take it back."""

from dataclasses import replace
from datetime import date

import discord
import pytest
from simcord import InteractionResult, MemberActor

from bot.library_cards import (
    answered_card,
    own_card,
    own_list,
    public_question,
    question_card,
    shelf_card,
)
from bot.locales import words_for
from engine.library.answering import Answered, ask
from engine.library.browsing import WORKS_ON_A_PAGE, OwnWork, Shelf
from engine.library.gate import Reason, trainable_works
from engine.library.giving import MOST_TITLE_CHARACTERS, give_text
from engine.story import Licence, Member, Source, Work, WorkAuthor, WorkState
from tests.cogs.scene import Scene, file_of, labels, told
from tests.conftest import Speaker

TEXT = "The lamp burned all night, and nobody came."
AGREE, AGREE_AND_LIST = "I agree", "I agree, and show it with my name"


def card(result: InteractionResult) -> discord.Message:
    """Return the private message that came last."""
    answers = [each for each in (result.response, *result.followups) if each is not None]
    message: discord.Message = [each for each in answers if each.ephemeral][-1].message
    return message


async def give(
    scene: Scene, member: MemberActor, text: str = TEXT, **options: str
) -> InteractionResult:
    """A member gives a text by the form; the question comes back."""
    options = {"licence": Licence.LEARN_AND_READ.value} | options
    form = await member.slash(scene.room, "library give", **options)
    return await member.submit_modal(form, {"title": "The Lamp", "text": text})


async def write_story(scene: Scene) -> None:
    """Alice and Bo write a story together."""
    await scene.start()
    await scene.write(scene.alice, "Alice lit the lamp.")
    await scene.write(scene.bo, "Bo blew it out.")


async def give_story(scene: Scene, member: MemberActor) -> InteractionResult:
    return await member.slash(
        scene.room, "library give", licence=Licence.LEARN_AND_READ.value, story=True
    )


async def learned_from(scene: Scene) -> list[str]:
    """Return the titles that would be trained on, had Discord permitted."""
    permitted = scene.engine.settings.model_copy(
        update={
            "discord_training_permission_by": "Olga",
            "discord_training_permission_date": date(2026, 1, 31),
            "discord_training_permission_reference": "17",
        }
    )
    engine = replace(scene.engine, settings=permitted)
    return [work.title for work in await trainable_works(engine, guild_id=scene.guild.id)]


async def test_a_text_is_given_by_form_consent_and_one_press(scene: Scene) -> None:
    asked = await give(scene, scene.alice)
    assert "**The Lamp**" in told(asked)
    assert "May this server's voice learn from the work?" in told(asked)
    assert "Nothing learns from it before Discord has permitted that" in told(asked)
    assert labels(card(asked)) == [AGREE, AGREE_AND_LIST, "No"]
    assert await learned_from(scene) == []
    await scene.alice.click(card(asked), label=AGREE)
    assert "“The Lamp” is in the library now" in card(asked).content
    assert labels(card(asked)) == []
    assert await learned_from(scene) == ["The Lamp"]
    assert scene.public() == []


async def test_a_no_keeps_nothing_and_hands_the_text_back(scene: Scene) -> None:
    asked = await give(scene, scene.alice)
    refused = await scene.alice.click(card(asked), label="No")
    assert await file_of(refused).read() == TEXT.encode()
    assert "its text is erased" in card(asked).content
    mine = await scene.alice.slash(scene.room, "library mine")
    assert "#1 **The Lamp** · English · 0 characters · not given" in told(mine)


async def test_a_refused_text_is_handed_back(scene: Scene) -> None:
    await give(scene, scene.alice)
    again = await give(scene, scene.bo)
    assert "The library has this text already" in told(again)
    assert TEXT in told(again)


async def test_every_co_author_is_asked_in_public_and_one_after_the_other(scene: Scene) -> None:
    await write_story(scene)
    asked = await give_story(scene, scene.alice)
    before = len(scene.public())
    await scene.alice.click(card(asked), label=AGREE)
    assert "given once these agree too" in card(asked).content
    assert len(scene.public()) == before + 1
    question = scene.newest
    assert f"<@{scene.bo.id}>" in question.content
    assert labels(question) == ["Read and answer", "No"]
    stranger = await scene.maya.click(question, label="Read and answer")
    assert "Only those who wrote it decide" in told(stranger)
    assert await learned_from(scene) == []
    opened = await scene.bo.click(question, label="Read and answer")
    await scene.bo.click(card(opened), label=AGREE)
    assert "is in this server's library" in scene.newest.content
    assert labels(scene.newest) == []
    assert await learned_from(scene) == ["The Lighthouse"]


async def test_one_no_of_a_co_author_closes_the_question(scene: Scene) -> None:
    await write_story(scene)
    asked = await give_story(scene, scene.alice)
    await scene.alice.click(card(asked), label=AGREE)
    await scene.bo.click(scene.newest, label="No")
    assert "is not given to the library" in scene.newest.content
    late = await scene.alice.slash(scene.room, "library withdraw", work=1)
    assert "withdrawn, declined or given already" in told(late)
    assert await learned_from(scene) == []


async def test_a_story_is_given_by_its_authors_only(scene: Scene) -> None:
    await write_story(scene)
    refused = await give_story(scene, scene.maya)
    assert "Only somebody who wrote a part" in told(refused)


async def test_a_work_is_withdrawn_at_once_by_command(scene: Scene) -> None:
    asked = await give(scene, scene.alice)
    await scene.alice.click(card(asked), label=AGREE)
    assert await learned_from(scene) == ["The Lamp"]
    other = await scene.bo.slash(scene.room, "library withdraw", work=1)
    assert "Only those who wrote it decide" in told(other)
    done = await scene.alice.slash(scene.room, "library withdraw", work=1)
    assert told(done) == "Work #1 is withdrawn, and its text is erased."
    assert await learned_from(scene) == []


async def test_a_work_is_withdrawn_by_button_after_asking_once_more(scene: Scene) -> None:
    asked = await give(scene, scene.alice)
    await scene.alice.click(card(asked), label=AGREE)
    mine = await scene.alice.slash(scene.room, "library mine")
    own = await scene.alice.select(card(mine), ["1"], custom_id="library:work")
    assert "You agreed that the voice learns from it" in told(own)
    assert labels(card(own)) == ["Read it", "Show it with my name", "Withdraw it"]
    sure = await scene.alice.click(card(own), label="Withdraw it")
    await scene.alice.click(card(sure), label="Withdraw it for good")
    assert card(sure).content == "Work #1 is withdrawn, and its text is erased."
    assert await learned_from(scene) == []


async def test_the_shelf_shows_only_works_whose_authors_agreed_to_be_shown(scene: Scene) -> None:
    hidden = await give(scene, scene.alice, "Another text.")
    await scene.alice.click(card(hidden), label=AGREE)
    assert "No work here is shown" in told(await scene.bo.slash(scene.room, "library browse"))
    shown = await give(scene, scene.alice)
    await scene.alice.click(card(shown), label=AGREE_AND_LIST)
    shelf = await scene.bo.slash(scene.room, "library browse")
    assert told(shelf).startswith("**1 work**")
    assert f"<@{scene.alice.id}>" in told(shelf)
    handed = await scene.bo.select(card(shelf), ["2"], custom_id="library:shelf")
    assert TEXT.encode() in await file_of(handed).read()
    menu = card(shelf).components[0]
    assert isinstance(menu, discord.ActionRow)
    assert isinstance(menu.children[0], discord.SelectMenu)
    assert [option.value for option in menu.children[0].options] == ["2"]


async def test_a_work_to_learn_from_only_is_never_read_by_others(scene: Scene) -> None:
    asked = await give(scene, scene.alice, licence=Licence.LEARN.value)
    await scene.alice.click(card(asked), label=AGREE_AND_LIST)
    shelf = await scene.bo.slash(scene.room, "library browse")
    assert "nobody else reads it" in told(shelf)
    assert card(shelf).components == []


async def test_a_file_is_given_with_its_name_as_the_title(scene: Scene) -> None:
    asked = await scene.alice.slash(
        scene.room,
        "library give",
        licence=Licence.LEARN.value,
        file=("The Tide.txt", "潮水来了。".encode("gb18030")),
    )
    assert "**The Tide**" in told(asked)


async def test_members_read_the_consent_text_in_their_own_language(
    scene: Scene, speaker: Speaker
) -> None:
    speaker.locale = "zh-CN"
    asked = await give(scene, scene.alice)
    assert "可以让本服务器的“文风”学习这部作品吗" in told(asked)


LONG_NAMES = tuple(WorkAuthor(n, 1, None, "_" * 100) for n in range(40))
LONG_WORK = Work(
    id=10**6,
    guild_id=1,
    title="*" * MOST_TITLE_CHARACTERS,
    source=Source.HANDED_IN,
    licence=Licence.LEARN_AND_READ,
    language="en",
    text_hash="",
    characters=10**6,
    story_id=None,
    giver_id=10**18,
    state=WorkState.WAITING,
    consent_version=1,
    evidence="",
    created_ms=0,
    closed_ms=None,
    authors=LONG_NAMES,
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_longest_cards_fit_into_a_message(language: str) -> None:
    words = words_for(language)
    own = OwnWork(LONG_WORK, (), LONG_NAMES, Reason.NOT_GIVEN)
    shelf = Shelf((LONG_WORK,) * WORKS_ON_A_PAGE, 1, 3, 15)
    answered = Answered(LONG_WORK, LONG_NAMES, lacks_permission=True)
    for shown in (
        own_list([own] * 40, words),
        own_card(own, words),
        shelf_card(shelf, words),
        public_question(LONG_WORK, LONG_NAMES, words),
        answered_card(answered, words),
    ):
        assert len(shown.text) <= 2000, shown.text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_the_longest_question_fits_into_a_message(scene: Scene, language: str) -> None:
    settings = scene.engine.settings.model_copy(update={"operator_name": "O" * 150})
    engine = replace(scene.engine, settings=settings)
    work = await give_text(
        engine,
        guild_id=scene.guild.id,
        giver=Member(scene.alice.id, "alice"),
        title="*" * MOST_TITLE_CHARACTERS,
        text="x" * 1_000_000,
        licence=Licence.CC_BY_SA,
        language=language,
        channel_is_age_restricted=False,
        interaction_id=1,
    )
    question = await ask(
        engine,
        guild_id=scene.guild.id,
        work_id=work.id,
        member_id=scene.alice.id,
        language=language,
    )
    assert question.lacks_permission
    assert len(question_card(question, words_for(language)).text) <= 2000
