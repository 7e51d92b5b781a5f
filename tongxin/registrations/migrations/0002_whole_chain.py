import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

STATUSES = [
    ("submitted", "待审核"),
    ("returned", "请您补充"),
    ("accepted", "待联络"),
    ("contacted", "待本人确认入队"),
    ("joined", "已入队"),
    ("paused", "已暂停"),
    ("moving", "迁居中"),
    ("transferred", "已迁出"),
    ("refused", "未通过"),
    ("appealed", "申诉中"),
    ("left", "已退出"),
]
OPEN = ["submitted", "returned", "accepted", "contacted", "joined", "paused", "appealed"]


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("registrations", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ToldApart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "one",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other"), name="told_apart_once"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="told_apart_in_order"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="registration", name="registration_one_open"),
        migrations.RemoveConstraint(model_name="registration", name="registration_refused_has_reason"),
        migrations.AddField(
            model_name="contact", name="undone_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="registration", name="objection", field=models.CharField(blank=True, max_length=300)
        ),
        migrations.AddField(
            model_name="registration",
            name="previous",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="later",
                to="registrations.registration",
            ),
        ),
        migrations.AlterField(
            model_name="registration",
            name="status",
            field=models.CharField(choices=STATUSES, default="submitted", max_length=12),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", OPEN)), fields=("person",), name="registration_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "moving")), fields=("person",), name="registration_one_moving"
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["refused", "returned"]), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="registration_refused_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "appealed"), _negated=True),
                    models.Q(("objection", ""), _negated=True),
                    _connector="OR",
                ),
                name="registration_appeal_has_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", [value for value, _ in STATUSES])), name="registration_status_known"
            ),
        ),
    ]
