"""Backup and restore as an operator does it, on the database at hand: nothing lost, nothing readable, the erased stay erased."""

import json
import shutil

import pytest

from tests.archive.house import PEOPLE, House

ERASE = "from tongxin.people.erasure import erase; erase(Person.objects.by_phone('19920000002'), by=None)"
NAMES = "print([p.name for p in Person.objects.order_by('pk')])"


pytestmark = pytest.mark.xdist_group("archive")  # one worker, so that the house is built once


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    made = House(tmp_path_factory.mktemp("built"))
    made("migrate", "-v0")
    made.do(PEOPLE)
    return made


@pytest.fixture
def house(built, tmp_path):
    return House(tmp_path / "house", like=built)


def test_what_was_backed_up_comes_back_and_the_check_agrees(house, tmp_path):
    house("backup", tmp_path / "safe")
    house.do("person('后来的人', '19920000009')")
    done = house.tell("restore", tmp_path / "safe", "--replace")
    assert done["ok"] and done["rows"] == {"people": 3, "entries": 1, "events": done["rows"]["events"]}
    assert house.do(NAMES).strip() == "['陈阿兰', '周建国', '欧阳若水']"
    assert house.tell("verify")["ok"]
    # and what stood there before is not lost either
    house("restore", done["saved"], "--replace")
    assert "后来的人" in house.do(NAMES)


def test_the_erased_stay_erased_after_a_restore_of_an_older_backup(house, tmp_path):
    house("backup", tmp_path / "safe")
    house.do(ERASE)
    done = house.tell("restore", tmp_path / "safe", "--replace")
    assert done["erased"] == 1 and done["ok"]
    assert house.do(NAMES).strip() == "['陈阿兰', '周建国', '已注销人员']"
    assert house.do("print(Person.objects.by_phone('19920000002'))").strip() == "None"


def test_red_twin_without_the_list_the_erased_would_be_back(house, tmp_path):
    house("backup", tmp_path / "safe")
    house.do(ERASE)
    new = House(tmp_path / "new")
    (tmp_path / "safe" / "erased.txt").unlink(missing_ok=True)
    new("restore", tmp_path / "safe", "--keys", house.data / "keys")
    assert "欧阳若水" in new.do(NAMES)


def test_a_line_that_our_key_did_not_write_erases_nobody(house, tmp_path):
    uid = house.do("print(Person.objects.by_phone('19920000000').uid)").strip()
    house("backup", tmp_path / "safe")
    (tmp_path / "safe" / "erased.txt").write_text(f"{uid} 2026-11-23T10:00:00+00:00 {'0' * 64}\n")
    assert house.tell("restore", tmp_path / "safe", "--replace")["erased"] == 0


def test_an_empty_machine_needs_the_keys_and_then_has_everything(house, tmp_path):
    house("backup", tmp_path / "safe")
    house.do(ERASE)
    house("backup", tmp_path / "safe")
    older = sorted((tmp_path / "safe").glob("tongxin-*.age"))[0]
    new = House(tmp_path / "new")
    assert "--keys" in new.refused("restore", older)
    done = new.tell("restore", older, "--keys", house.data / "keys")
    assert done["ok"] and done["erased"] == 1
    assert new.do(NAMES).strip() == "['陈阿兰', '周建国', '已注销人员']"


def test_nobody_reads_a_backup_without_the_identity(house, tmp_path):
    house("backup", tmp_path / "safe")
    blobs = b"".join(path.read_bytes() for path in (tmp_path / "safe").iterdir())
    for word in ("陈阿兰", "19920000000", "急救护理", "中浩云"):
        assert word.encode() not in blobs
    house("backup", tmp_path / "x", "--new-identity", tmp_path / "other.identity")
    assert "私钥打不开" in house.refused(
        "restore", tmp_path / "safe", "--replace", "--identity", tmp_path / "other.identity"
    )
    assert "陈阿兰" in house.do(NAMES)


def test_a_changed_backup_is_refused_before_anything_is_touched(house, tmp_path):
    file = next((house("backup", tmp_path / "safe"), tmp_path / "safe")[1].glob("*.age"))
    manifest = file.with_suffix(".json")
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(facts | {"head": "9 " + "0" * 64}))
    assert "说明被改过" in house.refused("restore", tmp_path / "safe", "--replace")
    manifest.write_text(json.dumps(facts))
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert "损坏或被改过" in house.refused("restore", tmp_path / "safe", "--replace")
    assert "陈阿兰" in house.do(NAMES) and not list((tmp_path / "safe").glob("before-*"))


def test_data_are_never_written_over_without_being_asked(house, tmp_path):
    house("backup", tmp_path / "safe")
    assert "--replace" in house.refused("restore", tmp_path / "safe")
    assert "没有同心的备份" in house.refused("restore", tmp_path)


def test_old_backups_expire_and_strange_files_stay(house, tmp_path):
    safe = tmp_path / "safe"
    house("backup", safe)
    manifest = next(safe.glob("*.json"))
    facts = json.loads(manifest.read_text()) | {"at": "2026-01-01T00:00:00+00:00"}
    manifest.write_text(json.dumps(facts))
    (safe / "tongxin-strange.json").write_text("[]")
    shutil.copy(manifest, safe / "tongxin-alone.json")  # a manifest whose backup is gone
    house("backup", safe)
    assert not manifest.exists() and (safe / "tongxin-strange.json").exists()
    assert len(list(safe.glob("*.age"))) == 1
