import datetime as dt

import pytest

from tongxin.places.models import Level, Place
from tongxin.places.spelling import division_code, initials_of, pinyin_of, spelled


def names(text):
    return [place.name for place in Place.objects.search(text)]


@pytest.mark.parametrize(
    "typed",
    [
        "万里名轩",
        "wanlimingxuan",
        "wlmx",
        "wanlimx",
        "wlmingxuan",
        "WLMX",
        "万里mx",
        "ｗｌｍｘ",
        "萬里名軒",
        "名轩",
        "mingx",
        "310107021009",
    ],
)
def test_one_place_is_found_however_it_is_typed(land, typed):
    assert names(typed)[0] == "万里名轩居委会"


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "(", "\\", "*", "没有这里", "zzzz", "里万", "w" * 500])
def test_what_is_not_there_is_not_found(land, typed):
    assert names(typed) == []


def test_two_characters_are_enough(land):
    assert names("中浩") == ["中浩云居委会", "中浩云苑"]


@pytest.mark.parametrize("typed", ["富平路18弄1号", "富平路 18 弄", "fpl18", "fupinglu18nong1hao", "富平路１８弄"])
def test_a_building_is_found_by_its_address(land, typed):
    assert Place.objects.search(typed).first() == land.building


def test_a_building_is_found_by_its_short_code(land):
    assert Place.objects.search(land.building.short_code.lower()).first() == land.building


def test_a_mixture_needs_the_characters_that_were_typed(land):
    Place.objects.create(level=Level.NEIGHBOURHOOD, parent=land.wanli, name="婉丽明宣居委会", code="310107021050")
    assert names("万里mx") == ["万里名轩居委会"]
    assert set(names("wlmx")) == {"万里名轩居委会", "婉丽明宣居委会"}


def test_places_that_ended_come_last(land):
    Place.objects.create(level=Level.NEIGHBOURHOOD, parent=land.wanli, name="中浩云", until=dt.date(2020, 1, 1))
    assert names("中浩云")[-1] == "中浩云"


def test_names_are_spelled_as_the_place_is_called():
    assert pinyin_of("长风新村") == "chang feng xin cun"
    assert pinyin_of("象源丽都") == "xiang yuan li du"
    assert pinyin_of("绿春苑A座") == "lv chun yuan a zuo"
    assert initials_of(pinyin_of("曹杨路217弄1号")) == "cyl217n1h"


def test_one_letter_is_too_little_to_spell():
    assert spelled("w") is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("310107", "310107"),
        ("310107000", "310107"),
        ("310107000000", "310107"),
        ("310107005000", "310107005"),
        ("310107005001", "310107005001"),
        ("3101", "3101"),
        ("310000", "31"),
        ("310100000000", "3101"),
        ("３１０１０７", "310107"),
        ("abc", "abc"),
        ("", ""),
    ],
)
def test_padding_is_no_part_of_a_code(given, kept):
    assert division_code(given) == kept
