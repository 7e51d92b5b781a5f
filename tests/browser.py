"""Real Chromium, for the journeys and for the pictures: how it starts, what it must not see, and the table of all pages.

`PAGES` (a file a room in `sights/`) is shared: `tests/journeys/test_every_page.py` runs axe on every row for every reader named there, `python -m shots`
pictures the same rows in the demo. A page of the house without a row here fails a test.
"""

import os
from functools import cache
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from tests.sights.finding import ROLES, person_of

__all__ = ["ROLES", "person_of"]  # the readers of `PAGES`, handed on

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
CHINA = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
AXE_RUN = """async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")} (${(node.any[0] || node.all[0] || node.none[0] || {}).message || rule.help})`));
}"""
STICKS_OUT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def launch(playwright):
    """Debian's Chromium, headless."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


def session_cookie(person, url) -> dict:
    """A signed-in session (second factor passed) as the cookie a browser would hold."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = "tongxin.people.backends.PersonBackend"
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store["second_factor"] = True
    store.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": store.session_key, "url": url}


class Watch:
    """Notes everything a good page never does: errors and policy violations, dialogs, requests to anywhere else."""

    def __init__(self, context, url: str):
        self.url, self.wrong, self.allowed = url, [], []
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"page error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("response", self._response)

    def allow(self, *words: str):
        """What this journey means to provoke, a part of the note."""
        self.allowed += words

    def _note(self, words: str):
        if not any(part in words for part in self.allowed):
            self.wrong.append(words)

    def _console(self, message):
        if message.type == "error" or "Content Security Policy" in message.text:
            self._note(f"console: {message.text} at {message.location.get('url', '')}")

    def _dialog(self, dialog):
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:")):
            self._note(f"request to somewhere else: {request.url}")

    def _response(self, response):
        if response.status >= 500:
            self._note(f"{response.status} from {response.url}")


@cache
def axe_source() -> str:
    return AXE.read_text(encoding="utf-8")


def axe(page) -> list[str]:
    """What axe-core finds wrong on the page as it stands; an empty list when nothing."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe_source())
    return page.evaluate(AXE_RUN)


def unrolled(page):
    """The window as tall as the page: nothing lies under the bar at the bottom, nothing has to be scrolled to."""
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": max(tall, 320)})
    return page


def sticks_out(page, *widths: int) -> list[str]:
    """What does not fit at these widths."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width} px: {words}" for words in page.evaluate(STICKS_OUT)]
    return found


# the pages -----------------------------------------------------------------------------------------------------------

ROOMS = [
    import_module(f"tests.sights.{path.stem}")
    for path in sorted(Path(__file__).parent.glob("sights/*.py"))
    if path.stem != "finding"
]
PAGES = [sight for room in ROOMS for sight in room.SIGHTS]
NO_PAGE = {view: why for room in ROOMS for view, why in getattr(room, "NO_PAGE", {}).items()}


def must_not_skip() -> bool:
    """In CI a missing browser is a fault, not a reason to skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
