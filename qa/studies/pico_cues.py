"""The phrasings by which an abstract tells population, intervention, comparator and outcomes.

The groups of a pattern are what they find: x the intervention (or the agent named in another way), c the comparator, y
the outcomes.
"""

from __future__ import annotations

import re

from qa.studies.size import PERSONS

ANIMALS = (
    r"(?:mice|mouse|rats?|animals|rabbits|dogs|pigs|piglets|pig hearts|sheep|hamsters|monkeys|zebrafish|cats|goats"
    r"|guinea pigs|marmosets?|ferrets|lambs)"
)
CELLS = (
    r"(?:cell lines?|cells|fibroblasts|lymphocytes|islets|neurons|hepatocytes|macrophages|monocytes|keratinocytes"
    r"|platelets|leu[ck]ocytes|erythrocytes|myocytes|cardiomyocytes|osteoblasts|astrocytes|yeast|cultures|strains|isolates)"
)
_MODIFIER = r"[A-Za-z0-9][\w'’/+-]*"
_STOP = (
    r"(?:and|or|the|a|an|of|in|with|for|from|to|by|were|was|are|is|had|has|have|who|that|which|between|among|than|on|at"
    r"|as|both|these|those|this|our|all|other|some|many|most|each|such|also|not|but|when|where|whether|if|may|can|could"
    r"|only|more|less|consecutive|eligible|included|previously|according|among|whole|different|affected|group|data"
    r"|findings|results|using|twelve|ten|five|six|seven|eight|nine|eleven|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|attended|sequenced|genotyped|assessed|evaluated|followed|allocated|protect|compare|counsel\w+"
    r"|because|been|surveyed|matched|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-\w+|enrolled|participating|identified|analy[sz]ed"
    r"|studied|we|their|its|same|two|three|four|one|total|how|why|no|any|per|every|identify\w*|concerning|regarding"
    r"|providing|compris\w+|involving|evaluating|comparing|favou?ring|enrolling|recruiting|helping|learning|following"
    r"|revealed|showed|found|suggests?|examined|attending|within|through|during|after|before|without|under"
    r"|\d[\d,.]*(?!-(?:year|month|week|day)-old))"
)
_PART_OF_NOUN = (
    r"outcomes?|records?|data|care|satisfaction|safety|survival|management|education|characteristics|factors?|reported"
    r"|reports?|controls|deaths?|questionnaires?|preferences?|perspectives?|activity|viability|function|proliferation"
    r"|growth|lysates|extracts|membranes?|responses?|tissues?|serum|plasma|brains?|livers?|the"
)
"""What follows a word for people, animals or cells where that is part of another noun: "patient records"."""
_AFTER = (
    r"(?: (?:with or without|with(?! (?:a |an )?(?:mean|median|average)\b)|without|undergoing|treated|receiving"
    r"|who (?:had|have|underwent|were|received|are)|suffering from|diagnosed with|scheduled for|consulting|admitted"
    r"|affected by|aged|over age|living|presenting with|referred for|tested with|on|having|taking|trained in|requiring"
    r"|exposed|carrying|harbou?ring|hospitali[sz]ed|attending|at risk|in(?! spite)|after"
    r"|(?<=patients )of(?! (?:the|all|both|this|these|our|whom|age)\b))"
    r" [^.;:,()\[\]]{3,75}| of (?-i:[A-Z])\w+ (?:origin|descent|ancestry))"
)
POPULATION = re.compile(
    rf"(?<![\w’'/-])(?:(?!{_STOP}\b)(?:{_MODIFIER}) ){{0,4}}(?P<unit>\b{PERSONS}|(?<=-old )(?:man|woman|male"
    rf"|female)|\b{ANIMALS}"
    rf"|\b{CELLS})\b(?!['’]s? |-| (?:{_PART_OF_NOUN})\b)(?P<after>{_AFTER})?",
    re.I,
)
CLAUSE = re.compile(
    r" (?:were|was|had|have|has|is|are|show(?:s|ed)|reveal(?:s|ed)|and (?:\d+ |(?:\w+ )?(?:healthy|controls?|matched"
    r"|normal)|to|the|we|their|its|were|was|is|are|compare|evaluate)"
    r"|to (?:determine|assess|evaluate|compare|have"
    r"|receive|identify|either)|using|by|between|without the use|performed|compared|during|since|from|over a"
    r"|at our|as|than|through|while"
    r"|whose|that|which|may|can|could|should|might|would|will|underwent|completed|received|participated|in (?:our"
    r"|the(?! (?:[\w-]+ ){0,3}(?:genes?|promoters?|regions?|exons?|locus)\b)|a|an"
    r"|this|order|whom|whole|\d{4})"
    r"|but|if|when|because|rose|fell|increased|decreased|improved|developed|died|lived|do(?:es)?|did|for (?:at|the"
    r"|a)|before|within|diagnosed|\d+[- ](?:year|month|week"
    r"|day)s?\b)\b.*$",
    re.I,
)
DANGLING = re.compile(
    r"(?:,? (?:and|or|of|in|on|for|with|without|the|(?-i:an?)|to|by|at|from|more|than|confirmed|seen"
    r"|performed|associated|enrolled|recruited|treated|followed|combined|referred|based|known|given|showed|reveals?"
    r"|significantly|caused"
    r"|who|those|versus|vs|had|when|determined|regulating|presented|included|admitted|identified|diagnosed|newly|aged"
    r"|hospitali[sz]ed))+$",
    re.I,
)
"""Words at the end of a phrase that was cut: they lead to what is not there."""
_LEADS = (
    r"effects?|impacts?|influences?|roles?|importance|reliability|validity|suitability|efficacy|effectiveness"
    r"|safety|value|usefulness|utility|feasibility"
    r"|benefits?|acceptability|contributions?|accuracy|ability|involvement|consequences|performance|outcomes?"
    r"|results|use|application|potential|efficiency|protective effects?"
)
_END = (
    r"(?= (?:on|in|for|with|to|as|after|during|among|at|by|when|upon|versus|vs|compared|using|between|against"
    r"|and (?:to|its|the))\b|[.,;:?(\[]|$)"
)
_ANY = r"(?:[^.,;:?()]|\.(?=\w)|\([^().;]{1,25}\))"
"""A character of a phrase: a dot within an abbreviation and an abbreviation in brackets too."""
_OF = re.compile(
    rf"\b(?:{_LEADS})(?: and (?:{_LEADS}))? of (?:the )?(?P<x>{_ANY}{{3,90}}?)(?: ?\([^)]{{1,40}}\))?{_END}(?: (?:on"
    rf"|in reducing|in improving|in preventing|in|for) (?:the )?(?P<y>(?:[^.;:?()]|\.(?=\w)){{3,110}}))?",
    re.I,
)
EFFECT_ON = re.compile(
    rf"\b(?:effects?|impacts?|influences?) of (?:the )?(?P<x>{_ANY}{{3,90}}?)(?: ?\([^)]{{1,40}}\))? (?:on"
    rf"|upon) (?:the )?"
    r"(?P<y>(?:[^.;:?()]|\.(?=\w)){3,110})",
    re.I,
)
"""What has an effect on something: all words before "on"."""
_BETWEEN = re.compile(
    rf"\b(?:associations?|relations?(?:hips?)?|correlations?|links?|interactions?|connections?|differences?"
    rf"|agreement) (?:between|of)"
    rf" (?:the )?(?P<x>{_ANY}{{3,80}}?)(?: ?\([^)]{{1,40}}\))? (?:and|with|to) (?:the )?(?P<y>(?:[^.;:?()]"
    rf"|\.(?=\w)){{3,90}})",
    re.I,
)
_PASSIVE = re.compile(
    r"\b(?:whether|if) [^.;:?]{3,120}? (?:is|are|was|were|be|been) (?:\w+ly )?(?:influenced|affected|improved|reduced"
    r"|predicted|prevented|explained|caused|mediated|modified|determined|detected|increased|decreased|altered"
    r"|protected[^.;:?]{0,40}?)"
    rf" by (?:the |an? )?(?P<x>{_ANY}{{3,80}}?){_END}",
    re.I,
)
"""What something is influenced by."""
_WITHOUT_IT = re.compile(
    rf"\bwith (?:and|or|versus|vs\.?) (?P<c>without (?:an? |the )?(?P<x>{_ANY}{{2,60}}?)){_END}", re.I
)
"""What one of two groups has: "with and without zinc"."""
USING = re.compile(
    rf"\b(?:by|using|with the use of) (?:an? |the )?(?P<x>(?!(?:the|means|use)\b){_ANY}{{3,60}}?){_END}", re.I
)
_WHETHER = re.compile(
    r"\b(?:whether|if|that|how) (?:or not )?(?:the "
    rf"|an? )?(?P<x>{_ANY}{{3,80}}?)(?: ?\([^)]{{1,40}}\)[^.;:]{{0,50}}?)? (?:(?:is|are|was|were|can|could|would"
    r"|will|has|have"
    r"|had|may|might|does|do|did"
    r"|should) )*(?:\w+ly )?(?:an? |the )?(?:independent |significant |strong )?(?P<verb>improv\w+|reduc\w+"
    r"|affect\w*|increas\w+|decreas\w+|predict\w*|prevent\w*|caus\w+|influenc\w+|associat\w+|correlat\w+|relat\w+"
    r"|alter\w*|chang\w+|lead\w*|result\w*|effective|useful|prognostic|determin\w+|risk factors?|predictors?|superior"
    r"|safe|modif\w+|enhanc\w+|protect\w*|indicat\w+|different\w*|contribut\w+|help\w*|benefit\w*|inhibit\w*|induc\w+"
    r"|biomarker\w*|marker\w*)"
    r"(?: (?:in|with|to|by|for|of|on|determinant|factors?))* (?:the )?(?P<y>[^.;:?()]{3,90})",
    re.I,
)
_COMPARE_BETWEEN = re.compile(
    r"\b(?:compar(?:e|ed|ing|ison of|es)|differences? in) (?:the )?(?P<y>[^.,;:?()]{3,80}?)(?: ?\([^)]{1,40}\))?"
    r" between (?:the )?"
    r"(?P<x>[^.,;:?()]{3,60}?) (?:and|versus|vs\.?) (?:the )?(?P<c>[^.,;:?()]{3,60})",
    re.I,
)
"""Two groups in which something is compared."""
_SUBJECT = re.compile(
    rf"\b(?:whether|if) (?:or not )?(?:the |an? )?(?P<x>{_ANY}{{3,80}}?)(?: ?\([^)]{{1,40}}\))? (?:is|are|was|were|can"
    r"|could|would|will|has|have|had|may|might|does|do|did|should|runs?|makes?|gives?|holds?|differs?|requir\w+"
    r"|consum\w+|receiv\w+|show\w*|experienc\w+) ",
    re.I,
)
"""The subject of any other clause with "whether"."""
ARMS = re.compile(
    r"\b(?:randomi[sz]ed|assigned|allocated|randomly|receive[sd]?|receiving|given|treated)\b[^.;:]{0,60}?"
    r"\b(?:to|receive[sd]?|either|with|into) (?:either |an? |the |have |undergo |receive "
    r"|a total of )*(?P<x>[^.,;:?()]{3,60}?)"
    r"(?: ?\([^)]{1,60}\))?,? (?:or|versus|vs\.?) (?:to |with |an? |the |only |receive )*(?P<c>[^.,;:?()]{3,60})",
    re.I,
)
"""The two arms of a trial: "assigned to zinc or placebo"."""
ASKED = re.compile(
    r"\b(?:to|we|aimed at|study) (?:\w+ly )?(?:assess|evaluat|validat|test|examin|investigat|study|studied|determin"
    r"|explor|analy[sz]|compar|describ|report|review|estimat|develop|measur|establish|introduc"
    r"|surve[iy])\w*(?: and \w+)? (?:the |an? |our |all )*"
    r"(?P<x>[^.,;:?()]{3,80}?)"
    r"(?= (?:in|on|for|with|as|after|during|among|at|by|when|using|between|and (?:to|its|the))\b|[.,;:?(]|$)",
    re.I,
)
"""What an aim asks about, where it names no relation and nothing that was given."""
VERSUS = re.compile(
    r"(?P<x>(?:[\w+/’-]+ ){0,5}?[\w+/’-]+)(?: ?\([^)]{1,40}\))?,? (?:versus|vs\.?) (?P<c>[^.,;:?()]{3,70})", re.I
)
DOES = re.compile(
    r"^(?:the |an? )?(?P<x>(?:(?!\bby\b)[^.,;:?]){2,80}?)(?: ?\([^)]{1,40}\))?(?:, (?:or|an?) [^.,;:?]{2,60},)?"
    r" (?:also |is |are |\w+ly )*"
    r"(?:inhibits?|induces?|regulates?|represses|suppress(?:es)?|activates?|diminish(?:es)?|enhances?|stimulates?"
    r"|blocks?|attenuates?|promotes?|prevents?|protects?|reduces?|increases?|decreases?|interferes?|mediates?"
    r"|modulates?|interacts?|influences?|initiates?|rescues?|correlates? with|related to|contributes?|confers?"
    r"|triggers?|drives?|controls?|restores?|affects?|improves?|impairs?|predicts?|causes?|alters?|abolish(?:es)?"
    r"|ameliorates?|associated|required"
    r"|involved)\b",
    re.I,
)
"""The subject of a title that is a sentence: "Cyclosporin A interferes with …"."""
INDUCED = re.compile(
    r"\b(?:induced|caused|triggered|produced) by (?:an? |the )?(?P<treatment>[\w-]+(?: [\w-]+)?)"
    r"|(?P<x>(?<![\w-])[A-Za-z][\w-]*)-(?:induced|associated|related|mediated|exposed|treated)\b(?!.*\btriggered by)"
    r"|\b(?:after|following|during) (?P<drug>[\w-]+) (?:administration|therapy|treatment|infusion|exposure|use)\b",
    re.I,
)
"""What brought a condition about: "ciprofloxacin-induced nephrotoxicity", "seizure after flumazenil administration"."""
MARKER = re.compile(
    r"(?P<x>(?:(?:serum|plasma|urinary|circulating) )?(?!(?:the|of|in|and|with|was|were|higher|lower|mean|these"
    r"|their)\b)[\w-]+"
    r" (?:levels?|concentrations?|expression|overexpression|positivity|mutations?))\b",
    re.I,
)
"""What was measured, where nothing else is told."""
STATES = re.compile(r"\b(?:aims?|purposes?|objectives?|goals?|hypothes[ei]s)\b|^to \w+", re.I)
"""A sentence that calls itself an aim."""
TITLED = re.compile(
    r"^(?:(?:molecular|functional|further|large-scale|partial) )?(?:cloning|isolation|identification"
    r"|characteri[sz]ation|preparation|purification|elimination|detection|locali[sz]ation|expression|measurement|use|overexpression"
    r"|mapping|development|evaluation)(?:(?:,| and|, and) [\w -]{3,40}?)? of "
    r"(?:the |an? |human )?(?P<x>[^.,;:?]{2,60}?)"
    r"(?= (?:in|of|from|for|with|by|to|that|as|on|at|during|and its|and their)\b|[.,;:?]|$)"
    r"|^(?P<drug>[\w-]+(?: ?\([^()]{1,12}\))?), (?:an?|the) (?:new|novel|potent|\w+ member)\b",
    re.I,
)
"""What a title on laboratory work is about: "Cloning and expression of CD77 synthase"; "RP1, a new member of …"."""
NAMED = re.compile(
    r"^(?:(?:novel|new|germline|somatic|multiple|missense|\S*\d\S*) )*(?P<x>(?:[\w-]+ )?(?:mutations?|polymorphisms?"
    r"|deletions?|insertions?|variants?|expression|methylation|inactivation|measurement|structure) (?:of|in"
    r"|within) (?:the )?[^.,;:?()]{2,50}?)"
    r"(?= (?:in|of|and|is|are|as|by|with|from|for|at|underl\w+|caus\w+|lead\w*|associated)\b|[.,;:?(]|$)",
    re.I,
)
"""What a title on a gene or its product names first."""
FOR = re.compile(
    r"^(?:(?:efficacy|safety|use|effects?) (?:and \w+ )?of )?(?:the |an? )?(?P<x>(?!.*\b(?:of|factors?|risk)\b)"
    r"[^.,;:?]{2,50}?)(?: ?\([^)]{1,40}\))? (?:for|in the (?:treatment|management|prevention|diagnosis) of) ",
    re.I,
)
"""What a title is for: "Zinc for colds"."""
BY = re.compile(
    r"\b(?:inhibition|induction|regulation|repression|suppression|activation|enhancement|stimulation|modulation"
    r"|prevention|reduction|stabili[sz]ation|degradation|phosphorylation) (?:of )?(?:\w[^.;:?]{0,70}?)?"
    r"\bby (?:an? |the )?"
    r"(?P<x>[^.,;:?()]{2,60}?)(?= (?:in|on|for|with|through|via|during|of)\b|[.,;:?(]|$)",
    re.I,
)
"""The agent of a title: "Repression of transcription by SPOP"."""
_COMPARE = re.compile(
    r"\b(?:compar(?:e|ed|ing|ison of|es)|contrast) (?:the )?(?:(?:efficacy|effects?|results|outcomes?|safety"
    r"|effectiveness|levels|use) (?:and \w+ )?of )?(?P<x>[^.,;:?()]{3,70}?)(?: ?\([^)]{1,40}\))? (?:with|to"
    r"|and|versus|vs\.?|against) (?:that of |those of |the )?(?P<c>[^.,;:?()]{3,70})",
    re.I,
)
GIVEN = re.compile(
    r"\b(?:(?:treated|supplemented|managed|vaccinated|injected|perfused|incubated|compared|therapy|treatment|exposed"
    r"|exposure|administration|randomi[sz]ed|assigned|allocated) (?:with|to(?: have| receive)?(?: either)?|of)"
    r"|administered|given|received|receiving|prescribed|undergoing|underwent) (?:only |the |an? )*"
    r"(?P<x>[^.,;:?()]{3,60})|(?P<treatment>(?:[\w-]+ ){1,3}(?:therapy|treatment|surgery|approach|programme?"
    r"|training))\b",
    re.I,
)
FACTORS = re.compile(
    r"(?<![\w’'/-])(?P<x>(?:(?!(?:to|of|the|and|determine|identify|assess|evaluate|examine|investigate|explore|for|with"
    r"|were|was|other|these)\b)[\w'’/-]+ ){0,3}"
    r"(?:(?:and|or) [\w-]+ )?(?:factors?|predictors?|characteristics|determinants|indicators|correlates))\b"
    r"(?: (?:of|for|associated with|predicting|influencing|affecting) (?:the )?(?P<y>[^.;:?()]{3,80}))?",
    re.I,
)
MEASURED = re.compile(
    r"(?:\bto (?:\w+ly )?(?:determine|assess|evaluate|measure|investigate|examine|estimate|describe|report"
    r"|analy[sz]e|identify|study|quantify|characteri[sz]e|improve|reduce|increase|decrease|explore|compare"
    r"|establish)"
    r"|\b(?:we|study|report|paper|this) (?:\w+ly )?(?:determined|assessed|evaluated|measured|investigat\w+"
    r"|examine[sd]?|estimated|describe[sd]?|report(?:ed|s)?|analy[sz]e[sd]?|identified|stud(?:y|ied)"
    r"|quantified|characteri[sz]ed|explore[sd]?|compare[sd]?)"
    r"|\b(?:primary |main |secondary )?(?:outcomes?|end ?points?)(?: measures?)? (?:was|were|included)) "
    r"(?:changes in |the |their |its |an? )*(?:(?:prevalence|incidence|frequency|rate|level|levels|number"
    r"|extent|occurrence|presence|degree|changes|grade) (?:and \w+ )?of (?:the )?)?"
    r"(?P<y>(?:[^.;:?()]|\.(?=\w)){3,100})",
    re.I,
)
RELATIONS = (_WITHOUT_IT, _PASSIVE, EFFECT_ON, _OF, _COMPARE_BETWEEN, _BETWEEN, _WHETHER, _COMPARE, _SUBJECT)
NO_OUTCOME = re.compile(
    rf"(?:whether|if|how|why|was|were|is|are|that|{_LEADS}|associations?|relation\w*|this|these)\b", re.I
)
AGAINST = re.compile(
    r"\b(?:compared? (?:with|to)|in comparison (?:with|to)|versus|vs\.?|relative to|than (?:in|for|with"
    r"|among)|as opposed to|rather than|matched (?:with|to)|and compared (?:with|to|it with)) "
    r"(?:that of |those (?:of|in|with|who) |that in |the |an? )?(?P<c>[^.,;:?()\[\]]{3,60})",
    re.I,
)
THAN = re.compile(r"\bthan (?P<c>[^.,;:?()\[\]]{3,60})", re.I)
CONTROLS = re.compile(
    r"\b(?:placebo|sham(?: \w+)?|(?<=or )(?:saline|vehicle)|\w+(?= \((?:acting|serving|used) as controls?\))"
    r"|(?:healthy|normal|matched|unaffected|non-?\w+) (?:\w+ )?(?:control subjects"
    r"|controls?|subjects|individuals|volunteers|donors|persons|people)"
    r"|(?:diabetic |untreated |positive |negative |usual |standard )?control (?:group|subjects|animals|rats"
    r"|mice)|controls|standard care|usual care|no treatment|conventional \w+"
    r"|(?<=than )baseline|(?<=from )baseline|(?<=with )baseline|(?<=to )baseline)\b",
    re.I,
)
NOTHING = re.compile(
    r"^(?:(?:the|these|both|all|two|three) )*(?:if|whether|why|more|those|them|this|such|it|they|there|patients?"
    r"|infants|subjects|groups?|students|women|men|children|describe|might|we|our|which|data|results|studies|is|are|was"
    r"|were|be|being|includes?|little|much|no|observed|expected|he|she|individually|how|without|Department|can|will|may"
    r"|has|have|had|been|hypothes[ei]s|ability|because)\b|\bgroups?$|^(?:factors?|design|baseline|time|changes?"
    r"|proteins?|\w+ed)$"
    rf"|^(?:[\w-]+ ){{0,2}}{PERSONS}$|^(?:ways?|importance|relationships?|associations?|relations?|correlations?"
    rf"|compliance|natural experiment)$"
    r"|^baseline |\battention$|\bresults$|\bmanner$|^(?:family|families|kindred|(?:long-term )?follow-up|severity"
    r"|profile|number|extent|prevalence|incidence|frequency|setting)\b",
    re.I,
)
TRIM_FRONT = re.compile(
    r"(?:(?:prior to|to|after|following|when|that|how|at|through|during|with|by|of|in|for|and|from|on|the|an?|both"
    r"|either|these|this|our|different|various|least|\d+|use of|using|treatment with"
    r"|administration of|initial experience of) )+",
    re.I,
)
NO_COMPARATOR = re.compile(
    r"(?:the |an? )?(?:\d|(?:who|minutes|hours|days|points|at|in|by|on|from|their|its|those|that|other|others"
    r"|resulting|cc|women|men|patients|expected"
    r"|baseline|group|the|each|one another)\b)",
    re.I,
)
