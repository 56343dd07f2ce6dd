"""python -m qa: ask one question, chat in the terminal, lay studies side by side, or export abstracts."""
# PYTHON_ARGCOMPLETE_OK: argcomplete may run this for completions

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from index import Filters, Library, cli
from index.environment import Variable
from index.errors import InputError
from index.records import Progress
from qa.answer import Answer
from qa.assistant import Assistant
from qa.doors.chat import Chat, ChatScreen, PlainScreen
from qa.doors.plain import table_lines
from qa.export import checked_export, export_abstracts, export_answer, in_batches
from qa.export.study_table import GrowingFile, export_table
from qa.reranking.reranker import DEFAULT_RERANKER
from qa.studies.reading import kept_with, library_studies
from qa.studies.records import Study
from qa.studies.table import COLUMNS, TOP, StudyTable, checked_columns


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 a user's error, 3 done without the language model."""
    arguments = cli.parsed(_parser(), argv)
    return cli.run(lambda: arguments.command(arguments))


def _ask(arguments: argparse.Namespace) -> int:
    export = checked_export(arguments.export) if arguments.export else None
    with Library.open(cli.library_path(arguments)) as library:
        assistant, filters = _assistant(library, arguments), cli.filters_from(arguments)
        answer = _answered(assistant, arguments.question, filters=filters)
        _explain(library, filters)
    PlainScreen(as_json=arguments.json).answer(answer)
    if export:
        export_answer(answer, export)
    return cli.DONE if answer.model == assistant.model_name else cli.IN_PART


def _export(arguments: argparse.Namespace) -> int:
    """Save the abstracts that the filters allow, newest first, and say how many they are."""
    file = checked_export(arguments.file, of_answer=False)
    with Library.open(cli.library_path(arguments)) as library:
        pmids = kept_with(library).pmids(cli.filters_from(arguments))
        export_abstracts(in_batches(library, pmids), file)
    if arguments.json:
        cli.print_json({"file": str(file), "abstracts": len(pmids)})
    else:
        print(f"{len(pmids):,} {'abstract' if len(pmids) == 1 else 'abstracts'} in {file}", file=sys.stderr)
    return cli.DONE


def _chat(arguments: argparse.Namespace) -> int:
    """Answer question after question, follow-ups included, until exit, quit or the end of input."""
    filters = cli.filters_from(arguments)
    library = Library.open(cli.library_path(arguments))
    Chat(_screen(as_json=arguments.json), library, lambda opened: _assistant(opened, arguments), filters).run()
    return cli.DONE


def _screen(*, as_json: bool) -> ChatScreen:
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return PlainScreen(as_json=as_json)
    from qa.doors.terminal import Terminal

    return Terminal()


def _studies(arguments: argparse.Namespace) -> int:
    with Library.open(cli.library_path(arguments)) as library:
        studies = list(library_studies(library, cli.filters_from(arguments)))
    if not studies:
        print(
            "there is no abstract to read: the library is empty, or the filters leave none; give others",
            file=sys.stderr,
        )
    if arguments.json:
        cli.print_json({"studies": [study.to_dict() for study in studies]})
    else:
        for study in studies:
            print(_study_line(study))
    return cli.DONE


def _table(arguments: argparse.Namespace) -> int:
    """Print and save the table of a question; what Ctrl-C leaves of it too."""
    growing = GrowingFile(arguments.export) if arguments.export else None
    columns = checked_columns(name for names in arguments.columns for name in names.split(",") if name.strip())
    table = StudyTable(arguments.question)
    code = cli.DONE
    with Library.open(cli.library_path(arguments)) as library, cli.progress_bar() as show:
        assistant, filters = _assistant(library, arguments), cli.filters_from(arguments)
        try:
            for table in assistant.stream_table(
                arguments.question, top=arguments.top, filters=filters, columns=columns, with_llm=True
            ):
                show(Progress(len(table.rows), table.total, "reading"))
                if growing:
                    growing.save(table)
        except KeyboardInterrupt:
            code, table = cli.STOPPED, table.in_order()
            cli.print_lines([f"stopped: {len(table.rows):,} of {table.total:,} abstracts were read"])
        _explain(library, filters)
    if arguments.export:
        export_table(table, arguments.export)
    _show_table(table, as_json=arguments.json)
    return code


def _show_table(table: StudyTable, *, as_json: bool) -> None:
    if table.message:
        cli.print_lines([table.message])
    if as_json:
        cli.print_json(table.to_dict())
        return
    if not table.rows:
        cli.print_lines(["there is no abstract for the table: the library is empty, or the filters leave none"])
    for line in table_lines(table):
        print(line)


def _study_line(study: Study) -> str:
    size = f"n = {study.n.value:,}" if study.n else ""
    cells = (study.population, study.intervention, study.comparator)
    columns = (study.design, study.subjects, size, *(cell.text if cell else "" for cell in cells), study.finding or "")
    return f"PMID {study.pmid}: {' · '.join(filter(None, columns))}"


