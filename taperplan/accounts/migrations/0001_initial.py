import django.db.models.deletion
import django.db.models.functions.text
import simple_history.models
import taperplan.accounts.models.clinic
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='work email address')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('qualification', models.CharField(blank=True, max_length=200, verbose_name='qualification')),
                ('registration_number', models.CharField(blank=True, max_length=60, verbose_name='registration number')),
                ('telephone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('theme', models.CharField(choices=[('light', 'light'), ('dark', 'dark'), ('system', 'as the device')], default='system', max_length=6, verbose_name='theme')),
                ('single_keys', models.BooleanField(default=True, verbose_name='single-letter keys')),
                ('is_active', models.BooleanField(default=True)),
                ('session_mark', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('last_seen', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='user_has_a_name')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('first_day', models.DateField()),
                ('last_day', models.DateField()),
                ('written_at', models.DateTimeField()),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('deputy', models.F('person')), _negated=True), name='absence_deputy_is_another'), models.CheckConstraint(condition=models.Q(('last_day__gte', models.F('first_day'))), name='absence_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='AbsenceEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('absence', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ended', to='accounts.absence')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Clinic',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='clinic')),
                ('demo', models.BooleanField(default=False, editable=False, verbose_name='synthetic data')),
                ('time_zone', models.CharField(max_length=64, validators=[taperplan.accounts.models.clinic.check_time_zone], verbose_name='time zone')),
                ('paper', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6, verbose_name='paper')),
                ('telephone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('hours', models.CharField(blank=True, max_length=200, verbose_name='hours')),
                ('out_of_hours', models.CharField(blank=True, max_length=40, verbose_name='out-of-hours number')),
                ('emergency', models.CharField(blank=True, max_length=40, verbose_name='emergency number')),
                ('crisis', models.CharField(blank=True, max_length=40, verbose_name='crisis line')),
                ('opened_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('opened_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='clinic_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('opened_at', None), ('opened_by', None)), models.Q(('opened_at__isnull', False), ('opened_by__isnull', False)), _connector='OR'), name='clinic_opened_by_somebody')],
            },
        ),
        migrations.AddField(
            model_name='absence',
            name='clinic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='accounts.clinic'),
        ),
        migrations.CreateModel(
            name='HistoricalClinic',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='clinic')),
                ('demo', models.BooleanField(default=False, editable=False, verbose_name='synthetic data')),
                ('time_zone', models.CharField(max_length=64, validators=[taperplan.accounts.models.clinic.check_time_zone], verbose_name='time zone')),
                ('paper', models.CharField(choices=[('A4', 'A4'), ('Letter', 'Letter')], default='A4', max_length=6, verbose_name='paper')),
                ('telephone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('hours', models.CharField(blank=True, max_length=200, verbose_name='hours')),
                ('out_of_hours', models.CharField(blank=True, max_length=40, verbose_name='out-of-hours number')),
                ('emergency', models.CharField(blank=True, max_length=40, verbose_name='emergency number')),
                ('crisis', models.CharField(blank=True, max_length=40, verbose_name='crisis line')),
                ('opened_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical clinic',
                'verbose_name_plural': 'historical clinics',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Ladder',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ladders', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'number'), name='ladder_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='LevelSet',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('same_day', models.JSONField(default=list)),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='level_sets', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'number'), name='level_set_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prescriber', models.BooleanField(default=False, verbose_name='prescriber')),
                ('monitor', models.BooleanField(default=False, verbose_name='monitor')),
                ('administrator', models.BooleanField(default=False, verbose_name='administrator')),
                ('auditor', models.BooleanField(default=False, verbose_name='auditor')),
                ('records_officer', models.BooleanField(default=False, verbose_name='records officer')),
                ('protocol_owner', models.BooleanField(default=False, verbose_name='protocol owner')),
                ('privacy_lead', models.BooleanField(default=False, verbose_name='privacy lead')),
                ('invited_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('invited_name', models.CharField(blank=True, max_length=200)),
                ('chosen_at', models.DateTimeField(blank=True, null=True)),
                ('deactivated_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1, editable=False)),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='accounts.clinic')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'clinic'), name='membership_once'), models.CheckConstraint(condition=models.Q(('prescriber', True), ('monitor', True), ('administrator', True), ('auditor', True), ('records_officer', True), _connector='OR'), name='membership_has_a_role'), models.CheckConstraint(condition=models.Q(('protocol_owner', False), ('prescriber', True), _connector='OR'), name='protocol_owner_prescribes')],
            },
        ),
        migrations.CreateModel(
            name='OneTimeLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('purpose', models.CharField(choices=[('invitation', 'invitation'), ('new_password', 'new password')], max_length=12)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('membership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='one_time_links', to='accounts.membership')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('membership', 'number'), name='one_time_link_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='ProtocolText',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('emergency', 'What to do on an emergency red flag'), ('same_day', 'What to do on a same-day red flag'), ('missed_benzodiazepine', 'Missed dose: benzodiazepine'), ('missed_opioid', 'Missed dose: opioid'), ('missed_corticosteroid', 'Missed dose: corticosteroid'), ('missed_antidepressant', 'Missed dose: antidepressant'), ('missed_other', 'Missed dose: any other drug')], max_length=24)),
                ('number', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='protocol_texts', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'kind', 'number'), name='protocol_text_numbered_once'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='protocol_text_says_something')],
            },
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('who', models.CharField(choices=[('person', 'a person'), ('rota', 'whoever is on call'), ('shared', 'a shared address')], max_length=8)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('channel', models.CharField(choices=[('email', 'email'), ('webhook', 'pager')], max_length=8)),
                ('minutes', models.PositiveIntegerField()),
                ('ladder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rungs', to='accounts.ladder')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('ladder', 'position'), name='rung_position_once'), models.UniqueConstraint(fields=('ladder', 'person'), name='rung_person_once'), models.CheckConstraint(condition=models.Q(('minutes__gt', 0)), name='rung_minutes_typed'), models.CheckConstraint(condition=models.Q(('channel__in', ['email', 'webhook'])), name='rung_channel_known'), models.CheckConstraint(condition=models.Q(models.Q(('address', ''), ('person__isnull', False), ('who', 'person')), models.Q(('address', ''), ('person', None), ('who', 'rota')), models.Q(('person', None), ('who', 'shared'), models.Q(models.Q(('address', ''), _negated=True), ('channel', 'webhook'), _connector='OR')), _connector='OR'), name='rung_names_whom')],
            },
        ),
        migrations.CreateModel(
            name='TestMessage',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(choices=[('email', 'email'), ('webhook', 'pager')], max_length=8)),
                ('sent_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='test_messages', to='accounts.clinic')),
                ('sent_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='test_messages', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='TestAcknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgement', to='accounts.testmessage')),
            ],
        ),
        migrations.CreateModel(
            name='TimeLimits',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('emergency_minutes', models.PositiveIntegerField()),
                ('same_day_minutes', models.PositiveIntegerField()),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='time_limits', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'number'), name='time_limits_numbered_once'), models.CheckConstraint(condition=models.Q(('emergency_minutes__gt', 0), ('same_day_minutes__gt', 0)), name='time_limits_typed')],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confirmed_at', models.DateTimeField()),
                ('confirmed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ladder', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='accounts.ladder')),
                ('levels', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='accounts.levelset')),
                ('text', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='accounts.protocoltext')),
                ('limits', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='confirmation', to='accounts.timelimits')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ladder', None), ('levels', None), ('limits', None), ('text__isnull', False)), models.Q(('ladder', None), ('levels__isnull', False), ('limits', None), ('text', None)), models.Q(('ladder__isnull', False), ('levels', None), ('limits', None), ('text', None)), models.Q(('ladder', None), ('levels', None), ('limits__isnull', False), ('text', None)), _connector='OR'), name='confirmation_of_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('url', models.CharField(blank=True, max_length=500)),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'number'), name='webhook_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='Week',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('rota', 'Who is on call'), ('hours', 'Hours in which a same-day red flag is told')], max_length=8)),
                ('number', models.PositiveIntegerField()),
                ('written_at', models.DateTimeField()),
                ('clinic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='weeks', to='accounts.clinic')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('clinic', 'kind', 'number'), name='week_numbered_once')],
            },
        ),
        migrations.CreateModel(
            name='WeekSpan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('days', models.PositiveSmallIntegerField()),
                ('begins', models.TimeField()),
                ('ends', models.TimeField()),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('week', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spans', to='accounts.week')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('week', 'position'), name='week_span_position_once'), models.CheckConstraint(condition=models.Q(('days__gt', 0), ('days__lte', 127)), name='week_span_has_a_day')],
            },
        ),
    ]
