import datetime as dt
import io
import json
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tongxin.journal.models import Event
from tongxin.places.divisions import import_places
from tongxin.places.models import Level, Place
from tongxin.sheets.problems import SheetProblem

PUTUO = settings.BASE_DIR / "demo" / "putuo"
D, BEFORE = dt.date(2024, 7, 1), dt.date(2024, 6, 30)
FIRST = (
    "code,name,parent_code,level\r\n310107,普陀区,3101,district\r\n310107021,万里街道,310107,subdistrict\r\n"
    "310107021008,中浩云居委会,310107021,neighbourhood\r\n310107021009,万里名轩居委会,310107021,neighbourhood\r\n"
)
SECOND = (
    "code,name,parent_code,level\r\n310107,普陀区,3101,district\r\n310107021,万里街道,310107,subdistrict\r\n"
    "310107021008,中浩云社区居委会,310107021,neighbourhood\r\n310107021010,新建居委会,310107021,neighbourhood\r\n"
)


def counts(report, *names):
    return tuple(report.counts[name] for name in names or ("imported", "known", "renamed", "closed", "missing"))


def test_the_real_register_of_the_demo(putuo):
    levels = [Place.objects.current().at_level(level).count() for level in Level.values]
    assert levels == [1, 10, 285, 703, 6285]
    assert putuo.places.as_dict()["errors"] == putuo.buildings.as_dict()["errors"] == 0
    assert Place.objects.by_code("310107102034").label == "长征镇·象源丽都居委会"
    assert {place.edition for place in Place.objects.at_level(Level.NEIGHBOURHOOD)} == {"2023-06-30"}
    assert Place.objects.filter(since=None).count() == Place.objects.count()
    again = import_places(PUTUO / "places.csv")
    assert counts(again, "imported", "known", "missing") == (0, 296, 0)
    assert list(Event.objects.values_list("verb", flat=True)) == [
        "place.import",
        "place.import_buildings",
        "place.import",
    ]


def test_a_later_edition_renames_adds_and_reports_what_is_missing(csv, db):
    import_places(csv(FIRST))
    report = import_places(csv(SECOND), valid_from=D, edition="2024-06-30")
    assert counts(report) == (1, 2, 1, 0, 1)
    assert report.as_dict()["missing_places"] == [{"code": "310107021009", "name": "万里名轩居委会"}]
    old = Place.objects.by_code("310107021008")
    assert (old.name, old.name_on(BEFORE)) == ("中浩云社区居委会", "中浩云居委会")
    assert Place.objects.by_code("310107021010").since == D
    assert Place.objects.by_code("310107021009").until is None
    assert Place.objects.as_of(BEFORE).count() == 4
    assert Place.objects.as_of(D).count() == 5
    assert list(Event.objects.values_list("verb", flat=True)) == ["place.import", "place.rename", "place.import"]


def test_running_either_edition_again_changes_nothing(csv, db):
    first, second = csv(FIRST), csv(SECOND)
    import_places(first)
    import_places(second, valid_from=D, close_missing=True)
    state = list(Place.objects.values("pk", "name", "code", "path", "since", "until"))
    assert counts(import_places(second, valid_from=D, close_missing=True)) == (0, 4, 0, 0, 0)
    assert counts(import_places(first))[:4] == (0, 4, 0, 0)
    assert list(Place.objects.values("pk", "name", "code", "path", "since", "until")) == state


def test_missing_places_are_closed_only_when_asked(csv, db):
    import_places(csv(FIRST))
    report = import_places(csv(SECOND), valid_from=D, close_missing=True)
    assert counts(report, "missing", "closed") == (1, 1)
    gone = Place.objects.get(code="310107021009")
    assert (gone.until, gone in Place.objects.as_of(BEFORE), gone in Place.objects.as_of(D)) == (D, True, False)


def test_a_name_since_ever_is_a_correction(csv, db):
    import_places(csv(FIRST))
    report = import_places(csv(FIRST.replace("中浩云", "中皓云")))
    assert counts(report)[:3] == (0, 3, 1)
    place = Place.objects.by_code("310107021008")
    assert (place.name, place.name_on(BEFORE)) == ("中皓云居委会", "中皓云居委会")


def test_a_name_since_ever_does_not_overwrite_history(csv, db):
    import_places(csv(FIRST))
    import_places(csv(SECOND), valid_from=D)
    report = import_places(csv(FIRST.replace("中浩云", "中皓云")))
    assert [row["code"] for row in report.as_dict()["error_rows"]] == ["has_history"]


def test_an_older_edition_taken_in_later_extends_a_place_backwards(csv, db):
    import_places(csv(FIRST), valid_from=D)
    report = import_places(csv(FIRST), valid_from=dt.date(2020, 1, 1))
    assert counts(report) == (0, 4, 0, 0, 0)
    assert Place.objects.as_of(dt.date(2020, 1, 1)).count() == 4


