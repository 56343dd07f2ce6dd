"""How well sentences are split: our rules beside the splitters on PyPI: python -m evals sentences --data ../shared/data

Three measures, and texts per second:
- SciFact's abstracts come as lists of sentences: precision, recall and F1 of the boundaries. A program made the lists:
  of 65 boundaries that we set and SciFact does not, 62 were true when read. So differences above .994 mean little.
- The ends of the labelled sections of PubMedQA's abstracts are true boundaries: how many are found.
- The hard cases below: how many are split exactly as marked. They were written along with the rules: they show what the
  rules are for, and where each splitter fails, more than who is best.
"""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from evals.report import parser_of, show
from index.analysis.sentences import sentence_spans

Splitter = Callable[[str], list[str]]

HARD_CASES: tuple[tuple[str, str], ...] = (  # what is hard, and the text with a | where a sentence ends
    ("genus initial", "Growth of E. coli was slow. | S. aureus and C. difficile grew faster."),
    ("genus initial first", "S. aureus carriage was common. | P. falciparum was not found."),
    ("two-letter genus", "Most bites were by An. gambiae and Ae. aegypti. | Few were by Cx. pipiens."),
    ("serovar with a capital", "Mice were given S. Typhi or S. Typhimurium by mouth."),
    ("spp. inside", "Bacteroides spp. were tested. | So were Candida spp. isolates."),
    ("spp. last", "The swabs grew Candida spp. | Treatment was stopped."),
    ("var. and subsp.", "Leaves of Mentha arvensis var. piperascens and B. animalis subsp. lactis were used."),
    ("figure and table", "VEGF rose (Fig. 2A). | Slug rose too (Figs. 3 and 4)."),
    ("numbers no. 3", "Sample no. 3 was lost. | Samples nos. 4-6 were kept."),
    ("no as a word", "Was it lower? | No. | We could not tell."),
    ("P value", "The difference was significant (P < 0.05). | Women gained more, P = .03."),
    ("decimal with a space", "Fasting glucose fell by 0. 5 mmol/l (P < 0. 001). | Weight did not."),
    ("decimal without its zero, with a space", "The lod score was highest at theta =. 05 (P <. 001)."),
    ("enzyme number", "Pyruvate carboxylase (EC 6. 4. 1. 1) was measured. | It was low."),
    ("sample size, closing bracket", "Rats were fed (n = 12). | Controls were not (n = 10)."),
    ("vs.", "Survival was 12 vs. 9 months. | IL-32γ vs. IL-32β was not tested."),
    ("vs. before a capital", "Treg vs. Th17 balance was shifted."),
    ("e.g. and i.e.", "Cytokines, e.g. IL-6 and i.e. IL-32, rose. | Some (e.g., TNF) fell."),
    ("approx. and ca.", "It took approx. 30 min. | It weighed ca. 5 g."),
    ("cf. and viz.", "Two forms, viz. IL-32α and IL-32γ, were made (cf. Table 1)."),
    ("calcium", "The cells were free of Ca. | Mg was added."),
    ("route inside", "Mice got 5 mg/kg/day p.o. for 14 days. | Others had an i.p. injection of saline."),
    ("route before a number", "Rats received haloperidol (1 mg/kg i.p.) 30 min before the test."),
    ("route last", "Metformin was given i.v. | The rats were killed at 24 h. | Tissue was frozen."),
    ("b.i.d.", "Patients took 500 mg b.i.d. for 12 weeks. | Doses rose to 1 g t.i.d. in week 4."),
    ("et al. inside", "This confirms Kim et al. (2013) and Heinhuis et al. 2011. | It is new in humans."),
    ("et al. last", "We followed the method of Dahl et al. | The cells were lysed."),
    ("Dr. and St.", "Dr. Smith gave St. John's wort to mice at St. Louis. | None died."),
    ("person's initials", "We thank J. R. Smith for plasmids. | H. Kim gave mice."),
    ("U.S.", "The U.S. Food and Drug Administration approved it in the U.S. | It is used there."),
    ("company", "The kit (Abcam Inc., Cambridge) was used. | Roche Ltd. supplied the drug."),
    ("month", "Data to Aug. 31, 2014 were used. | Enrolment ended in Dec. 2015."),
    ("journal name", "See Proc. Natl. Acad. Sci. USA 95, 1472-1477 and J. Biol. Chem. 271, 11462."),
    ("isoform last", "Cells were treated with IL-32β. | In contrast, IL-32γ did nothing."),
    ("number last", "Levels of IL-32. | In mice they fell."),
    ("vitamin D last", "Children lacked vitamin D. | Mice lacked vitamin B12."),
    ("single letter last", "It blocks protein kinase C. | Staurosporine did too."),
    ("degrees C last", "Cells were grown at 37 degrees C. | DNA was extracted."),
    ("hepatitis B last", "He had hepatitis B. | HBV DNA was found."),
    ("roman number last", "It binds RNA polymerase II. | Grade III tumours were left out."),
    ("unit last", "Serum was taken at 24 h. | The dose was 5 mg. | Clearance was 3 ml/min/kg. | Urine was kept."),
    (
        "unit, capital last",
        "Serum potassium was 8.7 mEq/l. | The IC50 was 0.8 M. | Binding was seen at 3 mM. | It was slow.",
    ),
    ("acronym last", "It lowers cAMP. | PGE2 rises. | The target is NF-κB. | Taken together, it works."),
    (
        "gene with a full stop",
        "The variant histone H2A.Z was lost. | H2A.X was not. | We studied H2A.Z. | It is needed.",
    ),
    (
        "gene in small letters first",
        "The cells stopped dividing. | p53 was needed. | mRNA fell. | miR-132 rose. | c-Myc did not.",
    ),
    ("gene names, more", "It was lost in tumours. | hMSH2 was not. | eNOS rose. | c-erbB2 was amplified. | pH fell."),
    ("Greek letter first", "The fibres were stained. | α-Synuclein was seen. | β-Catenin was not. | γδ T cells came."),
    ("digit first", "We enrolled 40 women. | 12 had diabetes. | 17β-Estradiol was low. | 5-HT rose."),
    ("bracket first", "Uptake was measured. | [3H]Thymidine was used. | (–)-Nicotine was not."),
    ("small letter goes on", "The resp. rate and temp. of Staph. aureus carriers were noted."),
    ("bracket with a sentence inside", "Controls (matched by age. Sex was not matched) were 40. | Cases were 20."),
    ("bracket never closed", "The odds were 1.4 (95% CI 1.1 to 1.8. | Women fared worse. | Men did not."),
    ("semicolons and colons", "It rose in liver; it fell in muscle: both were small. | Fat did not change."),
    ("quotes", 'They called it a "metabolic switch." | Others disagree. | The term “senescence.” | It is old.'),
    ("question", "Does metformin slow ageing? | We asked whether it does! | It may."),
    ("list numbers", "1. Rats were fed. | 2. Blood was drawn. | 3. It was frozen."),
    ("list letters", "Aims were: (a) to count cells; (b) to sort them. | (C) was dropped."),
    ("list after a unit", "It fell to 1.1 mmol/g. | 2. There was no other change."),
    ("headings", "BACKGROUND: IL-32 is made by T cells. | METHODS: We used mice. | Conclusions. | It works."),
    ("no space after the stop", "We used mice.|They were old. | It fell (P < 0.05).|In men it rose."),
    ("PubMed's cut", "It was lower in both groups. | (ABSTRACT TRUNCATED AT 250 WORDS)"),
    (
        "web address",
        "Data are at www.ncbi.nlm.nih.gov. | Code is at https://github.com/x/y. | ClinicalTrials.gov number NCT01.",
    ),
    ("powers of ten", "It bound with a Kd of 10(-7) M. | The rate was 5.2 x 10(4) M(-1) s(-1). | It was fast."),
    ("plus-minus", "Weight was 70.1 +/- 5.2 kg. | Height was 1.7 ± 0.1 m. | None was obese."),
    ("ellipsis", "The trend went on ... and then stopped. | It did not return."),
)


