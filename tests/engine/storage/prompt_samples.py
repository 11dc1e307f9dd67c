"""Story prompts as they stand in the database."""

from engine.storage import Transaction, prompts
from engine.story import Member, PromptMark, StoryPrompt, Wish
from tests.engine.storage.samples import ADA, GUILD, NOW, new_interaction


async def add_prompt(
    tx: Transaction,
    guild_id: int = GUILD,
    *,
    member: Member = ADA,
    text: str = "A ferry waits for a passenger who is aboard.",
    wished: str = "",
    interaction_id: int | None = None,
) -> StoryPrompt:
    """Keep a prompt that the member asked for and saved."""
    interaction_id = interaction_id or new_interaction()
    await prompts.insert_prompts(
        tx,
        guild_id=guild_id,
        interaction_id=interaction_id,
        member_id=member.id,
        wish=Wish("en", wished, wished, wished, wished),
        texts=[text],
        now_ms=NOW,
    )
    (prompt,) = await prompts.list_prompts_of(tx, guild_id=guild_id, interaction_id=interaction_id)
    await prompts.set_mark(
        tx,
        guild_id=guild_id,
        prompt_id=prompt.id,
        member_id=member.id,
        kind=PromptMark.SAVED,
        now_ms=NOW,
    )
    return prompt
