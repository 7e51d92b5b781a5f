"""Every page for every reader: nothing axe objects to, nothing that sticks out or is cut off, at every size and in 长辈版.

The rows are `tests.browser.PAGES`; a page of the house that has no row there fails here.
"""

import pytest
from django.http import HttpResponseNotAllowed
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from shots import props
from tests.browser import NO_PAGE, PAGES, PHONE, ROLES, axe, person_of, sticks_out, unrolled
from tests.house.doors import feedback, people, service, tasks, teams, web
from tongxin.notifications.models import Notice
from tongxin.people.models import Person
from tongxin.registrations.models import Registration
from tongxin.tasks.models import Risk, Task

PART = 12
CAST = {"alan": "alan", "zhou": "zhou", "wang": "wang", "shen": "shen", "he": "he", "yan": "auditor"}


def lively(world):
    """A week in the neighbourhood: something on every page."""
    for key, name in CAST.items():
        Person.objects.filter(pk=getattr(world, name).pk).update(demo_key=key)
    Registration.objects.create(person=world.alan, place=world.neighbourhood, home=world.buildings[0], status="joined")
    newcomers = [
        world.register(name, skills="陪伴长辈") for name in ("孙一鸣", "欧阳若水", "阿依古丽·买买提", "许文博")
    ]
    for registration in newcomers[2:]:
        registration.accept(by=world.wang)
    newcomers[3].contact(by=world.zhou)
    world.register("高晓晨").send_back(by=world.wang, reason="楼号和室号对不上，请核对后再交")
    world.register("沈立群").refuse(by=world.wang, reason="登记的住处不在本居村")
    resting = world.register("吕小满")
    resting.accept(by=world.wang)
    resting.contact(by=world.zhou)
    resting.join(by=resting.person)
    resting.pause(by=resting.person)
    world.task(title="手机小课堂·教长辈挂号", seats=12)
    world.task(
        title="寒潮前·楼顶水箱保温检查", risk=Risk.SOME, risk_text="有登高作业：须两人一组、穿防滑鞋、系安全绳。"
    )
    world.task(title="还没发布的草稿", status=Task.Status.DRAFT)
    world.task(title="排候补的任务", seats=1).claim(by=world.wu)
    world.task(title="阿兰认领的任务").claim(by=world.alan)
    world.claimed(world.past_task(title="做完还没登记的任务"), world.alan)
    for person in (world.alan, world.zhou, world.wu):
        world.claimed(world.past_task(title=f"登记过的任务{person.pk}", seats=3), person).report(by=person, hours=2)
    for person in (world.alan, world.zhou):
        claim = world.claimed(world.past_task(title="核验过的任务"), person)
        claim.report(by=person, hours=2)
        claim.verify(by=world.wang)
    for n in range(9):
        world.member(f"甲{'一二三四五六七八九'[n]}", world.neighbourhood, squad=world.squads[n % 2])
    for n, person in enumerate((world.alan, world.zhou, world.wang, newcomers[3].person), start=1):
        Notice.objects.create(
            person=person, event_id=n, title="您的时长已核验", body="计入2小时，谢谢您。", url="/service/"
        )
    props.uploads(world.shen, world.subdistrict)
    world.register("柏未过").refuse(by=world.wang, reason="不住在本居村，请到您住的居村报到")
    world.register("柏补充").send_back(by=world.wang, reason="住处没有写到楼栋，请补上")
    resting = world.joined(world.register("柏歇着"))
    resting.pause(by=resting.person)
    for room in (
        people,
        service,
        tasks,
        teams,
        feedback,
        web,
    ):  # what is disputed, sent back, merged, invited, handed over
        room.things(world)


def named(resolver=None, space=""):
    """Every named URL of the house with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield space + entry.name, entry


def answers_get(entry) -> bool:
    """Whether the view takes GET: every view says so by its decorator, and the decorator answers before the view runs."""
    words = dict.fromkeys(entry.pattern.converters, "1")
    answer = entry.callback(RequestFactory().options("/"), **words)
    return "GET" in answer.headers["Allow"] if isinstance(answer, HttpResponseNotAllowed) else True


def test_every_page_of_the_house_is_looked_at(settings):
    settings.DEMO = True
    pages = {name for name, entry in named() if answers_get(entry)}
    looked_at = {sight.view for sight in PAGES}
    assert pages - looked_at - set(NO_PAGE) == set(), "Add a row to PAGES in tests/sights/<room>.py"
    assert looked_at - pages == set() and set(NO_PAGE) - pages == set(), (
        "A row of tests/browser.py has no page any more"
    )


def test_sights_have_names_of_their_own():
    names = [(sight.name, reader) for sight in PAGES for reader in sight.who]
    assert len(names) == len(set(names))
    assert {reader for sight in PAGES for reader in sight.who} == set(ROLES)


def parts():
    """Every reader's pages, a dozen at a time: spread over the workers, the slowest reader holds nobody up."""
    for reader in ROLES:
        own = [sight for sight in PAGES if reader in sight.who]
        for start in range(0, len(own), PART):
            yield pytest.param(reader, own[start : start + PART], id=f"{reader}-{start // PART + 1}")


@pytest.mark.parametrize(("reader", "sights"), parts())
def test_pages_of(reader, sights, visit, live_world, settings):
    settings.DEMO = True
    lively(live_world)
    person = person_of(reader)
    assert (person is None) == (reader == "visitor")
    hand = visit(person, **PHONE)
    wrong = [f"{sight.name} {words}" for sight in sights for words in look_at(hand.page, sight, person)]
    assert not wrong, "\n" + "\n".join(wrong)


def look_at(page, sight, person):
    """What is wrong with one page: at phone size and narrower, in 长辈版, and on the desktop."""
    path = sight.path(person)
    if path is None:
        return ["there is nothing of this kind in `lively`: add it"]
    answer = page.goto(path)
    if answer.status != sight.status or page.url.split("?")[0] != page.evaluate(
        "p => new URL(p, location).href.split('?')[0]", path
    ):
        return [f"{path} answers {answer.status} at {page.url}"]
    wrong = sticks_out(page, 320, 375, 390) + [f"390 px: {words}" for words in axe(unrolled(page))]
    if sight.layout == "phone":
        page.evaluate("document.documentElement.classList.add('elder')")
        wrong += [f"长辈版 {words}" for words in sticks_out(page, 320, 390) + axe(unrolled(page))]
        page.evaluate("document.documentElement.classList.remove('elder')")
    wrong += [f"1280 px: {words}" for words in sticks_out(page, 1280) + axe(unrolled(page))]
    page.set_viewport_size(PHONE["viewport"])
    return list(dict.fromkeys(wrong))
