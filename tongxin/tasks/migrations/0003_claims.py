import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import functions


def when_verified(apps, schema_editor):
    """Claims verified before this was noted: the ledger knows when."""
    claims, entries = apps.get_model("tasks", "Claim"), apps.get_model("service", "Entry")
    first = entries.objects.filter(source_kind="tasks.claim", source_id=models.OuterRef("pk"), reverses=None)
    when = functions.Coalesce(models.Subquery(first.values("at")[:1]), models.F("reported_at"), models.F("at"))
    claims.objects.filter(status="verified").update(verified_at=when)


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_initial'),
        ('service', '0001_initial'),
        ('tasks', '0002_flexible'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('hurt', '有人受伤或不舒服'), ('danger', '现场有危险'), ('help', '需要人手或东西'), ('other', '别的事')], max_length=8)),
                ('words', models.CharField(blank=True, max_length=300)),
                ('status', models.CharField(choices=[('open', '等人跟进'), ('seen', '有人在跟进'), ('closed', '已办好')], default='open', max_length=8)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('seen_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=300)),
                ('submit_key', models.CharField(max_length=40, null=True, unique=True)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_once',
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_reported_has_hours',
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_verified_has_verifier',
        ),
        migrations.RemoveConstraint(
            model_name='claim',
            name='claim_not_self_verified',
        ),
        migrations.AddField(
            model_name='claim',
            name='answer_by',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='chased',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='claim',
            name='corrected_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='corrected_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='corrected_hours',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='disputed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='late',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='claim',
            name='proposed',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='claim',
            name='release_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='reported_hours',
            field=models.DecimalField(decimal_places=2, max_digits=5, null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='up',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='claim',
            name='verified_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='claim',
            name='warned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='claim',
            name='status',
            field=models.CharField(choices=[('waiting', '候补中'), ('claimed', '已认领'), ('reported', '待核验'), ('corrected', '待本人确认更正'), ('disputed', '待裁定'), ('verified', '已核验'), ('withdrawn', '已退出'), ('dropped', '随任务结束'), ('released', '名额已让出'), ('absent', '没有参加')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='claim',
            index=models.Index(fields=['verified_at'], name='claim_verified_when'),
        ),
        migrations.RunPython(when_verified, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['waiting', 'claimed', 'reported', 'corrected', 'disputed', 'verified', 'absent'])), fields=('task', 'person'), name='claim_once'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['reported', 'corrected', 'disputed', 'verified']), _negated=True), models.Q(('hours__gt', 0), ('hours__lte', 24), ('reported_at__isnull', False)), _connector='OR'), name='claim_reported_has_hours'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['corrected', 'disputed', 'absent']), _negated=True), models.Q(('answer_by__isnull', False), ('corrected_at__isnull', False), ('corrected_by__isnull', False), ('corrected_hours__gte', 0)), _connector='OR'), name='claim_corrected_says_how'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'verified'), ('verified_at__isnull', False), ('verified_by__isnull', False)), models.Q(models.Q(('status', 'verified'), _negated=True), ('verified_by', None)), _connector='OR'), name='claim_verified_has_verifier'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verified_by', models.F('person')), _negated=True), models.Q(('corrected_by', models.F('person')), _negated=True)), name='claim_not_self_verified'),
        ),
        migrations.AddConstraint(
            model_name='claim',
            constraint=models.CheckConstraint(condition=models.Q(('late', False), ('status', 'withdrawn'), _connector='OR'), name='claim_late_has_withdrawn'),
        ),
        migrations.AddField(
            model_name='incident',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='incident',
            name='seen_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='incident',
            name='task',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='incidents', to='tasks.task'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'open'), models.Q(('seen_at__isnull', False), ('seen_by__isnull', False)), _connector='OR'), name='incident_seen_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'closed'), _negated=True), models.Q(('outcome', ''), _negated=True), _connector='OR'), name='incident_closed_says_what'),
        ),
    ]
