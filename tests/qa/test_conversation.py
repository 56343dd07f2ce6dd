"""Follow-ups to questions that stand alone, and to filters."""

import pytest

from index import Abstract, Filters
from index.errors import InputError
from qa import Answer, Source, Turn
from qa.conversation import Standalone, cited_study, is_sane, standalone
from qa.question.filters import RANDOMIZED, TRIALS, described, then, within

MIGRATION = "Does IL-32β promote migration in breast cancer?"
LIFE = "Does metformin lengthen the life of mice?"


def after(question, *follow_ups, has_mesh=lambda descriptor: True):
    """Return what the last of some follow-ups is understood as, each after those before it."""
    turns, found = [Turn(question, Answer(question))], None
    for one in follow_ups:
        found = standalone(one, turns, has_mesh=has_mesh)
        turns.append(Turn(one, Answer(one, standalone_question=found.question, said_filters=found.filters)))
    return found


@pytest.mark.parametrize(
    ("before", "follow_up", "expected"),
    [
        (MIGRATION, "And in colon cancer?", "Does IL-32β promote migration in colon cancer?"),
        (MIGRATION, "What about the γ isoform?", "Does IL-32γ promote migration in breast cancer?"),
        ("Is zinc safe in the first trimester?", "And late in pregnancy?", "Is zinc safe late in pregnancy?"),
        (MIGRATION, "gamma?", "Does IL-32γ promote migration in breast cancer?"),
        (MIGRATION, "and for IL-32γ?", "Does IL-32γ promote migration in breast cancer?"),
        (MIGRATION, "And interleukin-32 alpha?", "Does interleukin-32 alpha promote migration in breast cancer?"),
        (MIGRATION, "Is that true in mice?", "Does IL-32β promote migration in breast cancer in mice?"),
        ("What does interleukin-32 beta do?", "And γ?", "What does interleukin-32 gamma do?"),
        ("What does IL-32 do?", "the β isoform?", "What does IL-32β do?"),
        (LIFE, "What about rapamycin?", "Does rapamycin lengthen the life of mice?"),
        (LIFE, "And in rats too?", "Does metformin lengthen the life of rats?"),
        ("Which drugs cause gout?", "and which do not?", "Which drugs do not cause gout?"),
        ("Which gene was mutated in gout?", "Which one wasn't?", "Which gene was not mutated in gout?"),
    ],
)
def test_one_thing_takes_the_place_of_another(before, follow_up, expected):
    found = after(before, follow_up)
    assert (found.question, found.is_sure, found.filters) == (expected, True, Filters())


@pytest.mark.parametrize(
    "follow_up",
    [
        "Why?",
        "In which cells?",
        "Which factor does it act through?",  # points back
        "Does it also raise IL-10?",  # what it names is not what it asks about
        "And in MCF-7?",  # a place of no known kind, where one stands already
        "What about invasion?",  # what it takes the place of is not sure
        "Why did the trials fail?",  # asks about trials, and does not ask for them
        "And since when?",
    ],
)
def test_where_the_rules_are_not_sure_the_earlier_question_stands_before_it(follow_up):
    found = after(MIGRATION, follow_up)
    assert (found.question, found.focus) == (f"{MIGRATION} {follow_up}", follow_up)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Does aspirin lower CRP?", "Does aspirin lower CRP?"),
        ("Why does metformin raise lactate?", "Why does metformin raise lactate?"),
        ("What is metformin?", "What is metformin?"),
        ("Is IL-6 raised in that disease?", "Is IL-6 raised in that disease?"),
        ("What about metformin and ageing in mice?", "What about metformin and ageing in mice?"),
        ("And does metformin lengthen the life of worms?", "Does metformin lengthen the life of worms?"),
        ("Does exercise make people live longer?", "Does exercise make people live longer?"),
    ],
)
def test_a_question_with_a_subject_of_its_own_stands_alone_and_ends_the_filters(question, expected):
    found = after(MIGRATION, "since 2015", question)
    assert found == Standalone(expected)


@pytest.mark.parametrize(
    ("follow_up", "filters"),
    [
        ("Show me the trials only", Filters(types=TRIALS)),
        ("Only randomized trials", Filters(types=RANDOMIZED)),
        ("RCTs?", Filters(types=RANDOMIZED)),
        ("Is there a meta-analysis?", Filters(types=("Meta-Analysis", "Network Meta-Analysis"))),
        ("since 2015", Filters(years=(2015, None))),
        ("between 2010 and 2015", Filters(years=(2010, 2015))),
        ("And from 2012 to 2010?", Filters(years=(2010, 2012))),
        ("before 2000", Filters(years=(None, 1999))),
        ("after 2010", Filters(years=(2011, None))),
        ("up to 2010", Filters(years=(None, 2010))),
        ("And in 2013?", Filters(years=(2013, 2013))),
        ("in humans only", Filters(mesh=("Humans",))),
        ("Only reviews since 2010, please", Filters(years=(2010, None), types=("Review", "Systematic Review"))),
    ],
)
def test_years_and_types_become_filters_of_the_earlier_question(follow_up, filters):
    found = after(MIGRATION, follow_up)
    assert (found.question, found.filters, found.rest) == (MIGRATION, filters, "")


