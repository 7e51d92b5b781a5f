import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tongxin.journal.models import Event
from tongxin.places.models import Level, Place, PlaceVersion, Succession, bring_up_to_date
from tongxin.places.problems import RegisterProblem

D = dt.date(2024, 7, 1)
BEFORE, AFTER = dt.date(2024, 6, 30), dt.date(2024, 7, 2)


def verbs():
    return list(Event.objects.values_list("verb", flat=True))


def test_a_renamed_place_keeps_its_old_name_for_the_days_it_had_it(land):
    land.zhonghao.rename(name=" 中浩云社区居委会 ", on=D, by=None)
    land.again()
    assert land.zhonghao.name == "中浩云社区居委会"
    assert [land.zhonghao.name_on(day) for day in (BEFORE, D, AFTER)] == ["中浩云居委会", *["中浩云社区居委会"] * 2]
    then = Place.objects.named_at(BEFORE).get(pk=land.zhonghao.pk)
    assert (then.name_then, then.code_then) == ("中浩云居委会", "310107021008")
    assert verbs() == ["place.rename"]
    assert Event.objects.get().facts == {
        "on": "2024-07-01", "edition": "", "name_from": "中浩云居委会", "name_to": "中浩云社区居委会",
    }  # fmt: skip


def test_names_and_codes_can_change_again_and_again(land):
    land.zhonghao.rename(name="甲", on=dt.date(2020, 1, 1), by=None)
    land.zhonghao.recode(code="310107021108", on=dt.date(2021, 1, 1), by=None)
    land.zhonghao.rename(name="乙", on=dt.date(2022, 1, 1), by=None)
    states = [
        (land.zhonghao.name_on(day), land.zhonghao.code_on(day)) for day in map(land.year, (2019, 2020, 2021, 2022))
    ]
    assert states == [
        ("中浩云居委会", "310107021008"), ("甲", "310107021008"), ("甲", "310107021108"), ("乙", "310107021108"),
    ]  # fmt: skip
    assert Place.objects.by_code("310107021008", on=land.year(2020)) == land.zhonghao
    assert Place.objects.by_code("310107021008") is None
    assert Place.objects.by_code("310107021108") == land.zhonghao


def test_a_second_change_on_the_same_day_replaces_the_first(land):
    land.zhonghao.rename(name="甲", on=D, by=None)
    land.zhonghao.rename(name="乙", on=D, by=None)
    assert (land.zhonghao.name_on(BEFORE), land.zhonghao.name_on(D)) == ("中浩云居委会", "乙")
    assert PlaceVersion.objects.count() == 2


def test_the_same_name_again_changes_nothing(land):
    land.zhonghao.rename(name="中浩云居委会", on=D, by=None)
    assert not PlaceVersion.objects.exists()
    assert verbs() == []


def test_a_change_before_a_later_one_is_refused(land):
    land.zhonghao.rename(name="甲", on=D, by=None)
    with pytest.raises(RegisterProblem, match="2024年7月1日已有更晚的变更"):
        land.zhonghao.rename(name="乙", on=BEFORE, by=None)


def test_a_code_in_use_is_refused(land):
    with pytest.raises(RegisterProblem, match="万里名轩居委会") as caught:
        land.zhonghao.recode(code="310107021009", on=D, by=None)
    assert caught.value.code == "code_taken"


def test_a_change_entered_in_advance_takes_effect_on_its_day(land):
    later = dt.date(2100, 1, 1)
    land.zhonghao.rename(name="未来居委会", on=later, by=None)
    land.again()
    assert land.zhonghao.name == "中浩云居委会"
    assert land.zhonghao.name_on(later) == "未来居委会"
    assert bring_up_to_date(dt.date(2099, 12, 31)) == 0
    assert bring_up_to_date(later) == 1
    land.again()
    assert (land.zhonghao.name, Place.objects.search("wljwh").first()) == ("未来居委会", land.zhonghao)
    assert bring_up_to_date(later) == 0


def test_a_place_moves_with_everything_below_it(land):
    land.zhonghao.move(to=land.changfeng, on=D, by=None)
    land.again()
    assert land.building.path == f"{land.changfeng.path}{land.zhonghao.pk}/{land.estate.pk}/{land.building.pk}/"
    assert land.building.subdistrict == land.changfeng
    assert (land.zhonghao.parent_on(BEFORE), land.zhonghao.parent_on(D)) == (land.wanli, land.changfeng)
    assert land.building not in Place.objects.under(land.wanli)
    assert land.building in Place.objects.under(land.wanli, on=BEFORE)
    assert land.building not in Place.objects.under(land.changfeng, on=BEFORE)
    assert land.wanli in Place.objects.under(land.wanli, on=BEFORE)
    assert set(Place.objects.under(land.zhonghao, on=BEFORE)) == {land.zhonghao, land.estate, land.lane, land.building}
    assert set(Place.objects.under(land.district, on=BEFORE)) == set(Place.objects.under(land.district))


def test_moving_a_subtree_is_one_statement_however_large(land, django_assert_max_num_queries):
    Place.objects.plant([Place(level=Level.BUILDING, parent=land.estate, name=f"{n}号楼") for n in range(2, 60)])
    with django_assert_max_num_queries(12):
        land.zhonghao.move(to=land.changfeng, on=D, by=None)
    assert Place.objects.under(land.changfeng).at_level(Level.BUILDING).count() == 59


@pytest.mark.parametrize("to", ["estate", "zhonghao", "mingxuan"])
def test_a_place_cannot_move_below_itself_or_sideways(land, to):
    with pytest.raises(RegisterProblem):
        land.zhonghao.move(to=getattr(land, to), on=D, by=None)


