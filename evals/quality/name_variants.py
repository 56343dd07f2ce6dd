"""Written forms of one thing, by family, things to be kept apart, and small abstracts that speak of them.

Each abstract says one thing of one subject in one of its written forms, so that the other forms must be matched.
"""

from __future__ import annotations

from index import Abstract, Section

VARIANTS: dict[str, tuple[str, ...]] = {
    "Greek letters": (
        "IL-32β = IL-32beta = IL-32 beta = IL-32b",
        "IL-1β = IL-1beta = IL-1b = IL1B",
        "IFN-γ = IFN-gamma = IFNγ = IFNgamma",
        "TGF-β1 = TGF-beta1 = TGFB1 = TGF beta 1",
        "β-catenin = beta-catenin = b-catenin = beta catenin",
        "PPAR-γ = PPARgamma = PPARg",
        "HIF-1α = HIF-1alpha = HIF1A",
        "α-synuclein = alpha-synuclein = alpha synuclein",
    ),
    "hyphen, space, none": (
        "IL-6 = IL 6 = IL6 = il6",
        "STAT3 = STAT-3 = STAT 3",
        "HER2 = HER-2 = HER 2",
        "MMP-9 = MMP9 = MMP 9",
        "galectin-3 = galectin 3",
        "caspase-3 = caspase 3",
        "MDA-MB-231 = MDA MB 231 = MDAMB231",
        "GLP-1 = GLP1 = GLP 1",
        "SARS-CoV-2 = SARS CoV 2 = SARS-CoV2",
    ),
    "interleukin, IL": (
        "interleukin-32 = IL-32 = interleukin 32 = interleukin (IL)-32",
        "interleukin-6 = IL-6",
        "interleukin 10 = IL-10",
        "interleukin-17A = IL-17A = IL-17a",
        "interleukin-1 beta = IL-1β",
        "Interleukin 2 = IL2",
    ),
    "TNF-α": (
        "TNF-α = TNF-alpha = TNFα = TNFa = TNF alpha = tumor necrosis factor alpha = tumour necrosis factor-α"
        " = tumor necrosis factor (TNF)-α = tnf alpha",
    ),
    "NF-κB": (
        "NF-κB = NF-kappaB = NF-kappa B = NFκB = NFkB = NF-kB = nuclear factor kappa B = nuclear factor-κB = NF kappa-B",  # noqa: E501
    ),
    "abbreviations of the library": (
        "p53 = TP53",
        "rheumatoid arthritis = RA",
        "reactive oxygen species = ROS",
        "chronic kidney disease = CKD",
        "dendritic cells = DCs",
        "myeloid-derived suppressor cells = MDSCs",
        "brain-derived neurotrophic factor = BDNF",
        "C-reactive protein = CRP",
        "acute lymphoblastic leukemia = ALL = acute lymphoblastic leukaemia",
    ),
    "COX-2": (
        "COX-2 = cyclooxygenase-2 = cyclooxygenase 2 = cyclo-oxygenase-2 = COX2 = cyclooxygenase (COX)-2 = cox 2",
    ),
    "vitamin D3": (
        "vitamin D3 = vitamin D₃ = vitamin D(3) = vitamin D-3 = Vitamin D 3 = vit D3",
        "vitamin B12 = vitamin B₁₂ = vitamin B(12)",
        "1,25(OH)2D3 = 1,25-dihydroxyvitamin D3 = 1,25(OH)₂D₃",
        "25(OH)D = 25-hydroxyvitamin D",
    ),
    "Ca2+": ("Ca2+ = Ca²⁺ = Ca(2+) = Ca++ = Ca 2+", "Mg2+ = Mg²⁺ = Mg(2+)", "Fe3+ = Fe(III) = Fe³⁺ = Fe(3+)"),
    "CD4+": (
        "CD4+ T cells = CD4⁺ T cells = CD4(+) T cells = CD4-positive T cells = CD4 T-cells",
        "CD34+ cells = CD34(+) cells",
        "CD8+ = CD8⁺ = CD8",
    ),
    "microRNA": (
        "miR-21 = microRNA-21 = miRNA-21 = miR21 = microRNA 21 = MicroRNA-21",
        "miR-155 = microRNA-155 = miRNA 155",
        "miR-146a = microRNA-146a",
        "miR-34a-5p = microRNA-34a-5p",
    ),
    "isoforms": (
        "IL-32γ = interleukin-32 gamma = IL32gamma = interleukin 32γ",
        "IL-1α = IL-1alpha = IL1A = interleukin 1 alpha",
        "TGF-β2 = TGFbeta2 = transforming growth factor beta 2 = transforming growth factor-β2",
        "p38α = p38 alpha = p38-alpha",
    ),
    "Roman numerals": (
        "factor VIII = factor 8 = factor-VIII",
        "angiotensin II = angiotensin 2 = Angiotensin-II",
        "type II diabetes = type 2 diabetes = type-2 diabetes",
        "phase III trial = phase 3 trial",
        "collagen IV = collagen 4",
        "topoisomerase II = topoisomerase 2",
        "annexin V = annexin 5",
    ),
    "species prefixes": (
        "hsa-miR-21 = miR-21",
        "rhIL-32γ = IL-32γ",
        "mIL-10 = IL-10 = murine IL-10",
        "hIL-6 = human IL-6",
        "rhTNF-α = recombinant human TNF-α",
        "mmu-miR-155 = miR-155",
    ),
    "plurals": (
        "macrophage = macrophages",
        "antibody = antibodies",
        "metastasis = metastases",
        "mouse = mice",
        "nucleus = nuclei",
        "mitochondrion = mitochondria",
        "bacterium = bacteria",
        "biopsy = biopsies",
        "virus = viruses",
        "stenosis = stenoses",
        "child = children",
        "microRNA = microRNAs = miRNA = miRNAs",
    ),
    "sub- and superscripts": (
        "H2O2 = H₂O₂ = H(2)O(2)",
        "PGE2 = PGE₂ = prostaglandin E2 = PGE(2)",
        "HbA1c = HbA₁c = HbA(1c)",
        "IC50 = IC₅₀ = IC(50)",
        "CO2 = CO₂ = CO(2)",
        "FEV1 = FEV₁ = FEV(1)",
        "PM2.5 = PM₂.₅ = PM(2.5)",
    ),
    "British and American": (
        "tumour = tumor",
        "oedema = edema",
        "haemoglobin = hemoglobin",
        "oesophagus = esophagus",
        "anaemia = anemia",
        "diarrhoea = diarrhea",
        "leukaemia = leukemia",
        "ischaemia = ischemia",
        "signalling = signaling",
        "randomised trial = randomized trial",
        "fibre = fiber",
        "ageing = aging",
        "sulphate = sulfate",
        "labelled = labeled",
        "paediatric = pediatric",
    ),
    "hyphens of words": (
        "T-cell = T cell = T cells",
        "anti-inflammatory = antiinflammatory",
        "up-regulation = upregulation",
        "co-culture = coculture",
        "β-cell = beta cell = beta cells = β cell",
        "PI3K/Akt = PI3K-Akt = PI3K Akt",
    ),
    "families in full": (
        "toll-like receptor 4 = TLR4 = TLR-4 = Toll-like receptor-4",
        "matrix metalloproteinase-9 = MMP-9",
        "hypoxia-inducible factor-1α = HIF-1α = hypoxia-inducible factor 1 alpha",
        "interferon gamma = IFN-γ = interferon-γ",
        "programmed death-ligand 1 = PD-L1 = programmed cell death ligand 1 = PDL1",
        "vascular endothelial growth factor = VEGF",
    ),
    "T helper cells": ("Th17 = Th-17 = TH17 = T helper 17 = Th 17", "Th1 = T helper 1 = Th-1"),
}
"""Twenty families; each row holds the forms of one thing, and every two of its forms are a pair."""

