"""Markup in every word people or offices can write, looked at by every reader in real Chromium: it stays words.

Nothing runs, nothing is asked for elsewhere, the policy has nothing to report; template signs are not worked out either.
"""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.urls import reverse

from tests.browser import PAGES, PHONE, ROLES, person_of
from tests.journeys.test_every_page import lively
from tests.registrations.rosters import HEADER, row, workbook
from tongxin.notifications.models import Notice
from tongxin.people.models import Person
from tongxin.places.models import Place
from tongxin.registrations.models import Registration, RosterImport
from tongxin.tasks.models import Claim, Task
from tongxin.teams.models import Membership, Squad, Team

MARKS = "\"><b data-hole>'{{7|add:7}}"
RUNS = MARKS + "<img src=x onerror=alert(1)><script>alert(2)</script>"
WRITTEN = {
    Place: ["name", "address", "contact_phone"],
    Task: ["title", "summary", "spot", "risk_text"],
    Claim: ["note"],
    Registration: ["skills", "times"],
    Membership: ["skills", "times"],
    Squad: ["name"],
    Team: ["name"],
    Notice: ["title", "body"],
    RosterImport: ["filename"],
}
HOLES = """() => document.querySelectorAll('[data-hole], img[src="x"]').length"""


def poison(world):
    """The same words everywhere, as long as the column lets them be."""
    for model, names in WRITTEN.items():
        for item in model.objects.all():
            for name in names:
                field = model._meta.get_field(name)
                setattr(item, name, (f"{item.pk}{RUNS}")[: field.max_length])
            models.Model.save(item, update_fields=names)
    for person in Person.objects.all():
        person.name, person.salutation = f"王{RUNS}", "\"><b x='{{1"
        person.save(update_fields=["name", "salutation"])
    Registration.objects.exclude(reason="").update(reason=RUNS[:150])
    world.alan.reveal_phone(by=world.wang, reason=RUNS, place=world.neighbourhood)
    upload(world, [row(姓名=RUNS[:60], 居村=RUNS, 所在分队=RUNS, 职务=RUNS, 备注=RUNS)], HEADER)
    strange = [f"{name}{RUNS}" if name == "联系电话" else name for name in HEADER]
    upload(world, [row()], [*strange, RUNS])


def upload(world, rows, header):
    file = SimpleUploadedFile(f"{MARKS}.xlsx".replace("/", ""), io.BytesIO(workbook(rows, header=header)).read())
    asked = {"file": file, "place": world.subdistrict.pk}
    world.client(world.shen).post(reverse("registrations:imports"), asked)


@pytest.mark.parametrize("reader", ROLES)
def test_markup_stays_words(reader, visit, live_world, settings):
    settings.DEMO = True
    lively(live_world)
    poison(live_world)
    person = person_of(reader)
    page = visit(person, **PHONE).page
    holes, seen = [], 0
    for sight in PAGES:
        path = sight.path(person) if reader in sight.who else None
        if path:
            page.goto(path)
            text = page.content()
            seen += "data-hole" in text
            holes += [f"{sight.name} {path}"] * bool(page.evaluate(HOLES) or "'14<" in text or "'14\"" in text)
    assert holes == []
    assert seen > 2 or reader in ("visitor", "guan", "yan")


def test_what_was_typed_comes_back_as_words(visit, live_world):
    page = visit(live_world.he).page
    for path in ("teams:roster", "web:register", "places:find"):
        page.goto(f"{reverse(path)}?q=%22%3E%3Cb%20data-hole%3E%7B%7B7%7D%7D&to=/%22%3E%3Cb%20data-hole%3E")
        assert page.evaluate(HOLES) == 0


def test_red_twin_unescaped_it_would_be_seen(visit, live_world, monkeypatch):
    from django.template import base

    live_world.task(title=RUNS[:60])
    hand = visit(live_world.alan)
    monkeypatch.setattr(base, "conditional_escape", str)
    hand.watch.allow("Content Security Policy", "404", "inline", "page error", "x")
    hand.page.goto(reverse("tasks:list"))
    assert hand.page.evaluate(HOLES) > 0
