"""When a plan's newest version was signed, and until which revision everybody is told. hand-made."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0010_next_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='plan',
            name='signed_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='plan',
            name='told_revision',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(condition=models.Q(('state', 'active'), models.Q(('told_revision', None), ('told_revision__lt', models.F('revision')), _connector='OR')), fields=['signed_at'], name='plan_to_tell'),
        ),
    ]
