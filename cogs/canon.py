"""/canon: what is established in a story, asked, stated and decided."""

import io

import discord
from discord import app_commands
from discord.app_commands import Range
from discord.ext import commands

from bot import answers, canon_pages
from bot.actions import Action
from bot.answers import channel_of, guild_of, member_of, words_of
from bot.buttons import Interaction
from bot.canon_graph import graph_picture, graph_words
from bot.canon_words import relation_name
from bot.client import ScriptoriumBot
from bot.forms import Field, FieldsForm, Form, Submission
from bot.locales import Words
from engine.story.canon import RELATIONS, CanonSettings, Fact
from engine.writing.canon import (
    MOST_PART_CHARACTERS,
    Canon,
    accept_fact,
    add_fact,
    ask_canon,
    choose_settings,
    edit_fact,
    graph_of,
    read_canon,
    read_fact,
    read_settings,
    reject_fact,
)


@app_commands.guild_only()
class CanonCog(
    commands.GroupCog, group_name="canon", group_description="What is established in the story"
):
    """Everybody may ask, state, accept and reject; what a server chose is for its managers."""

    def __init__(self, bot: ScriptoriumBot) -> None:
        super().__init__()
        self.engine = bot.engine
        bot.presses |= {
            Action.CANON_ACCEPT: self.accept,
            Action.CANON_EDIT: self.open_fact,
            Action.CANON_REJECT: self.reject,
            Action.CANON_BACK: self.turn_page,
            Action.CANON_ON: self.turn_page,
        }
        bot.submits |= {Form.FACT: self.submit_new, Form.FACT_EDIT: self.submit_edit}

    @app_commands.command(description="Ask what is established; the answer is a quote, or none")
    @app_commands.describe(question="For example: What colour are Mira's eyes?")
    async def ask(self, interaction: Interaction, question: Range[str, 2, 200]) -> None:
        """Answer with the words that establish it."""
        await answers.acknowledge(interaction)
        found = await ask_canon(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            question=question,
            member_id=interaction.user.id,
        )
        numbers = canon_pages.turn_numbers((await self._canon(interaction)).path)
        text = canon_pages.answer(found, numbers, words_of(interaction))
        await answers.tell(interaction, text)

    @app_commands.command(name="list", description="See what is established, page by page")
    async def list_(self, interaction: Interaction) -> None:
        """Show the first page."""
        page = canon_pages.list_page(await self._canon(interaction), 0, words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    async def turn_page(self, interaction: Interaction, number: int) -> None:
        """Show another page in place of this one."""
        canon = await self._canon(interaction)
        page = canon_pages.list_page(canon, number, words_of(interaction))
        await interaction.response.edit_message(content=page.text, view=page.view)

    @app_commands.command(description="State a fact, in a form")
    @app_commands.describe(turn="Since which turn it holds; else the newest, or the quote's")
    async def add(
        self, interaction: Interaction, turn: Range[int, 1, 1_000_000] | None = None
    ) -> None:
        """Open the empty form, for a fact that holds since a turn."""
        await interaction.response.send_modal(_fact_form(words_of(interaction), since=turn or 0))

    async def submit_new(self, interaction: Interaction, submission: Submission) -> None:
        """Keep the fact of the form."""
        fields = submission.fields
        fact = await add_fact(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member=member_of(interaction),
            subject=fields["subject"],
            relation=_relation_of(fields["relation"], words_of(interaction)),
            value=fields["value"],
            turn_number=submission.target_id or None,
            quote=fields["quote"],
            witnesses=_names(fields["witnesses"]),
        )
        page = canon_pages.kept(fact, words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    @app_commands.command(description="Decide about what the model proposes")
    async def review(self, interaction: Interaction) -> None:
        """Show the oldest proposal."""
        page = canon_pages.review(await self._canon(interaction), words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    async def accept(self, interaction: Interaction, fact_id: int) -> None:
        """Let a proposal hold, and show the next."""
        await accept_fact(
            self.engine,
            guild_id=guild_of(interaction),
            fact_id=fact_id,
            member=member_of(interaction),
        )
        await self._next(interaction, words_of(interaction)("✅ It holds now."))

    async def reject(self, interaction: Interaction, fact_id: int) -> None:
        """Throw a fact out, and show the next proposal."""
        await reject_fact(
            self.engine,
            guild_id=guild_of(interaction),
            fact_id=fact_id,
            member=member_of(interaction),
        )
        await self._next(interaction, words_of(interaction)("🗑️ It holds no more."))

    async def open_fact(self, interaction: Interaction, fact_id: int) -> None:
        """Open the form with the fact."""
        fact = await read_fact(self.engine, guild_id=guild_of(interaction), fact_id=fact_id)
        await interaction.response.send_modal(_fact_form(words_of(interaction), fact))

    async def submit_edit(self, interaction: Interaction, submission: Submission) -> None:
        """Let the fact hold in the words of the form."""
        fields = submission.fields
        fact = await edit_fact(
            self.engine,
            guild_id=guild_of(interaction),
            fact_id=submission.target_id or 0,
            member=member_of(interaction),
            subject=fields["subject"],
            relation=_relation_of(fields["relation"], words_of(interaction)),
            value=fields["value"],
            witnesses=_names(fields["witnesses"]),
        )
        page = canon_pages.kept(fact, words_of(interaction))
        await answers.tell(interaction, page.text, view=page.view)

    @app_commands.command(description="See who has to do with whom, as a picture")
    async def graph(self, interaction: Interaction) -> None:
        """Draw the relations that hold."""
        await answers.acknowledge(interaction)
        words = words_of(interaction)
        graph = graph_of((await self._canon(interaction)).established)
        if not graph.edges:
            text = words("No relations between people or places are established yet.")
            await answers.tell(interaction, text)
            return
        picture = discord.File(
            io.BytesIO(await graph_picture(graph, words)),
            "canon.png",
            description=graph_words(graph, words),
        )
        text = words.plural(
            "{count} relation that holds now", "{count} relations that hold now", len(graph.edges)
        )
        await answers.tell(interaction, text, file=picture)

    @app_commands.command(description="See, or choose, how this server keeps its canon")
    @app_commands.describe(
        proposes="Whether the model proposes facts after turns",
        accepts="Whether proposals hold at once, without a decision",
        doubts="Whether authors are told in private what may contradict",
    )
    async def settings(
        self,
        interaction: Interaction,
        *,
        proposes: bool | None = None,
        accepts: bool | None = None,
        doubts: bool | None = None,
    ) -> None:
        """Show what is chosen, changed or not."""
        guild_id = guild_of(interaction)
        chosen = await read_settings(self.engine, guild_id=guild_id)
        wanted = CanonSettings(
            proposes=chosen.proposes if proposes is None else proposes,
            accepts=chosen.accepts if accepts is None else accepts,
            doubts=chosen.doubts if doubts is None else doubts,
        )
        if wanted != chosen:
            await choose_settings(
                self.engine, guild_id=guild_id, member=member_of(interaction), chosen=wanted
            )
        await answers.tell(interaction, canon_pages.settings(wanted, words_of(interaction)))

    async def _canon(self, interaction: Interaction) -> Canon:
        return await read_canon(
            self.engine,
            guild_id=guild_of(interaction),
            channel_id=channel_of(interaction).id,
            member_id=interaction.user.id,
        )

    async def _next(self, interaction: Interaction, note: str) -> None:
        canon = await self._canon(interaction)
        page = canon_pages.review(canon, words_of(interaction), note)
        await interaction.response.edit_message(content=page.text, view=page.view)


def _fact_form(words: Words, fact: Fact | None = None, *, since: int = 0) -> FieldsForm:
    relation = relation_name(fact.relation, words) if fact else ""
    fields = [
        _short("subject", words("Of whom or what"), fact.subject if fact else ""),
        _short("relation", words("In which respect"), relation, words("eyes, lives in, owns …")),
        _short("value", words("What"), fact.value if fact else ""),
        Field(
            "witnesses",
            words("Which characters know it"),
            ", ".join(fact.witnesses) if fact else "",
            words("Names with commas between; empty: everybody"),
            most=300,
            is_long=False,
        ),
    ]
    if fact is None:
        hint = words("Word by word as the story has it; may stay empty")
        fields.append(Field("quote", words("Quote"), "", hint, most=300))
    return FieldsForm(
        Form.FACT_EDIT if fact else Form.FACT,
        fields,
        title=words("A fact of the canon"),
        target_id=fact.id if fact else since,
    )


def _short(name: str, label: str, text: str, hint: str = "") -> Field:
    return Field(
        name, label, text, hint, most=MOST_PART_CHARACTERS, is_long=False, is_required=True
    )


def _relation_of(typed: str, words: Words) -> str:
    """Return the relation that a member means by its name in their language."""
    for relation in RELATIONS:
        if relation_name(relation, words).casefold() == typed.strip().casefold():
            return relation
    return typed


def _names(typed: str) -> tuple[str, ...]:
    names = (name.strip() for name in typed.replace("，", ",").replace("、", ",").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


async def setup(bot: ScriptoriumBot) -> None:
    """Add the commands to the bot."""
    await bot.add_cog(CanonCog(bot))
