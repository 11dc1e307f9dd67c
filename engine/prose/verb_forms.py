"""Forms of English verbs that tell the tense of a narration."""

from engine.prose.words import listed

# Simple pasts of irregular verbs that are not the base form too (put, read), nor often an
# adjective or a noun (left, lost, lay). Many are participles as well: what stands before decides.
IRREGULAR_PAST = listed(
    "arose ate awoke became began beheld bent bit blew bought bred broke brought built burst"
    " came caught chose clung crept dealt drank drew drove dug dwelt fed fell felt fled flew"
    " flung forbade forgot forgave fought found froze gave got grew heard held hid hung kept"
    " knelt knew leapt led lent lit made meant met overheard paid rang ran rode rose said sang"
    " sank sat saw sent shone shook shot shrank slept slid slung snuck sold sought spat sped"
    " spent spoke sprang spun stank stole stood strode strove struck stuck stung swam swept"
    " swore swung taught threw told took tore thought trod understood undertook went wept"
    " withdrew woke won wore wove wrote"
)
# Verbs of narration in their base form; -s and -ed are made from them.
BASE = listed(
    "accept admit agree allow answer appear approach ask avoid bang beat become beg begin"
    " believe belong bend bite blink blow bow break breathe bring brush burn bury buy call can"
    " carry catch cause cease chase check choose circle clasp clear clench climb cling close"
    " collapse come consider continue cool cough count crawl creak creep cross crouch cry curl"
    " cut dance dare decide demand descend die dig dip disappear do doubt drag drain draw dream"
    " dress drift drink drive drop drown drum dry dwindle eat emerge enter escape expect explain"
    " eye face fade fall fasten feel fetch fight fill find finger finish fire fix flash flatten"
    " flee flicker fling float flood flutter fly fold follow force forget frighten frown gasp"
    " gather gaze get giggle give glance glare gleam glide glimpse glow go grab greet grin grind"
    " grip groan grow growl guess guide halt hammer hand hang happen hate haul have head hear"
    " heave help hesitate hide hiss hit hold hop hope hover howl hug hum hurry hurt hush ignore"
    " imagine inch inhale insist invite jerk join jump keep kick kiss kneel knock know land lap"
    " last laugh lay lead lean leap learn leave lick lie lift light limp linger listen live lock"
    " look loom lose love lower lunge make manage march mark mean meet melt mention mind miss"
    " mount move mumble murmur mutter narrow need nod notice nudge offer open order pace pack"
    " paint park pass pat pause pay peel peer perch pick pin place play plead plunge point pound"
    " pour pray press pretend print proceed prod promise pull punch push put raise rattle reach"
    " read realise realize recall receive recognise recognize recoil refill refuse remain"
    " remember remind remove repeat reply rest return reveal ride ring rip rise roar rock roll"
    " row rub run rush rustle sag sail save say scan scatter scowl scramble scrape scratch"
    " scream scribble search see seem seize sell send sense set settle shake share shelter shift"
    " shine shiver shoot shout shove shovel show shriek shrug shudder shuffle shut sigh signal"
    " sing sink sip sit skip slam slap sleep slice slide slip slump smell smile smirk smoke"
    " smooth snap snatch sneer sniff snort soak sob soften sort sound speak spend spill spin"
    " spit splash splinter spot spread spring sprint squeeze squint stagger stain stamp stand"
    " stare start startle stay steady steal step stick stiffen stir stop straighten strain"
    " stretch stride strike strip stroke stroll struggle stuff stumble suck suggest suppose"
    " surround suspect swallow sway swear sweep swim swing take talk tap taste teach tear tell"
    " tense thank think throw thump tick tie tighten tilt tiptoe tire toss touch tower trace"
    " trail travel tread tremble trip trot trudge trust try tuck tug tumble turn twist type"
    " understand unfold unlock use usher vanish visit vow wade wait wake walk wander want warm"
    " warn wash watch water wave wear weep weigh whimper whirl whisper whistle widen wince wind"
    " wink wipe wish withdraw wonder work worry wrap wrestle wrinkle write yawn yell"
)
# Base forms that are as often nouns in the plural when -s is put to them.
_ALSO_PLURALS = listed(
    "answer bang beat bite blow bow break breath brush burn call can catch cause chase check"
    " circle climb cool cough count creak cry curl cut dance demand die dig dip doubt drag drain"
    " draw dream dress drift drink drive drop drum eat eye face fall feel fetch fight fill find"
    " finger fire fix flash flicker flood flutter fold force frown gasp gaze giggle glance glare"
    " gleam glimpse glow grin grind grip groan guess guide halt hammer hand haul head help"
    " hesitate hop hope howl hug hum hurt hush inch invite jerk jump kick kiss knock land lap"
    " last laugh lay lead leap lick lie lift light limp live lock look loom love lunge march"
    " mark mind miss mount move murmur mutter need nod nudge offer order pace pack paint park"
    " pass pat pause pay peel peer perch pick pin place play plead point pound press print prod"
    " promise punch push rattle rest return ride ring rip rise roar rock roll row rush sag sail"
    " save scan scrape scratch scream search sense set shake share shelter shift shiver shoot"
    " shout shovel show shriek shrug shudder shuffle sigh signal sip skip slap slice slide slip"
    " slump smell smile smirk smoke smooth snap snatch sneer snort soak sob sort sound spill"
    " spin spit splash spot spread spring sprint squeeze squint stain stamp stand stare start"
    " stay steady step stick stir stop strain stretch stride strike strip stroke stroll struggle"
    " stuff suck surround swallow swim swing talk tap taste tear tense thump tick tie tilt"
    " tiptoe tire toss touch tower trace trail travel tread tremble trip trot trudge trust try"
    " tug turn twist type use usher visit vow wade wait wake walk warm wash watch water wave"
    " whisper whistle wind wink wish wonder work worry wrap wrestle wrinkle yawn yell"
)


def third_person(base: str) -> str:
    """Return the form of he, she and it."""
    if base.endswith(("s", "sh", "ch", "x", "z", "o")):
        return base + "es"
    if base.endswith("y") and base[-2:-1] not in "aeou":
        return base[:-1] + "ies"
    return base + "s"


_IRREGULAR_THIRD = {"have": "has", "can": "can"}
THIRD_PERSON = frozenset(_IRREGULAR_THIRD.get(base, third_person(base)) for base in BASE)
# Without a pronoun before them, only these are surely verbs.
SURE_THIRD_PERSON = frozenset(
    third_person(base) for base in BASE - _ALSO_PLURALS if base not in _IRREGULAR_THIRD
)
# -ed at the end of words that are no past.
NO_PAST = listed(
    "need feed speed bleed breed heed seed succeed proceed exceed indeed bed red shed wed led"
    " sled hundred sacred naked wicked wretched rugged beloved aged weed deed reed greed creed"
    " steed blessed learned crooked jagged ragged hatred kindred embed"
)
