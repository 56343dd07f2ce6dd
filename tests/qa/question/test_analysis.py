"""What is read out of questions: a table of ordinary ways of asking, and what is out of the ordinary."""

import pytest

from index import Filters
from qa.question.analysis import analyse
from qa.question.filters import RANDOMIZED, TRIALS
from qa.question.records import CitedStudy, Known, LibraryQuery, Qualifier

YES_NO, SHORT, OVERVIEW = "yes/no", "short answer", "overview"
ADVERSE = "adverse effect"

READ = [
    # (question, kind, relation, subjects): of yes or no
    ("Is semaglutide safe in pregnancy?", YES_NO, ADVERSE, ("semaglutide",)),
    ("Any evidence that statins cause dementia?", YES_NO, "causes", ("statins", "dementia")),
    ("Does tranexamic acid reduce mortality after trauma?", YES_NO, "outcome", ("tranexamic acid", "trauma")),
    ("Does ibuprofen cause kidney injury?", YES_NO, "causes", ("ibuprofen", "kidney injury")),
    ("Can finasteride cause depression?", YES_NO, "causes", ("finasteride", "depression")),
    ("Does zinc prevent pneumonia in children?", YES_NO, "prevents", ("zinc", "pneumonia")),
    ("Should people with gout take colchicine?", YES_NO, "treats", ("gout", "colchicine")),
    ("Is ketamine effective for suicidal ideation?", YES_NO, "treats", ("ketamine", "suicidal ideation")),
    ("Is amiodarone toxic to the thyroid?", YES_NO, ADVERSE, ("amiodarone", "thyroid")),
    ("Is HIF-1α involved in psoriasis?", YES_NO, None, ("HIF-1α", "psoriasis")),
    ("Does miR-21 inhibit PTEN?", YES_NO, "mechanism", ("miR-21", "PTEN")),
    ("Is there a link between air pollution and autism?", YES_NO, "causes", ("air pollution", "autism")),
    ("Are SGLT2 inhibitors well tolerated in old people?", YES_NO, ADVERSE, ("SGLT2 inhibitors",)),
    ("Can D-dimer rule out pulmonary embolism?", YES_NO, "diagnosis", ("D-dimer", "pulmonary embolism")),
    ("Does BRAF V600E predict survival in melanoma?", YES_NO, "outcome", ("BRAF V600E", "melanoma")),
    ("Is narcolepsy rare?", YES_NO, "prevalence", ("narcolepsy",)),
    ("In mice, does rapamycin lengthen life?", YES_NO, "outcome", ("rapamycin",)),
    ("I was wondering if psilocybin treats depression", YES_NO, "treats", ("psilocybin", "depression")),
    ("Please tell me whether coffee prevents Parkinson's disease", YES_NO, "prevents",
     ("coffee", "Parkinson's disease")),
    ("Is it true that MMR causes autism?", YES_NO, "causes", ("MMR", "autism")),
    ("does hydroxyurea help in sickle cell disease", YES_NO, "treats", ("hydroxyurea", "sickle cell disease")),
    ("Has tofacitinib been linked to thrombosis?", YES_NO, "causes", ("tofacitinib", "thrombosis")),
    ("Is apixaban safer than warfarin?", YES_NO, ADVERSE, ("apixaban", "warfarin")),
    ("Is infliximab better than azathioprine in Crohn's disease?", YES_NO, "treats",
     ("infliximab", "azathioprine", "Crohn's disease")),
    ("Is minoxidil contraindicated in breastfeeding?", YES_NO, ADVERSE, ("minoxidil",)),
    # short answers
    ("How does semaglutide work?", SHORT, "mechanism", ("semaglutide",)),
    ("What causes sarcoidosis?", SHORT, "causes", ("sarcoidosis",)),
    ("Which gene is mutated in Marfan syndrome?", SHORT, "causes", ("Marfan syndrome",)),
    ("How is celiac disease diagnosed?", SHORT, "diagnosis", ("celiac disease",)),
    ("Who was excluded from the study?", SHORT, "", ("excluded",)),
    ("What is the prognosis of ALS?", SHORT, "outcome", ("ALS",)),
    ("What is the first-line treatment of gonorrhoea?", SHORT, "treats", ("gonorrhoea",)),
    ("How is scabies treated?", SHORT, "treats", ("scabies",)),
    ("What is allopurinol used for?", SHORT, "treats", ("allopurinol",)),
    ("How can preeclampsia be prevented?", SHORT, "prevents", ("preeclampsia",)),
    ("By what mechanism does metformin cause lactic acidosis?", SHORT, "mechanism", ("metformin", "lactic acidosis")),
    ("What is the pathophysiology of vitiligo?", SHORT, "mechanism", ("vitiligo",)),
    ("Which receptor does buprenorphine bind?", SHORT, "mechanism", ("buprenorphine",)),
    ("Which drug does not cause QT prolongation?", SHORT, "causes", ("QT prolongation",)),
    ("What harm does clopidogrel do?", SHORT, ADVERSE, ("clopidogrel",)),
    # lists
    ("Which drugs cause hyponatraemia?", "list", "causes", ("hyponatraemia",)),
    ("What are the side effects of isotretinoin?", "list", ADVERSE, ("isotretinoin",)),
    ("List the risk factors for gout", "list", "causes", ("gout",)),
    ("What are the symptoms of lupus?", "list", "diagnosis", ("lupus",)),
    ("Which biomarkers are used to diagnose sepsis?", "list", "diagnosis", ("sepsis",)),
    ("Which genes are implicated in ALS?", "list", "causes", ("ALS",)),
    ("Which foods trigger migraine?", "list", "causes", ("foods", "migraine")),
    ("Which SSRIs do not prolong the QT interval?", "list", "", ("SSRIs", "QT interval")),
    ("What treatments are available for endometriosis?", "list", "treats", ("endometriosis",)),
    ("Which vaccines prevent cervical cancer?", "list", "prevents", ("vaccines", "cervical cancer")),
    # numbers
    ("How common is narcolepsy?", "number", "prevalence", ("narcolepsy",)),
    ("What is the prevalence of PCOS in adolescents?", "number", "prevalence", ("PCOS",)),
    ("What's the NNT of statins in primary prevention?", "number", "prevents", ("statins",)),
    ("What dose of prednisolone is used in asthma?", "number", "dose", ("prednisolone", "asthma")),
    ("How much vitamin D should infants take?", "number", "dose", ("vitamin D",)),
    ("How many patients were enrolled in the SPRINT trial?", "number", "", ("SPRINT",)),
    ("What percentage of smokers develop COPD?", "number", "prevalence", ("COPD",)),
    ("What is the five-year survival of pancreatic cancer?", "number", "outcome", ("pancreatic cancer",)),
    ("What was the hazard ratio for death with ramipril?", "number", "outcome", ("ramipril",)),
    ("What is the sensitivity of FIT for colorectal cancer?", "number", "diagnosis", ("FIT", "colorectal cancer")),
    ("How often is ocrelizumab infused?", "number", "dose", ("ocrelizumab",)),
    ("By how much does liraglutide lower body weight?", "number", "treats", ("liraglutide", "body weight")),
    ("What percentage of childhood deaths are due to malaria?", "number", None, ("childhood", "malaria")),
    ("hazard ratio for death with ramipril", "number", "outcome", ("ramipril",)),
    ("What does a year of rituximab cost?", "number", None, ("year", "rituximab")),
    # comparisons
    ("apixaban vs warfarin for atrial fibrillation", "comparison", "treats",
     ("apixaban", "warfarin", "atrial fibrillation")),
    ("Compare tocilizumab and baricitinib in COVID-19", "comparison", "", ("tocilizumab", "baricitinib", "COVID-19")),
    ("What is the difference between Crohn's disease and ulcerative colitis?", "comparison", "",
     ("Crohn's disease", "ulcerative colitis")),
    ("How does rivaroxaban compare with dabigatran?", "comparison", None, ("rivaroxaban", "dabigatran")),
    ("Which is safer, ibuprofen or naproxen?", "comparison", ADVERSE, ("ibuprofen", "naproxen")),
    ("Infliximab or adalimumab in Crohn's disease?", "comparison", "treats",
     ("Infliximab", "adalimumab", "Crohn's disease")),
    ("Which lowers LDL more, atorvastatin or rosuvastatin?", "comparison", None,
     ("atorvastatin", "rosuvastatin", "LDL")),
    # overviews
    ("Summarise what is known about BRCA1", OVERVIEW, "", ("BRCA1",)),
    ("Tell me about psilocybin", OVERVIEW, "", ("psilocybin",)),
    ("What is known about IL-32β in rheumatoid arthritis?", OVERVIEW, "", ("IL-32β", "rheumatoid arthritis")),
    ("side effects of methotrexate", OVERVIEW, ADVERSE, ("methotrexate",)),
    ("metformin", OVERVIEW, "", ("metformin",)),
    ("long COVID", OVERVIEW, "", ("long COVID",)),
    ("Give me an overview of vitiligo", OVERVIEW, "", ("vitiligo",)),
    ("What does the literature say about acupuncture?", OVERVIEW, "", ("acupuncture",)),
    ("Could you summarise the evidence on probiotics, please?", OVERVIEW, "", ("probiotics",)),
    ("efficacy of esketamine", OVERVIEW, "treats", ("esketamine",)),
    ("epidemiology of type 2 diabetes", OVERVIEW, "prevalence", ("type 2 diabetes",)),
    ("I would like to know more about TGF-β2", OVERVIEW, "", ("TGF-β2",)),
]  # fmt: skip

