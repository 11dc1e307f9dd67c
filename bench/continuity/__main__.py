"""How well contradictions are told from clean text: `python -m bench.continuity --novels DIR`.

Clean: every passage of the novels with facts that are true of them. Contradictions are put in by
code, three ways: a fact of somebody who is there is turned round (dead; he for she), so that the
text stays as its author wrote it; a sentence that contradicts is put into a passage; a passage is
changed into another tense or person. Prints Markdown tables.
"""

import argparse
import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.prose.continuity import DoubtKind, Known, check
from engine.prose.paragraphs import paragraphs_of
from engine.prose.words import words_of
from tests.engine.prose.labelled import clean, flawed

FOLDER = Path(__file__).parent
PASSAGE_WORDS = 160
RECENT = 3
SETS = ("at hand", "held out", "another hand")
TRIES = 60  # contradictions of each kind and set


@dataclass(frozen=True)
class Fact:
    """A fact of a ledger."""

    id: int
    subject: str
    relation: str
    value: str


@dataclass(frozen=True)
class Case:
    """A passage with what is known; `kind` and `fact_id` tell what contradicts, if anything."""

    text: str
    recent: tuple[str, ...]
    facts: tuple[Known, ...]
    language: str
    kind: DoubtKind | None = None
    fact_id: int | None = None


KINDS = {
    "died": DoubtKind.DEAD_SPEAKER,
    "pronoun": DoubtKind.PRONOUN,
    "is_at": DoubtKind.WRONG_PLACE,
    "eye_color": DoubtKind.CHANGED_ATTRIBUTE,
    "hair_color": DoubtKind.CHANGED_ATTRIBUTE,
    "age": DoubtKind.CHANGED_ATTRIBUTE,
    "is_a": DoubtKind.CHANGED_ATTRIBUTE,
}


def passages_of(text: str) -> list[str]:
    """Part a text into passages of about PASSAGE_WORDS words, between paragraphs."""
    passages = [""]
    for span in paragraphs_of(text):
        joined = " ".join(text[span.start : span.end].split())
        if not joined or joined.isupper():
            continue
        if len(passages[-1].split()) >= PASSAGE_WORDS:
            passages.append("")
        passages[-1] = f"{passages[-1]}\n\n{joined}".strip()
    return passages


def facts_of(novel: dict[str, object]) -> tuple[Fact, ...]:
    """Return the ledger of a novel."""
    facts: list[tuple[str, str, str]] = []
    for relation, value in novel.items():
        if relation in ("she", "he"):
            facts += [(name, "pronoun", relation) for name in value]  # type: ignore[union-attr]
        elif relation == "died":
            facts += [(name, "died", "yes") for name in value]  # type: ignore[union-attr]
        elif isinstance(value, dict):
            facts += [(name, relation, each) for name, each in value.items()]
    return tuple(Fact(number, *fact) for number, fact in enumerate(facts, start=1))


def cases_of_novel(passages: Sequence[str], facts: tuple[Fact, ...]) -> list[Case]:
    """Return every passage as a clean case."""
    return [
        Case(text, tuple(passages[max(0, at - RECENT) : at]), facts, "en")
        for at, text in enumerate(passages)
    ]


def turned(cases: Sequence[Case], facts: tuple[Fact, ...], draw: random.Random) -> Iterator[Case]:
    """Yield passages whose facts contradict them: somebody in them is dead, or he for she.

    Dead is who is named three times in a passage and begins a sentence of it, since who is only
    talked of may well be dead; the other pronoun is given to who is named
    twice, alone among those known, in a passage that has three of the right pronouns.
    """
    people = [fact for fact in facts if fact.relation == "pronoun"]
    dead, wrong = [], []
    for case in cases:
        counts = {fact: _mentions(fact.subject, case.text) for fact in people}
        named = [fact for fact, count in counts.items() if count]
        for fact in named:
            if counts[fact] >= 3 and _begins_a_sentence(fact.subject, case.text):
                died = Fact(900, fact.subject, "died", "yes")
                facts_now = (*facts, died)
                dead.append(Case(case.text, case.recent, facts_now, "en", KINDS["died"], 900))
        if len(named) == 1 and counts[named[0]] >= 2:
            (fact,) = named
            right = {"she": r"\b(?:she|her|herself)\b", "he": r"\b(?:he|him|his|himself)\b"}
            if len(re.findall(right[fact.value], case.text, re.IGNORECASE)) >= 3:
                other = Fact(901, fact.subject, "pronoun", "he" if fact.value == "she" else "she")
                facts_now = (*(each for each in facts if each != fact), other)
                # What came before would agree with the ledger, so it is left out.
                wrong.append(Case(case.text, (), facts_now, "en", KINDS["pronoun"], 901))
    for found in (dead, wrong):
        yield from draw.sample(found, min(TRIES, len(found)))