def unmarked(case: str) -> str:
    """Return the text of a hard case without its marks: "A. | B.|C." is "A. B.C."."""
    return case.replace(" | ", " ").replace("|", "")


def marked_sentences(case: str) -> list[str]:
    """Return the sentences of a hard case as its marks have them."""
    return [sentence.strip() for sentence in case.split("|")]


class Score(NamedTuple):
    """How a splitter did: against SciFact's lists, section ends found, hard cases right, texts per second."""

    precision: float
    recall: float
    f1: float
    section_ends: float
    hard_cases: int
    texts_per_second: float


def our_splitter() -> Splitter:
    """Return the splitter that AskAbstracts uses."""
    return lambda text: [text[start:end] for start, end in sentence_spans(text)]


def pysbd_splitter() -> Splitter:
    """Return pysbd's splitter for English."""
    import pysbd

    return pysbd.Segmenter(language="en", clean=False).segment


def syntok_splitter() -> Splitter:
    """Return syntok's splitter; it gives tokens, so the text is put together again from their offsets."""
    from syntok import segmenter

    def split(text: str) -> list[str]:
        sentences = [sentence for paragraph in segmenter.analyze(text) for sentence in map(list, paragraph)]
        return [text[s[0].offset : s[-1].offset + len(s[-1].value)] for s in sentences]

    return split