SEARCHED = [
    # (question, text that is searched, words of the request)
    ("Please summarise the evidence on zinc.", "zinc", ("Please", "summarise", "the evidence on")),
    ("According to the literature, does zinc shorten colds?", "Does zinc shorten colds?",
     ("According to the literature",)),
    ("Does zinc shorten colds? Please cite PMIDs.", "Does zinc shorten colds?", ("Please cite PMIDs",)),
    ("In these abstracts, what causes gout?", "What causes gout?", ("In these abstracts",)),
    ("Tell me about IL-1β", "IL-1β", ("Tell me about",)),
    ("what is known about p53 in ageing?", "p53 in ageing", ("what is known about",)),
    ("What did trials find on resveratrol?", "resveratrol", ("What did studies find on", "trials")),
    ("Do statins help women in trials since 2010?", "Do statins help women?", ("in trials since 2010",)),
    ("Give me a quick rundown of gout", "gout", ("Give me a quick rundown of",)),
    ("What's the latest on gout?", "gout", ("What's the latest on",)),
    ("Is there anything on gout?", "gout", ("Is there anything on",)),
    ("In plain words: what is gout?", "What is gout?", ("In plain words",)),
    ("Based on the evidence here, is zinc harmful?", "Is zinc harmful?", ("Based on the evidence here",)),
    ("I need a summary on zinc for my thesis", "zinc", ("I need", "a summary on", "for my thesis")),
    ("mTOR", "mTOR", ()),
    ("α-synuclein and 5-HT2A", "α-synuclein and 5-HT2A", ()),
]  # fmt: skip