def told_otherwise(cases: Sequence[Case]) -> Iterator[Case]:
    """Yield passages with one of their own facts turned round, where they tell its value."""
    others = {
        "eye_color": ("蓝色", "黑色"), "hair_color": ("红色", "黑色"), "age": ("9", "77"),
        "is_a": ("水手", "裁缝"), "pronoun": ("他", "她"),
    }  # fmt: skip
    for case in cases:
        for fact in case.facts:
            value = fact.value.removesuffix("色")
            if fact.relation not in others or value not in case.text:
                continue
            wrong = next(each for each in others[fact.relation] if each[0] not in fact.value)
            facts = (*(each for each in case.facts if each != fact),)
            turned_fact = Fact(903, fact.subject, fact.relation, wrong)
            kind = KINDS[fact.relation]
            yield Case(case.text, (), (*facts, turned_fact), case.language, kind, 903)


def _begins_a_sentence(subject: str, text: str) -> bool:
    name = "|".join({re.escape(subject), re.escape(subject.split(maxsplit=1)[0])})
    return re.search(rf"(?:^|[.!?]\s+|\n)(?:{name})\b", text) is not None


def _mentions(subject: str, text: str) -> int:
    name = subject if "." in subject else subject.split(maxsplit=1)[0]
    if subject.startswith(("Captain", "Lady", "Sir", "General", "Mr", "Mrs", "Miss")):
        name = subject
    return len(re.findall(rf"\b{re.escape(name)}\b", text))


def inserted(
    cases: Sequence[Case], which: str, language: str, draw: random.Random
) -> Iterator[Case]:
    """Yield passages with a sentence put in that contradicts a fact of somebody new to them."""
    rows = tomllib.loads((FOLDER / "insertions.toml").read_text("utf-8"))["fact"]
    names = ["Mira Voss", "Tomas Reed", "Ansel"] if language == "en" else ["米拉", "陈安", "老周"]
    for row in rows:
        if (row["set"], row["language"]) != (which, language):
            continue
        for sentence in row["sentences"]:
            for case in draw.sample(list(cases), min(6, len(cases))):
                name = draw.choice(names)
                told = name.split()[0] if draw.random() < 0.5 else name
                fact = Fact(902, name, row["relation"], row["value"])
                paragraphs = case.text.split("\n")
                at = draw.randrange(len(paragraphs))
                paragraphs[at] = f"{paragraphs[at]} {sentence.format(name=told)}".strip()
                yield Case(
                    "\n".join(paragraphs),
                    case.recent,
                    (*case.facts, fact),
                    language,
                    KINDS[row["relation"]],
                    902,
                )


def drifting(which: str, language: str) -> Iterator[Case]:
    """Yield passages of the tests, clean or with their tense or person changed for good."""
    held_out = "held-out-" if which == "held out" else ""
    for labelled in [*clean(held_out), *flawed(held_out)]:
        if labelled.language != language or "there and back" in labelled.kind:
            continue
        first, _, rest = labelled.text.partition("\n")
        kind = None
        if labelled.kind != "clean":
            kind = DoubtKind.TENSE if "tense" in labelled.kind else DoubtKind.VIEWPOINT
        yield Case(rest, (first,), (), language, kind)


def passages(which: str, language: str) -> Iterator[Case]:
    """Yield clean passages that were written for this, with what is true in them."""
    for row in tomllib.loads((FOLDER / "passages.toml").read_text("utf-8"))["passage"]:
        if (row["set"], row["language"]) == (which, language):
            facts = (Fact(number, **each) for number, each in enumerate(row["facts"], start=1))
            yield Case(row["text"].strip(), (), tuple(facts), language)


