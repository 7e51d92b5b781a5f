"""Taking in a list of divisions (区 → 街镇 → 居村 with their official codes), once or edition by edition."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from tongxin.journal.models import record
from tongxin.sheets.cells import is_formula, text

from .models import DEPTH, Level, Place, PlaceVersion, bring_up_to_date
from .problems import RegisterProblem
from .reports import Report, RowProblem, table_of
from .spelling import division_code

REQUIRED = {
    "code": ["code", "代码", "区划代码", "统计用区划代码", "行政区划代码", "居村代码"],
    "name": ["name", "名称", "区划名称", "单位名称"],
}
OPTIONAL = {
    "parent": ["parent_code", "上级代码", "父级代码", "上级区划代码"],
    "level": ["level", "级别", "层级"],
}
LEVELS = {6: Level.DISTRICT, 9: Level.SUBDISTRICT, 12: Level.NEIGHBOURHOOD}
WORDS = {
    "rows": "共读取", "imported": "新增", "known": "已有", "renamed": "更名", "moved": "改隶属", "closed": "撤销",
    "missing": "文件中没有而登记册中有",
}  # fmt: skip


@dataclass
class Row:
    number: int
    code: str
    name: str
    parent_code: str
    level: str


def import_places(file, *, valid_from=None, edition="", close_missing=False, by=None) -> Report:
    """Take in a list of divisions as valid from that day on (None: since ever), all in one transaction.

    A code already in the register with the same name is known; with another name it is renamed from that day on, the old
    name stays in the history; a new code is a new place from that day on. Places of the same districts that the list
    does not have are counted as missing and, with `close_missing`, closed that day (without one: today).
    Rows that cannot be taken are left out and listed. Raises SheetProblem when the file cannot be read.
    """
    table = table_of(file, REQUIRED, OPTIONAL)
    names = ("rows", "imported", "known", "renamed", "moved", "closed", "missing")
    report = Report(dict.fromkeys(names, 0), headers=table.headers)
    report.counts["rows"] = len(table.rows)
    with transaction.atomic():
        bring_up_to_date()
        rows = _rows(table, report)
        intake = _Intake(report, valid_from, edition, by)
        for level in LEVELS.values():
            intake.take(level, [row for row in rows if row.level == level])
        codes = {division_code(text(cells["code"])) for _, cells in table.rows}
        intake.missing(codes, close=close_missing)
        intake.journal(codes)
    return report


def _rows(table, report) -> list[Row]:
    seen: dict[str, int] = {}
    rows = []
    for number, cells in table.rows:
        try:
            row = _row(number, cells)
            if row.code in seen:
                raise RowProblem("code", "duplicate", f"代码{row.code}与第{seen[row.code]}行重复，请保留一行")
        except RowProblem as problem:
            report.refuse(number, problem)
            continue
        seen[row.code] = number
        rows.append(row)
    return rows


def _row(number, cells) -> Row:
    for key, cell in cells.items():
        if is_formula(cell):
            raise RowProblem(key, "formula", "这一格是公式，请改为数值或文字后再导入")
    code, name = division_code(text(cells["code"])), text(cells["name"])
    if not code:
        raise RowProblem("code", "no_code", "没有代码，请补填")
    if not (code.isascii() and code.isdigit() and len(code) in LEVELS):
        raise RowProblem(
            "code", "bad_code", f"“{code[:30]}”不是6位、9位或12位数字代码，请核对（长数字请按文本格式填写）"
        )
    if not name:
        raise RowProblem("name", "no_name", "没有名称，请补填")
    if len(name) > 100:
        raise RowProblem("name", "long_name", "名称超过100个字，请缩短")
    level = LEVELS[len(code)]
    told = text(cells.get("level", "")).lower()
    if told and told not in (level.value, level.label, *_LEVEL_WORDS[level]):
        raise RowProblem("level", "bad_level", f"{len(code)}位代码应是{level.label}，表中写的是“{told[:20]}”，请核对")
    parent_code = division_code(text(cells.get("parent", ""))) or code[:-3]
    return Row(number, code, name, parent_code, level)


_LEVEL_WORDS = {
    Level.DISTRICT: ("区县", "县", "县级"),
    Level.SUBDISTRICT: ("街道", "镇", "乡", "乡镇", "乡级"),
    Level.NEIGHBOURHOOD: ("居委会", "村委会", "居委", "村", "社区", "村级"),
}


class _Intake:
    """One run over the register: what it holds is read once, so that a whole city takes seconds."""

    def __init__(self, report, valid_from, edition, by):
        self.report, self.on, self.edition, self.by = report, valid_from, edition, by
        places = list(Place.objects.at_level(*LEVELS.values()).order_by("path"))
        self.places = {place.pk: place for place in places}
        self.versions: dict[int, list[PlaceVersion]] = {}
        for version in PlaceVersion.objects.filter(place__level__in=LEVELS.values()):
            self.versions.setdefault(version.place_id, []).append(version)
        self.by_code: dict[str, Place] = {}
        for place in sorted(places, key=lambda place: place.until is None):  # one still open wins over one that ended
            if (state := self.state(place)) is not None:
                self.by_code[state["code"]] = place
        self.planted: Counter[int] = Counter()  # district → how many new places

    def state(self, place) -> dict | None:
        """Name, code and parent on the day of the list; for a list valid since ever: the earliest known ones."""
        versions = self.versions.get(place.pk, [])
        if self.on is None:
            held = versions[0] if versions else place
        elif not place.is_valid_on(self.on):
            return None
        else:
            held = next((each for each in versions if _holds(each, self.on)), place)
        return {"name": held.name, "code": held.code, "parent": held.parent_id}

    def take(self, level, rows):
        new = []
        for row in rows:
            try:
                place = self._take(level, row)
            except RowProblem as problem:
                self.report.refuse(row.number, problem)
            except RegisterProblem as problem:
                self.report.refuse(row.number, RowProblem("name", problem.code, problem.message))
            else:
                if place is not None:
                    new.append(place)
        Place.objects.plant(new)
        for place in new:
            self.places[place.pk] = place
            self.by_code[place.code] = place
            self.planted[int(place.path.split("/")[1])] += 1
        self.report.counts["imported"] += len(new)

    def _take(self, level, row) -> Place | None:
        """A new place to plant, or None when the register has it (renamed or moved as the list says)."""
        parent = self._parent(level, row)
        place = self.by_code.get(row.code)
        if place is None:
            if (later := self._begins_later(row)) is not None:
                return self._since_earlier(later, row)
            return Place(
                level=level, parent=parent, code=row.code, name=row.name, since=self.on, edition=self.edition
            )  # fmt: skip
        was = self.state(place)
        renamed, moved = was["name"] != row.name, was["parent"] != (parent and parent.pk)
        if renamed and self.on is None:
            place.correct(name=row.name, by=self.by, edition=self.edition)
        elif renamed:
            place.rename(name=row.name, on=self.on, by=self.by, edition=self.edition)
        if moved and parent is not None:
            if self.on is None:
                raise RowProblem(
                    "parent", "other_parent", f"“{row.name}”已登记在别处，请用 --valid-from 写明从哪一天起改隶属"
                )
            place.move(to=parent, on=self.on, by=self.by, edition=self.edition)
            self.report.counts["moved"] += 1
        self.report.counts["renamed" if renamed else "known"] += 1 if renamed or not moved else 0
        return None

    def _parent(self, level, row) -> Place | None:
        if level == Level.DISTRICT:
            if len(row.parent_code) not in (2, 4):
                raise RowProblem(
                    "parent", "unknown_parent", f"区的上级应是2位或4位代码，表中是“{row.parent_code[:30]}”"
                )
            return None
        parent = self.by_code.get(row.parent_code)
        if parent is None or DEPTH[parent.level] != DEPTH[level] - 1:
            raise RowProblem("parent", "unknown_parent", f"上级代码{row.parent_code[:30]}不在登记册中，请先补上这一行")
        return parent

    def _begins_later(self, row) -> Place | None:
        open_ones = (place for place in self.places.values() if place.code == row.code and place.until is None)
        return next(open_ones, None) if self.on is not None else None

    def _since_earlier(self, place, row) -> None:
        """An older list, taken in late, has a place that the register knew only from a later day on."""
        if place.name != row.name or place.since is None or self.versions.get(place.pk):
            raise RowProblem("code", "code_taken", f"代码{row.code}之后由“{place.name}”使用，请先核对沿革")
        place.since = self.on
        place.save(update_fields=["since"])
        self.by_code[row.code] = place
        self.report.counts["known"] += 1

    def missing(self, codes, *, close):
        day = self.on or timezone.localdate()
        roots = tuple(place.path for place in self._districts(codes))
        gone = []
        for place in sorted(self.places.values(), key=lambda place: place.path):
            if not place.path.startswith(roots) or not place.is_valid_on(day):
                continue
            state = self.state(place)
            if state and state["code"] not in codes:
                gone.append(place)
        self.report.counts["missing"] = len(gone)
        self.report.listed["missing_places"] = [{"code": place.code, "name": place.name} for place in gone]
        closed = ()
        for place in gone if close else ():
            if not place.path.startswith(closed or ("none",)):  # closing a place closes all below it
                place.close(on=day, by=self.by, reason="不在新一版名录中")
                closed += (place.path,)
            self.report.counts["closed"] += 1

    def journal(self, codes):
        """One event for each district the list speaks of."""
        facts = {
            **self.report.counts,
            "errors": len(self.report.error_rows),
            "edition": self.edition,
            "on": self.on.isoformat() if self.on else None,
        }
        for district in self._districts(codes):
            planted = self.planted[district.pk]
            record("place.import", subject=district, by=self.by, place=district, facts={**facts, "planted": planted})

    def _districts(self, codes) -> list[Place]:
        named = {code[:6] for code in codes}
        return [place for code, place in self.by_code.items() if place.level == Level.DISTRICT and code in named]


def _holds(version, day) -> bool:
    return (version.since is None or version.since <= day) and (version.until is None or day < version.until)
