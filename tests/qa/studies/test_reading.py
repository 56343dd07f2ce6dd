"""What abstracts say of their studies: every part in the abstract's own words, and nothing that it does not say."""

import json
from dataclasses import fields

import pytest

from index import Abstract, Section
from qa.studies.design import read_design
from qa.studies.numerals import value_of
from qa.studies.pico import by_rules
from qa.studies.reading import library_studies, read_study
from qa.studies.records import Cell
from qa.studies.sentences import told_sentences

TRIAL = Abstract(
    "91000001",
    "Zinc for colds in children.",
    (
        Section(
            "OBJECTIVE", "OBJECTIVE", "To assess the effect of zinc lozenges on the duration of colds in children."
        ),
        Section(
            "METHODS",
            "METHODS",
            "Sixty-two children with a cold (34 girls, median age 8 years) were randomly assigned to zinc or placebo.",
        ),
        Section(
            "RESULTS",
            "RESULTS",
            "Recovery within a week was more likely with zinc (OR 2.4, 95% CI 1.3-4.6, P = .004). Nausea was "
            "seen in 12.5% "
            "versus 4.1% of children (p<0.05). The mean duration was 4.1 ± 1.2 days.",
        ),
    ),
)
MICE = Abstract(
    "91000002",
    "Rapamycin and lifespan in mice.",
    (Section(
        "", 
        "", 
        "We tested whether rapamycin prolongs lifespan. Twelve male mice received rapamycin in their food. "
                     "Median lifespan did not differ from that of untreated control mice."),),
)  # fmt: skip
CASES = Abstract(
    "91000003",
    "Selenium and goitre.",
    (Section(
        "", 
        "", 
        "To investigate the association between serum selenium and goitre. In this case-control study 120 "
                     
                         "patients with goitre and 118 healthy controls were included. Selenium was lower in "
                         "patients (P < 0.001)."),),
)  # fmt: skip


def texts(study):
    return {
        name: cell and cell.text
        for name in ("population", "intervention", "comparator")
        for cell in [getattr(study, name)]
    }


def cells(study):
    """Return every Cell of a study."""
    held = [getattr(study, field.name) for field in fields(study)]
    spans = [effect.span for effect in study.effects] + list(study.n.spans if study.n else ())
    flat = [one for value in held for one in (value if isinstance(value, tuple) else (value,))]
    return [one for one in flat if isinstance(one, Cell)] + spans + [cell for _, cell in study.told_by]


def test_a_trial():
    study = read_study(TRIAL)
    assert (study.design, study.subjects, study.n.value) == ("randomised controlled trial", "humans", 62)
    assert texts(study) == {
        "population": "children with a cold", "intervention": "zinc lozenges", "comparator": "placebo"
    }  # fmt: skip
    assert [cell.text for cell in study.outcomes] == ["duration of colds"]
    assert study.finding == "positive"
    assert [(one.measure, one.value, one.unit, one.ci, one.p) for one in study.effects] == [
        ("OR", 2.4, "", (1.3, 4.6), "0.004"),
        ("proportion", 12.5, "%", None, "<0.05"),
        ("mean", 4.1, "days", None, ""),
    ]
    assert study.effects[1].span.text.startswith("12.5% versus 4.1%")


def test_an_experiment_in_animals():
    study = read_study(MICE)
    assert (study.design, study.subjects, study.n.value, study.finding) == ("animal", "animals", 12, "negative")
    told = told_sentences(MICE)
    assert by_rules(told, study.design).intervention.text == "rapamycin"


