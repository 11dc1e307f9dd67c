"""A character never speaks for anybody else: a table of bad replies, and of good ones."""

import pytest

from engine.writing.cast.speaking import keep_own_words, stop_strings

OTHERS = ("Bo", "Captain Ann Reed", "小明", "王掌柜", "alice_the_bold")
MIRA = ("Mira Vale",)

BAD = [
    # labels
    ("Bo: I will go.", ""),
    ("We leave at dawn.\nBo: I will go.", "We leave at dawn."),
    ("We leave at dawn.\n**Bo:** I will go.", "We leave at dawn."),
    ("We leave at dawn.\n*Bo* (softly): I will go.", "We leave at dawn."),
    ("We leave at dawn.\n- Bo: I will go.", "We leave at dawn."),
    ("We leave at dawn.\n[Bo] I will go.", "We leave at dawn."),
    ("We leave at dawn.\n“Bo”: I will go.", "We leave at dawn."),
    ("We leave at dawn.\nBO\nI will go.", "We leave at dawn."),
    ("We leave at dawn. Bo: I will go.", "We leave at dawn."),
    ("We leave at dawn. bo : I will go.", "We leave at dawn."),
    ("We leave at dawn.\nReed: Aye.", "We leave at dawn."),
    ("We leave at dawn.\nAnn: Aye.", "We leave at dawn."),
    ("We leave at dawn.\nBo - Aye.", "We leave at dawn."),
    ("We leave at dawn.\nYou: Aye.", "We leave at dawn."),
    ("We leave at dawn.\nuser: Aye.", "We leave at dawn."),
    ("We leave at dawn.\nNarrator: The sun rose.", "We leave at dawn."),
    ("We leave at dawn.\nOld Guard: Halt!", "We leave at dawn."),
    ("We leave at dawn.\nGuard #2: Halt!", "We leave at dawn."),
    ("Mira Vale: We leave.\nBo: Aye.\nMira: Good.", "We leave."),
    ("alice the bold: hello", ""),
    # told
    ('We leave. "No," Bo says. "Never."', "We leave."),
    ('We leave. "No," said Bo.', "We leave."),
    ('We leave. "No!" Bo shouts.', "We leave."),
    ("We leave. 'No,' said Bo.", "We leave."),
    ("We leave. “No,” laughed the old Bo.", "We leave."),
    ('We leave. Bo said, "No."', "We leave."),
    ('We leave. Bo looks up and says, "No."', "We leave."),
    ('We leave. Bo, smiling, says: "No."', "We leave."),
    ("We leave. Bo says he will not.", "We leave."),
    ('We leave. Bo\'s voice came back: "No."', "We leave."),
    ('We leave. Captain Reed replied, "No."', "We leave."),
    ('"We leave," she says. "No," he says.', '"We leave," she says.'),
    ('"We leave," I say. "No," he says.', '"We leave," I say.'),
    ('"We leave," Mira says. "Halt!" the guard shouts.', '"We leave," Mira says.'),
    ('"We leave," Mira says. Somebody shouts, "Halt!"', '"We leave," Mira says.'),
    ('"We leave," Mira says. Behind her, Bo turns. "Halt!"', '"We leave," Mira says.'),
    # you
    ('We leave. You said, "No."', "We leave."),
    ('We leave. "No," you say.', "We leave."),
    ('We leave. And then you said "no" to me.', "We leave."),
    ("We leave. You reply that you will stay.", "We leave."),
    # deeds
    ('"We leave." Bo nods. "Good."', ""),
    ('"We leave," Mira says. You nod and follow.', '"We leave," Mira says.'),
    ("We leave. *Bo steps back*", "We leave."),
    ("We leave. *you step back* Good.", "We leave."),
    ("We leave. (Bo steps back)", "We leave."),
    # a dialogue
    ('"We leave."\n"I stay."', '"We leave."'),
    ('"We leave."\n\n"I stay."\n\n"Then stay."', '"We leave."'),
    ("— We leave.\n— I stay.", "— We leave."),
    # Chinese
    ("小明：我走了。", ""),
    ("天亮就走。\n小明：我不走。", "天亮就走。"),
    ("天亮就走。小明：我不走。", "天亮就走。"),
    ("天亮就走。小明说：“我不走。”", "天亮就走。"),
    ("天亮就走。“我不走，”小明说。", "天亮就走。"),
    ("天亮就走。“我不走！”小明低声喊道。", "天亮就走。"),
    ("天亮就走。王掌柜笑道：“慢走。”", "天亮就走。"),
    ("天亮就走。你说道：“好。”", "天亮就走。"),
    ("天亮就走。你点点头，说：“好。”", "天亮就走。"),
    ("天亮就走。\n店小二：客官慢走。", "天亮就走。"),
    ("天亮就走。\n你：好。", "天亮就走。"),
    ("天亮就走。（小明退了一步）", "天亮就走。"),
    ("“天亮就走。”\n“我不走。”", "“天亮就走。”"),
]