def judge(cases: Sequence[Case]) -> Counter[str]:
    """Count, by kind, what was found, missed and said wrongly; and the words of clean cases."""
    counts: Counter[str] = Counter()
    for case in cases:
        doubts = check(case.text, case.facts, language=case.language, recent=case.recent)
        right = [
            doubt
            for doubt in doubts
            if doubt.kind is case.kind and doubt.fact_id in (case.fact_id, None)
        ]
        wrong = [doubt for doubt in doubts if doubt not in right]
        if case.kind is None:
            counts["clean words"] += len(words_of(case.text, case.language))
            counts["clean alarms"] += len(wrong)
            counts.update(f"clean {doubt.kind}" for doubt in wrong)
        else:
            counts[f"{case.kind} cases"] += 1
            counts[f"{case.kind} found"] += bool(right)
            counts[f"{case.kind} wrong"] += len(wrong)
    return counts


def gather(which: str, language: str, folder: Path | None) -> list[Case]:
    """Return all cases of a set and a language; of another hand there are only sentences."""
    draw = random.Random(f"{which} {language}")
    if which == "another hand":
        held_out = [case for case in gather("held out", language, folder) if case.kind is None]
        return list(inserted(held_out, which, language, draw))
    cases = list(drifting(which, language))
    written = list(passages(which, language))
    cases += [*written, *told_otherwise(written)]
    own = [case for case in cases if case.kind is None]
    novels: list[Case] = []
    if language == "en" and folder is not None:
        for novel in tomllib.loads((FOLDER / "ledgers.toml").read_text("utf-8"))["novel"]:
            path = folder / novel["file"]
            if novel["set"] == which and path.exists():
                facts = facts_of(novel)
                clean_cases = cases_of_novel(passages_of(path.read_text("utf-8")), facts)
                novels += clean_cases
                cases += turned(clean_cases, facts, draw)
    cases += inserted(novels or own, which, language, draw)
    return cases + novels


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--novels", type=Path, help="a folder with the texts of ledgers.toml")
    parser.add_argument("--show", action="store_true", help="print the false alarms")
    parser.add_argument("--set", choices=SETS, help="one of them only")
    options = parser.parse_args()
    for which in (options.set,) if options.set else SETS:
        for language in ("en", "zh-CN"):
            cases = gather(which, language, options.novels)
            if cases:
                print_table(f"{which}, {language}", judge(cases))
            if options.show:
                show_wrong(cases)


def print_table(title: str, counts: Counter[str]) -> None:
    """Print precision and recall of each kind, and the alarms in clean text."""
    print(f"\n{title}\n\n| kind | cases | found (recall) | wrong besides |\n|---|---|---|---|")
    found = wrong = total = 0
    for kind in DoubtKind:
        cases = counts[f"{kind} cases"]
        if cases:
            hits = counts[f"{kind} found"]
            print(f"| {kind} | {cases} | {hits} ({hits / cases:.0%}) | {counts[f'{kind} wrong']} |")
            found, total = found + hits, total + cases
            wrong += counts[f"{kind} wrong"]
    words = counts["clean words"]
    if total:
        print(
            f"\nRecall {found / total:.2f}, precision {found / max(1, found + wrong):.2f}.", end=""
        )
    if not words:
        print()
        return
    print(f" Clean: {counts['clean alarms']} alarms in {words} words", end="")
    print(f", {2000 * counts['clean alarms'] / max(1, words):.2f} in 2,000.", end=" ")
    kinds = {kind.value: counts[f"clean {kind}"] for kind in DoubtKind if counts[f"clean {kind}"]}
    print(kinds or "")


def show_wrong(cases: Sequence[Case]) -> None:
    """Print what was said wrongly of clean text, and what was missed."""
    for case in cases:
        doubts = check(case.text, case.facts, language=case.language, recent=case.recent)
        if case.kind is None:
            for doubt in doubts:
                print(f"  clean {doubt.kind}: {doubt.place.quote!r} {doubt.found}")
        elif not any(doubt.kind is case.kind for doubt in doubts):
            print(f"  missed {case.kind}: {case.text[:160]!r} {case.facts[-1:]}")


if __name__ == "__main__":
    main()