def test_groups_without_a_total_are_added_up():
    study = read_study(CASES)
    assert (study.design, study.n.value, len(study.n.spans)) == ("case-control", 238, 2)
    assert texts(study) == {
        "population": "patients with goitre", "intervention": "serum selenium", "comparator": "healthy controls"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("A total of 1,204 women were enrolled; 310 of them (26%) smoked.", 1204),
        ("Of 4,718 infants screened, 1,745 completed both tests.", 1745),
        ("We studied 17 patients, of whom 9 were men.", 17),
        ("Between 1998 and 2004 the patients were followed.", None),
        ("From December 1990 through December 1998 thirty patients were studied.", 30),
        ("From a database of 56,462 athletes we identified 192 athletes.", 192),
        ("Of the 121 patients included, 51 patients had colon cancer.", 121),
        ("We studied controls (n = 14) and patients with one ataxia (n = 11) and another (n = 10).", 35),
        ("Two surgeons examined the films.", None),
        ("We compared deaths between 1879 rural and 6775 urban infants.", 8654),
        ("Cases were 507 subjects with a first infarct, and controls were 478 patients admitted to hospital.", 985),
        ("We recruited 250 women from each of 5 hospitals (n = 1,250).", 1250),
        ("Cells were seeded at 2000 cells per well.", None),
    ],
)
def test_the_number_is_that_of_those_studied(text, n):
    told = read_study(Abstract("1", "A cohort of patients.", (Section("METHODS", "METHODS", text),))).n
    assert (told and told.value) == n


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The hazard ratio was 0.71 (95% CI, 0.55 to 0.92; P=.01).", ("HR", 0.71, (0.55, 0.92), "0.01")),
        ("Relative risk 1.8 [95% confidence interval 1.1-2.9] was found.", ("RR", 1.8, (1.1, 2.9), "")),
        ("Age correlated with height (r = -0.42, p < 0.001).", ("correlation", -0.42, None, "<0.001")),
        (
            "Weight loss told it (hazard ratio [HR], 1.64; 95% confidence interval [CI], 1.18-2.27; P=.003).",
            ("HR", 1.64, (1.18, 2.27), "0.003"),
        ),
        ("mRNA showed a fivefold increase.", ("other", 5.0, None, "")),
        ("The AUC was 0.83.", ("AUC", 0.83, None, "")),
        ("The mean difference was -1.4 kg (95% CI -2.0 to -0.8).", ("mean difference", -1.4, (-2.0, -0.8), "")),
        ("Relapse occurred in 7 of 31 patients.", ("count", 7.0, None, "")),
        ("Expression rose threefold; it was three times higher in mice.", ("other", 3.0, None, "")),
        ("Pressure fell by 5.2 mmHg (95% CI 2.6-7.7; p<0.001).", ("mean difference", 5.2, (2.6, 7.7), "<0.001")),
        ("Farming told it, and with nodules 2.7 [1.2-5.8].", ("other", 2.7, (1.2, 5.8), "")),
        ("Odds ratio [OR] 2.7 [95% confidence interval (95% CI) 1.1-6.6].", ("OR", 2.7, (1.1, 6.6), "")),
        ("Survival was better (45.6 months vs. 23.7 months).", ("mean", 45.6, None, "")),
        ("It came to $20,336 per QALY gained.", ("other", 20336.0, None, "")),
        ("Relief came to three out of seven infants.", ("count", 3.0, None, "")),
        (
            "Infection: 22.4% with a drain and 18% in those without one (P = 0.449).",
            ("proportion", 22.4, None, "0.449"),
        ),
        ("Accuracy was 82.5% (80.7%-84.2%).", ("proportion", 82.5, (80.7, 84.2), "")),
        ("More met the goal (50 vs 27.8 %, P = .02).", ("proportion", 50.0, None, "0.02")),
        ("Expression rose by 250% in mice and the yield was 105%.", ("other", 250.0, None, "")),
        ("OR 2.1 (P = 0.03; 95% CI 1.2-3.4).", ("OR", 2.1, (1.2, 3.4), "0.03")),
        ("OR 2.1 per 10 years, 95% CI 1.2-3.4, P = .03.", ("OR", 2.1, (1.2, 3.4), "0.03")),
        ("RR 0.87 per 4% increment, 95% CI 0.81-0.94.", ("RR", 0.87, (0.81, 0.94), "")),
        ("OR 2.1 with a 95% credible interval of 1.2 to 3.4.", ("OR", 2.1, (1.2, 3.4), "")),
        ("OR 2.1 (95% CI between 1.2 and 3.4, p-value: 0.03).", ("OR", 2.1, (1.2, 3.4), "0.03")),
        ("OR for death 2.1 (1.2 to 3.4; p less than 0.03).", ("OR", 2.1, (1.2, 3.4), "<0.03")),
        ("OR 2.1 (P < or = 0.03).", ("OR", 2.1, None, "≤0.03")),
        ("OR 2.1 (t = 2.3, df = 20, two-sided p = 0.03).", ("OR", 2.1, None, "0.03")),
        ("OR 2.1 (P < 0. 03).", ("OR", 2.1, None, "<0.03")),
        ("OR: 2.1 (95% confidence intervals CI: 1.2-3.4).", ("OR", 2.1, (1.2, 3.4), "")),
        ("Hazard ratio 2.1 (Confidence Interval (CI) 1.2, 3.4).", ("HR", 2.1, (1.2, 3.4), "")),
        ("OR 2.1 with confidence limits ranging from 1.2 to 3.4.", ("OR", 2.1, (1.2, 3.4), "")),
        ("It rose by 17% (86 +/- 8 to 100 +/- 11 mm; P < 0.03) and fell.", ("proportion", 17.0, None, "<0.03")),
        ("OR 2.1 (p < 10(-4)).", ("OR", 2.1, None, "<0.0001")),
        ("OR 2.1 (P = 3 × 10-8).", ("OR", 2.1, None, "3e-08")),
        ("They correlated (P<0.03, r=0.31).", ("correlation", 0.31, None, "<0.03")),
        (
            "HDL was lower (0.7 vs. 1.6 mmol/l) and apolipoprotein too (96.7 vs. 151.4 mg/dl) (P<0.05).",
            ("mean", 0.7, None, "<0.05"),
        ),
        (
            "Size was alike (0.66 ± 0.17 cm) although HDL was lower (0.7 vs. 1.6 mmol/l) (P<0.05).",
            ("mean", 0.66, None, ""),
        ),
    ],
)
def test_effects(text, told):
    effects = read_study(
        Abstract("1", "T", (Section("RESULTS", "RESULTS", text), Section("METHODS", "METHODS", "x.")))
    ).effects
    assert told in [(one.measure, one.value, one.ci, one.p) for one in effects]