GOOD = [
    "We leave at dawn, Bo.",
    "Bo, I say we leave at dawn.",
    "Bo, tell me what you know.",
    "Ask Bo about it.",
    "Did you say that the harbour is closed?",
    "You must leave before the tide turns.",
    "Listen: nobody else knows.",
    "*smiles at Bo* We leave at dawn.",
    '"Come in," Mira says. "You must be cold, Bo."',
    '"Come in," I say, and open the door for Bo.',
    'Mira looks at Bo. "Come in."',
    'She turns to Bo. "Come in," she says.',
    'You call this "art"? I do not.',
    "The tide turns at 10:30.",
    "Bo is the best sailor I ever met.",
    "小明，天亮就走。",
    "小明是个好人。",
    "小明，你说得对。",
    "你必须在天亮之前走。",
    "“进来吧，”我说，“外面冷，小明。”",
]


@pytest.mark.parametrize(("reply", "left"), BAD)
def test_what_others_say_is_cut(reply: str, left: str) -> None:
    spoken = keep_own_words(reply, speaker=MIRA, others=OTHERS)
    assert spoken.text == left
    assert spoken.is_cut


@pytest.mark.parametrize("reply", GOOD)
def test_what_the_character_says_itself_stays_whole(reply: str) -> None:
    spoken = keep_own_words(reply, speaker=MIRA, others=OTHERS)
    assert spoken.text == reply
    assert not spoken.is_cut


def test_a_name_that_both_share_is_the_characters_own() -> None:
    spoken = keep_own_words("Vale: We leave.", speaker=MIRA, others=("Tom Vale",))
    assert spoken.text == "We leave."


def test_a_name_made_of_marks_matches_nothing() -> None:
    spoken = keep_own_words("We leave. (At dawn.)", speaker=MIRA, others=("(.*)", "***", ""))
    assert spoken.text == "We leave. (At dawn.)"


def test_a_cut_leaves_no_mark_open() -> None:
    reply = 'We leave. *She points at the door and Bo says "no"*'
    spoken = keep_own_words(reply, speaker=MIRA, others=OTHERS)
    assert spoken.text == "We leave."


def test_nothing_is_left_of_a_reply_without_letters() -> None:
    assert keep_own_words("… “”", speaker=MIRA, others=OTHERS).text == ""


def test_the_server_stops_at_a_line_that_another_name_begins() -> None:
    stops = stop_strings(("Bo", "Mira Vale", "小明"), MIRA)
    assert stops == ("\nYou:", "\nBo:", "\nBo：", "\n**Bo", "\n小明:", "\n小明：", "\n**小明")


def test_stop_strings_are_few_however_many_are_known() -> None:
    assert len(stop_strings([f"Guest {n}" for n in range(50)], MIRA)) == 12
