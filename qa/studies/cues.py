"""The words by which an abstract tells its design, each with its votes, weighed by hand on annotated abstracts."""

from __future__ import annotations

import re
from typing import NamedTuple

from qa.studies.records import Design


class Cue(NamedTuple):
    """A design, the words that tell it, and how many votes they have."""

    design: Design
    pattern: re.Pattern[str]
    votes: float


_MATTER = (
    r"(?! (?:[\w-]+ ){0,2}?(?:cells?|cell lines?|fibroblasts?|hepatocytes|islets|sequences?|genes?|proteins?"
    r"|homolog\w*|c?DNA|mRNA|antibod\w+|monoclonal|hybrids?|albumin|promoters?|orthologs?|leu[ck]ocytes|lymphocytes"
    r"|developmental|B-cell|somatic|type II|crystals?|structures?|microsomes"
    r"|\w*(?:kin|mut|ox[iy]d|reduct|transfer|polymer|hydrol|prote|nucle|lig|synth|phosphat|dehydrogen|lip)ases?))"
)
"""What is no animal: "mouse L cells", "bovine leucocytes"."""
_NAMED: tuple[tuple[Design, str], ...] = (
    ("randomised controlled trial", r"(?<!non[- ])randomi[sz]ed(?:[\w ,-]{0,40})? (?:trial|study)"),
    ("cohort", r"cohort (?:study|analysis)|(?:prospective|retrospective|longitudinal)(?: \w+)? cohort"),
    ("case-control", r"case[- ]control (?:study|analysis)"),
    ("cross-sectional", r"cross-?sectional (?:study|survey|analysis)"),
    ("case series", r"case series"),
    ("qualitative or survey", r"qualitative (?:study|interviews?)"),
    ("diagnostic accuracy", r"diagnostic accuracy study"),
    (
        "non-randomised trial",
        r"(?:non[- ]?randomi[sz]ed|open-?label(?:l?ed)?|single-?arm|uncontrolled)(?:,? [\w-]+){0,3} (?:trial|study)",
    ),
)
"""Designs by their own names, of the study itself: "in this cohort study", "we did a case-control study"."""
_WORDS: tuple[tuple[Design, str, float], ...] = (
    *((design, rf"\b(?:this|our|present|an?|the)(?: [\w-]+,?){{0,4}}? (?:{named})\b", 2.5) for design, named in _NAMED),
    (
        "meta-analysis",
        r"\bmeta-?\s?analy(?:sis|ses|tic)\b|\bDerSimonian|\brandom-effects model|\bsummary estimates"
        r"|\bpooled (?:analysis of|data from) \w+ (?:studies|trials)",
        6,
    ),
    (
        "systematic review",
        r"\bsystematic(?:ally)?(?: literature)? review|\b(?:medline|pubmed|embase|cochrane)\b.{0,60}"
        r"\bsearch|\bsearch\w*\b.{0,60}\b(?:medline|pubmed|embase|cochrane|databases)\b|\bscoping review",
        4,
    ),
    (
        "review",
        r"\b(?:this|the present|our|in this) (?:\w+ )?(?:review|overview)\b|\breview series\b"
        r"|\brecent studies (?:also |have )?(?:\w+ )?(?:provided|demonstrated|shown)"
        r"|\bthis (?:article|paper|chapter) (?:\w+ )?(?:reviews|discusses|summari[sz]es|describes|outlines)\b"
        r"|\b(?:are|is) discussed\b(?=.*$)|\b(?:published to date|considerations$)|\brecent (?:advances"
        r"|developments|progress)\b",
        2,
    ),
    (
        "randomised controlled trial",
        r"(?<!non[- ])(?<!not )\brandomi[sz]ed\b|\brandomi[sz]ation\b|\b(?:random(?:ly)?) (?:assigned|presented"
        r"|allocated|divided|distributed|given|selected to|order|sequence)\b|\bassigned (?:at random|randomly)\b"
        r"|\bdouble-?blind"
        r"|\bplacebo-?controlled\b",
        4,
    ),
    (
        "non-randomised trial",
        r"\bnon[- ]?randomi[sz]ed\b|\bopen-?label\b|\bphase (?:I|II|1|2)\b|\bpilot (?:study|trial)\b"
        r"|\bbefore[- ]and[- ]after\b|\bquasi-?experiment|\buncontrolled (?:study|trial)\b|\bsingle-?arm\b"
        r"|\b(?:therapy|treatment|intervention|programme?|training) (?:with \w+ )?was (?:initiated|started"
        r"|given|introduced)"
        r"|\bhealthy volunteers (?:were|received|ingested|took)|\bintervention group\b",
        2,
    ),
    (
        "case-control",
        r"\bcase[- ]control(?:led)?\b|\bcases and \w*\s?controls\b|\bcases of \w+ and \d+ controls\b",
        5,
    ),
    (
        "case-control",
        r"\b(?:healthy|normal|matched|control|unaffected) (?:\w+ )?(?:controls?|subjects?|individuals?"
        r"|volunteers?|persons|people|women|men|children|donors)\b|\bcontrol group (?:consisted|comprised|of)\b"
        r"|\b(?:age|sex)[-, ]+(?:and \w+[- ])?matched\b|\bpatients (?:\w+ ){0,4}and (?:\d+ |[a-z-]+ )?controls\b"
        r"|\bcompared (?:with|to) (?:\w+ )?controls\b",
        2,
    ),
    ("cross-sectional", r"\bcross-?\s?sectional\b", 5),
    (
        "cross-sectional",
        r"\bprevalence of\b|\bpopulation-based sample\b|\bnational\w* (?:survey|sample|representative)\b"
        r"|\bnhanes\b|\bquestionnaires? (?:was|were)\b|\bcorrelat\w+ (?:between|of|with)\b"
        r"|\brelationships? between\b"
        r"|\bdata (?:from|of) the .{0,40}survey\b",
        1.2,
    ),
    (
        "cohort",
        r"\bcohorts?\b|\blongitudinal\b|\bfollowed[- ]up\b|\bfollow-up (?:of|period|time|was)\b"
        r"|\bmedian follow-up|\b(?:were|we) followed\b|\bHRs?\b(?=[ :,=(]*\d)"
        r"|\bcox (?:proportional|regression)|\bkaplan|\bhazard ratio",
        1.8,
    ),
    (
        "cohort",
        r"\bretrospective(?:ly)?\b|\bprospective(?:ly)?\b|\bmedical records\b|\bcase records\b|\bregist(?:ry"
        r"|er)\b"
        r"|\bdatabase\b|\bpredictors? of\b|\brisk factors? for\b|\bprognostic\b|\bbetween (?:19|20)\d\d and\b"
        r"|\bconsecutive"
        r"|\bsurvival\b",
        0.9,
    ),
    (
        "case series",
        r"\bconsecutive series\b|\bcase series\b|\b(?:our|a single) (?:experience|institution|surgeon)\b"
        r"|\b(?:\w+) patients (?:\w+ ){0,3}(?:underwent|were (?:treated|operated|managed))\b|\bwere operated on\b"
        r"|\b(?:cases|patients) (?:\w+ ){0,4}(?:are|were) (?:reported|reviewed|described|presented)\b"
        r"|\bfamil(?:y|ies)\b"
        r"|\bmutations?\b|\bfeasibility\b|\bkindred\b|\bpedigree\b",
        1.1,
    ),
    (
        "case report",
        r"\b(?:we|this (?:report|paper)|the authors) (?:\w+ )?(?:report|describe|present)s? (?:on )?(?:a|an|the|one"
        r"|two) (?:\w+ ){0,3}(?:case|patient|man|woman|boy|girl|child|infant|family|sibling)\b|\bcase report\b"
        r"|\b(?:our|this|the present) case\b(?!-)"
        r"|\btwo cases\b.{0,200}\b(?:reported|described)\b|\b(?:a|an) (?:\w+ )?\d+[- ](?:year|month|week"
        r"|day)s?[- ]old\b|\ba (?:rare )?case of\b",
        4,
    ),
    (
        "diagnostic accuracy",
        r"\bsensitivity (?:and|of|was|were)\b.*\bspecificity\b|\bdiagnostic (?:accuracy|value|yield"
        r"|performance|test)|\b(?:inter|intra)-?(?:observer|rater)\b|\bagreement (?:between|of|was)\b"
        r"|\breceiver operating"
        r"|\bROC\b|\bgold standard\b|\bbland[- ]altman\b|\bpredictive value|\b(?:were"
        r"|was) compared with (?:the )?(?:standard"
        r"|histolog|patholog|biops)|\bscreening tests?\b|\bassessment of \w+ \w+ depends\b|\bmeasured (?:with"
        r"|by) .{3,40}"
        r" (?:was|were) compared (?:to|with)",
        2.5,
    ),
    (
        "diagnostic accuracy",
        r"\b(?:value|accuracy|utility|usefulness|role|ability|performance) of (?:[\w-]+ ){1,8}?(?:in|for|to) (?:the )?"
        r"(?:differenti\w+|distinguish\w*|discriminat\w+|detect\w*|diagnos\w+)"
        r"|\b(?:imaging|images?|MRI?|CT|ultraso\w+|radiograph\w*|scans?|tests?|cytology|biops\w+) (?:[\w-]+ ){0,6}?"
        r"(?:differentiat\w+|distinguish\w*|discriminat\w+)\b",
        2.5,
    ),
    (
        "qualitative or survey",
        r"\bfocus groups?\b|\bsemi-?structured\b|\binterviews? (?:were|was|with)\b|(?<!Health )(?<!Short-Form )"
        r"(?<!anatomic )(?<!Social )(?<!National )(?<!Form )\bsurvey(?:s|ed)?\b"
        r"|\bdelphi\b|\bqualitative (?:study|analysis|methods?)\b|\bopinions?\b|\battitudes?\b"
        r"|\bperce(?:ptions?|ived)\b"
        r"|\brespondents?\b|\bquestionnaire (?:survey|was (?:sent|mailed|distributed))|\blikert\b",
        1.6,
    ),
    (
        "animal",
        r"\b(?:mice|(?:mouse|murine|rat|bovine|porcine|chick|chicken|rabbit|hamster|canine|drosophila|monkey)"
        + _MATTER
        + r"|rats|rabbits|dogs?|pigs?|sheep|ovine|hamsters|monkeys|macaca|macaques?|marmosets?|baboons?|ferrets?"
        r"|zebrafish"
        r"|guinea pigs?|cats?|xenografts?|transgenic|knockout|piglets?|goats?|chickens|chicks|cows?)\b",
        1,
    ),
    (
        "in vitro",
        r"\bin vitro\b(?! fertili[sz]ation)|\byeast\b|\btwo-hybrid\b|\bplasmids?\b|\bE\. coli\b|\bmutant strains?\b"
        r"|\bcell lines?\b|\bcultured\b|\bfibroblasts?\b|\btransfect\w+|\btranscription(?:al)?\b"
        r"|\bpromoter\b|\bbinding sites?\b|\brecombinant\b|\bcDNA\b|\bmRNA\b|\bphosphorylation\b"
        r"|\bcells? (?:were|was)\b"
        r"|\bprotein (?:kinase|complex|factor)\b|\blymphocytes from\b|\bextracts?\b|\bcloned\b|\bkinase\b"
        r"|\breceptor gene\b|\b(?:macrophages?|monocytes?|monolayers?|microsom\w+|lysates?|phages?|probes"
        r"|enzym(?:es?|atic))\b",
        1,
    ),
    (
        "modelling or economic",
        r"\bsimulat(?:ed|ions?)\b(?! training)|\bcomput(?:er|ational) model|\bmathematical model|\bmarkov\b"
        r"|\bcost-?\s?(?:effectiveness|utility|benefit)\b|\bdecision (?:analy|tree|model)"
        r"|\beconomic evaluation\b|\bQALYs?\b"
        r"|\bmodel(?:l?ing)? study\b|\bquality-adjusted\b",
        3.5,
    ),
    (
        "other",
        r"\bbibliometric\b|\bcitations?\b|\barticles published\b|\bguidelines?\b|\bconsensus\b"
        r"|\bnomenclature\b",
        1,
    ),
    (
        "not a study",
        r"\b(?:this|the present) (?:editorial|commentary|letter)\b|\bprotocol (?:of|for) (?:an? |the )"
        r"|\bwill (?:be )?(?:randomi[sz]|recruit|enrol|invite|search|screen|pool)\w*|\breview protocol\b"
        r"|\b(?:are|is) (?:being|expected|anticipated) (?:\w+ )?"
        r"(?:enrol|recruit|randomi[sz]|complete|finish|available|in 20)\w*"
        r"|\bin this issue of\b|\bwe read (?:\w+ )?with (?:\w+ )?interest\b",
        9,
    ),
    (
        "not a study",
        r"\beditorial\b|\bcommentary\b|\bstudy protocol\b|\b(?:design and rationale|rationale and design)\b"
        r"|\bthis protocol\b|\bletter to the editor\b",
        3,
    ),
)
CUES = tuple(Cue(design, re.compile(pattern, re.I), votes) for design, pattern, votes in _WORDS)