FILTERED = [
    ("What has been found about zinc since 2014?", Filters(years=(2014, None))),
    ("What was published on gout before 2000?", Filters(years=(None, 1999))),
    ("Did any study between 2010 and 2013 look at zinc?", Filters(years=(2010, 2013))),
    ("Which papers from 2018 deal with gout?", Filters(years=(2018, 2018))),
    ("papers on gout in the 1990s", Filters(years=(1990, 1999))),
    ("In randomised trials, does zinc shorten colds?", Filters(types=RANDOMIZED)),
    ("According to meta-analyses, does zinc work?", Filters(types=("Meta-Analysis", "Network Meta-Analysis"))),
    ("Case reports of liver injury by ashwagandha", Filters(types=("Case Reports",))),
    ("What do clinical trials say about zinc?", Filters(types=TRIALS)),
    ("Reviews on rash with carbamazepine", Filters(types=("Review", "Systematic Review"))),
    ("How many people were in the zinc trial?", Filters()),  # one study that is meant
    ("How many children were randomised to zinc?", Filters()),
    ("Was the pandemic of 1918 caused by H1N1?", Filters()),  # no year of publication
    ("Does the placebo response grow in trials of antidepressants?", Filters(types=TRIALS)),
    ("What is a basket trial?", Filters()),
    ("What does guideline adherence do in asthma?", Filters()),
    ("Does aspirin prevent cancer, published in the Lancet?", Filters(journals=("Lancet",))),
    ("Studies on statins in NEJM since 2015", Filters(years=(2015, None), journals=("N Engl J Med",))),
]  # fmt: skip

