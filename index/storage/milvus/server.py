"""The one door to Milvus: a connection, the few calls that a library makes, and their errors in sentences.

Everything is read at the level Strong: what was written is found by whoever asks next. Milvus Lite, which serves the
same protocol from one process, lacks a few things; what is done instead stands here and nowhere else.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl

from index.environment import Variable, read_variable
from index.errors import InputError, LibraryError

MilvusRow = dict[str, Any]
CLIENT = "pymilvus==3.0.2"
"""The client of Milvus: an extra that folders never need."""
DEFAULT_PORT = 19530
CONNECT_S, READ_S, WRITE_S = 10.0, 60.0, 300.0
"""Time that a server may take to answer at all, to a question, and to rows or a new collection."""
MOST_ROWS = 16_384
"""Milvus returns no more to one search or query."""
MOST_BYTES = 65_535
"""Of one text."""
_ROWS = 1_000
"""Rows to a request: some 4 MB of passages, of the 64 MB that Milvus takes."""
_OLDEST = (2, 5)
"""The first Milvus with BM25 of its own."""
_ADDRESS = re.compile(r"milvus://(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::(\d{1,5}))?/([A-Za-z_]\w{0,99})(?:\?(.*))?", re.A)
_GONE_CODES = (100, 101)
"""A collection that is not there, and one that is not loaded, as after the server was started anew."""
USUAL_INDEX = "HNSW"
_BUILD: Mapping[str, dict[str, object]] = {
    "HNSW": {"M": 16, "efConstruction": 200},
    "HNSW_SQ": {"M": 16, "efConstruction": 200, "sq_type": "FP16"},
    "IVF_FLAT": {"nlist": 1024},
    "IVF_SQ8": {"nlist": 1024},
    "FLAT": {},
}
"""The build parameters of each index of the vectors."""
_CHANNEL = {"grpc.keepalive_time_ms": 310_000}
"""A server that was not told otherwise hangs up on who asks whether it lives more than once in five minutes."""
_AS_TANTIVY: MilvusRow = {"bm25_k1": 1.2, "bm25_b": 0.75}
_PROBES = 64
"""Of 1,024 cells of an IVF."""
_LEAST_EF = 200
"""Candidates that an HNSW keeps while it searches."""

ColumnKind = Literal["key", "text", "terms", "number", "flag", "texts", "vector"]
_T = TypeVar("_T")


class GoneError(LibraryError):
    """A collection is not there: it never was, or its library was replaced or removed meanwhile."""


@dataclass(frozen=True, slots=True)
class Address:
    """Address of a library on Milvus: the server, its name there, and the index of its vectors, if that is named."""

    host: str
    port: int
    name: str
    index: str = ""

    def __str__(self) -> str:
        return f"milvus://{self.host}:{self.port}/{self.name}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a collection. The length of a "vector" is its `dimension`; an `is_indexed` one is filtered by."""

    name: str
    kind: ColumnKind
    dimension: int = 0
    is_indexed: bool = False


@dataclass(frozen=True, slots=True)
class ScoredRow:
    """A row that a search found; `score` is a similarity."""

    id: str
    score: float
    row: MilvusRow = field(default_factory=dict)


def parse_address(text: str) -> Address:
    """Return the parts of an address. Raises InputError with the form of one that is right.

    >>> parse_address("milvus://localhost/il32")
    Address(host='localhost', port=19530, name='il32', index='')
    """
    match = _ADDRESS.fullmatch(text)
    port = int(match[2] or DEFAULT_PORT) if match else 0
    if not match or not 0 < port < 65_536:
        raise InputError(
            f"{text} is no address of a library: write milvus://HOST:PORT/NAME, "
            "NAME of letters, digits and underscores, not beginning with a digit"
        )
    options = dict(parse_qsl(match[4] or "", keep_blank_values=True))
    index = options.pop("index", "").upper()
    if options or match[4] and index not in _BUILD:
        raise InputError(f"{text}: after NAME there may be only ?index= and one of {', '.join(_BUILD)}")
    return Address(match[1], port, match[3], index)


def quoted(texts: Iterable[str]) -> str:
    """Return texts as a list of a filter, where nothing in them is taken for anything but text."""
    import json

    return json.dumps(list(texts), ensure_ascii=False)


