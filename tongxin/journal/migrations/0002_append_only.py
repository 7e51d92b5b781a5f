from django.db import migrations

from tongxin.journal.append_only import AppendOnly


class Migration(migrations.Migration):
    """What was written stays: of an event only its delivery and its seal may be noted later, of a seal nothing."""

    dependencies = [("journal", "0001_initial")]

    operations = [
        AppendOnly(
            "journal_event",
            ["id", "at", "actor_id", "verb", "subject_kind", "subject_id", "place_id", "came_from", "went_to", "reason", "facts"],
        ),
        AppendOnly("journal_seal", ["number", "previous", "digest", "rows", "count", "at"]),
    ]
