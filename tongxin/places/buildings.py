"""Taking in a list of buildings with their estates: 居村代码, 小区, 地址, 楼栋, and what else is known of them."""

from collections import Counter
from decimal import Decimal, InvalidOperation

from django.db import transaction

from tongxin.journal.models import record
from tongxin.sheets.cells import is_formula, text

from .models import Datum, Level, Place
from .reports import Report, RowProblem, table_of
from .spelling import compact, division_code

REQUIRED = {
    "code": ["居村代码", "代码", "区划代码", "code"],
    "address": ["地址", "楼栋地址", "门牌地址", "address"],
}
OPTIONAL = {
    "estate": ["小区", "小区名称", "estate"],
    "name": ["楼栋", "楼号", "楼栋名称", "building"],
    "floors": ["层数", "楼层数", "floors"],
    "households": ["户数", "households"],
    "longitude": ["经度", "longitude", "lng", "lon"],
    "latitude": ["纬度", "latitude", "lat"],
}
WORDS = {"rows": "共读取", "imported": "新增楼栋", "known": "已有", "updated": "更新资料", "estates": "新增小区"}
FACTS = ("floors", "households", "longitude", "latitude", "datum")


def import_buildings(file, *, datum=Datum.UNKNOWN, by=None, progress=iter) -> Report:
    """Take in a list of buildings; estates and buildings that are new get planted, in a few statements for the whole file.

    A building is known by its address within its 居村; then figures and position given in the list are brought up to
    date, and what the list leaves empty stays as it was. Positions are stored with `datum`, the system they were
    measured in. Rows that cannot be taken are left out and listed. Raises SheetProblem when the file cannot be read.
    """
    table = table_of(file, REQUIRED, OPTIONAL)
    report = Report(dict.fromkeys(("rows", "imported", "known", "updated", "estates"), 0), headers=table.headers)
    report.counts["rows"] = len(table.rows)
    with transaction.atomic():
        above = {place.code: place for place in Place.objects.current().at_level(Level.NEIGHBOURHOOD)}
        good = []
        seen: dict[tuple, int] = {}
        for number, cells in progress(table.rows):
            try:
                good.append((number, _facts(cells, above, seen, number, datum)))
            except RowProblem as problem:
                report.refuse(number, problem)
        _plant(good, report, by)
    return report


def _facts(cells, above, seen, number, datum) -> dict:
    for key, cell in cells.items():
        if is_formula(cell):
            raise RowProblem(key, "formula", "这一格是公式，请改为数值或文字后再导入")
    code, address = division_code(text(cells["code"])), compact(text(cells["address"]))
    if code not in above:
        raise RowProblem("code", "unknown_place", f"居村代码“{code[:30]}”不在登记册中，请核对，或先导入居村名录")
    if not address:
        raise RowProblem("address", "no_address", "没有地址，请补填，例如 曹杨路217弄1号")
    if len(address) > 200:
        raise RowProblem("address", "long_address", "地址超过200个字，请缩短")
    key = (above[code].pk, address)
    if key in seen:
        raise RowProblem("address", "duplicate", f"与第{seen[key]}行是同一地址，请保留一行")
    longitude, latitude = _degrees(cells, "longitude", 73, 136), _degrees(cells, "latitude", 3, 54)
    if (longitude is None) != (latitude is None):
        raise RowProblem(
            "latitude" if latitude is None else "longitude", "half_position", "经度和纬度请一起填写，或都不填"
        )
    facts = {
        "neighbourhood": above[code],
        "estate": text(cells.get("estate", ""))[:100],
        "address": address,
        "name": text(cells.get("name", ""))[:100] or address,
        "floors": _whole(cells, "floors", 200),
        "households": _whole(cells, "households", 20_000),
        "longitude": longitude,
        "latitude": latitude,
        "datum": datum if longitude is not None else None,
    }
    seen[key] = number
    return facts


def _whole(cells, key, most) -> int | None:
    written = text(cells.get(key, ""))
    if not written:
        return None
    if not (written.isascii() and written.isdigit()) or not 0 < int(written[:9]) <= most or len(written) > 9:
        raise RowProblem(key, "bad_number", f"“{written[:20]}”应是1到{most}的整数，请核对")
    return int(written)


def _degrees(cells, key, least, most) -> Decimal | None:
    written = text(cells.get(key, ""))
    if not written:
        return None
    try:
        value = Decimal(written)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not least <= value <= most:
        raise RowProblem(key, "bad_position", f"“{written[:20]}”不在{least}到{most}度之间，请核对，或留空")
    return value.quantize(Decimal("0.000001"))


def _plant(good, report, by):
    within = {facts["neighbourhood"].pk: facts["neighbourhood"] for _, facts in good}
    there = Place.objects.within(within.values()).filter(until=None)
    estates, known = {}, {}
    for place in there.at_level(Level.ESTATE, Level.BUILDING).select_related("parent"):
        neighbourhood = int(place.path.split("/")[3])
        if place.level == Level.ESTATE:
            estates[neighbourhood, place.name] = place
        else:
            known[neighbourhood, place.address] = place
    fresh, taken = [], []
    for number, facts in good:
        place = known.get((facts["neighbourhood"].pk, facts["address"]))
        if place is None:
            fresh.append(facts)
        elif facts["estate"] and place.parent.level == Level.ESTATE and place.parent.name != facts["estate"]:
            reason = f"这个地址已登记在小区“{place.parent.name}”，请核对小区名称"
            report.refuse(number, RowProblem("estate", "other_estate", reason))
        else:
            taken.append((place, facts))
    wanted = {(facts["neighbourhood"].pk, facts["estate"]) for facts in fresh if facts["estate"]} - estates.keys()
    new = [Place(level=Level.ESTATE, parent=within[pk], name=name) for pk, name in sorted(wanted)]
    for estate in Place.objects.plant(new):
        estates[estate.parent_id, estate.name] = estate
    planted = Place.objects.plant([_building(facts, estates) for facts in fresh])
    report.counts |= {"imported": len(planted), "known": len(taken), "estates": len(new)}
    report.counts["updated"] = _bring_up_to_date(taken)
    _journal(good, planted, report, by)


def _building(facts, estates) -> Place:
    above = estates[facts["neighbourhood"].pk, facts["estate"]] if facts["estate"] else facts["neighbourhood"]
    own = {name: facts[name] for name in ("name", "address", *FACTS) if facts[name] is not None}
    return Place(level=Level.BUILDING, parent=above, **own)


def _bring_up_to_date(taken) -> int:
    changed = []
    for place, facts in taken:
        told = {name: facts[name] for name in FACTS if facts[name] is not None and facts[name] != getattr(place, name)}
        if told:
            for name, value in told.items():
                setattr(place, name, value)
            changed.append(place)
    Place.objects.bulk_update(changed, FACTS, batch_size=500)
    return len(changed)


def _journal(good, planted, report, by):
    """One event for each district the list speaks of."""
    counts = Counter(int(place.path.split("/")[1]) for place in planted)
    districts = {int(facts["neighbourhood"].path.split("/")[1]) for _, facts in good}
    for district in Place.objects.filter(pk__in=districts):
        facts = {**report.counts, "errors": len(report.error_rows), "planted": counts[district.pk]}
        record("place.import_buildings", subject=district, by=by, place=district, facts=facts)
