"""How old somebody is, in three bands, if they say so."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_erasure'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='age_band',
            field=models.CharField(blank=True, choices=[('14-17', '14–17岁'), ('18-69', '18–69岁'), ('70+', '70岁及以上')], default='', max_length=6),
            preserve_default=False,
        ),
    ]
