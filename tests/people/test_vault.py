"""Sealed fields: nothing readable in the database, nothing moved to another row, one person is one number."""

import pytest
from django.db import connection

from tongxin.people.models import Category, Kind, Person
from tongxin.people.names import mask_name
from tongxin.people.phones import PhoneProblem, mask_phone, normalise_phone
from tongxin.people.vault import BrokenSeal, blind_index, seal, unseal


def dump() -> bytes:
    """Every byte of every table."""
    out = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            out += [b"|".join(v.tobytes() if isinstance(v, memoryview) else v if isinstance(v, bytes) else str(v).encode()
                              for v in row) for row in cursor.fetchall()]  # fmt: skip
    return b"\n".join(out)


def test_no_name_number_or_kind_stands_in_the_database(world):
    everything = dump()
    for person in Person.objects.all():
        assert person.name.encode() not in everything
        assert person.local_phone.encode() not in everything
    for kind in (Kind.PARTY, Kind.UNITED_FRONT):
        assert Category.objects.count() and kind.encode() not in everything


def test_the_dump_would_find_what_stands_in_clear(world):
    world.neighbourhood.name = "看得见的名字"
    world.neighbourhood.save()
    assert "看得见的名字".encode() in dump()


def test_a_value_copied_to_another_row_does_not_open(world):
    Person.objects.filter(pk=world.alan.pk).update(name=Person.objects.get(pk=world.zhou.pk).__dict__["name"])
    with pytest.raises(BrokenSeal):
        _ = Person.objects.get(pk=world.alan.pk).name


def test_red_twin_without_binding_a_copied_value_would_open():
    assert unseal(seal("周建国", ""), "") == "周建国"


def test_a_value_moved_to_another_field_does_not_open(world):
    person = Person.objects.get(pk=world.alan.pk)
    person.__dict__["phone"] = person.__dict__["name"]
    with pytest.raises(BrokenSeal):
        _ = person.phone


def test_the_blind_index_needs_the_key(world, settings):
    before = blind_index("+8619900000001")
    other = type("Keys", (), {"raw": lambda self, name: b"\0" * 32})()
    settings.KEYS = other
    assert blind_index("+8619900000001") != before


@pytest.mark.parametrize(
    "typed", ["19900002436", "199-0000-2436", "199 0000 2436", "+8619900002436", "+86 199 0000 2436", "008619900002436",
              "１９９００００２４３６", 19900002436.0, " 19900002436 ", "8619900002436"],
)  # fmt: skip
def test_one_person_is_one_number_however_it_is_typed(typed):
    assert normalise_phone(typed) == "+8619900002436"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "no_phone"), (None, "no_phone"), ("1990000243", "short_phone"), ("199000024361", "long_phone"),
     ("12900002436", "bad_phone"), ("1990000243X", "bad_phone"), ("+852 6123 4567", "bad_phone"), ("62000000", "short_phone")],
)  # fmt: skip
def test_a_bad_number_says_what_is_wrong_in_chinese(typed, code):
    with pytest.raises(PhoneProblem) as problem:
        normalise_phone(typed)
    assert problem.value.code == code
    assert any("一" <= c <= "鿿" for c in problem.value.message)


def test_by_phone_finds_the_same_person(world):
    digits = world.alan.local_phone
    assert Person.objects.by_phone(f"+86 {digits[:3]}-{digits[3:7]}-{digits[7:]}") == world.alan
    assert Person.objects.by_phone("不是号码") is None


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王敏", "王*"),
        ("欧阳若水", "欧阳**"),
        ("阿依古丽·买买提", "阿***"),
        ("王", "王*"),
        ("𬱖明", "𬱖*"),
        ("", "（无名）"),
    ],
)
def test_names_are_masked_to_the_surname(name, masked):
    assert mask_name(name) == masked


def test_numbers_are_masked_to_seven_digits():
    assert mask_phone("+8619900002436") == "199****2436"
