from django.db import connection
from django.db.models import F

from tongxin.places.models import Level, Place


def plan(queryset) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # the table of a test is too small to be worth an index
    return queryset.order_by().explain()


def test_under_is_the_place_itself_and_everything_below(land):
    assert set(Place.objects.under(land.zhonghao)) == {land.zhonghao, land.estate, land.lane, land.building}
    assert set(Place.objects.under(land.district)) == set(Place.objects.all())
    assert list(Place.objects.under(land.building)) == [land.building]


def test_a_path_that_only_begins_alike_is_not_below(land):
    twin = Place.objects.create(level=Level.DISTRICT, name="另一区")
    Place.objects.filter(pk=twin.pk).update(path=land.district.path[:-1] + "9/")  # "/1/" and "/19/"
    assert twin not in Place.objects.under(land.district)


def test_within_several_places_counts_each_row_once(land):
    found = Place.objects.within([land.zhonghao, land.estate, land.shida])
    assert sorted(place.pk for place in found) == sorted(
        place.pk for place in (land.zhonghao, land.estate, land.lane, land.building, land.shida)
    )
    assert not Place.objects.within([])


def test_under_works_through_a_join_and_against_another_column(land):
    assert set(Place.objects.filter(parent__path__under=land.estate.path)) == {land.building}
    assert Place.objects.filter(path__under=F("parent__path")).count() == Place.objects.exclude(parent=None).count()


def test_under_is_a_range_on_the_index(land):
    said = plan(Place.objects.under(land.zhonghao))
    if connection.vendor == "postgresql":
        assert "Index" in said
        assert "~>=~" in said
    else:
        assert "SEARCH" in said
        assert "path>? AND path<?" in said


def test_red_twin_a_plain_prefix_reads_the_whole_table_on_sqlite(land):
    said = plan(Place.objects.filter(path__startswith=land.zhonghao.path))
    assert ("SCAN" in said) == (connection.vendor == "sqlite")


def test_ancestors_cost_one_query_and_a_list_of_them_one_more(land, django_assert_num_queries):
    building = Place.objects.get(pk=land.building.pk)
    with django_assert_num_queries(1):
        above = (building.estate, building.neighbourhood, building.subdistrict, building.district)
        assert above == (land.estate, land.zhonghao, land.wanli, land.district)
    with django_assert_num_queries(2):
        labels = [place.label for place in Place.objects.all().with_ancestors()]
    assert len(labels) == 9


def test_labels_tell_namesakes_apart(land):
    assert land.district.label == "普陀区"
    assert land.wanli.label == "万里街道"
    assert land.zhonghao.label == "万里街道·中浩云居委会"
    assert land.building.label == "万里街道·中浩云居委会·富平路18弄1号"
    assert land.building.whereabouts == "万里街道·中浩云居委会·中浩云苑"
    assert land.wanli.ancestor(Level.BUILDING) is None
    assert land.building.is_under(land.wanli)
    assert not land.wanli.is_under(land.building)
