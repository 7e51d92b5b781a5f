"""Cells no office types by hand: control characters, turned-round writing, formulas, endless words. Rows come in clean or stay out."""

import io
import re
import zipfile

import pytest

from tests.registrations.rosters import bring_in, checked, row, workbook
from tongxin.registrations.roster import store, work
from tongxin.registrations.roster.columns import locate
from tongxin.registrations.roster.pages import bad_rows
from tongxin.sheets import cells
from tongxin.sheets.problems import CellProblem
from tongxin.sheets.reading import read_workbook
from tongxin.teams.models import Membership

STRANGE = "医\0护\x01\u202e\u200b"
LONG = "长" * 3_000


@pytest.mark.parametrize(
    "words", [STRANGE, LONG, "=1+1", "٣", "\ufdfa" * 40], ids=["strange", "long", "formula", "digits", "expanding"]
)
def test_strange_cells_are_imported_clean(world, words):
    """On PostgreSQL one NUL would have ended the whole import."""
    texts = dict.fromkeys(["小区", "楼栋地址", "工作单位", "技能特长", "可服务时间", "所在分队", "职务", "备注"], words)
    job = bring_in([row(姓名=f"白{STRANGE}洋", **texts)], world.subdistrict)
    assert job.imported == 1
    member = Membership.objects.get(person__registrations__imported_by=job)
    assert member.person.name == "白医护洋" and "\0" not in member.skills + member.times + member.squad.name


def test_red_twin_the_strange_would_have_come_in(world, monkeypatch):
    monkeypatch.setattr(cells, "UNSEEN", re.compile("(?!)"))
    assert "\0" in checked([row(技能特长=STRANGE)], world.subdistrict).rows[0].skills


@pytest.mark.parametrize("column", ["姓名", "联系电话", "街镇", "居村", "人员类别", "入队日期", "职务"])
@pytest.mark.parametrize("words", [STRANGE, LONG, "<script>", "-1e400", "9" * 400])
def test_strange_words_where_it_matters_are_named(world, column, words):
    check = checked([row(**{column: words})], world.subdistrict)
    assert check.counts()["rows"] == 1 and all(len(problem.reason) < 200 for problem in check.rows[0].problems)


@pytest.mark.parametrize("number", [float("inf"), float("nan"), -1e308])
def test_a_number_that_is_none_is_no_date(number):
    with pytest.raises(CellProblem):
        cells.parse_date(number)


def test_the_rows_to_mend_hold_no_formula_and_no_link(world):
    for start in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "http://example.invalid", '=HYPERLINK("x")'):
        table = locate(read_workbook(workbook([row(姓名=start, 居村="没有的地方", 备注=start)]), "名册.xlsx"))
        job = work.take_in(table, filename=f"../../{start}\r\nX: y.xlsx", place=world.subdistrict, by=world.shen)
        package = zipfile.ZipFile(io.BytesIO(bad_rows(job)))
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "hyperlink" not in sheet.lower()
        assert (
            "\n"
            not in world.client(world.shen).get(f"/registrations/imports/{job.pk}/bad-rows/")["Content-Disposition"]
        )
        assert store.load(job.uid) is not None  # kept under its own number, whatever the file was called
