"""Every form of citation, list, heading and footnote that language models write, in pieces of any size."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Abstract
from qa.answer import Source
from qa.generation.llm.drafts import CutOff, drafts
from qa.generation.llm.visible import Retracted, visible
from qa.grounding import DraftSentence

SOURCES = [
    Source(1, Abstract("90000001", "Zorbin-2β raises calcium in snail neurons.", (), journal="J Snail", year=2013,
                       authors=("Snail-Shell AB", "Slug C"))),
    Source(2, Abstract("90000002", "Zorbin-2β and sleep.", ())),
    Source(3, Abstract("90000003", "Zorbin-2γ in slugs.", ())),
]  # fmt: skip


def written(pieces):
    """Return the sentences of a reply that stand at its end, and all else that was said."""
    kept = []
    for draft in drafts(visible(pieces), SOURCES, max_chars=4000):
        if isinstance(draft, Retracted):
            kept.clear()
        else:
            kept.append(draft)
    return kept


def sentence(text, *sources, dropped=0, quotes=(), shares=False):
    return DraftSentence(text, sources, dropped, quotes, shares)


ROSE, SLEPT = sentence("Calcium rose.", 1), sentence("Sleep grew.", 2)
BOTH = [ROSE, SLEPT]
SHARED = [sentence("Calcium rose.", 1, 3, shares=True), sentence("Sleep grew.", 1, 3, shares=True)]
LONG = "Zorbin-2β raised calcium in the neurons of snails"

# a reply -> its sentences
REPLIES = [
    # --- one citation, in whatever form
    *((f"{LONG}{mark}. Sleep grew [2].", [sentence(f"{LONG}.", 1), SLEPT]) for mark in (
        " [1]", "[1]", " [[1]]", " ([1])", " [ 1 ]", " [#1]", " [^1]", " [@1]", " *[1]*", " **[1]**", " `[1]`",
        " [Abstract 1]", " [abstract: 1]", " [ABSTRACT #1]", " [Source 1]", " [source: 1]", " [Document 1]",
        " [Doc 1]",
        " [doc. 1]", " [Ref 1]", " [ref. 1]", " [Reference 1]", " [Study 1]", " [Paper 1]", " [Passage 1]",
        " [citation:1]",
        " [cite: 1]", " [see 1]", " 【1】", " 【1†source】", " 【1†L3-L7】", " [1†source]", " (Abstract 1)",
        " (abstract #1)",
        " (see Abstract 1)", " (Source 1)", " (Source: 1)", " (ref. 1)", " (Document 1)", " (see [1])",
        " (PMID: 90000001)",
        " (PMID 90000001)", " (PMID:90000001)", " [PMID 90000001]", " [PMID: 90000001]", " [90000001]",
        " PMID 90000001",
        " PMID: 90000001", " <sup>1</sup>", "<sup>1</sup>", "<sup>[1]</sup>", "¹", " ¹", " \\cite{1}", "^{1}",
        "$^{1}$",
        " [1](https://example.org/a.b?c=1)", " [[1]](https://example.org/x)", " [1](#ref-1)",
        " <cite>[1]</cite>",
        " [PMID: 90000001](https://pubmed.ncbi.nlm.nih.gov/90000001/)",
        " (https://pubmed.ncbi.nlm.nih.gov/90000001/)",
        " [link](https://pubmed.ncbi.nlm.nih.gov/90000001)", " https://pubmed.ncbi.nlm.nih.gov/90000001/ ",
        " (1)", " (as reported in [1])", ", as shown in [1]",
        # words and signs beside the number
        " [abs. 1]", " (Abs. 1)", " [doc_1]", " [source_1]", " [ABSTRACT_1]", " [Abstract No. 1]", " [Item 1]",
        " [ID: 1]",
        " [Evidence 1]", " (abstract number 1)", " (#1)", " (from Abstract 1)", " (e.g., [1])", " (e.g., Abstract 1)",
        " (as shown in Abstract 1)", " (according to Abstract 1)", " (Abstract 1, RESULTS)", " [1 - Results]", " [1:]",
        " (2013; Abstract 1)", " (Abstract 1, PMID 90000001)", " [PMID: 90000001; Abstract 1]",
        " (2013, PMID: 90000001)",
        " (PubMed ID 90000001)", " (90000001)", " [@PMID90000001]", " <<<ABSTRACT 1>>>",
        # HTML, LaTeX, Markdown and other brackets
        " <ref>1</ref>", ' <ref name="1"/>', ' <cite id="1"></cite>', " <source>1</source>", "</co: 1>",
        "<sup>(1)</sup>", '<sup><a href="#1">1</a></sup>', ' <a href="#ref1">[1]</a>', " \\[1\\]", "$^1$", "$^{[1]}$",
        "\\textsuperscript{1}", "^[1]^", "^1^", " [^1^]", " **(1)**", " [**1**]", " [¹]", " (¹)", "⁽¹⁾", " ［1］",
        "（[1]）", " 〔1〕",
        " 【1:0†source】", " [1](abstract-1)",
        # by name
        " (J Snail, 2013)", " (J Snail 2013)", " (Snail-Shell et al., 2013)",
        " (Zorbin-2β raises calcium in snail neurons)",
        " (*Zorbin-2β raises calcium in snail neurons*, 2013)",
        # told at the end of the sentence
        ", according to Abstract 1", ", as reported in Abstract 1", "; see Abstract 1", " — Abstract 1", " – [1]",
    )),
    # --- behind the full stop
    *((f"Calcium rose.{mark} Sleep grew.{mark.replace('1', '2').replace('¹', '²')}", BOTH) for mark in (
        " [1]", "[1]", "¹", "<sup>1</sup>", " (Abstract 1)", " (PMID: 90000001)", " 【1†source】", " [citation:1]",
        " (1)",
        " [1](https://example.org/a.b)", " [^1]", " <ref>1</ref>", " **[1]**", " [1, Results]",
    )),
    # its end is seen one sign before what shows that it is one
    *((f"Calcium rose. {mark} Sleep grew [2].", BOTH) for mark in (
        "(Abstract 1, PMID 90000001)", "[Abstract 1, conclusions]", "(as reported in Abstract 1)")),

    # --- several at once
    *((f"Calcium rose{marks}. Sleep grew [2].", [sentence("Calcium rose.", *numbers), SLEPT]) for marks,
        numbers in (
        (" [1, 3]", (1, 3)), (" [1,3]", (1, 3)), (" [1; 3]", (1, 3)), (" [1 and 3]", (1, 3)), (" [1, 2, and 3]",
        (1, 2, 3)),
        (" [1-3]", (1, 2, 3)), (" [1–3]", (1, 2, 3)), (" [1][3]", (1, 3)), (" [1] [3]", (1, 3)), (" [1], [3]",
        (1, 3)),
        (" [1] and [3]", (1, 3)), (" [1, 2-3]", (1, 2, 3)), ("¹,³", (1, 3)), ("¹³", (1, 3)), ("¹⁻³", (1, 2, 3)),
        ("<sup>1,3</sup>", (1, 3)), ("<sup>1</sup><sup>3</sup>", (1, 3)), (" (1, 3)", (1, 3)), (" (1-3)", (1, 2,
        3)), (" (1)(3)", (1, 3)),
        (" [Abstracts 1 and 3]", (1, 3)), (" [Abstract 1, Abstract 3]", (1, 3)), (" (Abstracts 1 and 3)", (1, 3)),
        (" (Abstract 1; Abstract 3)", (1, 3)), (" [^1][^3]", (1, 3)), (" (PMID: 90000001, 90000003)", (1, 3)),
        (" (PMID: 90000001; PMID: 90000003)", (1, 3)), (" [PMID 90000001, PMID 90000003]", (1, 3)),
        (" [cite: 1, 3]", (1, 3)),
        (" [citation:1][citation:3]", (1, 3)), (" \\cite{1,3}", (1, 3)), ("$^{1,3}$", (1, 3)),
        (" 【1†source】【3†source】", (1, 3)),
        (" [1](https://e.org/a), [3](https://e.org/b)", (1, 3)),
    )),
    # --- before what it bears out
    ("[1] Calcium rose.\n[2] Sleep grew.", BOTH),
    ("[1]: Calcium rose.\n[2]: Sleep grew.", BOTH),
    ("Abstract 1: Calcium rose.\nAbstract 2: Sleep grew.", BOTH),
    ("According to Abstract 1, calcium rose. According to [2], sleep grew.", BOTH),
    ("Abstract 1 found that calcium rose. [2] reports that sleep grew.", BOTH),
    ("In Abstract 1, calcium rose. In abstract 2, sleep grew.", BOTH),
    ("Based on the provided abstracts, calcium rose [1]. Sleep grew [2].", BOTH),
    ("Abstract 1 describes a rise of calcium.", [sentence("One abstract describes a rise of calcium.", 1)]),
    ("In contrast, Abstract 1 found that calcium rose.", [sentence("In contrast, calcium rose.", 1)]),
    ("Calcium rose, as Abstract 1 shows.", [sentence("Calcium rose, as one abstract shows.", 1)]),
    ("Abstracts 1 and 2 agree on calcium.", [sentence("Abstracts agree on calcium.", 1, 2)]),
    # --- at the end of a paragraph or of the answer
    ("Calcium rose. Sleep grew. [1][2]", [sentence("Calcium rose.", 1, 2, shares=True), sentence("Sleep grew.", 1, 2)]),
    ("Calcium rose. Sleep grew.\n[1, 3]", SHARED),
    ("Calcium rose.\nSleep grew.\n\nSources: [1], [3]", SHARED),
    ("Calcium rose. Sleep grew.\n\n(Sources: 1, 3)", SHARED),
    ("Calcium rose.\n\n**Sources:**\n- Abstract 1\n- Abstract 3", SHARED[:1]),
    ("Calcium rose.\n\nReferences\n1. Zorbin-2β raises calcium in snail neurons. J Inv 2013.",
        [sentence("Calcium rose.", 1, shares=True)]),
    # a paragraph's citations stay in it
    ("Calcium rose [1]. Potassium did not.\n\nSleep grew [2].", [ROSE, sentence("Potassium did not."), SLEPT]),
    # --- lists of references and footnotes are no sentences
    ("Calcium rose [1]. Sleep grew [2].\n\nReferences:\n[1] Zorbin-2β raises calcium.\n[2] Zorbin-2β and sleep.",
        BOTH),
    ("Calcium rose [1].\n\n## References\n\n1. Zorbin-2β raises calcium in snail neurons. PMID: 90000001", [ROSE]),
    ("Calcium rose [^1]. Sleep grew [^2].\n\n[^1]: Zorbin-2β raises calcium in snail neurons\n[^2]: Abstract 2",
        BOTH),
    ("Sleep grew [^1]. Calcium rose [^2].\n\n[^1]: Zorbin-2β and sleep. 2014.\n[^2]: PMID 90000001", BOTH[::-1]),
    ("Sleep grew.[^1] It lasted.\n\n[^1]: Abstract 2", [SLEPT, sentence("It lasted.")]),
    # --- a list that numbers the sources anew, by PMID or title; what it does not place is no citation
    ("Sleep grew [1]. Calcium rose [2].\n\nReferences:\n[1] Zorbin-2β and sleep.\n[2] PMID: 90000001", BOTH[::-1]),
    ("Sleep grew [1]. It rose [2].\n\nReferences\n1. Zorbin-2β and sleep. 2014.\n2. Elsewhere, 2015.",
        [SLEPT, sentence("It rose.", dropped=1)]),
    ("Sleep grew. Calcium rose [2].\n\nReferences\n1. Zorbin-2β and sleep.\n2. PMID: 90000001",
        [sentence("Sleep grew.", 1, shares=True), ROSE]),
    ("Calcium rose (PMID: 90000001). Sleep grew [1].\n\nReferences\n1. PMID: 90000002", BOTH),
    ('Calcium rose [1: "it rose"].\n\nReferences\n1. PMID: 90000002', [sentence("Calcium rose.", 1, quotes=((1,
        "it rose"),))]),
    ("Calcium rose [1].\n\nReferences\n1. Snail, A. (2013) J Inv.", [ROSE]),
    # --- a list without a heading, in one line, in superscripts, with titles cut short
    ("Calcium rose [1].\n\n[1] Zorbin-2β raises calcium in snail neurons. 2013.\n[2] Zorbin-2β and sleep.", [ROSE]),
    ("Calcium rose. Sleep grew.\n\nSources: Abstract 1, Abstract 3", SHARED),
    ("Calcium rose. Sleep grew.\n\n**References:** 1, 3", SHARED),
    ("Calcium rose. Sleep grew.\n\nSources: 1. Zorbin-2β raises calcium in snail neurons; 2. Zorbin-2γ in slugs.",
        SHARED),
    ("Calcium rose. Sleep grew.\n\nThis answer is based on Abstracts 1 and 3.", SHARED),
    ("Sleep grew¹. Calcium rose².\n\n¹ Zorbin-2β and sleep.\n² Zorbin-2β raises calcium in snail neurons.", BOTH[::-1]),
    ("Sleep grew [1]. Calcium rose [2].\n\nSources\n1. Zorbin-2β and sleep.\n"
     "2. Zorbin-2β raises calcium in snail neurons … (2013)", BOTH[::-1]),
    # --- headings, bullets, tables, labels
    ("* **Helps**\n  * Calcium rose [1].\n* **Hinders**\n  * Sleep grew [2].", BOTH),
    ("- **Calcium**\n- **Sleep** [2]", [sentence("Calcium", 2, shares=True), sentence("Sleep", 2)]),
    ("**Calcium rose in the snails.**\n\nSleep grew [2].",
        [sentence("Calcium rose in the snails.", 2, shares=True), SLEPT]),
    ("**Yes, calcium rose.** Sleep grew [2].", [sentence("Yes, calcium rose.", 2, shares=True), SLEPT]),
    ("Enhancing effects: Calcium rose [1]. It is worth noting that sleep grew [2].", BOTH),
    ("Calcium rose.<br>[1]<br>Sleep grew [2].", BOTH),
    ("## Findings\n\n- Calcium rose [1].\n- Sleep grew [2].", BOTH),
    ("**Findings:**\n* Calcium rose [1]\n* Sleep grew [2]", [sentence("Calcium rose", 1), sentence("Sleep grew",
        2)]),
    ("Here is what the abstracts say:\n\n1. Calcium rose [1].\n2. Sleep grew [2].\n---", BOTH),
    ("**Answer:** Calcium rose [1]. Sleep grew [2].", BOTH),
    ("Answer: Calcium *rose* [1]. Sleep **grew** [2].", BOTH),
    ("- **Calcium**: it rose [1].\n- **Sleep** – grew [2].", [sentence("Calcium: it rose.", 1),
        sentence("Sleep – grew.", 2)]),
    ("| Outcome | Effect |\n|---|---|\n| calcium | rose [1] |\n", [sentence("calcium: rose", 1)]),
    # --- quotes
    ('Calcium rose [1: "raises calcium in snail neurons"].', [sentence("Calcium rose.", 1, quotes=((1,
        "raises calcium in snail neurons"),))]),
    ('Both [1: "rose. By 4 [IU]"; 2: “sleep”].', [sentence("Both.", 1, 2, quotes=((1, "rose. By 4 [IU]"), (2,
        "sleep")))]),
    ('Calcium rose ("it rose in snails", Abstract 1).',
        [sentence("Calcium rose.", 1, quotes=((1, "it rose in snails"),))]),
    ('Calcium rose. [1: "rose. So"] [2, "slept"] Sleep grew [2].',
     [sentence("Calcium rose.", 1, 2, quotes=((1, "rose. So"), (2, "slept"))), SLEPT]),
    *((f"Calcium rose {mark}. Sleep grew [2].", [sentence("Calcium rose.", 1, quotes=((1, "it rose (by 4)"),)),
        SLEPT])
      for mark in (
        '[1: "it rose (by 4)"]', "[1: “it rose (by 4)”]", "[1: 'it rose (by 4)']", "[1: it rose (by 4)]",
        '[1, "it rose (by 4)"]',
        '[1 "it rose (by 4)"]', '[1 – "it rose (by 4)"]', '[Abstract 1: "it rose (by 4)"]', '(1: "it rose (by 4)")',
        '[1] ("it rose (by 4)")', '("it rose (by 4)" [1])', '[1: "…it rose (by 4)…"]', '[1: «it rose (by 4)»]',
    )),
    ('Both [1: "it rose"][3: "it fell. It did"].', [sentence("Both.", 1, 3, quotes=((1, "it rose"), (3,
        "it fell. It did")))]),
    ('Both [1: "it rose", "it fell"; 3: "it stood"].',
     [sentence("Both.", 1, 3, quotes=((1, "it rose"), (1, "it fell"), (3, "it stood")))]),
    ('Both [1: "it rose" and "it fell"].', [sentence("Both.", 1, quotes=((1, "it rose"), (1, "it fell")))]),
    ('It [1: "the so-called "zorb" rose"]. Sleep grew [2].',
     [sentence("It.", 1, quotes=((1, 'the so-called "zorb" rose'),)), SLEPT]),
    ('It [1: "Nurses\' sleep [h] rose"]. Sleep grew [2].', [sentence("It.", 1, quotes=((1,
        "Nurses' sleep [h] rose"),)), SLEPT]),
    ('It rose [9: "it rose"].', [sentence("It rose.", dropped=1)]),
    *((f"Calcium rose {mark}. Sleep grew [2].", [
        sentence("Calcium rose.", 1, quotes=((1, "it rose in snails"),)), SLEPT])
      for mark in (
        '[1]: "it rose in snails"', '[1] "it rose in snails"', '[1]: “it rose in snails”')),
    # --- what is said around it
    ("Yes. Calcium rose [1]. Sleep grew [2].\n\n*Note: this is not medical advice.*", BOTH),
    ("The first abstract shows that calcium rose. The second abstract reports that sleep grew.", BOTH),
    ("Calcium rose in study [1], not in trial [3].", [sentence("Calcium rose in one study, not in one trial.", 1, 3)]),
    ("Calcium rose in that trial [1].", [sentence("Calcium rose in that trial.", 1)]),
    ("Calcium rose [1*]. Sleep grew [2.].", BOTH),
    ("Calcium rose [1, p < 0.05]. Sleep grew [Abstract 2, 2013].", BOTH),
    ("Calcium rose [1]-[3]. It lay [1] to [3].", [sentence("Calcium rose.", 1, 2, 3), sentence("It lay.", 1, 2, 3)]),
    ("It inhibits imidazo[1,2-a]pyridine and [2,3-d] rings [1].",
     [sentence("It inhibits imidazo[1,2-a]pyridine and [2,3-d] rings.", 1)]),
    # --- thoughts, with and without their beginning, and channels
    ("<think>Is it [3]? Yes.</think>Calcium rose [1]. Sleep grew [2].", BOTH),
    ("Is it [3]? Perhaps so, they say [3]. Yes.\n</think>\n\nCalcium rose [1]. Sleep grew [2].", BOTH),
    ("Okay, the user asks about calcium [3]. It rose.\n</think>\n\nCalcium rose [1]. Sleep grew [2].", BOTH),
    ("[THINK]Is it [3]?[/THINK]Calcium rose [1]. Sleep grew [2].", BOTH),
    ("◁think▷Is it [3]?◁/think▷Calcium rose [1]. Sleep grew [2].", BOTH),
    ("<|START_THINKING|>Is it?<|END_THINKING|><|START_RESPONSE|>Calcium rose [1]. Sleep grew [2].<|END_RESPONSE|>",
     BOTH),
    ("<|channel>thought\nIs it [3]?<channel|>Calcium rose [1]. Sleep grew [2].", BOTH),
    ("<|channel|>analysis<|message|>Is it [3]? Yes.<|end|><|start|>assistant<|channel|>final<|message|>"
     "Calcium rose [1]. Sleep grew [2].<|return|>", BOTH),
    ("analysisWe need to say what rose [3].assistantfinalCalcium rose [1]. Sleep grew [2].", BOTH),
    ("Here is my thought process: it rose [3].\nHere is my response: Calcium rose [1]. Sleep grew [2].", BOTH),
    ("<answer>Calcium rose [1]. Sleep grew [2].</answer>", BOTH),
    ("First, calcium rose [1]. Sleep grew [2].", [sentence("First, calcium rose.", 1), SLEPT]),
    # --- no citations
    ("It (1) bound [3H]GABA, (2) gave 10⁶ cells/m² of Ca²⁺, 95% CI [1-3], [Ca2+] and 10<sup>3</sup> [1].",
     [sentence("It (1) bound [3H]GABA, (2) gave 10⁶ cells/m² of Ca²⁺, 95% CI [1-3], [Ca2+] and 10³.", 1)]),
    ("Calcium rose in mice (12), and in 2 rats [1].", [sentence("Calcium rose in mice (12), and in 2 rats.", 1)]),
    ("Calcium rose in 12% (2-3), IL-12 (9), phase 2 (study 40) and g/m$^{2}$ [1].",
     [sentence("Calcium rose in 12% (2-3), IL-12 (9), phase 2 and g/m².", 1, dropped=1)]),
    ("Calcium rose [1] in one of the groups (2).", [sentence("Calcium rose in one of the groups (2).", 1)]),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "sentences"), REPLIES)
def test_a_reply_becomes_sentences_however_it_is_cut(reply, sentences):
    for size in (1, 2, 3, 5, 11, len(reply)):
        pieces = [reply[start : start + size] for start in range(0, len(reply), size)]
        assert written(pieces) == sentences


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REPLIES), st.lists(st.integers(0, 300), max_size=6))
def test_a_reply_may_be_cut_anywhere(example, cuts):
    reply, sentences = example
    ends = sorted({min(cut, len(reply)) for cut in cuts} | {len(reply)})
    pieces = [reply[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert written(pieces) == sentences


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([
    "[", "]", "(", ")", "1", "2", "9", ", ", "¹", "<sup>", "</sup>", "<think>", "</think>", "PMID", "Abstract ",
        "^", ": ", '"',
    ". ", "Calcium rose", "\n", "- ", "#", "**", "|", "{", "}", "https://x.org/", "†", "【", "】", "<|channel|>",
        "final", "\ue000",
]), max_size=30))  # fmt: skip
def test_no_reply_breaks_the_reading(signs):
    """Whatever is written: sources that exist only, sentences with a word in them, no sign of ours left over."""
    for draft in written(signs):
        assert set(draft.sources) <= {1, 2, 3}
        assert any(letter.isalnum() for letter in draft.text)
        assert not [letter for letter in draft.text if "\ue000" <= letter <= "\uf8ff"]


def test_hundreds_of_quotes_are_read_in_one_pass():
    """Each quote is tried at one end only, so that a reply made up of quotes takes no longer than another."""
    many = "Calcium rose [1: " + '"it" ' * 170 + "]."
    assert written([many]) == [sentence("Calcium rose.", 1, quotes=((1, "it"),) * 170)]
    assert [draft.quotes for draft in written(['[1: "' * 300])] == [()]


def test_a_sentence_that_was_cut_off_is_left_out_and_said():
    cut = CutOff("so it ends")
    assert written(["Calcium rose [1]. Sleep gr", cut]) == [ROSE, cut]
    assert written(["Calcium rose [1]. Sleep grew [2].", cut]) == [*BOTH, cut]
    assert written(["Calcium rose. [1]", cut]) == [ROSE, cut]
    assert written(["Calc", cut]) == [cut]


def test_sentences_come_while_the_reply_is_written():
    seen = []

    def pieces():
        for piece in ("Calcium rose in the snails [1]. ", "Sleep grew in all of the snails", " that were watched [2]."):
            yield piece
            seen.append(len(came))

    came = []
    for draft in drafts(visible(pieces()), SOURCES, max_chars=4000):
        came.append(draft)
    assert seen == [0, 1, 1]
    assert len(came) == 2