def _mcp(arguments: argparse.Namespace) -> int:
    """Serve the library to an agent over stdin and stdout until these are closed."""
    from qa.doors.shelf import OneLibrary

    with Library.open(cli.library_path(arguments)) as library:
        shelf = OneLibrary(library, lambda library: _assistant(library, arguments))
        shelf.warm_up()  # while the SDK is imported
        from qa.doors.mcp_server import build_server

        build_server(shelf, allow_writing=arguments.allow_writing).run("stdio")
    return cli.DONE


def _models(arguments: argparse.Namespace) -> int:
    """Try a language model with one question on two invented abstracts, and tell what it can do."""
    from qa.generation.llm.trial import try_model

    name, url = cli.language_model(arguments)
    if name is None:
        raise InputError(f"no language model was named: give --llm PROVIDER:MODEL or set {Variable.LLM}")
    trial = try_model(name, url=url, form=cli.reply_form(arguments))
    if arguments.json:
        cli.print_json(trial.to_dict())
    else:
        print(trial.told())
    return cli.DONE if trial.can_cite else cli.IN_PART


def _explain(library: Library, filters: Filters) -> None:
    """Say how a search in PubMed's syntax that narrows the answers is carried out."""
    if filters.where:
        cli.print_lines(library.translated(filters.where, filters).lines())


def _answered(assistant: Assistant, question: str, *, filters: Filters) -> Answer:
    """Return the whole answer; what it waits for meanwhile goes to stderr, once each time."""
    was_waiting = False
    for answer in assistant.stream(question, filters=filters):
        if answer.waiting and not was_waiting:
            print(answer.waiting, file=sys.stderr)
        was_waiting = bool(answer.waiting)
    return answer


def _assistant(library: Library, arguments: argparse.Namespace) -> Assistant:
    options = cli.answer_options(arguments)
    return Assistant(
        library,
        options.llm,
        llm_url=options.llm_url,
        llm_format=options.llm_format,
        leave_out_unsupported=options.leave_out_unsupported,
        check_with_llm=options.check_with_llm,
        reranker=options.reranker or DEFAULT_RERANKER,
        judge=options.judge,
        is_literal=arguments.literal,
    )


def _parser() -> cli.Parser:
    parser = cli.Parser(prog="python -m qa", description="Ask questions about a library's abstracts.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=cli.Parser)
    ask = commands.add_parser("ask", help="ask one question", description="Ask one question.")
    ask.set_defaults(command=_ask)
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument(
        "--export",
        type=Path,
        metavar="FILE",
        help="save the answer (.md, .json) or its sources (.ris, .bib, .csl.json, .csv)",
    )
    export = commands.add_parser(
        "export", help="save abstracts for other programs", description="Save the abstracts that the filters allow."
    )
    export.set_defaults(command=_export)
    export.add_argument(
        "file", type=Path, metavar="FILE", help="its ending names the format: .ris, .bib, .csl.json, .csv"
    )
    chat = commands.add_parser(
        "chat", help="the same in the terminal, with follow-ups", description="Chat in the terminal."
    )
    chat.set_defaults(command=_chat)
    studies = commands.add_parser(
        "studies",
        help="what each abstract says of its study: design, n, question, effects, finding",
        description="Print what each abstract says of its study, in the abstract's own words.",
    )
    studies.set_defaults(command=_studies)
    table = commands.add_parser(
        "table",
        help="the studies that bear on a question, side by side",
        description="Print the abstracts relevant to a question as a table of studies, those that answer first.",
    )
    table.set_defaults(command=_table)
    table.add_argument("question", metavar="QUESTION")
    table.add_argument("--top", type=int, default=TOP, metavar="N", help=f"at most so many abstracts ({TOP})")
    table.add_argument(
        "--columns", action="append", default=[], metavar="NAMES", help=f"only these, with commas: {','.join(COLUMNS)}"
    )
    table.add_argument(
        "--export", type=Path, metavar="FILE", help="save the table as it grows (.csv, .xlsx, .md, .json)"
    )
    for command in (ask, chat, table, studies, export):
        cli.add_library_flag(command)
        cli.add_json_flag(command)
        cli.add_filter_flags(command)
    mcp = commands.add_parser(
        "mcp",
        help="serve the library to agents, by the Model Context Protocol",
        description="Serve the library over stdin and stdout, by the Model Context Protocol.",
    )
    mcp.set_defaults(command=_mcp)
    cli.add_library_flag(mcp)
    mcp.add_argument("--allow-writing", action="store_true", help="with a tool that fetches abstracts and adds them")
    models = commands.add_parser(
        "models",
        help="try a language model: what it can do",
        description="Ask a language model one question on two invented abstracts, and print what it can do.",
    )
    models.set_defaults(command=_models)
    cli.add_llm_flags(models)
    cli.add_json_flag(models)
    for command in (ask, chat, mcp):
        cli.add_answer_flags(command)
    cli.add_llm_flags(table)
    cli.add_reranker_flag(table)
    table.set_defaults(leave_out_unsupported=False, check_with_llm=False, judge=None)
    for command in (ask, chat, table, mcp):
        cli.add_literal_flag(command)
    return parser


if __name__ == "__main__":
    cli.leave(main())