@pytest.mark.parametrize(
    "text",
    [
        "The mean age was 54 ± 9 years.",
        "They took 250 mg twice daily.",
        "The median follow-up was 3.2 years.",
        "Filtration differed (P = 0.002 for group 2 vs group 3).",
        "There was no difference between cases and controls in the Delta32 allele.",
    ],
)
def test_ages_doses_follow_up_and_names_with_numbers_are_no_effects(text):
    assert read_study(Abstract("1", "T", (Section("RESULTS", "RESULTS", text),))).effects == ()


@pytest.mark.parametrize(
    ("abstract", "design"),
    [
        (Abstract("1", "On kindness", types=("Editorial",)), "not a study"),
        (Abstract("1", "A title alone"), "not a study"),
        (Abstract(
            "1", 
            "Statins", (Section(
            "", 
            "", 
            "We searched MEDLINE and did a meta-analysis of nine trials."),)), 
            "meta-analysis"),
        (Abstract(
            "1", 
            "Screening", (Section(
            "", 
            "", 
            "A Markov model estimated the cost-effectiveness of screening."),)),
         "modelling or economic"),
        (Abstract(
            "1", 
            "A rare tumour", (Section(
            "", 
            "", 
            "We report the case of a 54-year-old man with a rare tumour."),)), 
            "case report"),
        (Abstract("1", "Drug X", (Section("", "", "Patients took drug X."),), types=("Randomized Controlled Trial",)),
         "randomised controlled trial"),
        (Abstract("1", "Drug X", types=("Randomized Controlled Trial",)), "randomised controlled trial"),
        (Abstract("1", "Drug X", (Section("", "", "Drug X fails one patient in four."),), types=("Letter",)),
         "not a study"),
    ],
)  # fmt: skip
def test_designs(abstract, design):
    study = read_study(abstract)
    assert (study.design, study.n) == (design, None)


def of(text, title="A study"):
    return read_study(Abstract("1", title, (Section("", "", text),)))


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("We tested 12 sighted, 10 impaired, and 10 blind subjects.", 32),
        ("We included 107 patients who had surgery and 113 who had not.", 220),
        ("Of those asked, 118 of 122 patients consented to the study.", 118),
        ("The total number of patients included in this study was 383.", 383),
        ("Fifty-nine final year medical students took part.", 59),
        ("We studied 300 elderly and 290 young.", 590),
        ("We compared 300 elderly with 290 young subjects.", 590),
        ("A total of 590 people, 300 elderly and 290 young, took part.", 590),
        ("Forty smokers and 38 non-smokers were examined.", 78),
        ("Among 9,000 deliveries, 53 women were treated with zinc.", 9000),
        ("We report 3 patients with gout. Two patients also received zinc.", 3),
    ],
)
def test_the_number_is_found_however_it_is_told(text, n):
    told = of(f"In this cohort study we looked at gout. {text}").n
    assert told is not None and told.value == n


def test_the_spread_of_a_share_is_no_effect():
    told = Abstract(
        "1", "T", (Section("RESULTS", "RESULTS", "It was 19.0% (IQR, 13%-21%)."), Section("METHODS", "METHODS", "x."))
    )
    assert [effect.value for effect in read_study(told).effects] == [19.0]


