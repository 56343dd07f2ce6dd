"""Sentences that announce what was looked for, or that little is known, and say nothing of what was found."""

from __future__ import annotations

import re

_STUDY = r"(?:study|paper|report|article|review|work|trial|analysis|survey|investigation)"
_LOOKING = (
    r"(?:investigat|examin|stud(?:y|ied)|explor|evaluat|assess|aim(?:s|ed)? (?:to|at)|sought|seek|determin|address|"
    r"ask(?:ed)? (?:if|whether|how)|hypothesi[sz]|test(?:ed)? (?:if|whether|how|the hypothesis)|analy[sz]|set out|"
    r"wanted|compar|review|discuss|describ|summari[sz]|characteri[sz])"
)
_ANNOUNCES = re.compile(
    r"\b(?:aim|purpose|objective|goal)s? (?:of|was|is|were)\b"
    rf"|^(?:we|this {_STUDY}|the present {_STUDY}|our {_STUDY}) "
    rf"(?:therefore |thus |also |here |then |next |now |have |was |will )*{_LOOKING}"
    rf"|^(?:here|in (?:this|the present|our) {_STUDY}|herein),? (?:we |the authors )"
    rf"(?:therefore |also |now )*{_LOOKING}"
    r"|^(?:in order )?to (?:investigat|determin|examin|assess|explor|evaluat|test|stud|understand|clarify|elucidat"
    r"|address)"
    r"|\b(?:little|not much|less) is (?:yet |still )?known\b"
    r"|\b(?:remain|is|are|was|were)s? (?:still |largely |poorly |yet )*(?:unknown|unclear|elusive|controversial"
    r"|to be (?:determined|elucidated|established)|not (?:well|fully|clearly) understood)",
    re.I,
)
_FOUND = re.compile(
    r"\b(?:found|find|finds|show(?:s|ed|n)?|demonstrat\w+|reveal\w*|observ\w+|conclud\w+|identified|suggest\w*|"
    r"indicat\w+|P ?[<=>]|significant\w*)\b",
    re.I,
)


def announces(sentence: str) -> bool:
    """Tell whether a sentence announces a question, or says that little is known, and gives no finding.

    >>> announces("We investigated whether IL-32 raises VEGF."), announces("We investigated VEGF and found it raised.")
    (True, False)
    """
    return bool(_ANNOUNCES.search(sentence)) and not _FOUND.search(sentence)
