"""The templates that come with the house."""

from django.db import migrations

from tongxin.tasks import builtin


def write(apps, schema_editor):
    template = apps.get_model("tasks", "TaskTemplate")
    template.objects.bulk_create(template(**row) for row in builtin.rows())


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0004_templates_series'),
    ]

    operations = [
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