class Server:
    """A connection to a Milvus. It may be used from many threads."""

    def __init__(self, address: Address) -> None:
        """Connect. Raises LibraryError when there is no client, no server, or one that is too old."""
        self.address = address
        self._client = _connect(address)
        self._closing = threading.Lock()
        version = str(self._call("get_server_version", timeout=CONNECT_S))
        self._is_lite = "lite" in version.lower()
        numbers = re.match(r"v?(\d+)\.(\d+)", version)
        if not self._is_lite and numbers and (int(numbers[1]), int(numbers[2])) < _OLDEST:
            self.close()
            raise LibraryError(
                f"the Milvus at {address.host}:{address.port} is {version}, which has no BM25; use 2.5 or newer"
            )

    def close(self) -> None:
        """Close the connection."""
        with self._closing:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    # ---- collections

    def collections(self) -> list[str]:
        """Return the names of all collections."""
        return list(self._call("list_collections"))

    def columns(self, collection: str) -> list[str]:
        """Return the names of a collection's columns. Raises GoneError when there is none of this name."""
        described = self._call("describe_collection", collection)
        return [column["name"] for column in described["fields"]]

    def create(self, collection: str, columns: Sequence[Column], *, index: str = "FLAT") -> None:
        """Make an empty collection and have it searched with this index; one that another has just made will do."""
        schema = self._schema(columns)
        if collection not in self.collections():
            try:
                options = {"schema": schema, "consistency_level": "Strong"}
                self._call("create_collection", collection, **options, timeout=WRITE_S)
            except LibraryError:
                if collection not in self.collections():
                    raise
        for column_index in self._indexes(columns, index):
            self._create_index(collection, column_index)
        self.load(collection)

    def load(self, collection: str) -> None:
        """Have a collection ready to be asked; one that is already stays so."""
        self._call("load_collection", collection, timeout=WRITE_S)

    def drop(self, collection: str) -> None:
        """Drop a collection, if it is there."""
        if collection in self.collections():
            self._call("drop_collection", collection, timeout=WRITE_S)

    # ---- rows

    def count(self, collection: str, where: str = "") -> int:
        """Return the number of rows that a filter lets through."""
        return int(self._call("query", collection, filter=where, output_fields=["count(*)"])[0]["count(*)"])

    def rows(self, collection: str, where: str, columns: Sequence[str], *, most: int) -> list[MilvusRow]:
        """Return up to `most` rows that a filter lets through."""
        limit = min(most, MOST_ROWS)
        return list(map(dict, self._call("query", collection, filter=where, output_fields=list(columns), limit=limit)))

    def all_rows(self, collection: str, where: str, columns: Sequence[str]) -> Iterator[MilvusRow]:
        """Yield every row that a filter lets through, in the order of their keys."""
        iterator = self._call("query_iterator", collection, filter=where, output_fields=list(columns), batch_size=_ROWS)
        with closing(iterator):
            while batch := self._answered(iterator.next):
                yield from map(dict, batch)

    def upsert(self, collection: str, rows: Sequence[MilvusRow], *, size: int = _ROWS) -> None:
        """Write rows, in the place of those with the same keys."""
        for first in range(0, len(rows), size):
            self._call("upsert", collection, rows[first : first + size], timeout=WRITE_S)

    def delete(self, collection: str, where: str) -> None:
        """Delete the rows that a filter lets through."""
        self._call("delete", collection, filter=where, timeout=WRITE_S)

    def settle(self, collection: str) -> None:
        """Have new rows scored like the rest; Milvus does by itself, and takes it ill to be asked often.

        Lite scores what it has not written out yet by the statistics of the rows that a filter lets through.
        """
        if self._is_lite:
            self._call("flush", collection, timeout=WRITE_S)

    # ---- searching

    def nearest(
        self, collection: str, column: str, vector: Sequence[float], *, index: str, top: int, where: str,
        columns: Sequence[str],
    ) -> list[ScoredRow]:  # fmt: skip
        """Return the rows whose vectors have the greatest inner product with this one."""
        most = min(top, MOST_ROWS)
        parameters_of_index = {"ef": max(_LEAST_EF, most)} if index.startswith("HNSW") else {"nprobe": _PROBES}
        parameters = {"metric_type": "IP", "params": parameters_of_index if index != "FLAT" else {}}
        return self._search(collection, column, list(vector), parameters, most, where, columns)

    def best(
        self, collection: str, column: str, text: str, *, top: int, where: str, columns: Sequence[str] = ()
    ) -> list[ScoredRow]:
        """Return the rows that score highest by BM25 against a text of terms."""
        return self._search(collection, column, text, {"metric_type": "BM25"}, min(top, MOST_ROWS), where, columns)

    def _search(
        self, collection: str, column: str, query: object, parameters: MilvusRow, most: int, where: str,
        columns: Sequence[str],
    ) -> list[ScoredRow]:  # fmt: skip
        (hits,) = self._call(
            "search", collection, data=[query], anns_field=column, limit=most, filter=where,
            search_params=parameters, output_fields=list(columns),
        )  # fmt: skip
        is_negated = self._is_lite and parameters["metric_type"] == "BM25"  # there a distance: nearer is less
        return [
            ScoredRow(str(hit["id"]), -hit["distance"] if is_negated else float(hit["distance"]), dict(hit["entity"]))
            for hit in hits
        ]

    # ---- inside

    def _schema(self, columns: Sequence[Column]) -> Any:  # noqa: ANN401 - a pymilvus.CollectionSchema
        from pymilvus import DataType, Function, FunctionType

        types = {"number": DataType.INT64, "flag": DataType.BOOL}
        # What is given is prepared already: Milvus is only to split it at spaces. Lite's standard does no more to it.
        tokenizer = {"tokenizer": "standard" if self._is_lite else "whitespace"}
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        for column in columns:
            if column.kind == "vector":
                schema.add_field(column.name, DataType.FLOAT_VECTOR, dim=column.dimension)
            elif column.kind == "texts":
                schema.add_field(
                    column.name, DataType.ARRAY, element_type=DataType.VARCHAR, max_capacity=4096, max_length=1024
                )
            elif column.kind in types:
                schema.add_field(column.name, types[column.kind], nullable=column.kind == "number")
            else:
                is_terms = column.kind == "terms"
                analyzed: MilvusRow = {"enable_analyzer": True, "enable_match": True, "analyzer_params": tokenizer}
                schema.add_field(
                    column.name, DataType.VARCHAR, max_length=MOST_BYTES, is_primary=column.kind == "key",
                    **(analyzed if is_terms else {}),
                )  # fmt: skip
            if column.kind == "terms":
                schema.add_field(scores_of(column.name), DataType.SPARSE_FLOAT_VECTOR)
                schema.add_function(
                    Function(
                        name=f"bm25_of_{column.name}",
                        function_type=FunctionType.BM25,
                        input_field_names=[column.name],
                        output_field_names=[scores_of(column.name)],
                    )
                )
        return schema

    def _create_index(self, collection: str, indexes: Any) -> None:  # noqa: ANN401 - a pymilvus.IndexParams
        """Have a column indexed; the index that it has already will do."""
        try:
            self._call("create_index", collection, indexes, sync=False, timeout=WRITE_S)
        except LibraryError:
            (index,) = indexes
            if not self._call("list_indexes", collection, index.field_name):
                raise

    def _indexes(self, columns: Sequence[Column], index: str) -> Iterator[Any]:
        """Yield the index of each column that is searched or filtered by, as the client wants it."""

        def searched(column: str, kind: str, metric: str, options: MilvusRow) -> Any:  # noqa: ANN401
            # The client lays these out flat, as Milvus has them, and Lite looks for them in a folder of that name.
            placed = {"params": options} if self._is_lite else options
            return index_on(column, index_type=kind, metric_type=metric, params=placed)

        def index_on(column: str, **options: object) -> Any:  # noqa: ANN401
            indexes = self._client.prepare_index_params()
            indexes.add_index(column, **options)
            return indexes

        for column in columns:
            if column.kind == "vector":
                yield searched(column.name, index, "IP", dict(_BUILD[index]))
            elif column.kind == "terms":
                yield searched(scores_of(column.name), "SPARSE_INVERTED_INDEX", "BM25", dict(_AS_TANTIVY))
            elif column.is_indexed and not (self._is_lite and column.kind == "texts"):
                yield index_on(column.name, index_type="INVERTED")

    def _call(self, method: str, *arguments: object, timeout: float | None = None, **options: object) -> Any:  # noqa: ANN401
        """Return the client's answer to a call, within READ_S by default. Raises LibraryError when there is none."""
        timeout = READ_S if timeout is None else timeout
        return self._answered(lambda: getattr(self._client, method)(*arguments, **options, timeout=timeout))

    def _answered(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401 - what pymilvus returns
        if self._client is None:
            raise LibraryError(f"{self.address} was closed; open it again with Library.open")
        with _plain_errors(self.address):
            return call()


def scores_of(column: str) -> str:
    """Return the name of the column in which Milvus keeps the BM25 statistics of a column of terms."""
    return f"{column}_bm25"


def _connect(address: Address) -> Any:  # noqa: ANN401 - a pymilvus.MilvusClient
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise LibraryError(f"{address} needs Milvus's client; run: pip install {CLIENT}") from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback of each error that it raises
    token = read_variable(Variable.MILVUS_TOKEN)
    with _plain_errors(address):
        return MilvusClient(
            uri=f"http://{address.host}:{address.port}", token=token, timeout=CONNECT_S, grpc_options=dict(_CHANNEL)
        )


@contextmanager
def _plain_errors(address: Address) -> Iterator[None]:
    import grpc
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        if error.code in _GONE_CODES or "not exist" in str(error.message) and "collection" in str(error.message):
            raise GoneError(f"{address} is not there, or was replaced meanwhile; try again") from error
        raise LibraryError(_sentence(address, str(error.message))) from error
    except grpc.RpcError as error:
        raise LibraryError(_sentence(address, str(error))) from error


def _sentence(address: Address, why: str) -> str:
    """Return the meaning of a client's error and its cure, as one sentence."""
    server, low = f"the Milvus at {address.host}:{address.port}", why.lower()
    if "deadline" in low or "timeout" in low or "timed out" in low:
        return f"{server} did not answer in time; see that it is well, and run the same again: what was done is kept"
    if "connect" in low or "unavailable" in low or "closed channel" in low:
        return f"{server} cannot be reached; see that it runs and that address and port are right"
    if "auth" in low or "permission" in low:
        return f"{server} wants to know who asks; set ASKABSTRACTS_MILVUS_TOKEN to USER:PASSWORD or to a key"
    if "unimplemented" in low:
        return f"{server} lacks what a library needs; upgrade it to Milvus 2.5 or newer"
    return f"{server} refused: {' '.join(why.split())[:300]}; see its log, mend that and run the same again"
