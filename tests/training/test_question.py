"""The classifier of questions: its templates, BioASQ's types as kinds, that it learns, and its weights."""

import json
from typing import get_args

import numpy as np

from evals.corpora import part_of
from qa.question.classifier import BUCKETS, load_classifier, word_buckets
from qa.question.records import Kind, Relation
from training.question import QuestionRecipe, fit, from_bioasq, from_templates, templates


def test_every_template_has_a_kind_and_a_relation_that_there_are():
    rows = list(templates())
    assert {kind for kind, _, _ in rows} == set(get_args(Kind)) - {"look-up"}
    assert {relation for _, relation, _ in rows} == set(get_args(Relation))


def test_templates_are_filled_the_same_way_each_time():
    recipe = QuestionRecipe(fillings=1)
    rows = from_templates(recipe)
    assert rows == from_templates(recipe)
    assert not [row.question for row in rows if set(row.question) & set("{}|")]


def test_only_questions_to_train_on_are_taken_of_bioasq(tmp_path):
    ids = {
        part: next(f"q{n}" for n in range(99) if part_of(f"q{n}") == part) for part in ("train", "tune", "held aside")
    }
    (tmp_path / "bioasq").mkdir()
    rows = [{"id": id_, "type": "factoid", "question": f"How many are there {id_}?"} for id_ in ids.values()]
    (tmp_path / "bioasq" / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [(row.question, row.kind) for row in from_bioasq(tmp_path)] == [
        (f"How many are there {ids['train']}?", "number")
    ]


def test_it_learns_words_and_does_so_the_same_way_each_time():
    words = [word_buckets(question) for question in ("Is zinc safe?", "How common is gout?") * 4]
    labels, nothing = [0, 1] * 4, np.zeros((8, 0), np.float32)
    _, weights, bias = fit(nothing, words, labels, QuestionRecipe(steps=10))
    assert [int((weights[row].sum(axis=0) + bias).argmax()) for row in words] == labels
    assert (fit(nothing, words, labels, QuestionRecipe(steps=10))[1] == weights).all()


def test_the_weights_in_the_box_are_for_the_default_encoder(encoder):
    classifier = load_classifier()
    assert classifier.encoder_sha256 == encoder.sha256
    assert (classifier.vector.shape[0], classifier.words.shape[0]) == (encoder.dimension, BUCKETS)
    assert set(classifier.kinds) == set(get_args(Kind)) - {"look-up"}
    assert set(classifier.relations) == set(get_args(Relation))