APART: tuple[tuple[str, str], ...] = (
    ("IL-32β", "IL-32γ"),
    ("IL-32α", "IL-32β"), ("IL-1α", "IL-1β"), ("COX-1", "COX-2"), ("HER2", "HER3"), ("TGF-β1", "TGF-β2"),
    ("IL-17A", "IL-17F"),
    ("CD4", "CD8"), ("miR-21", "miR-210"), ("miR-155", "miR-15"), ("MMP-2", "MMP-9"), ("STAT1", "STAT3"),
    ("TLR2", "TLR4"), ("caspase-3", "caspase-8"), ("galectin-1", "galectin-3"), ("factor VIII", "factor IX"),
    ("angiotensin I", "angiotensin II"),
    ("type 1 diabetes", "type 2 diabetes"), ("vitamin D2", "vitamin D3"), ("p38α", "p38β"),
    ("PPAR-α", "PPAR-γ"), ("IL-6", "IL-8"), ("Th1", "Th17"), ("IFN-α", "IFN-γ"), ("BRCA1", "BRCA2"), ("PD-1", "PD-L1"),
    ("Ca2+", "Mg2+"), ("HIF-1α", "HIF-2α"), ("miR-34a-5p", "miR-34a-3p"), ("phase II trial", "phase III trial"),
)  # fmt: skip
"""Pairs of which each must bring its own abstract first."""

