"""Decides who may do what: the server executes code, so only the person who started it may use it.

A page on another site can send requests to 127.0.0.1, directly or through a name of its own that it points to
127.0.0.1 ("DNS rebinding"), and another user of the machine can open a connection. So:

- `Host` must be this address in every request: under any other name, nothing can be read.
- Everybody on the machine can read the pages, but they are live only in a browser that was opened with the key, which
  the terminal shows. The browser then has the key as a cookie, which other sites' requests lack.
- Whatever runs something needs a token that only such a page has, in a header that no other site may send.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

TOKEN_HEADER = "X-Live-Token"
HEADERS = {
    # In another site's frame, its visitors could be tricked into clicking.
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Guard:
    """Keeps the secrets of one server."""

    port: int
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)  # in the address to open
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)  # in the pages

    @property
    def hosts(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def cookie_name(self) -> str:
        return f"live-{self.port}"  # Cookies don't distinguish ports.

    def cookie(self) -> str:
        """Return the header that sets the cookie in a browser opened with the key."""
        return f"{self.cookie_name}={self.key}; Path=/; HttpOnly; SameSite=Strict"

    def is_key(self, text: str) -> bool:
        return same(text, self.key)

    def knows(self, headers: Mapping[str, str]) -> bool:
        """Return whether a browser was opened with the key."""
        try:
            cookies = SimpleCookie(headers.get("Cookie", ""))
        except CookieError:
            return False
        cookie = cookies.get(self.cookie_name)
        return cookie is not None and self.is_key(cookie.value)

    def refuses_reading(self, headers: Mapping[str, str]) -> str | None:
        """Return why a request may not even read a page; `None` if it may."""
        if headers.get("Host") not in self.hosts:
            return f"This server answers only at http://{self.hosts[0]}/."
        return None

    def refuses_running(self, headers: Mapping[str, str]) -> str | None:
        """Return why a request may not run anything; `None` if it may."""
        if refused := self.refuses_reading(headers):
            return refused
        if headers.get("Origin") != f"http://{headers['Host']}":
            return "Only this server's own pages may do this."
        if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            return "Only this server's own pages may do this."
        if not self.knows(headers) or not same(headers.get(TOKEN_HEADER, ""), self.token):
            return "Only this server's own pages may do this. Open the address that the terminal shows."
        if headers.get("Content-Type") != "application/json":
            return "This only takes JSON."
        return None


def same(text: str, secret: str) -> bool:
    """Compare a text with a secret, in a time that doesn't depend on where they differ."""
    return hmac.compare_digest(text.encode("utf-8", "replace"), secret.encode())
