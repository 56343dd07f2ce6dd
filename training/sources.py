"""Lists for the reranker from each test set's development half, with the hard negatives that our own search finds.

Cystic fibrosis is left out: it states no licence. What `evals.corpora.part_of` holds aside is never looked at here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from evals.corpora import (
    SEED,
    Corpus,
    bioasq,
    build_library,
    covidqa_from,
    part_of,
    read_rows,
    scifact_from,
    with_background,
)
from evals.report import say
from index import Abstract, Filters, Library, Section
from index.analysis.sentences import sentence_spans
from qa.answer import Source
from qa.evidence.scoring import Evidence, gather
from qa.reranking.inputs import context_of
from qa.retrieval import retrieve
from training.changes import contradicting
from training.lists import CONTRADICTS, NOTHING, SUPPORTS, Text, TextList

WRONG = 24
"""The most wrong texts of a list."""
_RIGHT = 24
_TITLES, _RELATIONS, _CHANGED = 2_000, 2, 4_000
"""Titles taken of each corpus, chemicals with their diseases taken of an abstract, sentences that are changed."""
_LICENSED = frozenset("bc5cdr ncbi-disease tmvar3 bionlp13-cg bionlp13-pc bionlp11-epi bionlp11-ge anatem".split())
"""Corpora of abstracts/ that may be learnt from: chr states no licence."""
STATES = re.compile(r"\b(?:is|are|was|were|does|do|not|\w+(?:tes|ses|ces|ves|nts|ces|uces|eases|ibits|gers))\b", re.I)
"""What a title has that states something, more or less."""
_ASK_WHICH = (
    "Which drugs can cause {disease}?",
    "What chemicals are reported to induce {disease}?",
    "{disease} as a side effect of which drug?",
)
_ASK_WHETHER = (
    "Does {chemical} cause {disease}?",
    "Can {chemical} induce {disease}?",
    "Is {disease} an adverse effect of {chemical}?",
    "{chemical} and {disease}",
    "{chemical}-induced {disease}",
)
_ASK_WHAT = ("What are the adverse effects of {chemical}?", "What does {chemical} induce?")


def all_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Yield the lists of every source, in an order that never changes."""
    makers = (bioasq_lists, scifact_lists, covidqa_lists, pubmedqa_lists, title_lists, chemical_lists, changed_lists)
    for make in makers:
        count = 0
        for one in make(data, work):
            count += 1
            yield one
        say(f"{make.__name__.removesuffix('_lists')}: {count:,} lists")