_FINDINGS = (
    "{0} was raised in the lung of patients with asthma, and its level followed the severity of the attacks.",
    "Blocking {0} in cultured hepatocytes reduced lipid storage and slowed cell growth.",
    "We measured {0} in the blood of 120 volunteers before and after exercise; {0} rose within one hour.",
)
_DEFINED = (
    ("tumor protein p53 (TP53)", "Loss of TP53 made colon cells grow without restraint."),
    ("p53 (TP53)", "Irradiation stabilized p53 in skin fibroblasts."),
    ("rheumatoid arthritis (RA)", "In RA the synovium thickened."),
    ("reactive oxygen species (ROS)", "ROS damaged the membranes of neurons."),
    ("chronic kidney disease (CKD)", "CKD shortened life in this cohort."),
    ("dendritic cells (DCs)", "DCs presented the antigen in lymph nodes."),
    ("myeloid-derived suppressor cells (MDSCs)", "MDSCs kept lymphocytes from dividing."),
    ("brain-derived neurotrophic factor (BDNF)", "BDNF helped hippocampal neurons to survive."),
    ("C-reactive protein (CRP)", "CRP fell after antibiotics."),
    ("acute lymphoblastic leukemia (ALL)", "Relapse of ALL was rare in young patients."),
)


def forms(row: str) -> list[str]:
    """Return the written forms of a row."""
    return row.split(" = ")


def pairs() -> list[tuple[str, str, str]]:
    """Return (family, form, other form) for each form and the first one of its row, and for each two neighbours."""
    found = []
    for family, rows in VARIANTS.items():
        for row in map(forms, rows):
            beside = [*((row[0], other) for other in row[1:]), *zip(row[1:], row[2:], strict=False)]
            found += [(family, one, other) for one, other in beside]
    return found


def abstracts() -> list[Abstract]:
    """Return the table's abstracts: of each thing some, in its several forms, and those that define abbreviations."""
    texts: list[tuple[str, str]] = []
    for row in (row for rows in VARIANTS.values() for row in map(forms, rows)):
        for number, finding in enumerate(_FINDINGS[:2]):
            form = row[number % len(row)]
            texts.append((f"A study of {form}", finding.format(form)))
    known = {form for rows in VARIANTS.values() for row in rows for form in forms(row)}
    for form in dict.fromkeys(form for pair in APART for form in pair if form not in known):
        texts.append((f"A study of {form}", _FINDINGS[0].format(form)))
    texts += [(f"The part of {long}", f"We looked at {long}. {finding}") for long, finding in _DEFINED]
    return [
        Abstract(str(90_100_000 + number), title, (Section("", "", text),), journal="J Test", year=2020)
        for number, (title, text) in enumerate(texts)
    ]
