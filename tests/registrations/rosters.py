"""Rosters for the tests: small workbooks made here, and the district's own file."""

import io
from pathlib import Path

import xlsxwriter

from tongxin.registrations.roster.check import check_roster
from tongxin.registrations.roster.columns import find_roster
from tongxin.registrations.roster.load import load
from tongxin.registrations.roster.models import RosterImport
from tongxin.sheets.reading import read_workbook
from tongxin.workflow.transitions import CLOCK

PUTUO = Path(__file__).parents[2] / "demo" / "putuo"
HEADER = "序号 姓名 联系电话 街镇 居村 小区 楼栋地址 人员类别 工作单位 技能特长 可服务时间 入队日期 所在分队 职务 备注".split()
GOOD = {
    "姓名": "白洋", "联系电话": "19910001001", "街镇": "万里街道", "居村": "中浩云居委会", "小区": "中浩云苑",
    "楼栋地址": "富平路18弄1号", "人员类别": "在职党员", "工作单位": "某某科技有限公司", "技能特长": "医护", "可服务时间": "周末",
    "入队日期": "2022-05-04", "所在分队": "第一分队", "职务": "队员", "备注": "",
}  # fmt: skip


def row(**changes):
    return GOOD | changes


def people(count, **changes):
    """So many different good rows."""
    return [row(姓名=f"白{chr(0x4E00 + n)}", 联系电话=f"1991000{1100 + n}", **changes) for n in range(count)]


def workbook(rows, *, header=HEADER, title="第二梯队人员基本信息登记表", formulas=()) -> bytes:
    """A workbook as an office makes it: title, note, header, rows, total. `formulas`: {(row, column): formula}."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("名册")
    sheet.write_string(0, 0, title)
    sheet.write_string(1, 0, "填表说明:联系电话为必填")
    for column, name in enumerate(header):
        sheet.write_string(2, column, name)
    for line, cells in enumerate(rows):
        for column, name in enumerate(header):
            value = line + 1 if name == "序号" else cells.get(name, "")
            (sheet.write_string if isinstance(value, str) else sheet.write)(3 + line, column, value)
    for (line, column), formula in dict(formulas).items():
        sheet.write_formula(3 + line, header.index(column), formula, None, "19910001001")
    sheet.write_string(3 + len(rows), 0, "合计")
    sheet.write_number(3 + len(rows), 1, len(rows))
    book.close()
    return target.getvalue()


def checked(rows, place, **more):
    """The verdict on rows, through a real workbook."""
    return check_roster(find_roster(read_workbook(workbook(rows, **more), "名册.xlsx")), place=place)


def bring_in(rows, place, *, by=None) -> RosterImport:
    """Import rows as the command does."""
    check = checked(rows, place)
    job = RosterImport(place=place, by=by, filename="名册.xlsx")
    job.count(check)
    job.save()
    job.confirm(by=CLOCK, queue=False)
    load(job, check, by=by)
    return job