def test_cells_of_an_animal_are_no_animals():
    study = of("The cDNA was expressed in mouse L cells and in bovine leucocytes, and transfected cells were lysed.")
    assert study.subjects == "cells or molecules" and study.design == "in vitro"


@pytest.mark.parametrize(
    ("text", "design"),
    [
        ("In this cohort study 80 elderly women took zinc.", "cohort"),
        ("In this prospective non randomized observational cohort study we assessed age.", "cohort"),
        ("We held semi-structured interviews with 24 nurses.", "qualitative or survey"),
        ("The HR gene was sequenced in 12 patients with hair loss, and mutations were found.", "case series"),
        ("Enzyme activity was measured in lysates of human macrophages and monolayers.", "in vitro"),
        ("In this editorial we comment on the trial of zinc in 300 children.", "not a study"),
        ("We will randomise 400 children to zinc or placebo.", "not a study"),
        (
            "Zinc is a cofactor of many enzymes. Its uptake has been studied for decades. Two carriers share the task."
            " Patients with a defect of either tend to fall ill early. Much remains to be learnt.",
            "review",
        ),
        (
            "To determine the value of ultrasound in distinguishing gout from sepsis, 80 adults were scanned.",
            "diagnostic accuracy",
        ),
        ("In this cohort study of 224 women age told the outcome of in vitro fertilization.", "cohort"),
        ("This open-labeled, multicenter study gave 90 adults niacin.", "non-randomised trial"),
        ("The crystal structure of bovine copper dismutase was solved; the recombinant enzyme was cloned.", "in vitro"),
    ],
)
def test_designs_in_the_words_of_the_study(text, design):
    assert of(text).design == design


def test_a_title_that_names_one_patient_tells_a_case_report():
    told = "Flumazenil reverses sedation. Fits were seen an hour later. They stopped by themselves."
    assert of(told, "Fits after flumazenil in a young patient").design == "case report"
    assert of(told, "Fits after flumazenil").design != "case report"


def test_an_editorial_and_a_protocol_have_no_size_and_no_effects():
    for text in (
        "In this editorial we comment on 300 children, of whom 40% died.",
        "In this issue of the Journal, a trial of 300 children shows a third fewer colds (RR 0.67).",
        "We read with great interest of 300 children, of whom 40% recovered.",
        "We will enrol 400 children (50%).",
        "240 children are being enrolled in this randomized, placebo-controlled trial; 80% power needs a third fewer.",
        "We will search MEDLINE for trials of children and pool their odds ratios in a meta-analysis.",
    ):
        study = of(text)
        assert (study.design, study.subjects, study.n, study.effects, study.finding) == (
            "not a study", "none", None, (), None
        )  # fmt: skip


def test_a_title_alone_tells_no_more_than_it_says():
    study = read_study(Abstract("1", "Aspirin in 200 adults with atrial fibrillation: a randomised trial"))
    assert (study.design, study.n.value, study.population.text) == (
        "randomised controlled trial", 200, "adults with atrial fibrillation"
    )  # fmt: skip
    assert (study.comparator, study.outcomes, study.effects, study.finding) == (None, (), (), None)


def test_of_an_abstract_in_another_language_only_its_record_tells():
    told = (
        "Se estudiaron 120 niños asignados al azar a zinc o placebo. El riesgo de náuseas fue menor (RR 0,41; "
        "IC del 95%: 0,2 a 0,8) y la duración fue de 4,1 días."
    )
    sections = (Section("", "", told),)
    study = read_study(Abstract("1", "Zinc en niños", sections))
    assert (study.design, list(cells(study)), study.finding) == ("other", [], None)
    tagged = Abstract("1", "Zinc", sections, types=("Randomized Controlled Trial",), mesh=("Humans", "Child"))
    assert (read_study(tagged).design, read_study(tagged).subjects) == ("randomised controlled trial", "humans")


@pytest.mark.parametrize(
    ("text", "population"),
    [
        ("We examined bone density in men without prostate cancer.", "men without prostate cancer"),
        ("We studied patients with goitre confirmed by ultrasound.", "patients with goitre"),
        (
            "To identify patients with disorders of consciousness.",
            "patients with disorders of consciousness",
        ),
        ("We reviewed data concerning patients with gout seen by nurses.", "patients with gout"),
        ("Groups were compared by Student's t test.", None),
        ("We report on a 51-year-old man with a tremor.", "51-year-old man with a tremor"),
        ("We sequenced families of Pakistani origin.", "families of Pakistani origin"),
    ],
)
def test_populations(text, population):
    told = of(text).population
    assert (told and told.text) == population


