"""The columns of a roster: what offices call them, and which words stand for which post."""

import re

from tongxin.access.policy import Role
from tongxin.sheets.problems import SheetProblem
from tongxin.sheets.tables import Table, find_table

REQUIRED = {
    "name": ["姓名", "名字", "人员姓名"],
    "phone": ["联系电话", "手机号", "手机号码", "手机", "电话", "联系方式", "电话号码"],
    "neighbourhood": ["居村", "居委", "居委会", "居民区", "所属居村", "居村名称", "村居", "社区"],
}
OPTIONAL = {
    "subdistrict": ["街镇", "街道", "街道镇", "所属街镇", "街镇名称", "乡镇"],
    "estate": ["小区", "小区名称", "所在小区"],
    "address": ["楼栋地址", "楼栋", "楼号", "地址", "住址", "居住地址"],
    "kind": ["人员类别", "类别", "身份", "人员类型"],
    "employer": ["工作单位", "单位", "所在单位"],
    "skills": ["技能特长", "特长", "技能", "专长"],
    "times": ["可服务时间", "服务时间", "可服务时段"],
    "since": ["入队日期", "加入日期", "入队时间", "加入时间"],
    "squad": ["所在分队", "分队", "所属分队"],
    "post": ["职务", "队内职务", "担任职务"],
    "note": ["备注", "说明"],
    "number": ["序号", "编号"],
}
#: What a person may choose a column for when the file words its headers otherwise.
LABELS = {key: words[0] for key, words in {**REQUIRED, **OPTIONAL}.items()}

#: 职务 → the role it gives, and whether it holds at the building (else at the 居村).
POSTS = {
    "队长": (Role.CAPTAIN, False),
    "分队长": (Role.SQUAD_LEADER, False),
    "楼组长": (Role.RESIDENT_LEADER, True),
    "线上楼长": (Role.ONLINE_LEADER, True),
}
NO_POST = frozenset({"", "队员", "成员", "无"})

_NUMERALS = "零一二三四五六七八九"
_SQUAD = re.compile(r"第?\s*([一二三四五六七八九十]+|\d{1,2})\s*(?:分队|小队|队|组)?")


def find_roster(workbook, mapping=None) -> Table:
    """The roster's table. Raises SheetProblem: "no_table", or "missing_column" naming what is missing."""
    table = locate(workbook, mapping)
    if table.missing:
        raise SheetProblem("missing_column", table.missing_message(REQUIRED))
    return table


def locate(workbook, mapping=None) -> Table:
    """The roster's table as far as it is there; `missing` and `unmapped` say what a person still has to point out."""
    return find_table(workbook, REQUIRED, OPTIONAL, mapping)


def point_out(table: Table, mapping: dict[str, str]) -> None:
    """Let a person's choice of columns hold: {"name": "人员"}; headers that are not in the file are passed over."""
    for key, header in mapping.items():
        if key in LABELS and header in table.unmapped:
            table.columns[key], table.headers[key] = table.header.index(header), header
            table.unmapped.remove(header)
    table.missing = [key for key in REQUIRED if key not in table.columns]
    fill(table)


def fill(table: Table) -> None:
    """Make the rows by key again from the whole rows."""
    pairs = list(table.columns.items())
    table.rows = [
        (number, {key: row[at] if at < len(row) else "" for key, at in pairs}) for number, row in table.cells.items()
    ]


def numeral(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十 (up to 99)."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _NUMERALS[tens]) + "十" if tens else ""
    return head + (_NUMERALS[ones] if ones or not tens else "")


def _count(words: str) -> int:
    if words.isdigit():
        return int(words)
    tens, ten, ones = words.rpartition("十")
    return (_NUMERALS.find(tens) if tens else 1) * 10 * bool(ten) + (_NUMERALS.find(ones) if ones else 0)


def squad_name(text: str) -> str:
    """How a squad is called whoever wrote it: "1分队", "一分队", "第一分队" → "第一分队"; other names stay."""
    match = _SQUAD.fullmatch(text)
    return f"第{numeral(_count(match[1]))}分队" if match else text


def squad_order(name: str) -> tuple[int, str]:
    """Lower squads first: 第二分队 before 第十分队, named ones last."""
    match = _SQUAD.fullmatch(name)
    return (_count(match[1]) if match else 1_000, name)
