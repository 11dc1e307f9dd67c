"""Fifty short texts of different kinds, and flaws that code puts into them.

The passages of known books are in the public domain; the others were written for this.
"""

from collections.abc import Callable

# Melville, Austen, Dickens, Doyle, Poe, Brontë, Wells, Carroll, Twain; then plain modern prose.
ENGLISH = (
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in "
    "my purse, and nothing particular to interest me on shore, I thought I would sail about a "
    "little and see the watery part of the world. It is a way I have of driving off the spleen "
    "and regulating the circulation.\n\nWhenever I find myself growing grim about the mouth; "
    "whenever it is a damp, drizzly November in my soul, then I account it high time to get to "
    "sea.",
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, "
    "must be in want of a wife.\n\n“My dear Mr. Bennet,” said his lady to him one day, “have you "
    "heard that Netherfield Park is let at last?” Mr. Bennet replied that he had not. “But it "
    "is,” returned she; “for Mrs. Long has just been here, and she told me all about it.”",
    "Marley was dead: to begin with. There is no doubt whatever about that. The register of his "
    "burial was signed by the clergyman, the clerk, the undertaker, and the chief mourner. "
    "Scrooge signed it.\n\nScrooge knew he was dead? Of course he did. How could it be otherwise? "
    "Scrooge and he were partners for I don't know how many years.",
    "To Sherlock Holmes she is always the woman. I have seldom heard him mention her under any "
    "other name. In his eyes she eclipses and predominates the whole of her sex.\n\nI had seen "
    "little of Holmes lately. My marriage had drifted us away from each other. One night I passed "
    "the well-remembered door, and saw his tall, spare figure pass twice in a dark silhouette.",
    "True! nervous, very, very dreadfully nervous I had been and am; but why will you say that I "
    "am mad? The disease had sharpened my senses, not destroyed, not dulled them.\n\nI loved the "
    "old man. He had never wronged me. He had never given me insult. For his gold I had no "
    "desire. I think it was his eye! yes, it was this!",
    "There was no possibility of taking a walk that day. The cold winter wind had brought with it "
    "clouds so sombre, and a rain so penetrating, that further outdoor exercise was out of the "
    "question.\n\nI was glad of it: I never liked long walks, especially on chilly afternoons. "
    "“What does Bessie say I have done?” I asked. “Jane, I don't like cavillers or questioners.”",
    "The Time Traveller was expounding a recondite matter to us. His grey eyes shone and twinkled, "
    "and his usually pale face was flushed and animated. The fire burned brightly.\n\n“You must "
    "follow me carefully,” he said. “I shall have to controvert one or two ideas that are almost "
    "universally accepted.” “Is not that rather a large thing to expect us to begin upon?” said "
    "Filby.",
    "Alice was beginning to get very tired of sitting by her sister on the bank, and of having "
    "nothing to do.\n\nSuddenly a White Rabbit with pink eyes ran close by her. There was nothing "
    "so very remarkable in that. “Oh dear! Oh dear! I shall be late!” said the Rabbit. It took a "
    "watch out of its waistcoat-pocket, and looked at it, and then hurried on.",
    "“Tom!” No answer. “What's gone with that boy, I wonder? You Tom!” No answer. The old lady "
    "pulled her spectacles down and looked over them about the room.\n\nThere was a slight noise "
    "behind her and she turned just in time to seize a small boy by the slack of his roundabout. "
    "“There! I might have thought of that closet. What you been doing in there?” “Nothing.”",
    "Mara climbed the tower with the oil can in both hands. The lamp had been burning since dusk. "
    "She was very sad and very tired. A ship was somewhere out there.\n\nThe wind shook the glass. "
    "Mara felt afraid. Suddenly she heard a kind of noise on the stairs. Her heart skipped a beat. "
    "“Who is there?” she asked nervously. Nobody answered.",
    "Jonas counted the coins on the kitchen table. There were eleven. Yesterday there had been "
    "fourteen. His brother slept behind the curtain with his boots on.\n\n“You were in the jar,” "
    "said Jonas. “I was hungry,” said his brother. “As you know, our father left us this money "
    "when he died in the flood of last year.” Jonas put the coins back, one at a time.",
    "The train stopped between two stations and the lights went out. A child laughed. Somebody "
    "struck a match. The woman opposite Ilse was holding a birdcage with no bird in it.\n\nIlse "
    "looked at the cage. She wanted to ask. The match went out. When the lights came back the seat "
    "was empty, and the little door of the cage was swinging.",
)
# Lu Xun (1921, 1924), Cao Xueqin; then plain modern prose.
CHINESE = (
    "我冒了严寒，回到相隔二千余里，别了二十余年的故乡去。时候既然是深冬；渐近故乡时，天气又阴晦了，"
    "冷风吹进船舱中，呜呜的响。\n\n从篷隙向外一望，苍黄的天底下，远近横着几个萧索的荒村，没有一些"
    "活气。我的心禁不住悲凉起来了。阿！这不是我二十年来时时记得的故乡？",
    "黛玉方进入房时，只见两个人搀着一位鬓发如银的老母迎上来，黛玉便知是他外祖母。方欲拜见时，早被"
    "他外祖母一把搂入怀中，心肝儿肉叫着大哭起来。\n\n一语未了，只听后院中有人笑声，说：“我来迟了，"
    "不曾迎接远客！”黛玉纳罕道：“这些人个个皆敛声屏气，这来者系谁？”",
    "老王走进屋里，心里非常难过。突然，外面下起了大雨，雨像瀑布一样倾泻而下。他看见桌上有一封信。"
    "\n\n“你回来了。”她说。“我回来了。”他说。“信是谁写的？”老王问。她没有回答，转身去关窗。",
    "小满把自行车推上坡，车筐里的鸡蛋一路响。她数了三遍，还是少一个。风从河那边吹来，带着煤烟味。"
    "\n\n“你就不能慢点骑？”母亲站在门口说。小满把筐递过去，没有说话。蛋清从筐底滴下来，滴在她的"
    "布鞋上。",
)
TEXTS = 50