def usable(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    """Return the rows that are not held aside, each with its part."""
    return [(row, part) for row in rows if (part := part_of(row["id"])) != "held aside"]


def every(rows: Sequence[Any], doing: str) -> Iterator[Any]:
    """Yield the rows, saying now and then how far it is."""
    for number, row in enumerate(rows, start=1):
        if number % 100 == 0:
            say(f"{doing}: {number:,} of {len(rows):,}")
        yield row


def bioasq_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Passages that experts marked, against those that search ranks highest among 47,570 and nobody marked."""
    rows = read_rows(data / "bioasq" / "passages.jsonl.gz")
    by_number = {str(number): row for number, row in enumerate(rows, start=1)}
    text = {row["id"]: row["text"] for row in rows}
    stances = {"yes": SUPPORTS, "no": CONTRADICTS}
    with Library.open(build_library(bioasq(data, background=len(rows), by_passage=True), work)) as library:
        asked = usable(read_rows(data / "bioasq" / "questions.jsonl"))
        for row, part in every(asked, "BioASQ"):
            marked = [id_ for id_ in row["passages"] if id_ in text]
            found = retrieve(library, row["question"], top=50)
            others = [by_number[source.abstract.pmid] for source in found]
            wrong = [one["text"] for one in others if one["pmid"] not in row["pmids"] and one["id"] not in marked]
            stance = stances.get(row["exact_answer"]) if row["type"] == "yesno" else None
            random.Random(row["id"]).shuffle(marked)
            right = [Text(text[id_], "", stance) for id_ in marked[:_RIGHT]]
            unsaid = NOTHING if row["type"] == "yesno" else None
            if right:
                yield make_list("bioasq", part, row["question"], right, [Text(one, "", unsaid) for one in wrong])


def scifact_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Rationales, against the other sentences of their abstract and the best of the abstracts found beside it."""
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    numbers = {row["id"]: str(number) for number, row in enumerate(rows, start=1)}
    by_id = {row["id"]: row for row in rows}
    stances = {"SUPPORT": SUPPORTS, "CONTRADICT": CONTRADICTS}
    with Library.open(build_library(scifact_from(rows, claims), work)) as library:
        for claim, part in every(usable(claims), "SciFact"):
            cited = {numbers[id_] for id_ in claim["cited_doc_ids"]}
            found = [one for one in retrieve(library, claim["claim"], top=10) if one.abstract.pmid not in cited]
            beside = [_text(one, NOTHING) for one in gather(claim["claim"], found, library=library)[:16]]
            for id_ in claim["cited_doc_ids"]:
                row = by_id[id_]
                told = claim["evidence"].get(id_, ())
                marked = {number: stances[one["label"]] for one in told for number in one["sentences"]}
                texts = [Text(one, row["title"], marked.get(n)) for n, one in enumerate(row["sentences"])]
                right = [one for one in texts if one.stance is not None]
                of_same = [one for one in texts if one.stance is None]
                if right:
                    yield make_list("scifact", part, claim["claim"], right, [*of_same[:14], *beside[:8]])


def covidqa_lists(data: Path, work: Path) -> Iterator[TextList]:
    """The sentence that holds the answer, against the best of the same article."""
    rows, asked = read_rows(data / "covidqa" / "corpus.jsonl.gz"), read_rows(data / "covidqa" / "questions.jsonl")
    numbers = {row["id"]: str(number) for number, row in enumerate(rows, start=1)}
    with Library.open(build_library(covidqa_from(rows, asked), work)) as library:
        for row, part in every(usable(asked), "COVID-QA"):
            pmid = numbers[row["doc_id"]]
            sources = retrieve(library, row["question"], filters=Filters(pmids=(pmid,)))
            if not sources:
                continue
            whole = sources[0].abstract.text
            spans = [
                (start, start + len(answer))
                for one in row["answers"]
                if (start := whole.find(answer := " ".join(one["text"].split()))) >= 0
            ]
            evidence = gather(row["question"], sources, library=library)
            right = [one for one in evidence if any(_overlap(one, span) for span in spans)]
            wrong = [one for one in evidence if one not in right]
            if right:
                yield make_list("covidqa", part, row["question"], evidence_texts(right[:3]), evidence_texts(wrong))


def _overlap(one: Evidence, span: tuple[int, int]) -> bool:
    shared = min(one.end, span[1]) - max(one.start, span[0])
    return 2 * shared > min(one.end - one.start, span[1] - span[0])


def pubmedqa_lists(data: Path, work: Path) -> Iterator[TextList]:
    """The conclusion, against what led to the findings and the best of other abstracts; yes and no from the whole."""
    asked = read_rows(data / "pubmedqa" / "questions.jsonl")
    stances = {"yes": SUPPORTS, "no": CONTRADICTS}
    with Library.open(build_library(pubmedqa_corpus(data), work)) as library:
        for row, part in every(usable(asked), "PubMedQA"):
            evidence = gather(row["question"], retrieve(library, row["question"], top=6), library=library)
            own = [one for one in evidence if one.source.abstract.pmid == row["pmid"] and one.section != "RESULTS"]
            others = [one for one in evidence if one.source.abstract.pmid != row["pmid"]]
            conclusion = row["long_answer"]
            right = [Text(one) for one in _sentences(conclusion)]
            yield make_list(
                "pubmedqa", part, row["question"], right, [*evidence_texts(own[:8]), *evidence_texts(others[:12])]
            )
            if row["answer"] in stances:
                told = Text(conclusion, "", stances[row["answer"]])
                yield TextList("pubmedqa, whole", part, row["question"], (told,), 1)


def pubmedqa_corpus(data: Path) -> Corpus:
    """Return PubMedQA's abstracts, which lack their conclusions."""
    abstracts = tuple(
        Abstract(row["pmid"], "", tuple(Section(one["label"], "", one["text"]) for one in row["sections"]))
        for row in read_rows(data / "pubmedqa" / "corpus.jsonl.gz")
    )
    return Corpus("PubMedQA", abstracts, (), "")


def plain_corpus(data: Path) -> Corpus:
    """Return the plain abstracts, as the corpus that others lie in."""
    plain = with_background(Corpus("none", (), (), ""), data).base
    assert plain is not None  # what it lies in
    return plain


def title_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Titles as questions for their own conclusion, against its beginning and the conclusions of abstracts near it."""
    rows, claims = read_rows(data / "scifact" / "corpus.jsonl.gz"), read_rows(data / "scifact" / "claims.jsonl")
    for corpus, pmids in ((scifact_from(rows, claims), None), (plain_corpus(data), licensed(data))):
        with Library.open(build_library(corpus, work)) as library:
            able = [one for one in corpus.abstracts if pmids is None or one.pmid in pmids]
            drawn = random.Random(SEED).sample(able, min(_TITLES, len(able)))
            for abstract in every(drawn, "titles"):
                yield from _title_list(abstract, library)


def titled(abstract: Abstract) -> bool:
    """Tell whether a title can stand for a question to its abstract: five words or more, six sentences or more."""
    sentences = _of_abstract(abstract)
    return len(sentences) >= 6 and len(abstract.title.split()) >= 5 and len(sentences[-1]) >= 40


def licensed(data: Path) -> set[str]:
    """Return the PMIDs of the plain abstracts whose corpus has a licence."""
    rows = read_rows(data / "abstracts" / "abstracts.jsonl.gz")
    return {row["pmid"] for row in rows if _LICENSED & set(row["sources"])}


def _title_list(abstract: Abstract, library: Library) -> Iterator[TextList]:
    sentences = _of_abstract(abstract)
    title = abstract.title.rstrip(". ")
    if not titled(abstract):
        return
    near = [one.abstract for one in retrieve(library, title, top=9) if one.abstract.pmid != abstract.pmid]
    others = [sentence for one in near for sentence in _of_abstract(one)[-2:]]
    states = SUPPORTS if STATES.search(title) and not title.endswith("?") else None
    right = [Text(sentences[-1], "", states)]
    wrong = [*(Text(one) for one in sentences[:2]), *(Text(one, "", NOTHING) for one in others)]
    yield make_list("titles", "train", title, right, wrong)


def chemical_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Sentences that name a chemical and the disease that it induces, against those that name one or neither."""
    dice = random.Random(SEED)
    with Library.open(build_library(plain_corpus(data), work)) as library:
        for pmid, relations in every(relations_of(data), "chemicals"):
            abstract = library.get(pmid)
            if abstract is None or (part := part_of(pmid)) == "held aside":
                continue
            for relation in dice.sample(relations, min(_RELATIONS, len(relations))):
                question = chemical_question(relation, dice)
                yield from _chemical_list(question, part, abstract, relation, library)


def relations_of(data: Path) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Return what is said to induce what, by the abstract that says so, in order."""
    by_pmid: dict[str, list[Mapping[str, Any]]] = {}
    for row in read_rows(data / "abstracts" / "chemical-disease.jsonl"):
        by_pmid.setdefault(row["pmid"], []).append(row)
    return sorted(by_pmid.items())


def chemical_question(relation: Mapping[str, Any], dice: random.Random) -> str:
    """Return a question about a chemical and a disease, or about one of them, from a template."""
    templates = dice.choice((_ASK_WHICH, _ASK_WHETHER, _ASK_WHETHER, _ASK_WHAT))
    return dice.choice(templates).format(
        chemical=dice.choice(relation["chemical"]), disease=dice.choice(relation["disease"])
    )


def _chemical_list(
    question: str, part: str, abstract: Abstract, relation: Mapping[str, Any], library: Library
) -> Iterator[TextList]:
    def names(text: str, kind: str) -> bool:
        return any(name.lower() in text.lower() for name in relation[kind])

    def answers(text: str) -> bool:
        return names(text, "chemical") and names(text, "disease")

    own = gather(question, [Source(1, abstract)], library=library)
    right = [one for one in own if answers(one.text)]
    found = [one for one in retrieve(library, question, top=6) if one.abstract.pmid != abstract.pmid]
    asks_of_chemical, asks_of_disease = names(question, "chemical"), names(question, "disease")
    others = [
        one
        for one in gather(question, found, library=library)
        if (asks_of_chemical and not names(one.source.abstract.text, "chemical"))
        or (asks_of_disease and not names(one.source.abstract.text, "disease"))
    ]
    wrong = [*evidence_texts([one for one in own if one not in right][:10]), *evidence_texts(others[:12], NOTHING)]
    if right and wrong:
        stance = SUPPORTS if asks_of_chemical and asks_of_disease else None
        yield make_list("chemicals", part, question, [_text(one, stance) for one in right], wrong)


def changed_lists(data: Path, work: Path) -> Iterator[TextList]:
    """Sentences said again, said with one thing turned round, and said of another sentence of their abstract."""
    pmids = licensed(data)
    rows = [row for row in read_rows(data / "abstracts" / "abstracts.jsonl.gz") if row["pmid"] in pmids]
    dice = random.Random(SEED)
    dice.shuffle(rows)
    yield from islice((one for row in rows for one in _changed(row, dice)), _CHANGED)


def _changed(row: Mapping[str, Any], dice: random.Random) -> Iterator[TextList]:
    sentences = [one for one in _sentences(row["abstract"] or "") if 60 <= len(one) <= 300]
    if len(sentences) < 4:
        return
    number = dice.randrange(len(sentences))
    quote = sentences[number]
    other = sentences[number - 1]
    turned = contradicting(quote, dice)
    if turned:
        yield TextList("changed", "train", quote, (Text(quote, "", SUPPORTS), Text(other, "", NOTHING)), 2)
        yield TextList("changed", "train", turned, (Text(quote, "", CONTRADICTS),), 1)


def _of_abstract(abstract: Abstract) -> list[str]:
    return [one for section in abstract.sections for one in _sentences(section.text)]


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def evidence_texts(evidence: Iterable[Evidence], stance: int | None = None) -> list[Text]:
    """Return sentences as texts, with the titles of their abstracts as context."""
    return [_text(one, stance) for one in evidence]


def _text(one: Evidence, stance: int | None = None) -> Text:
    return Text(one.text, context_of(one.source.abstract.title, one.section), stance)


def make_list(kind: str, part: str, question: str, right: Sequence[Text], wrong: Sequence[Text]) -> TextList:
    """Return a list without texts that are right among the wrong ones, and no longer than lists are."""
    seen = {one.text for one in right}
    others = [one for one in wrong if one.text not in seen]
    return TextList(kind, part, question, (*right, *others[:WRONG]), len(right))
