"""The REST interface: libraries, questions and jobs under /api/v1.

>>> build_api(Service(libraries))  # doctest: +SKIP
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, get_args

import anyio
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response, StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from index import Library, __version__
from index.errors import AskAbstractsError
from qa.assistant import Assistant
from qa.doors.replies import Asking, info_reply, search_reply, similar_reply, table_reply
from qa.doors.schemas import (
    AbstractJson,
    AnswerJson,
    AskRequest,
    LibraryJson,
    LibraryNames,
    SearchReply,
    SearchRequest,
    SimilarReply,
    SimilarRequest,
    TableJson,
    TableRequest,
    abstract_json,
)
from qa.export import exported, in_batches
from ui.api.access import Access, Caller, MayAdminister, MayRead, MayWrite
from ui.api.jobs import Busy, JobKind, Jobs
from ui.api.metrics import Metrics
from ui.api.problems import MEDIA_TYPE, Problem, ProblemJson, ProblemName, problem_of, responses
from ui.api.schemas import (
    ExportRequest,
    JobJson,
    JobList,
    JobRequest,
    NewLibrary,
)
from ui.api.streams import answer_events
from ui.libraries import Libraries

PREFIX = "/api/v1"
_ANSWERS_AT_ONCE = 8
"""Answers that are worked on at the same time; others wait for their next sentence."""
_EVENTS = "text/event-stream"
_MEDIA_TYPES = {
    "ris": "application/x-research-info-systems",
    "bib": "application/x-bibtex",
    "csl.json": "application/vnd.citationstyles.csl+json",
    "csv": "text/csv",
}
_log = logging.getLogger(__name__)


@dataclass
class Service:
    """What the routes work with. `is_ready` is False while the first library is made ready.

    `root_path` is the path under which a proxy shows the server, such as "/abstracts".
    """

    libraries: Libraries
    is_ready: Callable[[], bool] = lambda: True
    jobs: Jobs = field(default_factory=Jobs)
    access: Access = field(default_factory=Access)
    metrics: Metrics = field(default_factory=Metrics)
    is_stopping: threading.Event = field(default_factory=threading.Event)
    root_path: str = ""
    asking: Asking = field(default_factory=Asking)
    limiter: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_ANSWERS_AT_ONCE))

    def library(self, name: str) -> Library:
        """Return a library. Raises Problem when there is none of this name now."""
        self._check(name)
        return self.libraries.library(name)

    def assistant(self, name: str) -> Assistant:
        """Return the assistant of a library. Raises Problem when there is none of this name now."""
        self._check(name)
        return self.libraries.assistant(name)

    def check_still(self, caller: Caller) -> None:
        """Raise Problem where a stream must not go on: the server is told to end, or the caller's key was revoked."""
        if self.is_stopping.is_set():
            raise Problem("stopping", "the server is stopping; ask again in a while")
        self.access.check_still(caller)

    def _check(self, name: str) -> None:
        if name == self.libraries.first and not self.is_ready():
            raise Problem(
                "not-ready",
                f"the library {name} is being made ready; try again in a while",
                headers={"Retry-After": "5"},
            )
        if not self.libraries.is_there(name):
            raise Problem(
                "not-found", f"there is no library “{name}” here; GET {PREFIX}/libraries lists those there are"
            )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(_service)]
LibraryName = Annotated[str, Path(description="the library's name", examples=["sample"])]
_ALWAYS: tuple[ProblemName, ...] = ("unauthorized", "forbidden", "too-many-requests", "internal")
_OF_A_LIBRARY: tuple[ProblemName, ...] = (*_ALWAYS, "not-found", "invalid", "library", "not-ready")
_OF_A_BODY: tuple[ProblemName, ...] = (*_OF_A_LIBRARY, "bad-json", "length-required", "too-large")