LIBRARY = [
    ("How many abstracts do you have?", LibraryQuery("count")),
    ("how many abstracts are there on gout", LibraryQuery("count", subject="gout")),
    ("How big is your library?", LibraryQuery("count")),
    ("Which journals do you cover?", LibraryQuery("list", "journals")),
    ("Which journals are most common?", LibraryQuery("list", "journals", "most")),
    ("In which journal was the colchicine trial published?", LibraryQuery("list", "journals", subject="colchicine")),
    ("Who wrote the paper on MMR and autism?", LibraryQuery("list", "authors", subject="MMR and autism")),
    ("When was the SPRINT trial published?", LibraryQuery("list", "years", subject="SPRINT")),
    ("Which papers did Okafor T write?", LibraryQuery("list", author="Okafor T")),
    ("Papers by Lindqvist", LibraryQuery("list", author="Lindqvist")),
    ("What is the newest review on asthma?", LibraryQuery("list", order="newest", limit=1, subject="asthma")),
    ("What are the five most recent trials on gout?", LibraryQuery("list", order="newest", limit=5, subject="gout")),
    ("oldest paper on insulin", LibraryQuery("list", order="oldest", limit=1, subject="insulin")),
    ("Which papers were retracted?", LibraryQuery("list", "retractions")),
    ("Was the study on MMR and autism retracted?", LibraryQuery("list", "retractions", subject="MMR and autism")),
    ("List all randomised trials on gout", LibraryQuery("list", subject="gout")),
    ("which of these are RCTs", LibraryQuery("list")),
    ("Since 2015, which trials tested semaglutide?", LibraryQuery("list", subject="semaglutide")),
    ('Which abstracts have the MeSH term "Asthma"?', LibraryQuery("list", mesh="Asthma")),
    ("Do you have any papers on narcolepsy?", LibraryQuery("list", subject="narcolepsy")),
    ("What is in this library?", LibraryQuery("list")),
]  # fmt: skip

PARTS = [
    ("What is gout and how is it treated?", ("What is gout?", "How is gout treated?")),
    ("Does zinc prevent colds, and at what dose?",
     ("Does zinc prevent colds?", "At what dose does zinc prevent colds?")),
    ("Does ibuprofen relieve migraine? Does it cause ulcers?",
     ("Does ibuprofen relieve migraine?", "Does ibuprofen cause ulcers?")),
    ("What are the causes and treatments of vitiligo?",
     ("What are the causes of vitiligo?", "What are the treatments of vitiligo?")),
    ("1) What causes gout? 2) How common is lupus?", ("What causes gout?", "How common is lupus?")),
    ("What are the benefits of lasmiditan and what are its risks?",
     ("What are the benefits of lasmiditan?", "What are the risks of lasmiditan?")),
    ("What does zinc do for colds and ginger for nausea?",
     ("What does zinc do for colds?", "What does ginger do for nausea?")),
    ("Does HIF-1α induce VEGF, and how?", ("Does HIF-1α induce VEGF?", "How does HIF-1α induce VEGF?")),
    ("Is ketamine safe and effective in depression?", ("Is ketamine safe and effective in depression?",)),
    ("What is the difference between lupus and gout?", ("What is the difference between lupus and gout?",)),
    ("Does metformin act in mice and rats in the same way?", ("Does metformin act in mice and rats in the same way?",)),
]  # fmt: skip