def sentencex_splitter() -> Splitter:
    """Return sentencex's splitter for English."""
    import sentencex

    return lambda text: sentencex.segment("en", text)


def blingfire_splitter() -> Splitter:
    """Return blingfire's splitter."""
    import blingfire

    return lambda text: blingfire.text_to_sentences(text).split("\n")


def nupunkt_splitter() -> Splitter:
    """Return nupunkt's splitter with the model that comes with it."""
    import nupunkt

    return nupunkt.sent_tokenize


def segtok_splitter() -> Splitter:
    """Return segtok's splitter."""
    from segtok.segmenter import split_single

    return split_single


SPLITTERS: dict[str, Callable[[], Splitter]] = {
    "ours": our_splitter,
    "sentencex": sentencex_splitter,
    "nupunkt": nupunkt_splitter,
    "segtok": segtok_splitter,
    "blingfire": blingfire_splitter,
    "syntok": syntok_splitter,
    "pysbd": pysbd_splitter,
}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ends(sentences: Iterable[str]) -> set[int]:
    """Return where each sentence but the last ends, counted in characters that are not white space."""
    lengths = [len("".join(sentence.split())) for sentence in sentences]
    return {sum(lengths[: number + 1]) for number in range(len(lengths) - 1)} - {0}


def scifact_texts(corpus: Path, limit: int) -> list[list[str]]:
    """Return abstracts as lists of sentences, leaving out those where the list is cut where no sentence can end."""
    complete = re.compile(r"[.?!][)\]\"”’']*$")
    rows = [row["sentences"] for row in read_rows(corpus)]
    sound = [
        sentences
        for sentences in rows
        if all(complete.search(sentence) for sentence in sentences) and ". . ." not in " ".join(sentences)
    ]
    return sound[:limit]


def section_texts(corpus: Path, limit: int) -> list[list[str]]:
    """Return abstracts as lists of section texts that end with a full stop."""
    rows = [[section["text"].strip() for section in row["sections"]] for row in read_rows(corpus)]
    return [texts for texts in rows if len(texts) > 1 and all(text.endswith(".") for text in texts)][:limit]


def score(split: Splitter, scifact: list[list[str]], sections: list[list[str]]) -> Score:
    """Run a splitter over everything."""
    started = time.perf_counter()
    found = [ends(split(" ".join(sentences))) for sentences in scifact]
    seconds = time.perf_counter() - started
    wanted = [ends(sentences) for sentences in scifact]
    right = sum(len(f & w) for f, w in zip(found, wanted, strict=True))
    precision = right / sum(map(len, found))
    recall = right / sum(map(len, wanted))
    sections_met = sum(len(ends(texts) & ends(split(" ".join(texts)))) for texts in sections)
    return Score(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall),
        section_ends=sections_met / sum(len(ends(texts)) for texts in sections),
        hard_cases=sum(ends(split(unmarked(case))) == ends(marked_sentences(case)) for _, case in HARD_CASES),
        texts_per_second=len(scifact) / seconds,
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("sentences", __doc__, "--data")
    parser.add_argument("--limit", type=int, default=1000, help="abstracts of each set (default 1000)")
    arguments = parser.parse_args(argv)
    scifact = scifact_texts(arguments.data / "scifact" / "corpus.jsonl.gz", arguments.limit)
    sections = section_texts(arguments.data / "pubmedqa" / "corpus.jsonl.gz", arguments.limit)
    show(f"{len(scifact)} SciFact abstracts, {len(sections)} PubMedQA abstracts, {len(HARD_CASES)} hard cases")
    show(f"{'':10} precision  recall      F1  section ends  hard cases  texts/s")
    for name, make in SPLITTERS.items():
        try:
            row = score(make(), scifact, sections)
        except ImportError:
            show(f"{name:10} not installed: pip install {name}")
            continue
        show(
            f"{name:10} {row.precision:9.4f} {row.recall:7.4f} {row.f1:7.4f} {row.section_ends:13.4f}"
            f" {row.hard_cases:11} {row.texts_per_second:8.0f}"
        )


if __name__ == "__main__":
    main()