routes = APIRouter(prefix=PREFIX)
health = APIRouter(include_in_schema=False)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the server is alive."""
    return Response("ok", media_type="text/plain")


@health.get("/readyz")
def readyz(service: Here) -> Response:
    """Say whether the first library can be asked."""
    is_ready = service.is_ready() and not service.is_stopping.is_set()
    return Response("ready" if is_ready else "not ready", 200 if is_ready else 503, media_type="text/plain")


@health.get("/metrics")
def metrics(service: Here, _: MayRead) -> Response:
    """Give the figures for Prometheus."""
    return Response(service.metrics.text(service.jobs), media_type="text/plain; version=0.0.4")


@routes.get("/libraries", response_model=LibraryNames, responses=responses(*_ALWAYS), tags=["libraries"])
def list_libraries(service: Here, _: MayRead) -> Any:  # noqa: ANN401 - FastAPI's own
    """List the names of the libraries."""
    return {"libraries": service.libraries.names()}


@routes.post(
    "/libraries",
    status_code=201,
    response_model=LibraryJson,
    responses=responses(*_ALWAYS, "invalid", "exists", "bad-json", "length-required", "too-large"),
    tags=["libraries"],
)
def make_library(request: NewLibrary, service: Here, _: MayAdminister) -> Any:  # noqa: ANN401
    """Make an empty library; a job then adds abstracts to it."""
    if request.name.strip().lower() in (name.lower() for name in service.libraries.names()):
        raise Problem("exists", f"there is already a library called “{request.name}”; give another name, or add to it")
    name = service.libraries.new(request.name)
    location = {"Location": f"libraries/{name}"}  # relative, as a proxy may add a path before all
    return JSONResponse(info_reply(service.library(name), name), status_code=201, headers=location)


@routes.get("/libraries/{name}", response_model=LibraryJson, responses=responses(*_OF_A_LIBRARY), tags=["libraries"])
def library_info(name: LibraryName, service: Here, _: MayRead) -> Any:  # noqa: ANN401
    """Say what a library holds, with the digest that its answers depend on."""
    return JSONResponse(info_reply(service.library(name), name))


@routes.post(
    "/libraries/{name}/ask",
    response_class=JSONResponse,
    responses={
        200: {
            "model": AnswerJson,
            "description": "the answer; with `Accept: text/event-stream` it grows in events named `growing`, then"
            " `answer` with the whole, or `problem`",
            "content": {_EVENTS: {"schema": {"type": "string"}}},
        },
        **responses(*_OF_A_BODY, "model"),
    },
    tags=["questions"],
)
async def ask(
    name: LibraryName,
    request: AskRequest,
    service: Here,
    caller: MayRead,
    accept: Annotated[str, Header()] = "application/json",
) -> Response:
    """Answer a question: what `python -m qa ask --json` prints, whole or as it grows."""
    assistant = await anyio.to_thread.run_sync(service.assistant, name)
    if _EVENTS not in accept:
        answer = await anyio.to_thread.run_sync(service.asking.ask, assistant, request, limiter=service.limiter)
        return JSONResponse(answer.to_dict())
    answers = service.asking.stream(assistant, request)
    events = answer_events(answers, limiter=service.limiter, check=lambda: service.check_still(caller))
    # nginx would keep events back until its buffer is full.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_closed_at_last(events), media_type=_EVENTS, headers=headers)


async def _closed_at_last(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the events, and end what is behind them where the client hangs up."""
    try:
        async for event in events:
            yield event
    finally:
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


@routes.post(
    "/libraries/{name}/table",
    response_model=TableJson,
    responses=responses(*_OF_A_BODY, "model"),
    tags=["questions"],
)
async def table(name: LibraryName, request: TableRequest, service: Here, _: MayRead) -> Response:
    """Lay the abstracts relevant to a question side by side: what each says of its study, every cell verbatim."""
    assistant = await anyio.to_thread.run_sync(service.assistant, name)
    made = await anyio.to_thread.run_sync(table_reply, assistant, request, limiter=service.limiter)
    return JSONResponse(made)


@routes.post(
    "/libraries/{name}/search", response_model=SearchReply, responses=responses(*_OF_A_BODY), tags=["questions"]
)
def search(name: LibraryName, request: SearchRequest, service: Here, _: MayRead) -> Any:  # noqa: ANN401
    """Find passages by meaning and words, or abstracts by a search in PubMed's syntax."""
    return JSONResponse(search_reply(service.library(name), request))