def texts() -> list[str]:
    """Return fifty texts, no two alike: passages alone, and two or three together."""
    made = [*ENGLISH, *CHINESE]
    for step in (1, 5, 7):
        made += [f"{ENGLISH[i]}\n\n{ENGLISH[(i + step) % 12]}" for i in range(0, 12, 2)]
    made += [f"{CHINESE[i]}\n\n{CHINESE[(i + 1) % 4]}" for i in range(4)]
    for i in range(12):
        made.append("\n\n".join(ENGLISH[(i + step) % 12] for step in (0, 3, 8)))
    return made[:TEXTS]


def doubled(text: str) -> tuple[str, str]:
    """Put the first paragraph in a second time; return the text, and what the flaw is."""
    first, rest = text.split("\n\n", 1)
    return f"{first}\n\n{rest}\n\n{first}", first


def tense_flipped(text: str) -> tuple[str, str]:
    """Add a paragraph in the present tense to a text in the past."""
    flaw = "The door opens. A man walks in and looks at the window. He sits down and says nothing."
    return f"{text}\n\n{flaw}", flaw


def renamed(text: str) -> tuple[str, str]:
    """Let the person have another name in a last paragraph."""
    flaw = "Then Gwendolyn took up the same thing again, as she had done from the first moment."
    return f"{text}\n\n{flaw}", flaw


FLAWS: dict[str, Callable[[str], tuple[str, str]]] = {
    "doubled paragraph": doubled,
    "tense flip": tense_flipped,
    "renamed character": renamed,
}
CAUSES = {
    "doubled paragraph": {"repetition", "repeated"},
    "tense flip": {"tense"},
    "renamed character": {"contradiction"},
}
