"""python -m index: build, add, remove, rebuild, refresh, update, search, info, check, keys."""
# PYTHON_ARGCOMPLETE_OK: argcomplete may run this for completions

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from index import cli
from index.errors import InputError
from index.library import Library
from index.records import Report
from index.storage.keys import ApiKey, Keys, KeyScope

_GIVE_WAY = ("build", "add", "rebuild", "refresh", "update")
"""The commands that run for long, at a priority below that of questions."""
_OF_KEYS = "make, list and revoke the keys that programs send to the REST interface"
_SHOWN = 200
"""The most changes and failures that a report names on a terminal."""


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 a user's error, 3 done in part."""
    arguments = cli.parsed(_parser(), argv)
    return cli.run(lambda: arguments.command(arguments))


def _build(arguments: argparse.Namespace) -> int:
    with cli.progress_bar() as show:
        report = Library.build(
            cli.library_path(arguments),
            **_inputs(arguments),
            encoder=arguments.encoder,
            passage_tokens=arguments.passage_tokens,
            synonyms=arguments.synonyms,
            on_progress=show,
        )
    return _print_report(report, arguments)


def _add(arguments: argparse.Namespace) -> int:
    path, shard = cli.library_path(arguments), arguments.shard
    is_made = shard is not None and Library.has_many_writers(path)  # the first makes it, and none waits for that
    with Library.open(path, create=is_made) as library, cli.progress_bar() as show:
        report = library.add(**_inputs(arguments), shard=shard, synonyms=arguments.synonyms, on_progress=show)
    return _print_report(report, arguments)


def _remove(arguments: argparse.Namespace) -> int:
    with Library.open(cli.library_path(arguments)) as library:
        return _print_report(library.remove(arguments.pmids), arguments)


def _rebuild(arguments: argparse.Namespace) -> int:
    with Library.open(cli.library_path(arguments)) as library, cli.progress_bar() as show:
        report = library.rebuild(encoder=arguments.encoder, passage_tokens=arguments.passage_tokens, on_progress=show)
    return _print_report(report, arguments)


def _refresh(arguments: argparse.Namespace) -> int:
    with Library.open(cli.library_path(arguments)) as library, cli.progress_bar() as show:
        report = library.refresh(on_progress=show)
    return _print_report(report, arguments)


def _update(arguments: argparse.Namespace) -> int:
    path = cli.library_path(arguments)
    with Library.open(path) as library, cli.progress_bar() as show:
        if arguments.forget is None:
            return _print_report(library.update(on_progress=show), arguments)
        library.forget(arguments.forget)
    if arguments.json:
        cli.print_json({"library": path, "forgotten": arguments.forget})
    else:
        print(f"forgotten: {arguments.forget}")
    return cli.DONE


def _search(arguments: argparse.Namespace) -> int:
    started, text, filters = time.perf_counter(), arguments.text, cli.filters_from(arguments)
    also: tuple[str, ...] = ()
    also_told = ""
    with Library.open(cli.library_path(arguments)) as library:
        if is_boolean := library.is_boolean(text):
            hits = library.matching(text, top=arguments.top, filters=filters)
        else:
            query = library.parse(text, is_literal=arguments.literal)
            also, also_told = query.also_searched, query.also_searched_told
            hits = library.search(query, top=arguments.top, mode=arguments.mode, filters=filters)
        abstracts = library.get_many(list({hit.passage.pmid for hit in hits}))
        where = text if is_boolean else filters.where
        translation = library.translated(where, filters) if where.strip() else None
    rows = [hit.to_dict(abstracts[hit.passage.pmid]) for hit in hits if hit.passage.pmid in abstracts]
    if arguments.json:
        seconds = round(time.perf_counter() - started, 4)
        explained = translation.to_dict() if translation else {}
        cli.print_json({"query": text, **explained, "also_searched": list(also), "hits": rows, "seconds": seconds})
        return cli.DONE
    cli.print_lines(translation.lines() if translation else ())
    if also_told:
        print(f"{also_told[:1].lower()}{also_told[1:].rstrip('.')}")
    for number, row in enumerate(rows, start=1):
        marks = "".join(f" {mark}" for mark in abstracts[str(row["pmid"])].marks)
        print(f"{number}. {row['title']} ({row['year'] or 'no year'}) PMID {row['pmid']}{marks}")
        print(f"   {row['score']:.3f} {row['section']}: {row['text']}")
    if not rows:
        print("nothing was found")
    return cli.DONE


