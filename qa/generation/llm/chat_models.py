"""Language models through LangChain, by name; the one place where a provider's errors become ours."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.environment import Variable, read_variable
from index.errors import InputError, ModelError
from qa.generation.llm.stream_timeout import StreamTimeout

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_TIMEOUT_S = 180.0
"""Time for a whole reply; a small model on two cores needs a minute or two to read eight abstracts."""

_NO_KEY = "no-key-needed"
"""Stands in for a key with servers that ask for none: the client insists on having one."""


@dataclass(frozen=True, slots=True)
class _Provider:
    package: str
    key: str


_PROVIDERS = {
    "openai": _Provider("langchain-openai", "OPENAI_API_KEY"),
    "ollama": _Provider("langchain-ollama", ""),
    "anthropic": _Provider("langchain-anthropic", "ANTHROPIC_API_KEY"),
}
_FORMS = "openai:NAME, ollama:NAME or anthropic:NAME, or NAME with ASKABSTRACTS_LLM_URL for an OpenAI-compatible server"

# What a provider raises is an error of its own package or of the HTTP client under it; a package that is not
# loaded cannot have raised anything.
_FOREIGN = (
    ("langchain_core.exceptions", "LangChainException"),
    ("openai", "OpenAIError"),
    ("anthropic", "AnthropicError"),
    ("ollama", "ResponseError"),
    ("httpx", "HTTPError"),
    ("httpx2", "HTTPError"),
)
_KEY_LIKE = re.compile(r"\b(?:sk|gsk|lsv2|hf|xai)[-_][\w*.-]{6,}")


def keys_set() -> dict[str, bool]:
    """Return the environment variables that hold the providers' keys, and whether each is set."""
    names = (provider.key for provider in _PROVIDERS.values() if provider.key)
    return {name: bool(os.environ.get(name)) for name in names}


def reply_timeout_s() -> float:
    """Return the seconds after which a reply is given up, from the environment if it says so.

    Raises InputError when what it says is no number of seconds.
    """
    text = read_variable(Variable.LLM_TIMEOUT)
    try:
        seconds = float(text or DEFAULT_TIMEOUT_S)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise InputError(f'{Variable.LLM_TIMEOUT} is "{text}"; give the seconds that a reply may take, such as 180')
    return seconds


def load_chat_model(name: str, *, url: str | None = None, timeout_s: float | None = None) -> BaseChatModel:
    """Return the chat model `name`, at temperature 0: "openai:NAME", "ollama:NAME" or "anthropic:NAME".

    With `url` the model is asked there: a NAME without a provider is taken for an OpenAI-compatible server's, and the
    key in OPENAI_API_KEY goes along if there is one. Nothing is sent yet. `timeout_s` is how long the server may be
    silent, by default as long as a whole reply may take. ModelError for an unknown provider, a missing package, a
    missing key or an address that is none.
    """
    timeout_s = reply_timeout_s() if timeout_s is None else timeout_s
    provider, model_name = _parse(name, url)
    entry = _PROVIDERS[provider]
    if find_spec(entry.package.replace("-", "_")) is None:
        raise ModelError(_missing_package(name, entry.package))
    if entry.key and not url and not os.environ.get(entry.key):
        raise ModelError(f'"{name}" needs an API key; set the environment variable {entry.key}')
    return _build(name, provider, model_name, _settings(provider, url=url, timeout_s=timeout_s))


def _parse(name: str, url: str | None) -> tuple[str, str]:
    """Return the provider and its name for the model."""
    if url is not None and not (urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname):
        raise ModelError(f'"{url}" is no address of a language model server; it looks like http://127.0.0.1:8080/v1')
    provider, _, model_name = name.strip().partition(":")
    if provider in _PROVIDERS and model_name:
        return provider, model_name
    if url and name.strip() and provider not in _PROVIDERS:
        return "openai", name.strip()  # its own name may hold a colon, as llama3.1:8b does
    raise ModelError(f'"{name}" names no language model that is known; give it as {_FORMS}')


def _settings(provider: str, *, url: str | None, timeout_s: float) -> dict[str, Any]:
    """Return the arguments of LangChain's model class, beside the name."""
    settings: dict[str, Any] = {"temperature": 0}
    if provider == "ollama":
        settings["client_kwargs"] = {"timeout": timeout_s}
    else:
        settings |= {"timeout": timeout_s, "max_retries": 0}  # `LanguageModel.reply` asks again, and says so
    if url and provider == "openai":
        # Servers keep the interface under /v1; of OpenAI's two interfaces they all speak this one.
        settings["base_url"] = url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/v1"
        settings["use_responses_api"] = False
    elif url:
        settings["base_url"] = url
    if url and (key := _PROVIDERS[provider].key):
        settings["api_key"] = os.environ.get(key) or _NO_KEY
    return settings


def _build(name: str, provider: str, model_name: str, settings: dict[str, Any]) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    try:
        model: BaseChatModel = init_chat_model(model_name, model_provider=provider, **settings)
    except ImportError as error:
        raise ModelError(_missing_package(name, _PROVIDERS[provider].package)) from error
    except foreign_errors() as error:
        raise ModelError(f'the language model "{name}" could not be set up: {provider_words(error)}') from error
    # LangChain's own table says which models refuse a temperature: most of those that reason.
    if (model.profile or {}).get("temperature") is False:
        model = model.model_copy(update={"temperature": None})
    return model