@pytest.fixture(scope="module")
def read(encoder):
    return lambda question, **more: analyse(question, encoder=encoder, **more)


@pytest.mark.parametrize(("question", "kind", "relation", "subjects"), READ, ids=[row[0] for row in READ])
def test_kind_relation_and_subjects(read, question, kind, relation, subjects):
    analysis = read(question)
    assert (analysis.kind, analysis.subjects) == (kind, subjects)
    assert relation is None or analysis.relation == relation


@pytest.mark.parametrize(("question", "text", "request_words"), SEARCHED, ids=[row[0] for row in SEARCHED])
def test_the_requests_own_words_are_not_searched(read, question, text, request_words):
    analysis = read(question)
    assert (analysis.text, analysis.request) == (text, request_words)


@pytest.mark.parametrize(("question", "filters"), FILTERED, ids=[row[0] for row in FILTERED])
def test_filters(read, question, filters):
    assert read(question).filters == filters


@pytest.mark.parametrize(("question", "query"), LIBRARY, ids=[row[0] for row in LIBRARY])
def test_questions_on_the_library(read, question, query):
    analysis = read(question)
    assert (analysis.kind, analysis.library, analysis.text) == ("library", query, query.subject)


@pytest.mark.parametrize(("question", "parts"), PARTS, ids=[row[0] for row in PARTS])
def test_each_part_stands_alone(read, question, parts):
    assert read(question).parts == parts


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Is apixaban safer than warfarin in people over 75?", ("apixaban", "warfarin")),
        ("Does etoricoxib cause more ulcers than naproxen?", ("etoricoxib", "naproxen")),
        ("Is ketamine as effective as ECT for depression?", ("ketamine", "ECT")),
        ("Is edoxaban non-inferior to warfarin?", ("edoxaban", "warfarin")),
        ("Compare the side effects of sertraline and those of mirtazapine", ("sertraline", "mirtazapine")),
        ("Rizatriptan 5 mg or 10 mg: which works better?", ("Rizatriptan 5 mg", "10 mg")),
        ("Compare the effects of rapamycin in mice and in old women", ("mice", "old women")),
        ("Is ibuprofen together with aspirin harmless to the stomach?", ()),
        ("Compare 31415926 and 27182818", ("31415926", "27182818")),
    ],
)
def test_the_sides_of_a_comparison(read, question, sides):
    assert read(question).sides == sides


@pytest.mark.parametrize(
    ("question", "qualifiers"),
    [
        ("Is zinc safe in the first trimester?", [("time", "in the first trimester")]),
        ("Does zinc help children under 5?", [("population", "children"), ("age", "under 5")]),
        ("Does rapamycin act in mice?", [("species", "mice")]),
        ("Does nivolumab help in stage III melanoma?", [("stage", "stage III")]),
        (
            "Is aspirin of use in older adults after surgery?",
            [("population", "older adults"), ("time", "after surgery")],
        ),
    ],
)
def test_qualifiers(read, question, qualifiers):
    assert list(read(question).qualifiers) == [Qualifier(*each) for each in qualifiers]


