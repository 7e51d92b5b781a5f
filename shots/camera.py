"""Takes the pictures: every row of `tests.browser.PAGES` for each of its readers, at each size."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import sync_playwright
from tqdm import tqdm

from tests.browser import CHINA, DESKTOP, PAGES, PHONE, ROLES, Watch, launch, person_of, session_cookie, unrolled

SIZES = {"phone": "手机", "desktop": "桌面", "elder": "长辈版"}


@dataclass(frozen=True)
class Picture:
    """One page as one reader sees it at one size."""

    reader: str
    size: str
    name: str
    file: Path  # the first screen; beside it "-full", the whole page


def sights_of(reader, person):
    """The pages of a reader with their addresses; what the demo has nothing of is left out."""
    for number, sight in enumerate(PAGES, start=1):
        if reader in sight.who and (path := sight.path(person)):
            yield number, sight, path


def take(address: str, out: Path, readers: list[str]) -> tuple[list[Picture], list[str]]:
    """Picture everything; returns the pictures and what was wrong with pages on the way."""
    plan = [(reader, person_of(reader)) for reader in readers]
    plan = [(reader, person) for reader, person in plan if person or reader == "visitor"]
    rounds = [(reader, person, size) for reader, person in plan for size in SIZES]
    pictures, wrong = [], []
    with sync_playwright() as playwright, tqdm(total=len(rounds), unit="round", desc="pictures") as bar:
        chromium = launch(playwright)
        for reader, person, size in rounds:
            bar.set_postfix_str(f"{ROLES[reader]} {SIZES[size]}")
            with opened(chromium, address, person, size) as (page, watch):
                pictures += look_around(page, out, reader, person, size, watch)
                wrong += [f"{reader} {size}: {words}" for words in watch.wrong]
            bar.update()
        chromium.close()
    return pictures, wrong


@contextmanager
def opened(chromium, address, person, size) -> Iterator:
    """A page of this person's own at this size, watched."""
    context = chromium.new_context(base_url=address, **CHINA, **(DESKTOP if size == "desktop" else PHONE))
    if person is not None:
        context.add_cookies([session_cookie(person, address)])
    if size == "elder":
        context.add_cookies([{"name": "elder", "value": "1", "url": address}])
    yield context.new_page(), Watch(context, address)
    context.close()


def look_around(page, out, reader, person, size, watch) -> list[Picture]:
    """All pages of one reader at one size; 长辈版 is for the phone pages."""
    folder = out / reader / size
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for number, sight, path in sights_of(reader, person):
        if size == "elder" and sight.layout != "phone":
            continue
        answer = page.goto(path)
        if answer.status != sight.status:
            watch.wrong.append(f"{path} answered {answer.status}")
        file = folder / f"{number:02}-{sight.view.replace(':', '-')}.png"
        page.screenshot(path=file)
        unrolled(page).screenshot(path=file.with_stem(f"{file.stem}-full"))
        page.set_viewport_size((DESKTOP if size == "desktop" else PHONE)["viewport"])
        taken.append(Picture(reader, size, sight.name, file))
    return taken
