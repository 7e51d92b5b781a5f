import datetime as dt

from django.db import migrations

from tongxin.journal.append_only import AppendOnly

# Proposed rule v1: verified hours times a factor by kind of service; caps on what earns points, never on the hours.
RULE_V1 = {
    "since": dt.date(2020, 1, 1),
    "factors": {"ordinary": "1.0", "skilled": "1.2", "hard": "1.2"},
    "day_cap": 8,
    "year_cap": 200,
}


def add_rule(apps, schema_editor):
    apps.get_model("service", "Rule").objects.get_or_create(version="v1", defaults=RULE_V1)


def nothing(apps, schema_editor):
    """Entries may point at the rule: going back leaves it."""


class Migration(migrations.Migration):
    """The first rule; and what was entered stays: the ledger, closed years and statements change by another line only."""

    dependencies = [("service", "0001_initial")]

    operations = [
        migrations.RunPython(add_rule, nothing),
        AppendOnly(
            "service_entry",
            [
                "id", "person_id", "place_id", "served_on", "year", "hours", "counted", "factor", "tariff", "points", "rule_id",
                "reason", "source_kind", "source_id", "by_id", "at", "reverses_id",
            ],
        ),
        AppendOnly("service_year", ["id", "place_id", "year", "frozen_at", "people", "hours", "points", "digest"]),
        AppendOnly("service_statement", ["id", "year_id", "person_id", "entries", "hours", "points", "points_shown"]),
    ]
