"""A browser of few means: cookies, redirects, and forms with their CSRF token."""

import re
from dataclasses import dataclass
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

_TIMEOUT = 20.0
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, after redirects."""

    status: int
    path: str
    text: str


class Browser:
    """Speaks to one site, and remembers its cookies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies = CookieJar()
        self._opener: OpenerDirector = build_opener(HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> Page:
        """Open a page."""
        return self._open(Request(self._url + path))  # noqa: S310  always the site's own http address

    def fragment(self, path: str) -> Page:
        """Fetch what a page's scripts would put into it."""
        return self._open(Request(self._url + path, headers={"HX-Request": "true"}))  # noqa: S310

    def post_form(self, path: str, fields: dict[str, str]) -> Page:
        """Send the form that stands on the page of this path, with the token the site put there."""
        return self.post(path, fields, token=self._token(path))

    def post(self, path: str, fields: dict[str, str], *, token: str = "") -> Page:
        """Send fields as the pages' scripts do, with the token in a header."""
        request = Request(self._url + path, data=urlencode(fields).encode(), method="POST")  # noqa: S310
        request.add_header("X-CSRFToken", token or self.cookie("csrftoken"))
        request.add_header("Referer", self._url + path)
        if not token:
            request.add_header("HX-Request", "true")
        return self._open(request)

    def cookie(self, name: str) -> str:
        """The cookie's value; empty where the site set none."""
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == name), "")

    def _token(self, path: str) -> str:
        found = _TOKEN.search(self.get(path).text)
        return found[1] if found else ""

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return Page(
                    answer.status, urlsplit(answer.url).path, answer.read().decode("utf-8", "replace")
                )
        except HTTPError as error:
            with error:
                return Page(
                    error.code, urlsplit(error.url or "").path, error.read().decode("utf-8", "replace")
                )
