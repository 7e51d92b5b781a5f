"""Stories in real Chromium: a phone and a desktop against the live server, watched for everything a page must not do."""

import os
import re
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from tests import browser
from tongxin.places.models import Place

expect.set_options(timeout=8_000)
# The server answers in threads of its own. On one shared connection in memory two answers at a time would write inside
# each other's transaction, which no installation does: so SQLite gets a file here.
if connections["default"].vendor == "sqlite":
    connections["default"].settings_dict["TEST"]["NAME"] = str(Path(os.environ["TONGXIN_DATA"]) / "test.sqlite3")


#: What only looks at templates and the stylesheet: the same bytes on either database, so the embedded one is enough.
LOOKS = {"test_every_page.py", "test_hostile_words.py"}


def pytest_collection_modifyitems(config, items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
    if connections["default"].vendor == "postgresql" and not os.environ.get("TONGXIN_TEST_ALL"):
        twice = [item for item in items if here in item.path.parents and item.path.name in LOOKS]
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in set(twice)]


@pytest.fixture(scope="session")
def chromium():
    """One browser for all stories of this worker."""
    if not browser.CHROMIUM.exists():
        reason = f"{browser.CHROMIUM} is not installed; bin/setup installs it"
        pytest.fail(reason) if browser.must_not_skip() else pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = browser.launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(chromium, live_server, live_world):
    """Open a page of one's own: `visit(person, **context)`; what it must not do fails the test when it ends."""
    Place.objects.filter(pk=live_world.district.pk).update(contact_phone="021-52500000")
    watches, contexts = [], []

    def open_page(person=None, *, js=True, elder=False, **size):
        context = chromium.new_context(
            base_url=live_server.url, java_script_enabled=js, **browser.CHINA, **(size or browser.PHONE)
        )
        context.set_default_timeout(8_000)
        contexts.append(context)
        watches.append(browser.Watch(context, live_server.url))
        if person is not None:
            context.add_cookies([browser.session_cookie(person, live_server.url)])
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": live_server.url}])
        hand = Hand(context.new_page())
        hand.watch = watches[-1]
        return hand

    yield open_page
    for context in contexts:
        context.close()
    wrong = [words for watch in watches for words in watch.wrong]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.fixture
def phone(visit):
    """A phone in the hand of a person, or of a visitor."""
    return lambda person=None, **more: visit(person, **browser.PHONE, **more)


@pytest.fixture
def desktop(visit):
    """A desktop before a person."""
    return lambda person=None, **more: visit(person, **browser.DESKTOP, **more)


class Hand:
    """Somebody's hand on a page: finds things by the words on them, and counts taps and fields.

    Going into a field to write is counted as a tap too: stricter than the budget, which leaves typing out.
    """

    def __init__(self, page):
        self.page = page
        self.taps, self.fields = 0, 0

    def open(self, path):
        """Come to a page; the budget of a journey starts here."""
        self.page.goto(path)
        self.taps = self.fields = 0
        return self

    def tap(self, words, role="button", **more):
        """Press the one thing with these words, and wait until the page has settled."""
        name = words if isinstance(words, re.Pattern) else re.compile(re.escape(words).replace("/", "\\/"))
        self.press(self.page.get_by_role(role, name=name, **more).first)

    def press(self, locator):
        self.taps += 1
        locator.click()
        self.page.wait_for_load_state("load")

    def follow(self, words):
        self.tap(words, role="link")

    def write(self, label, text):
        """Write into the field with this label."""
        self.taps += 1
        self.fields += 1
        self.page.get_by_label(label).first.fill(text)

    def tick(self, words):
        self.taps += 1
        self.page.get_by_label(words).first.check()

    def choose(self, words):
        """One of the offered answers (a radio)."""
        self.taps += 1
        self.page.get_by_role("radio", name=words).first.check()

    def select(self, label, words):
        """One line of a drop-down list."""
        self.taps += 1
        self.fields += 1
        self.page.get_by_label(label).first.select_option(label=words)

    def unfold(self, words):
        """Open what is folded away under these words."""
        self.taps += 1
        self.page.locator("summary").filter(has_text=words).first.click()

    def value(self, label) -> str:
        """What already stands in a field."""
        return self.page.get_by_label(label).first.input_value()

    def within(self, taps, fields=None):
        """The budget of this journey, counted since `open`."""
        assert self.taps <= taps, f"{self.taps} taps, {taps} are allowed"
        assert fields is None or self.fields <= fields, f"{self.fields} fields, {fields} are allowed"
        print(f"{self.taps} of {taps} taps" + ("" if fields is None else f", {self.fields} of {fields} fields"))
        return self

    def reads(self, *words):
        """These words stand on the page."""
        for word in words:
            expect(self.page.locator("body")).to_contain_text(word)

    def reads_not(self, *words):
        for word in words:
            expect(self.page.locator("body")).not_to_contain_text(word)

    def told(self, *words):
        """What happened, what comes next and by when, and a number one can call from here."""
        self.reads(*words)
        expect(self.page.locator("a[href^='tel:']").first).to_be_visible()

    @property
    def steps(self) -> list[str]:
        """The six-step bar as read aloud, one string a step."""
        return [" ".join(text.split()) for text in self.page.locator("ol.t-steps > li").all_inner_texts()]