def test_filters_hold_for_later_follow_ups_and_the_last_word_on_each_counts():
    assert after(MIGRATION, "since 2015", "why?").filters == Filters(years=(2015, None))
    assert after(MIGRATION, "since 2015", "And in mice before 2020?") == Standalone(
        "Does IL-32β promote migration in breast cancer in mice?",
        Filters(years=(2015, 2019)),
        follows=MIGRATION,
        rest="And in mice  ?",
    )
    assert after(MIGRATION, "since 2015", "before 2000").filters == Filters(years=(None, 1999))
    assert after(MIGRATION, "trials only", "only reviews").filters.types == ("Review", "Systematic Review")
    assert after(MIGRATION, "trials only", "all years again").filters == Filters()


def test_a_filter_that_the_library_has_no_label_for_stays_a_matter_of_words():
    found = after(LIFE, "in humans only", has_mesh=lambda descriptor: False)
    assert (found.question, found.filters) == ("Does metformin lengthen the life of humans?", Filters())


def test_a_why_is_not_taken_over_by_the_next_follow_up():
    assert after(MIGRATION, "Why?", "And in colon cancer?").question == "Does IL-32β promote migration in colon cancer?"


def test_filters_are_narrowed_by_what_is_said_and_never_widened():
    own = Filters(years=(2000, 2018), types=("Review", "randomized controlled trial"), include_retracted=True)
    assert within(own, Filters(years=(2015, None), types=TRIALS)) == Filters(
        years=(2015, 2018), types=RANDOMIZED, include_retracted=True
    )
    assert within(own, Filters()) == own
    with pytest.raises(InputError, match="no year is both “since 2019” and “2000 to 2018”"):
        within(own, Filters(years=(2019, None)))
    with pytest.raises(InputError, match="“guidelines only” leaves nothing of the publication types"):
        within(own, Filters(types=("Guideline", "Practice Guideline")))


def test_filters_are_told_in_words():
    assert described(Filters(types=TRIALS, years=(2015, None))) == "clinical trials only, since 2015"
    assert described(Filters(types=RANDOMIZED, years=(None, 1999))) == "randomized controlled trials only, until 1999"
    assert described(Filters(types=("Letter",), years=(2013, 2013))) == "Letter only, in 2013"
    assert described(Filters(mesh=("Humans",), years=(2010, 2015))) == "MeSH Humans only, 2010 to 2015"
    assert described(then(Filters(), Filters())) == ""


@pytest.mark.parametrize(
    ("follow_up", "rewritten", "sane"),
    [
        ("What about the γ isoform?", "Does IL-32γ promote migration in breast cancer?", True),
        ("What about the γ isoform?", "Does IL-32β promote migration in breast cancer?", False),  # not what is asked
        ("What about the γ isoform?", "Does the isoform promote migration?", False),  # the name is lost
        ("Which factor does it act through?", "Through which factor does IL-32β act in breast cancer?", True),
        ("Which factor does it act through?", "Through which factor does it act?", False),
        ("Which factor does it act through?", "Does STAT3 mediate what IL-32β does?", False),  # a name of its own
        ("Does it raise IL-10 too?", "Does IL-32β raise TNF?", False),
        ("Why?", "", False),
    ],
)
def test_what_a_language_model_makes_of_it_must_keep_the_names(follow_up, rewritten, sane):
    assert is_sane(rewritten, after(MIGRATION, follow_up)) is sane


def test_a_question_too_long_to_be_joined_is_asked_alone():
    turns = [Turn("What is known of this? " + "Much. " * 325, Answer("?"))]
    assert standalone("And why is that so in mice?", turns).question == "And why is that so in mice?"


def test_that_trial_is_the_one_last_answered_from():
    source = Source(1, Abstract("7", "A trial of zinc"))
    answered, refused = Answer("Does zinc help?", sources=(source,)), Answer("Does it hurt?", abstained=True)
    turns = [Turn(answer.question, answer) for answer in (answered, refused)]
    assert cited_study("Who wrote it?", turns) == ("7",)
    assert cited_study("Who wrote the paper on tea?", turns) == ()


def test_without_turns_a_question_is_left_as_it_is():
    assert standalone(" And in colon cancer? ", []) == Standalone("And in colon cancer?")
    assert standalone("Only trials since 2015", []) == Standalone("Only trials since 2015")