def _info(arguments: argparse.Namespace) -> int:
    with Library.open(cli.library_path(arguments)) as library:
        info = library.info()
    if arguments.json:
        cli.print_json(info.to_dict())
        return cli.DONE
    years = f"{info.years[0]}-{info.years[1]}" if info.years else "no years"
    print(
        f"{info.path}: {info.abstracts:,} abstracts, {info.passages:,} passages, {years}, {info.retracted:,} retracted"
    )
    print(f"encoder {info.encoder} ({info.encoder_sha256[:12]}…), passages of up to {info.passage_tokens} tokens")
    size = f"{info.bytes / 1e6:,.1f} MB" if info.bytes else "kept by the server"
    print(f"{size}, generation {info.generation}, digest {info.digest}")
    for origin in info.origins:
        limit = f", at most {origin.limit:,}" if origin.limit else ""
        print(f"built from {origin.name}{limit} (asked {origin.asked})")
    if info.updated:
        print(f"last updated {info.updated}; {info.new:,} new")
    if info.synonyms:
        print(f"{info.synonyms:,} synonyms of its own")
    if info.unfinished:
        print(info.unfinished)
    return cli.DONE


def _check(arguments: argparse.Namespace) -> int:
    with cli.progress_bar() as show:
        checked = Library.check_at(cli.library_path(arguments), repair=arguments.repair, on_progress=show)
    if arguments.json:
        cli.print_json({"library": cli.library_path(arguments), **checked.to_dict()})
    else:
        for finding in checked.findings:
            print(f"{finding.file} {finding.what} -> {'repaired' if finding.repaired else finding.remedy}")
        for line in checked.account_lines(cli.library_path(arguments)):
            print(line)
        print("all is well" if not checked.findings else f"findings: {len(checked.findings)}")
    return cli.DONE if checked.is_whole else cli.IN_PART


def _keys(arguments: argparse.Namespace) -> int:
    """Make a key, list the keys, or revoke one. The new key itself goes to stdout, and is not shown again."""
    keys, token = Keys(), ""
    if (arguments.id is not None) != (arguments.action == "revoke"):
        raise InputError("revoke takes the id of a key, and nothing else does: python -m index keys revoke ID")
    if arguments.action == "create":
        key, token = keys.create(arguments.name, arguments.scope)
        shown: tuple[ApiKey, ...] = (key,)
    else:
        shown = keys.all() if arguments.action == "list" else (keys.revoke(arguments.id),)
    if arguments.json:
        cli.print_json({"keys": [key.to_dict() for key in shown]} | ({"key": token} if token else {}))
        return cli.DONE
    for key in shown:
        line = f"{key.id} {key.scope} {key.name} (made {key.created})"
        print(line, file=sys.stderr if token else sys.stdout)
    if token:
        print("the key is shown this once:", file=sys.stderr)
        print(token)
    elif not shown:
        print("there are no keys", file=sys.stderr)
    return cli.DONE


def _inputs(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "files": arguments.files,
        "pmids": arguments.pmids,
        "pmids_from": arguments.pmids_from,
        "search": arguments.search,
        "limit": arguments.limit,
        "similar_to": arguments.similar_to,
        "cited_by": arguments.cited_by,
        "references_of": arguments.references_of,
    }


def _print_report(report: Report, arguments: argparse.Namespace) -> int:
    if arguments.json:
        per_pmid = {name: dict(getattr(report, name)) for name in ("failed", "changes", "new")}
        cli.print_json({"library": cli.library_path(arguments), **asdict(report), **per_pmid})
    else:
        print(
            f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
            f"{report.removed:,} removed, {len(report.failed):,} failed"
        )
        for pmid, title in report.new.items():
            print(f"new: PMID {pmid} {title}")
        for note in report.notes:
            print(note, file=sys.stderr)
        _print_lines("PMID {} {}", report.changes)
        _print_lines("  {}: {}", report.failed)
    return cli.IN_PART if report.failed else cli.DONE