@pytest.mark.parametrize(
    ("question", "kind", "fields"),
    [
        ("What does PMID 12345678 say?", "look-up", {"pmids": ("12345678",)}),
        ("31415926", "look-up", {"pmids": ("31415926",)}),
        ("PMID 123456789", "look-up", {"pmids": ("123456789",)}),  # nine digits: no PMID that PubMed has
        ("https://pubmed.ncbi.nlm.nih.gov/31415926/", "look-up", {"pmids": ("31415926",)}),
        ("What did doi:10.1000/j.xyz(2015)12 find?", "look-up", {"dois": ("10.1000/j.xyz(2015)12",)}),
        ("Compare PMIDs 31415926 and 27182818", "look-up", {"pmids": ("31415926", "27182818")}),
        ("What did the study by Park et al. find?", "look-up", {"studies": (CitedStudy("Park"),)}),
        ("What does Nakamura et al. (2019) report?", "look-up", {"studies": (CitedStudy("Nakamura", 2019),)}),
        ("Summarise “Colchicine for recurrent pericarditis in adults”", "look-up",
         {"titles": ("Colchicine for recurrent pericarditis in adults",)}),
        ("According to PMID 31415926, does zinc work?", YES_NO, {"pmids": ("31415926",), "text": "Does zinc work?"}),
        ("How many people were treated in PMID 31415926?", "number", {"relation": ""}),
        ("Who wrote PMID 31415926?", "library", {"library": LibraryQuery("list", "authors")}),
        ("Is Crohn's disease curable?", YES_NO, {"studies": ()}),
    ],
)  # fmt: skip
def test_papers_that_a_question_names(read, question, kind, fields):
    analysis = read(question)
    assert analysis.kind == kind
    assert {name: getattr(analysis, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("words", "talk"),
    [("hi", "greeting"), ("Good evening!", "greeting"), ("thanks!", "thanks"), ("Thank you very much", "thanks"),
     ("ok", "thanks"), ("help", "help"), ("what can I ask you?", "help"), ("Who are you?", "help")],
)  # fmt: skip
def test_talk_is_not_searched(read, words, talk):
    analysis = read(words)
    assert (analysis.kind, analysis.talk, analysis.text, analysis.parts) == ("talk", talk, "", ())


def test_only_a_filter_lists_what_passes_it(read):
    analysis = read("reviews since 2018")
    assert (analysis.kind, analysis.text, analysis.library) == ("library", "", LibraryQuery("list"))
    assert analysis.filters == Filters(years=(2018, None), types=("Review", "Systematic Review"))


def test_retracted_papers_are_let_through_where_they_are_asked_for(read):
    assert read("Which papers were retracted?").filters == Filters(include_retracted=True)


def test_the_question_of_a_long_case_history_is_found(read):
    history = "A 62-year-old man with gout and chronic kidney disease was seen for pain in his foot. " * 22
    analysis = read(f"{history}He takes allopurinol. Is colchicine safe in kidney disease? Thank you for your help.")
    assert (analysis.kind, analysis.text) == (YES_NO, "Is colchicine safe in kidney disease?")
    assert (analysis.relation, analysis.subjects) == (ADVERSE, ("colchicine", "kidney disease"))


def test_a_question_in_german_is_told_from_english(read):
    analysis = read("Welche Nebenwirkungen hat Metformin bei Kindern?")
    assert (analysis.language, analysis.is_english, analysis.relation) == ("German", False, "")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Quels sont les effets indésirables de la metformine ?", "French"),
        ("¿Cuáles son los efectos de la metformina en niños?", "Spanish"),
        ("二甲双胍有什么副作用？", "Chinese"),
        ("Are de novo mutations found in the SCN1A gene?", "English"),
        ("metformin", "English"),
        ("IL-32β", "English"),
    ],
)
def test_language(read, question, language):
    assert read(question).language == language


def test_denials_are_marked(read):
    assert read("Which antibiotics do not interact with warfarin?").is_negated
    assert not read("Which antibiotics interact with warfarin?").is_negated


