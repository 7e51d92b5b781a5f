import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from tongxin.places.buildings import import_buildings
from tongxin.places.divisions import import_places
from tongxin.places.models import Level, Place

PUTUO = Path(__file__).parents[2] / "demo" / "putuo"


@pytest.fixture
def land(db):
    """A district with two 街镇 and three 居村, one of them with two estates."""
    make = Place.objects.create
    land = SimpleNamespace(year=lambda year: dt.date(year, 1, 1))
    land.district = make(level=Level.DISTRICT, name="普陀区", code="310107")
    land.wanli = make(level=Level.SUBDISTRICT, parent=land.district, name="万里街道", code="310107021")
    land.changfeng = make(level=Level.SUBDISTRICT, parent=land.district, name="长风新村街道", code="310107014")
    land.zhonghao = make(level=Level.NEIGHBOURHOOD, parent=land.wanli, name="中浩云居委会", code="310107021008")
    land.mingxuan = make(level=Level.NEIGHBOURHOOD, parent=land.wanli, name="万里名轩居委会", code="310107021009")
    land.shida = make(level=Level.NEIGHBOURHOOD, parent=land.changfeng, name="师大一村居委会", code="310107014001")
    land.estate = make(level=Level.ESTATE, parent=land.zhonghao, name="中浩云苑")
    land.lane = make(level=Level.ESTATE, parent=land.zhonghao, name="富平新村")
    land.building = make(level=Level.BUILDING, parent=land.estate, name="1号楼", address="富平路18弄1号")
    land.again = lambda: [
        place.refresh_from_db() or place.__dict__.pop("_ancestors", None)
        for place in vars(land).values()
        if isinstance(place, Place)
    ]
    return land


@pytest.fixture
def putuo(db):
    """The real register of the demo."""
    places = import_places(PUTUO / "places.csv", edition="2023-06-30")
    buildings = import_buildings(PUTUO / "buildings.csv")
    return SimpleNamespace(places=places, buildings=buildings, district=Place.objects.by_code("310107"))


@pytest.fixture
def csv(tmp_path):
    """Writes a list and gives its path: csv("code,name\\n…")."""

    def write(text, encoding="utf-8"):
        path = tmp_path / f"list-{len(list(tmp_path.iterdir()))}.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write