def has_structured_output(model: BaseChatModel) -> bool:
    """Return True for a model that is known to keep to a JSON schema: by LangChain's table, or served by Ollama."""
    return bool((model.profile or {}).get("structured_output")) or "ollama" in model._llm_type


def schema_arguments(model: BaseChatModel, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call to `model` by which its provider holds the reply to a JSON schema."""
    # LangChain's advice on a refused schema is for programmers: the model is asked again for text.
    warnings.filterwarnings("ignore", ".*OpenAI's structured output feature", UserWarning)
    written = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    asked = {"response_format": written}  # the classes of Ollama's and Anthropic's models translate it
    if hasattr(model, "extra_body") and not getattr(model, "use_responses_api", False):
        # Given by name, OpenAI's package would read the reply itself, and lose one that is cut off.
        return {"extra_body": {**(model.extra_body or {}), **asked}}
    return asked


def _missing_package(name: str, package: str) -> str:
    return f'"{name}" needs the package {package}, which is not installed; run: pip install {package}'


@contextmanager
def provider_errors(model: BaseChatModel) -> Iterator[None]:
    """Turn errors of `model`'s provider inside the block into a ModelError that says the cure and holds no key."""
    try:
        yield
    except foreign_errors() as error:
        raise ModelError(_sentence(error, model)) from error


def foreign_errors() -> tuple[type[Exception], ...]:
    """Return the kinds of error by which providers fail, of the packages that are loaded.

    OSError: the connection. ValueError and TypeError: a reply that is no JSON, no UTF-8, or not of the agreed shape.
    """
    loaded = [getattr(sys.modules[module], kind) for module, kind in _FOREIGN if module in sys.modules]
    return (OSError, ValueError, TypeError, *loaded)


def _sentence(error: Exception, model: BaseChatModel) -> str:
    """Return the fault and the cure, as one sentence."""
    who = f'the language model "{_name(model)}"' + (f" at {place}" if (place := _place(model)) else "")
    status, words = status_of(error), provider_words(error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, StreamTimeout):
        return (
            f"{who} had not finished its reply after {error.timeout_s:g} seconds; "
            f"try again, choose a smaller model, or set {Variable.LLM_TIMEOUT} to more seconds"
        )
    if kinds & {"ModelTimeoutError", "TimeoutException", "TimeoutError"}:
        return f"{who} did not answer in time; try again, or choose a smaller model"
    if kinds & {"ModelConnectionError", "TransportError", "OSError"}:
        return f"{who} could not be reached or broke off; check that the server runs, and its address"
    if status in (401, 403):
        return f"{who} refused the API key (HTTP {status}); check {_key_name(model)}"
    if status == 404:
        return f"{who} is not there (HTTP 404); check the model's name and the server's address{_pull(model)}"
    if status == 429:
        return f"{who} takes no more requests for now (HTTP 429); wait a little, or check the account's limits"
    if status is not None and status >= 500:
        detail = f": {words}" if words else ""
        return f"{who} failed on its own side (HTTP {status}){detail}; try again, or look into the server's log"
    if status is not None and status >= 400:
        return f"{who} refused the request (HTTP {status}): {words}"
    if (
        kinds & {"APIError", "ResponseError"}
        or isinstance(error.args[:1], tuple)
        and error.args
        and _told(error.args[0])
    ):
        return f"{who} reported an error ({words}); try again, or look into the server's log"
    return f"{who} gave an answer that could not be read ({words}); try again, or choose another model"


def _name(model: BaseChatModel) -> str:
    return str(getattr(model, "model_name", None) or getattr(model, "model", None) or model._llm_type)


def _place(model: BaseChatModel) -> str:
    """Return the server's address without user, password or query; "" where it is the provider's usual one."""
    for field in ("openai_api_base", "anthropic_api_url", "base_url"):
        if address := getattr(model, field, None):
            parts = urlsplit(str(address))
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return ""


def _key_name(model: BaseChatModel) -> str:
    names = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "ollama": "OLLAMA_API_KEY"}
    return next((key for word, key in names.items() if word in model._llm_type), "the key")


def _pull(model: BaseChatModel) -> str:
    return f", or run: ollama pull {_name(model)}" if "ollama" in model._llm_type else ""


def status_of(error: BaseException | None) -> int | None:
    """Return the HTTP status that an error stands for, if any."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= 100 else None


def provider_words(error: BaseException | None) -> str:
    """Return the server's own words in an error, or the error's, on one line, shortened, with no key among them."""
    message = _told(getattr(error, "body", None)) or (_told(error.args[0]) if error and error.args else "")
    words = " ".join((message or str(getattr(error, "error", "") or error)).split())
    for key in filter(None, (os.environ.get(provider.key) for provider in _PROVIDERS.values() if provider.key)):
        words = words.replace(key, "…")
    words = _KEY_LIKE.sub("…", words)
    return words if len(words) <= 300 else words[:299] + "…"


def _told(body: object) -> str:
    """Return the message in the JSON of an error, wherever servers put it; "" if there is none."""
    if isinstance(body, dict):
        inner = next((body[key] for key in ("error", "message", "detail", "msg") if body.get(key)), "")
        return _told(inner) if isinstance(inner, dict) else str(inner)
    return ""