def test_a_split_place_ends_and_its_children_go_where_they_are_told(land):
    first, second = land.zhonghao.split(
        into=[("310107021018", "中浩云第一居委会"), ("310107021019", "中浩云第二居委会")],
        children={"310107021019": [land.lane]}, on=D, by=None,
    )  # fmt: skip
    land.again()
    assert (land.zhonghao.until, first.since) == (D, D)
    assert land.building.neighbourhood == first
    assert land.lane.neighbourhood == second
    assert land.zhonghao in Place.objects.as_of(BEFORE)
    assert first not in Place.objects.as_of(BEFORE)
    assert {first, second} < set(Place.objects.as_of(D))
    assert land.zhonghao not in Place.objects.as_of(D)
    assert land.building in Place.objects.under(land.zhonghao, on=BEFORE)
    assert set(Succession.objects.values_list("old", "new", "kind")) == {
        (land.zhonghao.pk, first.pk, "split"), (land.zhonghao.pk, second.pk, "split"),
    }  # fmt: skip
    assert verbs() == ["place.split"]


def test_one_of_the_parts_may_keep_the_code(land):
    parts = land.zhonghao.split(into=[("310107021008", "甲居委会"), ("310107021018", "乙居委会")], on=D, by=None)
    assert Place.objects.by_code("310107021008") == parts[0]
    assert Place.objects.by_code("310107021008", on=BEFORE) == land.zhonghao


def test_a_merged_place_gives_everything_to_the_other(land):
    land.mingxuan.merge_into(other=land.zhonghao, on=D, by=None)
    land.zhonghao.merge_into(other=land.shida, on=AFTER, by=None)
    land.again()
    assert (land.mingxuan.until, land.zhonghao.until) == (D, AFTER)
    assert land.building.neighbourhood == land.shida
    assert land.building.path.startswith(land.shida.path)
    assert verbs() == ["place.merge", "place.merge"]


def test_namesakes_below_merged_places_become_one(land):
    twin = Place.objects.create(level=Level.ESTATE, parent=land.mingxuan, name="中浩云苑")
    same = Place.objects.create(level=Level.BUILDING, parent=twin, name="1号楼", address="富平路18弄1号")
    other = Place.objects.create(level=Level.BUILDING, parent=twin, name="2号楼", address="富平路18弄2号")
    land.mingxuan.merge_into(other=land.zhonghao, on=D, by=None)
    other.refresh_from_db()
    assert other.parent == land.estate
    successions = set(Succession.objects.values_list("old", "new"))
    assert {(twin.pk, land.estate.pk), (same.pk, land.building.pk)} < successions
    assert Place.objects.under(land.zhonghao).current().filter(level=Level.BUILDING).count() == 2


def test_a_place_merges_only_into_an_open_one_of_its_level(land):
    for other in (land.zhonghao, land.wanli, land.estate):
        with pytest.raises(RegisterProblem):
            land.zhonghao.merge_into(other=other, on=D, by=None)
    land.mingxuan.close(on=BEFORE, by=None)
    with pytest.raises(RegisterProblem):
        land.zhonghao.merge_into(other=land.mingxuan, on=D, by=None)


def test_closing_a_place_closes_everything_below(land):
    land.wanli.close(on=D, by=None)
    assert set(Place.objects.as_of(D)) == {land.district, land.changfeng, land.shida}
    assert land.building in Place.objects.as_of(BEFORE)
    with pytest.raises(RegisterProblem, match="不在登记册中"):
        Place.objects.get(pk=land.wanli.pk).close(on=D, by=None)


def test_nothing_can_end_before_what_is_below_it_began(land):
    Place.objects.create(level=Level.ESTATE, parent=land.mingxuan, name="新苑", since=AFTER)
    with pytest.raises(RegisterProblem, match="新苑"):
        land.mingxuan.close(on=D, by=None)
    assert Place.objects.get(pk=land.mingxuan.pk).until is None


def test_a_refused_change_leaves_no_trace(land):
    with pytest.raises(RegisterProblem):
        land.zhonghao.split(into=[("310107021018", "甲"), ("310107021009", "乙")], on=D, by=None)
    assert Place.objects.get(pk=land.zhonghao.pk).until is None
    assert (Place.objects.filter(name="甲").exists(), verbs()) == (False, [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "planet"},
        {"mode": "war"},
        {"datum": "mars"},
        {"since": D, "until": D},
        {"longitude": 121},
        {"level": Level.NEIGHBOURHOOD, "parent": None},
        {"code": "310107021008"},
        {"level": Level.ESTATE, "name": "中浩云苑"},
        {"level": Level.BUILDING, "short_code": "taken", "address": "x"},
    ],
)
def test_the_database_holds_what_a_place_is(land, wrong):
    fields = {"level": Level.NEIGHBOURHOOD, "parent": land.zhonghao, "name": "新", **wrong}
    if fields.get("short_code"):
        fields["short_code"] = land.building.short_code
    with pytest.raises(IntegrityError), transaction.atomic():
        Place.objects.create(**fields)


def test_an_ended_place_frees_its_code_and_name(land):
    land.zhonghao.close(on=D, by=None)
    again = Place.objects.create(level=Level.NEIGHBOURHOOD, parent=land.wanli, name="新", code="310107021008", since=D)
    assert Place.objects.by_code("310107021008") == again


def test_each_building_has_a_short_code_one_can_read_out(land):
    assert len(land.building.short_code) == 6
    assert not set(land.building.short_code) & set("01ILOU")
    typed = f" {land.building.short_code[:3].lower()} {land.building.short_code[3:]}"
    assert Place.objects.by_short_code(typed) == land.building
    assert Place.objects.by_short_code("nonsense") is None
    assert land.estate.short_code is None
