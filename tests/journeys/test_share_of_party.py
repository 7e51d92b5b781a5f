"""The district's 64.3 %: from the desk to the rows behind it in four clicks."""

import pytest

from tongxin.people.models import Category, Kind

PARTY, OTHERS = 15, [8, 8, 9]  # at each of three 居村: 45 ÷ 70 = 64.28…


@pytest.fixture
def seventy(live_world):
    """Seventy members, forty-five of them in-service party members; no cell so small that it is hidden."""
    world = live_world
    united_front = Category.objects.get(person=world.wu)
    united_front.kind = Kind.PARTY
    united_front.save()
    there = {world.neighbourhood: 3, world.sibling: 1, world.far: 1}
    for (place, have), others in zip(there.items(), OTHERS, strict=True):
        for n in range(PARTY - have + others):
            kind = Kind.PARTY if n < PARTY - have else Kind.VOLUNTEER
            world.member(f"甲{chr(0x4E00 + n)}", place, kind=kind)
    return world


def test_the_share_leads_to_its_rows_in_four_clicks(desktop, seventy):
    hand = desktop(seventy.he).open("/desk/")
    hand.follow("数据总览")
    hand.reads("64.3", "45 ÷ 70")
    hand.follow("看算法和明细")
    hand.reads("64.3", "45 ÷ 70", "万里街道", "长风新村街道")
    hand.follow("万里街道")
    hand.reads("中浩云居委会", "万里名轩居委会")
    hand.follow("中浩云居委会")
    hand.reads("明细", "15名", "*")
    assert hand.taps <= 4
    hand.reads_not(seventy.alan.name, seventy.alan.local_phone)


def test_another_day_gives_another_figure(desktop, seventy):
    hand = desktop(seventy.he).open("/figures/")
    hand.page.locator("input[type=date]").first.fill("2026-01-01")
    hand.tap("换截止日")
    hand.reads("2026年1月1日")
    hand.reads_not("64.3")
