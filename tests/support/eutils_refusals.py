"""The 28 ways in which E-utilities is known to say no, in our own words and numbers, and what a client should do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eutils_clients import KEY
from eutils_server import Fault

PASSES, LASTS, NO_ERROR = "tried again", "said at once", "no error"
_JSON = {"Content-Type": "application/json"}
_HTML = {"Content-Type": "text/html; charset=UTF-8"}
_TEXT = {"Content-Type": "text/plain; charset=UTF-8"}
_RATE = '{"error":"API rate limit exceeded","api-key":"192.0.2.44","count":"11","limit":"10"}\n'
_LATE = "'retstart' cannot be larger than 9998. For PubMed, ESearch lists the first 9,999 records only"


@dataclass(frozen=True)
class Refusal:
    """A response to a request of `endpoint`, its outcome, and the words of the client when it lasts."""

    endpoint: str
    fault: Fault
    outcome: str = PASSES
    said: str = ""

    @property
    def lasting(self) -> Fault:
        """The same answer to every request."""
        return replace(self.fault, times=999)


def _xml(root: str, body: str) -> str:
    head = f'<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE {root} PUBLIC "-//NLM//DTD" "x.dtd">\n'
    return f"{head}<{root}>{body}</{root}>\n"


def _searched(error: str) -> str:
    return '{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"ERROR":"' + error + '"}}\n'


def _page(title: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"


_UNKNOWN = "<ErrorList><PhraseNotFound>qqzzx</PhraseNotFound></ErrorList>"
_NONE_JSON = (
    '{"header":{"type":"esearch"},"esearchresult":{"count":"0","retmax":"0","retstart":"0","idlist":[],'
    '"errorlist":{"phrasesnotfound":["qqzzx"],"fieldsnotfound":[]},'
    '"warninglist":{"phrasesignored":[],"quotedphrasesnotfound":[],"outputmessages":["No items found."]}}}'
)

REFUSALS: dict[str, Refusal] = {
    "rate-limit-429": Refusal("any", Fault(429, {**_JSON, "Retry-After": "2"}, _RATE)),
    "rate-limit-429-no-retry-after": Refusal("any", Fault(429, {**_JSON, "X-RateLimit-Limit": "3"}, _RATE)),
    "rate-limit-in-200": Refusal("any", Fault(200, _JSON, _RATE)),
    "api-key-invalid": Refusal(
        "any",
        Fault(400, _JSON, f'{{"error":"API key invalid","api-key":"{KEY}","type":"invalid",\n"status":"unknown"}}'),
        LASTS,
        "NCBI refused the API key (HTTP 400: API key invalid); correct or unset ASKABSTRACTS_NCBI_API_KEY",
    ),
    "gateway-forwarding": Refusal("any", Fault(500, _JSON, '{"error":"error forwarding request","type":"ip"}')),
    "efetch-no-valid-id": Refusal(
        "efetch",
        Fault(400, body=_xml("eFetchResult", "<ERROR>ID list is empty! None of them is an ID.</ERROR>")),
        LASTS,
        "NCBI took no id for a PMID (HTTP 400: ID list is empty! None of them is an ID.); check the PMIDs",
    ),
    "efetch-no-valid-id-text": Refusal(
        "efetch",
        Fault(400, _TEXT, "ID+list+is+empty!+None+of+them+is+an+ID.\n"),
        LASTS,
        "NCBI took no id for a PMID (HTTP 400: ID list is empty! None of them is an ID.); check the PMIDs",
    ),
    "efetch-unknown-pmid": Refusal("efetch", Fault(200, body=_xml("PubmedArticleSet", "")), NO_ERROR),
    "efetch-lost-history": Refusal(
        "efetch", Fault(200, body=_xml("eFetchResult", "\n\t<ERROR>Unable to obtain query #3</ERROR>\n"))
    ),
    "efetch-transient": Refusal(
        "efetch", Fault(400, body=_xml("eFetchResult", "<ERROR> Error occurred: cannot get document summary</ERROR>"))
    ),
    "efetch-html-instead-of-xml": Refusal(
        "efetch", Fault(200, _HTML, "<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0//EN'>\n" + _page("PubMed Result"))
    ),
    "efetch-truncated": Refusal(
        "efetch", Fault(200, body="<?xml version='1.0'?>\n<PubmedArticleSet><PubmedArticle><PMID>90000005</PMID><Arti")
    ),
    "efetch-empty-body": Refusal("efetch", Fault(200)),
    "esearch-no-hits": Refusal(
        "esearch",
        Fault(200, body=_xml("eSearchResult", f"<Count>0</Count><RetMax>0</RetMax><IdList/>{_UNKNOWN}")),
        NO_ERROR,
    ),
    "esearch-partly-unknown-phrase": Refusal(
        "esearch",
        Fault(200, body=_xml("eSearchResult", f"<Count>1</Count><IdList><Id>90000005</Id></IdList>{_UNKNOWN}")),
        NO_ERROR,
    ),
    "esearch-no-hits-json": Refusal("esearch", Fault(200, _JSON, _NONE_JSON), NO_ERROR),
    "esearch-empty-term": Refusal(
        "esearch",
        Fault(200, body=_xml("eSearchResult", "\n\t<ERROR>Empty term and query_key - nothing todo</ERROR>\n")),
        LASTS,
        "NCBI saw no term in the search (HTTP 200: Empty term and query_key - nothing todo); give a term",
    ),
    "esearch-retstart-too-large": Refusal(
        "esearch",
        Fault(200, _JSON, _searched(f"Search Backend failed: Exception:\n{_LATE}")),
        LASTS,
        f"NCBI refused to page so far (HTTP 200: Search Backend failed: Exception: {_LATE}); narrow the search",
    ),
    "esearch-retstart-too-large-400": Refusal(
        "esearch",
        Fault(400, _JSON, _searched(f"Search Backend failed: Exception:\n{_LATE}")),
        LASTS,
        f"NCBI refused to page so far (HTTP 400: Search Backend failed: Exception: {_LATE}); narrow the search",
    ),
    "esearch-backend-failed": Refusal("esearch", Fault(200, _JSON, _searched("Search Backend failed: read timeout"))),
    "esearch-address-table": Refusal(
        "esearch", Fault(200, _JSON, _searched("Couldn't resolve #pubmedLink, the address table is empty."))
    ),
    "esummary-unknown-pmid-json": Refusal(
        "esummary", Fault(200, _JSON, '{"result":{"uids":["9"],"9":{"uid":"9","error":"cannot get document summary"}}}')
    ),
    "esummary-unknown-pmid-xml": Refusal(
        "esummary",
        Fault(
            200, body=_xml("eSummaryResult", "<DocumentSummary uid='9'><error>cannot get it</error></DocumentSummary>")
        ),
    ),
    "epost-invalid-id": Refusal(
        "epost",
        Fault(200, body=_xml("ePostResult", "<ERROR>Invalid db name specified: zoo</ERROR>")),
        LASTS,
        "the server has no PubMed (HTTP 200: Invalid db name specified: zoo); check ASKABSTRACTS_EUTILS_URL",
    ),
    "proxy-502": Refusal("any", Fault(502, _HTML, _page("502 Proxy Error"))),
    "unavailable-503": Refusal("any", Fault(503, _HTML, _page("Service unavailable!"))),
    "server-500": Refusal("any", Fault(500, _HTML, _page("NCBI/eutils203 - WWW Error 500 Diagnostic"))),
    "uri-too-long-414": Refusal(
        "efetch",
        Fault(414, _HTML, _page("414 Request-URI Too Large")),
        LASTS,
        "the request was refused (HTTP 414: 414 Request-URI Too Large); check ASKABSTRACTS_EUTILS_URL",
    ),
}
