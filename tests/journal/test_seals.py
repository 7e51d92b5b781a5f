"""Every tampering with a sealed journal is found, and the row is named."""

import hashlib
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from tests.journal.tampering import triggers_lifted
from tongxin.journal import seals
from tongxin.journal.models import Event, Seal, record
from tongxin.journal.seals import seal_now, verify_chain


@pytest.fixture
def sealed(world, monkeypatch):
    """Twelve events of the test in batches of five."""
    seal_now()
    monkeypatch.setattr(seals, "BATCH", 5)
    events = [
        record("test.happen", subject=world.team, by=world.wang, reason=f"第{n}次", facts={"n": n}) for n in range(12)
    ]
    seal_now()
    return events


def sql(table, statement, *params):
    with triggers_lifted(table) as cursor:
        cursor.execute(statement, params)


def test_an_untouched_journal_is_whole(sealed):
    assert verify_chain() == []
    assert Event.objects.filter(seal=None).count() == 0
    assert list(Seal.objects.values_list("count", flat=True))[1:] == [5, 5, 2]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("reason", "'改过'"),
        ("actor_id", "1"),
        ("verb", "'test.other'"),
        ("facts", "'{\"n\": 99}'"),
        ("at", "'2020-01-01 00:00:00+00:00'"),
        ("place_id", "3"),
        ("went_to", "'joined'"),
    ],
)
def test_a_flipped_value_is_found(sealed, column, value):
    sql("journal_event", f"UPDATE journal_event SET {column} = {value} WHERE id = %s", sealed[6].pk)
    assert verify_chain() == [f"journal.event {sealed[6].pk}: changed after it was sealed"]


def test_a_deleted_row_is_found(sealed):
    sql("journal_event", "DELETE FROM journal_event WHERE id = %s", sealed[3].pk)
    seal = sealed[3]
    assert verify_chain() == [f"journal.event {seal.pk}: deleted or moved out of seal 2"]


def test_an_inserted_row_is_found(sealed):
    columns = "at, actor_id, verb, subject_kind, subject_id, place_id, came_from, went_to, reason, facts, delivered_at, seal_id"
    sql(
        "journal_event",
        f"INSERT INTO journal_event (id, {columns}) SELECT id + 5000, {columns} FROM journal_event WHERE id = %s",
        sealed[4].pk,
    )
    assert verify_chain() == [f"journal.event {sealed[4].pk + 5000}: added to seal 2 later"]


def test_two_rows_that_changed_places_are_found(sealed):
    one, other = sealed[1].pk, sealed[2].pk
    for before, after in ((one, 900_001), (other, one), (900_001, other)):
        sql("journal_event", "UPDATE journal_event SET id = %s WHERE id = %s", after, before)
    assert sorted(verify_chain()) == [f"journal.event {pk}: changed after it was sealed" for pk in sorted((one, other))]


def test_a_row_moved_to_another_seal_is_found(sealed):
    Event.objects.filter(pk=sealed[0].pk).update(seal_id=3)
    assert set(verify_chain()) == {
        f"journal.event {sealed[0].pk}: deleted or moved out of seal 2",
        f"journal.event {sealed[0].pk}: added to seal 3 later",
    }


def test_a_row_taken_out_of_its_seal_is_found(sealed):
    Event.objects.filter(pk=sealed[11].pk).update(seal=None)
    assert verify_chain() == [f"journal.event {sealed[11].pk}: deleted or moved out of seal 4"]


def test_a_cut_off_tail_is_found(sealed):
    sql("journal_event", "DELETE FROM journal_event WHERE seal_id = 4")
    sql("journal_seal", "DELETE FROM journal_seal WHERE number = 4")
    assert verify_chain() == ["journal.seal 4: was sealed once and is gone or different now (tail cut off?)"]


