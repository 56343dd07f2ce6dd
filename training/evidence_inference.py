"""Lists from Evidence Inference 2.0 (DeYoung et al. 2020, BioNLP): what trials found, said rightly and wrongly.

Its repository, under the MIT licence, has prompts (an intervention, a comparator and an outcome), labels (increased,
decreased, no difference) with the words that show them, and the texts of the articles.
"""

from __future__ import annotations

import csv
import html
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corpora import SEED, part_of
from evals.report import say
from index.analysis.sentences import sentence_spans
from index.errors import FileError
from training.lists import CONTRADICTS, NOTHING, SUPPORTS, TRAIN, TUNE, Text, TextList
from training.sources import make_list

KIND = "evidence inference"
CLAIMS: Mapping[int, Sequence[str]] = {
    1: (
        "{intervention} increases {outcome} compared with {comparator}",
        "{outcome} is higher with {intervention} than with {comparator}",
        "{intervention} leads to more {outcome}",
        "{intervention} increases {outcome}",
    ),
    -1: (
        "{intervention} reduces {outcome} compared with {comparator}",
        "{outcome} is lower with {intervention} than with {comparator}",
        "{intervention} leads to less {outcome}",
        "{intervention} decreases {outcome}",
    ),
    0: (
        "{intervention} does not change {outcome} compared with {comparator}",
        "{intervention} has no effect on {outcome}",
        "{outcome} does not differ between {intervention} and {comparator}",
    ),
}
_LONGEST = 12
"""The most words of an intervention, a comparator and an outcome: longer ones are notes, not names."""
_WRONG = 14
_TELLS = re.compile(
    r"signific|higher|lower|increas|decreas|reduc|improv|declin|differ|effect|similar|compar|\bP\s*[<=>]", re.I
)
_HEADING = re.compile(r"^[A-Z][\w .,&/()-]*:$")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt that was answered: what was found of it (1, -1, 0), and the sentences of the article that say so."""

    words: Mapping[str, str]
    found: int
    shown_by: tuple[str, ...]


def evidence_inference_lists(folder: Path) -> Iterator[TextList]:
    """Yield two lists a prompt: what was found and something else as claims, each with what shows it and what does not.

    What does not show it is what shows another outcome of the article, and other sentences with words of the claim.
    `folder` is a checkout of the repository. Raises FileError when it lacks the files.
    """
    dice, count = random.Random(SEED + 3), 0
    for article, prompts in answered_prompts(folder):
        title, sentences = _article(folder, article)
        part = TUNE if part_of(article) == TUNE else TRAIN
        for prompt in prompts:
            other = dice.choice([one for one in CLAIMS if one != prompt.found])
            for said, stance in ((prompt.found, SUPPORTS), (other, CONTRADICTS)):
                claim = dice.choice(CLAIMS[said]).format(**prompt.words)
                right = [Text(one, title, stance) for one in prompt.shown_by]
                wrong = [Text(one, title, NOTHING) for one in _beside(prompt, prompts, sentences, dice)]
                count += 1
                yield make_list(KIND, part, claim[0].upper() + claim[1:], right, wrong)
    say(f"{KIND}: {count:,} lists")


def _beside(prompt: Prompt, prompts: Sequence[Prompt], sentences: Sequence[str], dice: random.Random) -> list[str]:
    """Return what shows other outcomes, then sentences that share most words with the prompt.

    Those that tell something of the outcome are left out: they may show it too, and nobody marked them.
    """
    shown = {text for one in prompts for text in one.shown_by}
    same = {text for one in prompts if is_like(one, prompt) for text in one.shown_by}
    asked, outcome = _words(" ".join(prompt.words.values())), _words(prompt.words["outcome"])
    others = sorted(shown - same - set(prompt.shown_by))
    dice.shuffle(others)
    plain = [one for one in sentences if not (_TELLS.search(one) and (not outcome or _words(one) & outcome))]
    plain = [one for one in plain if not any(one in text or text in one for text in shown)]
    plain.sort(key=lambda one: (-len(_words(one) & asked), one))
    return [*others[:5], *plain[: _WRONG - 5]]


def is_like(one: Prompt, other: Prompt) -> bool:
    """Tell whether two outcomes share a word, so that what shows one may show the other."""
    return bool(_words(one.words["outcome"]) & _words(other.words["outcome"]))


def _words(text: str) -> set[str]:
    return {one for one in re.findall(r"[a-z]{5,}", text.lower())}


def answered_prompts(folder: Path) -> Iterator[tuple[str, list[Prompt]]]:
    """Yield the prompts that were answered, by the article that they are on."""
    asked = {row["PromptID"]: row for row in _rows(folder / "annotations" / "prompts_merged.csv")}
    by_prompt: dict[str, list[Mapping[str, str]]] = {}
    for row in _rows(folder / "annotations" / "v2_annotations.csv"):
        if row["Valid Label"] == row["Valid Reasoning"] == "True" and row["PromptID"] in asked:
            by_prompt.setdefault(row["PromptID"], []).append(row)
    by_article: dict[str, list[Prompt]] = {}
    for number, rows in sorted(by_prompt.items(), key=lambda one: int(one[0])):
        words = {name.lower(): _plain(asked[number][name]) for name in ("Intervention", "Comparator", "Outcome")}
        shown = tuple(dict.fromkeys(text for row in rows if (text := _prose(row["Annotations"]))))
        if shown and all(0 < len(one.split()) <= _LONGEST for one in words.values()):
            found = Counter(int(row["Label Code"]) for row in rows).most_common(1)[0][0]
            by_article.setdefault(rows[0]["PMCID"], []).append(Prompt(words, found, shown))
    yield from by_article.items()


def _prose(text: str) -> str:
    """Return the words that show a label, or "" where they are a row of a table, a fragment or a page."""
    whole = _plain(text)
    cells = [one for one in text.splitlines() if one.strip()]
    return whole if 40 <= len(whole) <= 500 and len(whole) > 60 * (len(cells) - 1) else ""


def _plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


def _article(folder: Path, number: str) -> tuple[str, list[str]]:
    """Return an article's title and the sentences of its text."""
    try:
        lines = (folder / "annotations" / "txt_files" / f"PMC{number}.txt").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise FileError(f"{folder} lacks the text of PMC{number} ({error}); give a whole checkout") from error
    lines = [one.strip() for one in lines if one.strip() and not _HEADING.match(one.strip())]
    title, *paragraphs = lines or [""]
    sentences = [one[start:end] for one in paragraphs for start, end in sentence_spans(one)]
    return title, [one for one in dict.fromkeys(sentences) if 40 <= len(one) <= 400]


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise FileError(
            f"{path} cannot be read ({error}); --evidence-inference takes a checkout of jayded/evidence-inference"
        ) from error