def test_journals_and_species_are_those_of_the_library(read):
    known = Known(
        has_mesh=lambda name: name == "Humans", journals=lambda name: ("Gut (London)",) if name == "Gut" else ()
    )
    analysis = read("Does mesalazine work in humans only, in Gut?", known=known)
    assert analysis.filters == Filters(mesh=("Humans",), journals=("Gut (London)",))


def test_without_the_encoder_of_the_weights_the_words_decide():
    analysis = analyse("How common is narcolepsy?", encoder=None)
    assert (analysis.kind, analysis.relation) == ("number", "prevalence")


def test_the_same_question_is_read_the_same_way(read):
    assert read("Is zinc safe, and how is it dosed?") == read("Is zinc safe, and how is it dosed?")


@pytest.mark.parametrize(
    "question", ["?", "((((", "a " * 1000, "Mc" * 1000, "“" * 300, "which or " * 200, "\n", "1. 2. 3."]
)
def test_what_is_no_question_is_read_too(question):
    assert analyse(question, encoder=None).question == question


def test_json_leaves_out_what_is_not_there(read):
    row = read("hi").to_dict()
    del row["filters"]
    assert row == {"question": "hi", "kind": "talk", "language": "English", "talk": "greeting"}


def test_the_letters_of_a_name_are_no_words_of_another_language():
    assert analyse("IL-32α versus IL-32θ in cancer", encoder=None).language == "English"
    assert analyse("Est-ce que la metformine est efficace contre le cancer?", encoder=None).language == "French"


@pytest.mark.parametrize("question", ["thx, that helps!", "ok great, thanks for that", "perfect"])
def test_words_of_talk_alone_are_talk(question):
    assert analyse(question, encoder=None).kind == "talk"


@pytest.mark.parametrize("question", ["Is it good for gout?", "great for gout", "What helps against gout?"])
def test_words_of_talk_with_a_subject_are_no_talk(question):
    assert analyse(question, encoder=None).kind != "talk"


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("How many trials of metformin are there?", LibraryQuery("count", subject="metformin")),
        ("How many RCTs on minoxidil?", LibraryQuery("count", subject="minoxidil")),
        ("How many abstracts came out in 2016?", LibraryQuery("count")),
        ("What has Okafor published?", LibraryQuery("list", author="Okafor")),
        ("Has Okafor written anything?", LibraryQuery("list", author="Okafor")),
        ("Number of trials published in 2014", LibraryQuery("count")),
    ],
)
def test_papers_are_counted_and_listed_from_the_records(question, query):
    assert analyse(question, encoder=None).library == query


def test_how_many_trials_found_something_is_no_count_of_records():
    assert analyse("How many trials of metformin found weight loss?", encoder=None).kind == "number"


@pytest.mark.parametrize(
    ("question", "kind", "text"),
    [
        ("pls tell me smth about zinc", "overview", "zinc"),
        ("I am a nurse and would like to know: is zinc good for pts w/ colds?", YES_NO,
         "Is zinc good for patients with colds?"),
        ("For my journal club: does zinc help?", YES_NO, "Does zinc help?"),
        ("Zinc lozenges shorten colds.", YES_NO, "Zinc lozenges shorten colds"),
        ("N-cadherin antibodies inhibit growth", YES_NO, "N-cadherin antibodies inhibit growth"),
        ("I would like to know more about zinc", "overview", "zinc"),
        ("which abstract is the oldest?", "library", ""),
    ],
)  # fmt: skip
def test_hurried_questions_and_statements_are_read_as_what_they_ask(question, kind, text):
    analysis = analyse(question, encoder=None)
    assert (analysis.kind, analysis.text) == (kind, text)


def test_what_acts_in_a_later_part_is_the_drug():
    analysis = analyse("How common is hyperkalemia on finerenone and does it cause gynecomastia?", encoder=None)
    assert analysis.parts[1] == "Does finerenone cause gynecomastia?"
    analysis = analyse("How common is hyperkalemia on finerenone and how is it treated?", encoder=None)
    assert analysis.parts[1] == "How is hyperkalemia treated?"