@pytest.mark.parametrize(
    ("text", "title", "intervention", "comparator"),
    [
        ("Sixty children were randomly assigned to zinc lozenges or placebo.", "Colds", "zinc lozenges", "placebo"),
        ("Sixty rats were randomised to rapamycin or rosiglitazone.", "Lifespan", "rapamycin", "rosiglitazone"),
        ("HeLa cells were studied.", "Cyclosporin A interferes with NF-kappa B", "Cyclosporin A", None),
        ("HeLa cells were studied.", "Repression of transcription by SPOP in cells", "SPOP", None),
        ("To validate a triage score in children.", "Fever", "triage score", None),
        ("Seventeen trials were pooled.", "Zinc for colds: meta-analysis", "Zinc", None),
        ("To assess the effect of rises in pulse on stiffness in adults.", "Pulse", "rises in pulse", None),
        ("To compare vomiting between rural and urban patients.", "Vomiting", "rural", "urban patients"),
        ("We compared survival with and without a feeding tube.", "Tubes", "feeding tube", "without a feeding tube"),
        ("To clarify whether the reflex is influenced by otolith input.", "Reflexes", "otolith input", None),
        ("We report a case.", "Seizure after flumazenil administration", "flumazenil", None),
        ("We report a case.", "Tachycardia triggered by salbutamol", "salbutamol", None),
        ("We report a case.", "Ciprofloxacin-induced renal failure", "Ciprofloxacin", None),
        ("DNA was cloned.", "Molecular cloning of CD77 synthase, an enzyme of glycolipids", "CD77 synthase", None),
        ("DNA was sequenced.", "Mutations in the HR gene in three families", "Mutations in the HR gene", None),
        ("Baseline characteristics were similar in the 60 patients of this cohort.", "Gout", None, None),
    ],
)
def test_what_is_studied_by_the_rules_and_against_what(text, title, intervention, comparator):
    abstract = Abstract("1", title, (Section("", "", text),))
    told = told_sentences(abstract)
    question = by_rules(told, read_design(abstract, told)[0])
    words = [cell and cell.text for cell in (question.intervention, question.comparator)]
    assert words == [intervention, comparator]


def test_forty_effects_and_shares_above_100_are_read_and_names_with_numbers_are_no_counts():
    many = " ".join(f"Marker {number} predicted death (HR 1.{number:02}, P = 0.01)." for number in range(40))
    assert [(one.measure, one.value) for one in of(f"We followed 500 patients. {many}").effects] == [
        ("HR", float(f"1.{number:02}")) for number in range(40)
    ]
    assert [one.value for one in of("In 40 rats expression rose by 250%.").effects] == [250.0]


def test_a_decimal_comma_is_no_other_number():
    assert of("Se trataron 120 pacientes. El 45,5% mejoró.").effects == ()


@pytest.mark.parametrize(
    "abstract",
    [
        Abstract("1", ""),
        Abstract("1", "T", (Section("", "", "(" * 2_000 + "5% " * 2_000),)),
        Abstract("1", "T", (Section("", "", "patients with a cold and " * 2_000),)),
        Abstract("1", "Estudio", (Section("", "", "Se estudiaron 45 pacientes; la cifra fue del 120%."),)),
    ],
    ids=["empty", "figures", "words", "Spanish"],
)
def test_whatever_comes_is_read(abstract):
    study = read_study(abstract)
    assert all(abstract.text[cell.start : cell.end] == cell.text for cell in cells(study))


def test_every_cell_is_verbatim_and_the_json_is_whole(samples):
    studies = list(library_studies(samples))
    assert len(studies) == samples.info().abstracts - samples.info().retracted
    for study in studies:
        text = samples.get(study.pmid).text
        assert all(text[cell.start : cell.end] == cell.text for cell in cells(study))
    record = json.loads(json.dumps(studies[0].to_dict()))
    assert {
        "pmid",
        "design",
        "subjects",
        "n",
        "population",
        "intervention",
        "comparator",
        "outcomes",
        "effects",
        "finding",
    } <= record.keys()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2,440,242", 2440242),
        ("13·4", 13.4),
        ("One hundred and five", 105),
        ("two thousand three hundred", 2300),
        (".5", 0.5),
    ],
)
def test_numbers_in_words_and_figures(text, value):
    assert value_of(text) == value