@routes.post(
    "/libraries/{name}/similar", response_model=SimilarReply, responses=responses(*_OF_A_BODY), tags=["questions"]
)
def similar(name: LibraryName, request: SimilarRequest, service: Here, _: MayRead) -> Any:  # noqa: ANN401
    """Find the abstracts of the library that are nearest to one of it."""
    library = service.library(name)
    _held(library, request.pmid)
    return JSONResponse(similar_reply(library, request))


@routes.get(
    "/libraries/{name}/abstracts/{pmid}",
    response_model=AbstractJson,
    responses=responses(*_OF_A_LIBRARY),
    tags=["libraries"],
)
def abstract(
    name: LibraryName,
    pmid: Annotated[str, Path(pattern=r"^[0-9]{1,10}$", examples=["90000001"])],
    service: Here,
    _: MayRead,
) -> Any:  # noqa: ANN401
    """Return an abstract with the text that every offset counts into."""
    return JSONResponse(_held(service.library(name), pmid))


def _held(library: Library, pmid: str) -> dict[str, Any]:
    found = library.get(pmid.lstrip("0") or pmid)
    if found is None:
        raise Problem("not-found", f"PMID {pmid} is not in this library; a job of kind add brings it in")
    return abstract_json(found)


@routes.post(
    "/libraries/{name}/export",
    response_class=Response,
    responses={
        200: {
            "description": "the abstracts, newest first",
            "content": {
                kind: {
                    "schema": {"type": "array", "items": {"type": "object"}} if "json" in kind else {"type": "string"}
                }
                for kind in _MEDIA_TYPES.values()
            },
        },
        **responses(*_OF_A_BODY),
    },
    tags=["libraries"],
)
def export(name: LibraryName, request: ExportRequest, service: Here, _: MayRead) -> Response:
    """Save the abstracts that the filters allow for other programs."""
    library = service.library(name)
    pmids = library.pmids(request.filters.to_filters())
    headers = {"Content-Disposition": f'attachment; filename="{library.info().name}.{request.format}"'}
    pieces = exported(in_batches(library, pmids), f".{request.format}")
    return StreamingResponse(_encoded(pieces), media_type=_MEDIA_TYPES[request.format], headers=headers)


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode("utf-8", "replace")


@routes.post(
    "/libraries/{name}/jobs",
    status_code=202,
    response_model=JobJson,
    responses=responses(*_OF_A_BODY, "busy"),
    tags=["jobs"],
)
def start_job(name: LibraryName, request: JobRequest, service: Here, _: MayWrite) -> Any:  # noqa: ANN401
    """Start a job: `add` abstracts, `update` the searches, `refresh` the records, or `check` the files."""
    library = service.library(name)
    if request.kind != "check" and service.libraries.is_sample(name):
        raise Problem(
            "forbidden", "the sample library stays as it is; make one of your own with POST /api/v1/libraries"
        )
    try:
        job = service.jobs.start(request.kind, name, library, request.inputs())
    except Busy as busy:
        raise Problem("busy", f"another job is at work on {name}; wait for its end or stop it{_named(busy)}") from busy
    return JSONResponse(job.to_dict(), status_code=202, headers={"Location": f"../../jobs/{job.id}"})


def _named(busy: Busy) -> str:
    job = busy.args[0]
    return f": {PREFIX}/jobs/{job.id}" if job else ""


@routes.get("/jobs", response_model=JobList, responses=responses(*_ALWAYS), tags=["jobs"])
def list_jobs(service: Here, _: MayRead) -> Any:  # noqa: ANN401
    """List the last 200 jobs, the newest first, those of before the server's start included."""
    return JSONResponse({"jobs": [job.to_dict() for job in service.jobs.all()]})


JobId = Annotated[str, Path(description="a job's id", pattern="^[0-9a-f]{16}$")]


@routes.get("/jobs/{id}", response_model=JobJson, responses=responses(*_ALWAYS, "not-found", "invalid"), tags=["jobs"])
def get_job(id: JobId, service: Here, _: MayRead) -> Any:  # noqa: ANN401, A002
    """Say how far a job is; once it is done, its account."""
    return JSONResponse(_job(service, id))