def _print_lines(form: str, reasons: Mapping[str, str]) -> None:
    for subject, reason in list(reasons.items())[:_SHOWN]:
        print(form.format(subject, reason), file=sys.stderr)
    if len(reasons) > _SHOWN:
        print(f"  … and {len(reasons) - _SHOWN:,} more; --json names all", file=sys.stderr)


def _parser() -> cli.Parser:
    parser = cli.Parser(prog="python -m index", description="From PubMed to a searchable library.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=cli.Parser)

    def command(name: str, function: object, help_text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text, description=help_text)
        added.set_defaults(command=function)
        cli.add_library_flag(added)
        cli.add_json_flag(added)
        return added

    build = command("build", _build, "start a library, or replace the one there")
    add = command("add", _add, "add abstracts to a library; those already there are updated in place")
    for fed in (build, add):
        _add_input_flags(fed)
        own = "a file of the library's own synonyms: a name and what it stands for in each line"
        fed.add_argument("--synonyms", type=Path, metavar="FILE", help=own)
    add.add_argument("--shard", metavar="I/N", help="only the I-th of N shares of the inputs: files by name, and PMIDs")
    remove = command("remove", _remove, "remove abstracts from a library")
    remove.add_argument("pmids", nargs="+", metavar="PMID")
    rebuild = command("rebuild", _rebuild, "chunk and embed the stored abstracts anew: no network")
    for embedding in (build, rebuild):
        embedding.add_argument("--encoder", metavar="NAME", help="embedding model: a folder or a name")
        embedding.add_argument("--passage-tokens", type=int, metavar="N", help="the most tokens of a passage")
    command("refresh", _refresh, "fetch the known PMIDs again: new retractions, corrections, changed records")
    update = command("update", _update, "add what is new to the searches that the library was built from")
    update.add_argument("--forget", metavar="QUERY", help="only forget a search, links or files, by the name in info")
    search = command("search", _search, "find passages")
    search.add_argument("text", metavar="TEXT")
    search.add_argument("--top", type=int, default=10, metavar="N", help="how many passages (10)")
    cli.add_literal_flag(search)
    search.add_argument("--mode", choices=("hybrid", "dense", "lexical"), default="hybrid")
    cli.add_filter_flags(search)
    command("info", _info, "say what a library holds")
    check = command("check", _check, "compare a library's files with one another")
    check.add_argument("--repair", action="store_true", help="mend what can be mended")
    keys = commands.add_parser("keys", help=_OF_KEYS, description=_OF_KEYS)
    keys.set_defaults(command=_keys)
    keys.add_argument("action", choices=("create", "list", "revoke"), metavar="create|list|revoke")
    keys.add_argument("id", nargs="?", metavar="ID", help="of revoke: the key's id, as list shows it")
    keys.add_argument("--name", default="", metavar="NAME", help="of create: who will use it")
    keys.add_argument("--scope", choices=get_args(KeyScope), default="read", help="of create (default: read)")
    cli.add_json_flag(keys)
    return parser


def _add_input_flags(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("inputs, in any mix")
    group.add_argument(
        "files", nargs="*", metavar="FILE", help="PubMed XML, MEDLINE/nbib, JSON, RIS …, plain, .gz or .zip"
    )
    group.add_argument("--pmids", nargs="+", default=[], metavar="ID", help="PMIDs to fetch")
    group.add_argument(
        "--pmids-from",
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="lists of PMIDs, tables, PubMed's downloads",
    )
    group.add_argument("--search", metavar="TERM", help="a PubMed search whose results are fetched")
    for flag, what in (("similar-to", "is similar to"), ("cited-by", "cites"), ("references-of", "is cited by")):
        help_text = f"fetch what {what} these papers"
        group.add_argument(f"--{flag}", nargs="+", default=[], metavar="PMID", help=help_text)
    group.add_argument("--limit", type=int, metavar="N", help="take at most N of the search and of each kind of link")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in _GIVE_WAY:
        cli.give_way()
    cli.leave(main())