def test_a_seal_cut_out_of_the_middle_is_found(sealed):
    sql("journal_event", "DELETE FROM journal_event WHERE seal_id = 3")
    sql("journal_seal", "DELETE FROM journal_seal WHERE number = 3")
    assert verify_chain() == [
        "journal.seal 3: missing",
        "journal.seal 4: changed, or does not follow from the seal before it",
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rows", "'1:00'"),
        ("count", "99"),
        ("previous", "'00'"),
        ("digest", "'ab'"),
        ("at", "'2020-01-01 00:00:00+00:00'"),
    ],
)
def test_a_changed_seal_is_found(sealed, column, value):
    sql("journal_seal", f"UPDATE journal_seal SET {column} = {value} WHERE number = 2")
    assert "journal.seal 2: changed, or does not follow from the seal before it" in verify_chain()


def test_a_row_made_to_fit_needs_the_key(sealed, monkeypatch):
    """Whoever has the database but not the key cannot make a chain that fits."""
    with monkeypatch.context() as thief:
        thief.setattr(seals, "_digest", lambda text: hashlib.sha256(text.encode()).hexdigest())
        sql("journal_event", "UPDATE journal_event SET reason = '改过' WHERE id = %s", sealed[11].pk)
        row = Event.objects.filter(pk__in=[sealed[10].pk, sealed[11].pk]).order_by("id").values(*seals.FIELDS)
        body = "\n".join(f"{one['id']}:{seals.row_digest(one)[:16]}" for one in row)
        seal = Seal.objects.get(number=4)
        seal.rows = body
        sql(
            "journal_seal",
            'UPDATE journal_seal SET "rows" = %s, digest = %s WHERE number = 4',
            body,
            seals._seal_digest(seal),
        )
    assert any(line.startswith("journal.seal 4") for line in verify_chain())


def test_with_the_key_in_the_database_a_forged_chain_would_fit(sealed, monkeypatch):
    """The red twin: it is the secret of the key, and the head outside, that give a forger away."""
    sql("journal_event", "UPDATE journal_event SET reason = '改过' WHERE id = %s", sealed[11].pk)
    rows = Event.objects.filter(seal_id=4).order_by("id").values(*seals.FIELDS)
    seal = Seal.objects.get(number=4)
    seal.rows = "\n".join(f"{row['id']}:{seals.row_digest(row)[:16]}" for row in rows)
    seal.digest = seals._seal_digest(seal)
    sql("journal_seal", 'UPDATE journal_seal SET "rows" = %s, digest = %s WHERE number = 4', seal.rows, seal.digest)
    assert verify_chain() == ["journal.seal 4: was sealed once and is gone or different now (tail cut off?)"]
    (settings.DATA_DIR / "journal-head.txt").write_text(f"4 {seal.digest}\n")
    assert verify_chain() == []


def test_a_lost_head_file_is_said(sealed):
    (settings.DATA_DIR / "journal-head.txt").unlink()
    assert verify_chain() == ["journal.seal: journal-head.txt is gone, a cut-off tail could not be seen"]


def test_sealing_again_changes_nothing(sealed):
    head = (settings.DATA_DIR / "journal-head.txt").read_text()
    assert seal_now() == 0
    assert (settings.DATA_DIR / "journal-head.txt").read_text() == head


def test_the_head_never_moves_back(sealed):
    """A sealer that was slow after its commit must not hide that a later seal existed."""
    path = settings.DATA_DIR / "journal-head.txt"
    head = path.read_text()
    seals._note_head(Seal.objects.get(number=2))
    assert path.read_text() == head


def test_a_server_in_another_time_zone_finds_the_same(sealed):
    """The digest is over the instant, not over how a server writes it."""
    row = Event.objects.filter(pk=sealed[0].pk).values(*seals.FIELDS).get()
    elsewhere = row | {"at": row["at"].astimezone(ZoneInfo("America/New_York"))}
    assert seals.row_digest(row) == seals.row_digest(elsewhere)