def test_a_place_that_moved_between_editions_keeps_its_history(csv, db):
    import_places(csv(FIRST))
    other = "310107014,长风新村街道,310107,subdistrict\r\n"
    moved = FIRST.replace("中浩云居委会,310107021,", "中浩云居委会,310107014,") + other
    report = import_places(csv(moved), valid_from=D)
    assert counts(report, "imported", "known", "moved") == (1, 3, 1)
    place = Place.objects.by_code("310107021008")
    assert (place.subdistrict.name, place.parent_on(BEFORE).name) == ("长风新村街道", "万里街道")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings_of_offices(csv, db, encoding):
    assert counts(import_places(csv(FIRST, encoding)))[0] == 4


def test_padded_codes_chinese_headers_and_any_order_of_rows(csv, db):
    text = (
        "代码,名称,上级代码,级别\n310107021008,中浩云居委会,310107021000,居村\n"
        "310107021000,万里街道,310107000000,街镇\n310107000000,普陀区,310100000000,区\n"
    )
    assert counts(import_places(csv(text)))[0] == 3
    assert Place.objects.by_code("310107021008").label == "万里街道·中浩云居委会"


def test_bad_rows_are_listed_with_row_column_and_reason_and_the_others_taken(csv, db):
    text = FIRST + (
        ",无代码居委会,310107021,neighbourhood\r\n31010702101x,甲,310107021,neighbourhood\r\n"
        "310107021011,,310107021,neighbourhood\r\n310107021008,又一个,310107021,neighbourhood\r\n"
        "310107099001,乙,310107099,neighbourhood\r\n310107021012,丙,310107021,subdistrict\r\n"
        "310108,丁,5,district\r\n3.10107E+11,戊,310107021,neighbourhood\r\n310107021013,己,310107,neighbourhood\r\n"
    )
    report = import_places(csv(text)).as_dict()
    assert [(row["row"], row["column"], row["code"]) for row in report["error_rows"]] == [
        (6, "code", "no_code"),
        (7, "code", "bad_code"),
        (8, "name", "no_name"),
        (9, "code", "duplicate"),
        (10, "parent_code", "unknown_parent"),
        (11, "level", "bad_level"),
        (12, "parent_code", "unknown_parent"),
        (13, "code", "bad_code"),
        (14, "parent_code", "unknown_parent"),
    ]
    assert all("请" in row["reason"] or "应" in row["reason"] for row in report["error_rows"])
    assert (report["rows"], report["imported"], report["errors"]) == (13, 4, 9)


def test_an_unreadable_file_changes_nothing(csv, db):
    with pytest.raises(SheetProblem, match="缺少“code”列"):
        import_places(csv("名称,别的,第三\n普陀区,1,2\n"))
    with pytest.raises(CommandError, match="PDF"):
        call_command("import_places", csv("%PDF-1.4"))
    assert not Place.objects.exists()


def fails_in_the_middle(self, codes, *, close):
    raise OSError("in the middle")


def test_a_failure_in_the_middle_leaves_nothing(csv, db, monkeypatch):
    monkeypatch.setattr("tongxin.places.divisions._Intake.missing", fails_in_the_middle)
    with pytest.raises(OSError, match="in the middle"):
        import_places(csv(FIRST))
    assert not Place.objects.exists()


def test_red_twin_without_the_transaction_half_of_it_stays(csv, db, monkeypatch):
    monkeypatch.setattr("tongxin.places.divisions._Intake.missing", fails_in_the_middle)
    monkeypatch.setattr("tongxin.places.divisions.transaction", SimpleNamespace(atomic=nullcontext))
    with pytest.raises(OSError, match="in the middle"):
        import_places(csv(FIRST))
    assert Place.objects.exists()


def test_the_command_prints_json_alone_and_seals_its_events(csv, db):
    out = io.StringIO()
    call_command("import_places", csv(FIRST), json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert list(report)[:7] == ["rows", "imported", "known", "renamed", "moved", "closed", "missing"]
    assert not Event.objects.filter(seal=None).exists()


def test_the_command_says_in_chinese_what_it_did(csv, db):
    out = io.StringIO()
    call_command("import_places", csv(FIRST + ",甲,310107021,\n"), stdout=out)
    assert "新增4" in out.getvalue()
    assert "第6行“code”：没有代码，请补填" in out.getvalue()


def test_a_whole_city_is_taken_in_with_few_queries(csv, db, django_assert_max_num_queries):
    lines = ["code,name,parent_code,level"]
    for district in range(101, 117):
        lines.append(f"310{district},第{district}区,31,district")
        for street in range(1, 6):
            lines.append(f"310{district}00{street},第{street}街道,310{district},subdistrict")
            lines += [
                f"310{district}00{street}{unit:03d},第{unit}居委会,310{district}00{street},neighbourhood"
                for unit in range(1, 9)
            ]
    file = csv("\n".join(lines))
    with django_assert_max_num_queries(60):
        report = import_places(file)
    assert counts(report)[0] == 16 + 80 + 640
    with django_assert_max_num_queries(30):
        assert counts(import_places(file))[:2] == (0, 736)
