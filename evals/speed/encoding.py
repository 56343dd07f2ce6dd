"""How many passages a second are turned into vectors, on this machine's CPU or GPU: python -m evals encoding

The passages are those of abstracts/, or without the test sets those of samples/; reading and writing are left out. A
second table says how long the reranker takes for what it reads for one answer, and for 80 pairs; it runs on the CPU.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from evals.corpora import plain_abstracts, sample_abstracts
from evals.report import Figures, parser_of, say, show, table
from index.analysis.chunking import split_abstract
from index.analysis.sentences import sentence_spans
from index.embedding.encoder import load_encoder
from index.embedding.pretrained import default_encoder
from index.environment import processor
from index.storage.build_settings import DEFAULT_PASSAGE_TOKENS
from qa.reranking.protocol import Candidate, Reranker
from qa.reranking.reranker import load_reranker
from qa.retrieval import RERANKED

COLUMNS = ("passages", "tokens", "seconds", "passages/s", "tokens/s")
_ROUNDS = 3
_QUESTION = "What does interleukin-32 beta induce in breast cancer cells?"
_TITLE = "A title of the length that titles in biomedical journals tend to have"


def measure(texts: Sequence[str], encoder_name: str) -> tuple[str, dict[str, Figures]]:
    """Return what encodes, and a row for each round over all texts, after one over a part of them to warm up."""
    encoder = load_encoder(encoder_name)
    tokens = sum(min(count, encoder.max_tokens) for count in encoder.count_tokens(texts))
    encoder.encode(texts[:512], kind="passage")
    rows: dict[str, Figures] = {}
    for number in range(1, _ROUNDS + 1):
        started = time.perf_counter()
        encoder.encode(texts, kind="passage")
        seconds = time.perf_counter() - started
        rows[f"round {number}"] = {
            "passages": len(texts),
            "tokens": tokens,
            "seconds": seconds,
            "passages/s": round(len(texts) / seconds),
            "tokens/s": round(tokens / seconds),
        }
        say(f"round {number}: {seconds:.1f} s")
    return _device(), rows


def measure_reranking(texts: Sequence[str], reranker: Reranker) -> dict[str, Figures]:
    """Return a row for 80 sentences under a title, and one for as many passages as are read for an answer."""
    sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
    rows: dict[str, Figures] = {}
    for name, these in (("80 sentences", sentences[:80]), (f"{RERANKED} passages", texts[:RERANKED])):
        given = [Candidate(text, _TITLE) for text in these]
        seconds = []
        for _ in range(2 * _ROUNDS):
            started = time.perf_counter()
            reranker.score(_QUESTION, given)
            seconds.append(time.perf_counter() - started)
        rows[name] = {"pairs": len(given), "seconds": median(seconds[1:]), "pairs/s": len(given) / median(seconds[1:])}
    return rows


def _device() -> str:
    """Return the GPU that torch has been told of, or the processor's kind."""
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return processor()


def main(argv: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = parser_of("encoding", __doc__, "--data", "--reranker")
    parser.add_argument("--encoder", default=default_encoder(), help="an embedding model by name or folder")
    parser.add_argument("--limit", type=int, default=10_000, metavar="N", help="passages at most (10,000)")
    arguments = parser.parse_args(argv)
    is_there = (arguments.data / "abstracts").is_dir()
    abstracts = plain_abstracts(arguments.data) if is_there else sample_abstracts()
    count_tokens = load_encoder(arguments.encoder).count_tokens
    texts: list[str] = []
    for abstract in abstracts:
        passages = split_abstract(abstract, max_tokens=DEFAULT_PASSAGE_TOKENS, count_tokens=count_tokens)
        texts += [passage.text for passage in passages]
        if len(texts) >= arguments.limit:
            break
    device, rows = measure(texts[: arguments.limit], arguments.encoder)
    show(table(f"Encoding by {arguments.encoder} on {device}", COLUMNS, rows))
    reranker = load_reranker(arguments.reranker)
    if reranker:
        show("\n" + table("Reranking, on the CPU", ("pairs", "seconds", "pairs/s"), measure_reranking(texts, reranker)))