@routes.post(
    "/jobs/{id}/stop", response_model=JobJson, responses=responses(*_ALWAYS, "not-found", "invalid"), tags=["jobs"]
)
def stop_job(id: JobId, service: Here, _: MayWrite) -> Any:  # noqa: ANN401, A002
    """Ask a job to stop after the batch at hand; what was committed is kept."""
    found = service.jobs.get(id)
    if found is not None:
        found.stopping.set()
    return JSONResponse(_job(service, id))


def _job(service: Service, id_: str) -> dict[str, Any]:
    job = service.jobs.get(id_)
    if job is None:
        raise Problem("not-found", f"there is no job {id_} here; GET {PREFIX}/jobs lists those there are")
    return job.to_dict()


def build_api(service: Service) -> FastAPI:
    """Return the ASGI application of the interface."""
    api = FastAPI(
        title="AskAbstracts",
        version=__version__,
        summary="Answers over PubMed abstracts, each sentence backed by a verbatim quote. Not medical advice.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,  # its page would load scripts from another host
        redoc_url=None,
        servers=[{"url": service.root_path or "/"}],
    )
    api.state.service = service
    api.include_router(routes)
    api.include_router(health)
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(AskAbstractsError, _problem)
    api.add_exception_handler(RequestValidationError, _problem)
    api.add_exception_handler(HTTPException, _problem)
    api.add_exception_handler(Exception, _problem)
    api.openapi = lambda: _openapi(api, FastAPI.openapi(api))  # type: ignore[method-assign]
    return api


def _openapi(api: FastAPI, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with the model of problems in the place of FastAPI's own for faults."""
    models = schema["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        models.pop(name, None)
    problem = ProblemJson.model_json_schema(ref_template="#/components/schemas/{model}")
    models.update(problem.pop("$defs"))
    models["ProblemJson"] = problem
    schema["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{"key": []}, {}]  # none is needed from the machine itself
    return schema


def _problem(request: Request, error: Exception) -> Response:
    problem = _as_problem(error)
    request.app.state.service.metrics.refused.labels(str(problem.status)).inc()
    if problem.name == "method":
        problem.headers["Allow"] = ", ".join(_methods(request))
    return Response(problem.body(), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _methods(request: Request) -> list[str]:
    """Return the methods that a path takes; Starlette's own list is that of its first route."""
    here = [route for route in routes.routes if isinstance(route, APIRoute)]
    return sorted(
        {method for route in here if route.path_regex.match(request.url.path) for method in route.methods or ()}
    )


def _as_problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case AskAbstractsError():
            return problem_of(error)
        case RequestValidationError():
            return _fault(error)
        case HTTPException(status_code=404):
            return Problem("not-found", f"there is no such route; see {PREFIX}/openapi.json")
        case HTTPException(status_code=405):
            return Problem("method", f"this route takes another method; see {PREFIX}/openapi.json")
        case HTTPException(status_code=400):
            return Problem("bad-json", "the body cannot be read as JSON; send one object in UTF-8")
    _log.error("a request broke off", exc_info=error)
    return Problem("internal", "the server's log says what broke; the request changed nothing that it did not report")


def _fault(error: RequestValidationError) -> Problem:
    """Return the problem of a body or path that does not fit, each fault with its place."""
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Problem("bad-json", "the body is no JSON; send one object in UTF-8")
    named = [{"pointer": _pointer(fault["loc"]), "detail": _why(fault)} for fault in faults]
    first = named[0]
    return Problem("invalid", f"{first['pointer'] or 'the body'}: {first['detail']}", faults=named)


def _pointer(place: tuple[str | int, ...]) -> str:
    parts = place[2:] if place[1:2] and place[1] in get_args(JobKind) else place[1:]  # pydantic names the kind of a job
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _why(fault: dict[str, Any]) -> str:
    if fault["type"] == "extra_forbidden":
        return "this field is unknown; leave it out"
    return str(fault["msg"]).removeprefix("Value error, ")
