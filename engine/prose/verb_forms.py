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
    " believe bend bite blink blow break breathe bring brush burn buy call can carry catch cause"
    " cease chase choose circle clasp clear clench climb cling close collapse come consider"
    " continue cough crawl creep cross crouch cry cut dance dare decide demand descend die dig"
    " disappear do doubt drag draw dream drift drink drive drop dry eat emerge enter escape"
    " expect explain face fade fall feel fetch fight fill find finish fix flee flicker fling"
    " float fly fold follow forget frown gasp gather gaze get giggle give glance glare glide"
    " glimpse gleam go grab greet grin grip groan grow growl guess hang happen hate have hear"
    " hesitate hide hiss hit hold hope hover howl hug hum hurry ignore imagine insist invite"
    " join jump keep kick kiss kneel knock know laugh lead lean leap learn leave lie lift light"
    " linger listen live look lose love lower make manage mean meet melt mention miss move"
    " mumble murmur mutter narrow need nod notice offer open order pace pass pause pay peer pick"
    " place play plunge point pour pray press pretend proceed promise pull push put raise reach"
    " read realise realize recall receive recognise recognize refuse remain remember remind"
    " remove repeat reply rest return ride ring rise roar roll rub run rush save say scan"
    " scatter scramble scratch scream search see seem seize sell send sense set settle shake"
    " shift shine shiver shoot shout show shrug shudder shut sigh sing sink sip sit slam sleep"
    " slide slip slump smell smile smirk snap sniff snort sob sound speak spend spin splash spot"
    " spread spring squeeze stand stare start startle stay steal step stick stir stop straighten"
    " strain stretch stride strike stroke struggle stumble swallow sway swear sweep swim swing"
    " take talk tap taste teach tear tell think throw tie tilt toss touch trace trail travel"
    " tread tremble trot trust try tuck tug tumble turn twist understand use vanish wait wake"
    " walk wander want warn wash watch wave wear weep whimper whirl whisper whistle wince wink"
    " wipe wish withdraw wonder work worry wrap write yawn yell"
)
# Base forms that are as often nouns in the plural when -s is put to them.
_ALSO_PLURALS = listed(
    "answer bang beat bite blow break breath brush burn call can catch cause chase circle climb"
    " cough cry cut dance demand die doubt drag draw dream drift drink drive drop eat face fall"
    " feel fight fill find fix flicker fold frown gasp gaze giggle glance glare glimpse gleam"
    " grin grip groan guess hope howl hug hum invite jump kick kiss knock laugh lead leap lie"
    " lift light live look love miss move murmur need nod offer order pace pass pause pay peer"
    " pick place play point press promise rest return ride ring rise roar roll rush save scan"
    " scratch scream search sense set shake shift shiver shoot shout show shrug shudder sigh sip"
    " slide slip smell smile smirk snap snort sob sound spin splash spot spread spring squeeze"
    " stand stare start stay step stick stir stop strain stretch stride strike stroke struggle"
    " swallow swing talk tap taste tear tie tilt toss touch trace trail travel tread trot trust"
    " try tug turn twist use wait wake walk wash watch wave whisper whistle wink wish wonder"
    " work worry wrap yawn yell"
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
