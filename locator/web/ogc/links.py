"""Where an answer leads: absolute addresses under /ogc, with what they are and in which form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from locator._errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
SCHEMA, OPENAPI = "application/schema+json", "application/vnd.oai.openapi+json;version=3.1"
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_FORMS = {JSON: "json", GEOJSON: "json", SCHEMA: "json", OPENAPI: "json", HTML: "html"}
_THIS, _OTHER = Text("这一份", "this document"), Text("另一种格式", "the same in another form")


@dataclass(frozen=True)
class Site:
    """Where and in which words an answer is given.

    Parameters
    ----------
    root
        The absolute address of /ogc.
    language
        "zh" or "en".
    datum
        Of publication.
    carried
        Parameters that every address of ours carries on.
    """

    root: str
    language: str
    datum: str
    carried: Mapping[str, str] = field(default_factory=dict)

    def said(self, text: Text) -> str:
        """Return a text in the language of the answer."""
        return text.of(self.language)

    def url(self, path: str, args: Mapping[str, object] | None = None) -> str:
        """Return an absolute address; `path` starts at /ogc, "" is /ogc itself."""
        asked = urlencode({**(args or {}), **self.carried}, quote_via=quote, safe=",:/")
        return f"{self.plain(path)}{f'?{asked}' if asked else ''}"

    def plain(self, path: str) -> str:
        """Return an absolute address without any parameter."""
        return f"{self.root}{quote(path)}"

    def link(
        self, rel: str, path: str, kind: str, title: Text, args: Mapping[str, object] | None = None
    ) -> dict[str, str]:
        """Return a link."""
        href = self.url(path, {**(args or {}), "f": _FORMS[kind]})
        return {"rel": rel, "href": href, "type": kind, "title": self.said(title), "hreflang": self.language}

    def itself(self, path: str, kind: str, args: Mapping[str, object] | None = None) -> list[dict[str, str]]:
        """Return the links of an answer to itself, as JSON and as a page."""
        return [
            self.link("self", path, kind, _THIS, args),
            self.link("alternate", path, HTML, _OTHER, args),
        ]
