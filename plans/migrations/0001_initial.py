import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
        ("patients", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Drug",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("role", models.CharField(max_length=12)),
                ("drug_class", models.CharField(max_length=16)),
                ("end", models.CharField(blank=True, max_length=8)),
                ("review_on", models.DateField(blank=True, null=True)),
                ("end_note", models.TextField(blank=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="drug_has_a_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "role__in",
                                ["tapered", "introduced", "unchanged", "supportive", "rescue"],
                            )
                        ),
                        name="drug_role_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "drug_class__in",
                                [
                                    "benzodiazepine",
                                    "opioid",
                                    "corticosteroid",
                                    "antidepressant",
                                    "other",
                                ],
                            )
                        ),
                        name="drug_drug_class_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("end__in", ["", "stop", "maintain", "refer"])),
                        name="drug_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", "maintain"), _negated=True),
                            ("review_on__isnull", False),
                            _connector="OR",
                        ),
                        name="drug_maintained_until_a_review",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end", ""), _negated=True),
                            ("role__in", ["rescue", "supportive"]),
                            _connector="OR",
                        ),
                        name="drug_end_is_stated",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=40)),
                ("first_day", models.DateField()),
                ("from_slot", models.CharField(blank=True, max_length=9)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("rhythm", models.CharField(max_length=8)),
                ("cycle_days", models.PositiveSmallIntegerField()),
                ("cycle_from", models.DateField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
                ("patient_text", models.TextField(blank=True)),
                ("pharmacy_text", models.TextField(blank=True)),
                ("team_text", models.TextField(blank=True)),
                ("stated_days", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True),
                            models.Q(
                                ("first_day__isnull", False),
                                ("last_day__gte", models.F("first_day")),
                            ),
                            _connector="OR",
                        ),
                        name="step_last_day_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cycle_days", 1), ("rhythm", "daily")),
                            models.Q(("cycle_days", 7), ("rhythm", "weekdays")),
                            models.Q(
                                ("cycle_days__gte", 2), ("cycle_days__lte", 31), ("rhythm", "cycle")
                            ),
                            _connector="OR",
                        ),
                        name="step_rhythm_and_cycle_agree",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckIn",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=24)),
                ("period_from", models.DateField(blank=True, null=True)),
                ("period_until", models.DateField(blank=True, null=True)),
                ("correction_reason", models.TextField(blank=True)),
                ("happened_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("how", models.CharField(max_length=24)),
                ("reported_by", models.CharField(max_length=24)),
                ("reporter_name", models.CharField(blank=True, max_length=200)),
                ("where_now", models.CharField(blank=True, max_length=300)),
                ("call_back", models.CharField(blank=True, max_length=40)),
                ("denied", models.JSONField()),
                ("rest_denied", models.BooleanField()),
                ("suicide", models.CharField(max_length=32)),
                ("suicide_asked_by", models.CharField(blank=True, max_length=200)),
                ("suicide_why_not", models.TextField(blank=True)),
                ("suicide_words", models.TextField(blank=True)),
                ("suicide_earlier_attempts", models.TextField(blank=True)),
                ("suicide_means", models.TextField(blank=True)),
                ("suicide_means_done", models.TextField(blank=True)),
                ("suicide_protects", models.TextField(blank=True)),
                ("suicide_safety_plan", models.TextField(blank=True)),
                ("suicide_copy_given", models.CharField(blank=True, max_length=24)),
                ("suicide_told", models.TextField(blank=True)),
                ("mood", models.TextField(blank=True)),
                ("alcohol_and_drugs", models.TextField(blank=True)),
                ("driving", models.TextField(blank=True)),
                ("note", models.TextField(blank=True)),
                ("in_confidence", models.BooleanField()),
                ("decision", models.CharField(max_length=24)),
                ("decision_reason", models.TextField(blank=True)),
                ("next_on", models.DateField(blank=True, null=True)),
                ("no_next_reason", models.TextField(blank=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_ins",
                        to="patients.patient",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="plans.checkin",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-happened_at"], name="check_in_by_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["baseline", "follow-up"])),
                        name="check_in_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("how__in", ["visit", "phone", "video", "home", "ward"])
                        ),
                        name="check_in_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reported_by__in", ["patient", "carer", "observed"])),
                        name="check_in_reported_by_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "suicide__in",
                                [
                                    "none",
                                    "wish to be dead",
                                    "thoughts",
                                    "thoughts with plan or means",
                                    "attempt or self-harm since",
                                    "declined",
                                    "could not be asked",
                                ],
                            )
                        ),
                        name="check_in_suicide_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("suicide_copy_given__in", ["", "yes", "no", "not known"])
                        ),
                        name="check_in_suicide_copy_given_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "decision__in",
                                [
                                    "continue",
                                    "hold",
                                    "change the plan",
                                    "stop the taper",
                                    "refer",
                                    "escalate",
                                ],
                            )
                        ),
                        name="check_in_decision_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period_until__isnull", True),
                            models.Q(
                                ("period_from__isnull", False),
                                ("period_until__gte", models.F("period_from")),
                            ),
                            _connector="OR",
                        ),
                        name="check_in_period_until_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("correction_reason", ""), ("supersedes__isnull", True)),
                            models.Q(
                                ("supersedes__isnull", False),
                                models.Q(("correction_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="check_in_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("happened_at__lte", models.F("recorded_at")),
                            ("told_at__lte", models.F("recorded_at")),
                        ),
                        name="check_in_happened_before_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("how__in", ["phone", "video"]), _negated=True),
                            models.Q(
                                models.Q(("where_now", ""), _negated=True),
                                models.Q(("call_back", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="check_in_far_away_says_where",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision", "continue"),
                            models.Q(("decision_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="check_in_decision_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("next_on__isnull", False), ("no_next_reason", "")),
                            models.Q(
                                ("next_on__isnull", True),
                                models.Q(("no_next_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="check_in_next_date_or_why_none",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("suicide", "could not be asked"), _negated=True),
                            models.Q(("suicide_why_not", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="check_in_suicide_not_asked_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_confidence", False),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="check_in_confidence_about_a_note",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckInDraft",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=24)),
                ("answers", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="plans.checkin",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_in_drafts",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["patient", "opened_at"],
                        name="check_in_draft_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "completed", "discarded"])),
                        name="check_in_draft_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConfirmedTextSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=16)),
                ("version", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("words", models.TextField()),
                ("confirmed_at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.clinic",
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "key__in",
                                [
                                    "every_plan",
                                    "benzodiazepine",
                                    "opioid",
                                    "corticosteroid",
                                    "antidepressant",
                                ],
                            )
                        ),
                        name="confirmed_text_set_key_known",
                    ),
                    models.UniqueConstraint(
                        fields=("clinic", "key", "digest"), name="confirmed_text_set_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True),
                        name="confirmed_text_set_says_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gt", 0)),
                        name="confirmed_text_set_version_counted",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length(models.F("digest")), 64
                        ),
                        name="confirmed_text_set_digest_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("how", models.CharField(max_length=24)),
                ("with_whom", models.CharField(max_length=200)),
                ("about", models.TextField()),
                ("agreed", models.TextField(blank=True)),
                ("question", models.TextField(blank=True)),
                ("happened_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="patients.patient",
                    ),
                ),
                (
                    "question_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-happened_at"], name="contact_by_patient")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["call", "message", "letter"])),
                        name="contact_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("with_whom", ""), _negated=True),
                            models.Q(("about", ""), _negated=True),
                        ),
                        name="contact_says_with_whom_about_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("question", ""), ("question_to__isnull", True)),
                            models.Q(
                                models.Q(("question", ""), _negated=True),
                                ("question_to__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="contact_question_to_a_named_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("happened_at__lte", models.F("recorded_at"))),
                        name="contact_happened_before_recorded",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeclinedSymptom",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32)),
                ("label", models.CharField(max_length=200)),
                ("could_be_asked", models.BooleanField()),
                ("why", models.TextField(blank=True)),
                ("answered_by", models.CharField(max_length=24)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declined",
                        to="plans.checkin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("check_in", "key"), name="declined_symptom_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_by__in", ["patient", "carer", "observed"])),
                        name="declined_symptom_answered_by_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("could_be_asked", True),
                            models.Q(("why", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="declined_symptom_not_asked_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EnteredInError",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "check_in",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entered_in_error",
                        to="plans.checkin",
                    ),
                ),
                (
                    "reopened_as",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.checkindraft",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="entered_in_error_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("symptom", models.CharField(max_length=32)),
                ("label", models.CharField(max_length=200)),
                ("level", models.CharField(max_length=24)),
                ("state", models.CharField(max_length=24)),
                ("revision", models.PositiveIntegerField(editable=False)),
                ("raised_at", models.DateTimeField()),
                ("reported_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="patients.patient",
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-raised_at"], name="escalation_by_patient"),
                    models.Index(
                        condition=models.Q(
                            ("state__in", ["closed", "entered in error"]), _negated=True
                        ),
                        fields=["patient"],
                        name="escalation_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ["closed", "entered in error"]), _negated=True
                        ),
                        fields=("patient", "symptom"),
                        name="escalation_one_open_per_symptom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["emergency", "same_day"])),
                        name="escalation_level_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "raised",
                                    "notified",
                                    "acknowledged",
                                    "contacted",
                                    "outcome recorded",
                                    "closed",
                                    "entered in error",
                                ],
                            )
                        ),
                        name="escalation_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("acknowledged_at__isnull", True), ("acknowledged_by__isnull", True)
                            ),
                            models.Q(
                                ("acknowledged_at__isnull", False),
                                ("acknowledged_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="escalation_acknowledged_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EscalationMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("verb", models.CharField(max_length=32)),
                ("state", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=24)),
                ("happened", models.CharField(blank=True, max_length=300)),
                ("said_by", models.CharField(blank=True, max_length=200)),
                ("whom", models.CharField(blank=True, max_length=200)),
                ("place", models.CharField(blank=True, max_length=300)),
                ("how", models.CharField(blank=True, max_length=24)),
                ("reached", models.CharField(blank=True, max_length=24)),
                ("form", models.UUIDField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="plans.contact",
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="plans.checkindraft",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="plans.escalation",
                    ),
                ),
            ],
            options={
                "ordering": ["escalation", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("escalation", "number"), name="escalation_move_number_once"
                    ),
                    models.UniqueConstraint(
                        fields=("escalation", "form", "verb"), name="escalation_move_form_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verb__in",
                                [
                                    "raise",
                                    "report again",
                                    "take a report back",
                                    "notify",
                                    "acknowledge",
                                    "record a contact",
                                    "record an attempt",
                                    "record what was done instead",
                                    "record the outcome",
                                    "close",
                                    "reopen",
                                    "mark as entered in error",
                                ],
                            )
                        ),
                        name="escalation_move_verb_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "raised",
                                    "notified",
                                    "acknowledged",
                                    "contacted",
                                    "outcome recorded",
                                    "closed",
                                    "entered in error",
                                ],
                            )
                        ),
                        name="escalation_move_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source__in", ["", "check-in", "report", "contact"])),
                        name="escalation_move_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["", "phone", "video", "in person"])),
                        name="escalation_move_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reached__in", ["", "yes", "no answer", "left word"])),
                        name="escalation_move_reached_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verb__in", ["raise", "report again"]), _negated=True),
                            models.Q(("source", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="escalation_move_report_has_a_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verb__in", ["record a contact", "record an attempt"]),
                                _negated=True,
                            ),
                            models.Q(
                                models.Q(("whom", ""), _negated=True),
                                models.Q(("how", ""), _negated=True),
                                models.Q(("reached", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="escalation_move_contact_names_whom",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "verb__in",
                                    [
                                        "record the outcome",
                                        "record what was done instead",
                                        "reopen",
                                        "take a report back",
                                        "mark as entered in error",
                                    ],
                                ),
                                _negated=True,
                            ),
                            models.Q(("text", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="escalation_move_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by__isnull", False), ("verb", "notify"), _connector="OR"
                        ),
                        name="escalation_move_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("as_of", models.DateTimeField()),
                ("safety_open", models.BooleanField()),
                ("set_at", models.DateTimeField()),
                (
                    "check_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.checkin",
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_up",
                        to="patients.patient",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due_on"], name="follow_up_due")],
            },
        ),
        migrations.CreateModel(
            name="MissedCheckIn",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("due_on", models.DateField()),
                ("tried", models.TextField()),
                ("next_on", models.DateField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="missed_check_ins",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "due_on"), name="missed_check_in_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("tried", ""), _negated=True),
                        name="missed_check_in_says_what_was_tried",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("move", models.PositiveIntegerField()),
                ("rung", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveIntegerField(default=0, editable=False)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=300)),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outbox",
                        to="plans.escalation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=["due_at"],
                        name="outbox_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("escalation", "move", "rung"), name="outbox_one_notice_per_rung"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "active"),
                            ("aftercare", "aftercare"),
                            ("completed", "completed"),
                            ("stopped", "stopped"),
                            ("transferred", "transferred"),
                            ("lost to contact", "lost to contact"),
                            ("entered in error", "entered in error"),
                        ],
                        default="draft",
                        max_length=24,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("begun_at", models.DateTimeField()),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="patients.patient",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "begun_at"], name="plan_by_patient")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "active",
                                    "aftercare",
                                    "completed",
                                    "stopped",
                                    "transferred",
                                    "lost to contact",
                                    "entered in error",
                                ],
                            )
                        ),
                        name="plan_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PresentSymptom",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=32)),
                ("label", models.CharField(max_length=200)),
                ("answered_by", models.CharField(max_length=24)),
                ("event", models.BooleanField()),
                ("severity", models.CharField(blank=True, max_length=24)),
                ("interference", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("onset", models.CharField(blank=True, max_length=300)),
                ("note", models.TextField(blank=True)),
                ("how_many", models.PositiveIntegerField(blank=True, null=True)),
                ("when_each", models.CharField(blank=True, max_length=300)),
                ("how_long", models.CharField(blank=True, max_length=300)),
                ("witnessed_by", models.CharField(blank=True, max_length=300)),
                ("injured", models.CharField(blank=True, max_length=24)),
                ("first_ever", models.CharField(blank=True, max_length=24)),
                ("ambulance_or_hospital", models.CharField(blank=True, max_length=24)),
                ("last_dose_before", models.CharField(blank=True, max_length=300)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="present",
                        to="plans.checkin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("check_in", "key"), name="present_symptom_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answered_by__in", ["patient", "carer", "observed"])),
                        name="present_symptom_answered_by_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["", "mild", "moderate", "severe"])),
                        name="present_symptom_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("injured__in", ["", "yes", "no", "not known"])),
                        name="present_symptom_injured_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_ever__in", ["", "yes", "no", "not known"])),
                        name="present_symptom_first_ever_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ambulance_or_hospital__in", ["", "yes", "no", "not known"])
                        ),
                        name="present_symptom_ambulance_or_hospital_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("event", False),
                            models.Q(("interference__isnull", True), ("severity", "")),
                            _connector="OR",
                        ),
                        name="present_symptom_event_has_no_severity",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("interference__isnull", True),
                            ("interference__lte", 3),
                            _connector="OR",
                        ),
                        name="present_symptom_interference_0_to_3",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("label", ""), _negated=True),
                        name="present_symptom_has_a_label",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("form", models.CharField(max_length=12)),
                ("route", models.CharField(blank=True, max_length=60)),
                ("strength_numerator", models.IntegerField(blank=True, editable=False, null=True)),
                (
                    "strength_denominator",
                    models.IntegerField(blank=True, editable=False, null=True),
                ),
                ("unit", models.CharField(blank=True, max_length=16)),
                ("per_numerator", models.IntegerField(editable=False)),
                ("per_denominator", models.IntegerField(editable=False)),
                ("parts", models.PositiveSmallIntegerField()),
                ("preparation", models.TextField(blank=True)),
                ("wear_hours", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("given_by", models.CharField(blank=True, max_length=200)),
                ("keep_until", models.CharField(blank=True, max_length=200)),
                ("device", models.CharField(blank=True, max_length=200)),
                ("patient_text", models.TextField(blank=True)),
                ("pharmacy_text", models.TextField(blank=True)),
                ("team_text", models.TextField(blank=True)),
                (
                    "stated_supply_numerator",
                    models.IntegerField(blank=True, editable=False, null=True),
                ),
                (
                    "stated_supply_denominator",
                    models.IntegerField(blank=True, editable=False, null=True),
                ),
                (
                    "drug",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="plans.drug",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("drug", "position"), name="product_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "form__in",
                                [
                                    "tablet",
                                    "capsule",
                                    "bead",
                                    "patch",
                                    "liquid",
                                    "drop",
                                    "film",
                                    "lozenge",
                                    "spray",
                                    "suppository",
                                    "injection",
                                    "sachet",
                                    "puff",
                                ],
                            )
                        ),
                        name="product_form_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unit__in", ["", "microgram", "mg", "g", "unit", "microgram/h"])
                        ),
                        name="product_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("strength_denominator__gte", 1),
                                ("strength_denominator__isnull", False),
                                ("strength_denominator__lte", 10000),
                                ("strength_numerator__gt", 0),
                                ("strength_numerator__isnull", False),
                            ),
                            models.Q(
                                ("strength_denominator__isnull", True),
                                ("strength_numerator__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="product_strength_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("per_denominator__gte", 1),
                            ("per_denominator__isnull", False),
                            ("per_denominator__lte", 10000),
                            ("per_numerator__gt", 0),
                            ("per_numerator__isnull", False),
                        ),
                        name="product_per_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("stated_supply_denominator__gte", 1),
                                ("stated_supply_denominator__isnull", False),
                                ("stated_supply_denominator__lte", 10000),
                                ("stated_supply_numerator__gte", 0),
                                ("stated_supply_numerator__isnull", False),
                            ),
                            models.Q(
                                ("stated_supply_denominator__isnull", True),
                                ("stated_supply_numerator__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="product_stated_supply_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("strength_numerator__isnull", True), ("unit", "")),
                            models.Q(
                                ("strength_numerator__isnull", False),
                                models.Q(("unit", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="product_strength_has_its_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parts__in", (1, 2, 3, 4, 8))),
                        name="product_parts_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("form__in", ["liquid", "injection"]),
                            models.Q(("per_denominator", 1), ("per_numerator", 1)),
                            _connector="OR",
                        ),
                        name="product_counted_is_per_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wear_hours__isnull", True), ("wear_hours__gt", 0), _connector="OR"
                        ),
                        name="product_wear_is_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AsNeeded",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.CharField(max_length=40)),
                ("quantity_numerator", models.IntegerField(editable=False)),
                ("quantity_denominator", models.IntegerField(editable=False)),
                ("maximum_numerator", models.IntegerField(blank=True, editable=False, null=True)),
                ("maximum_denominator", models.IntegerField(blank=True, editable=False, null=True)),
                ("gap_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("reason", models.TextField(blank=True)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField(blank=True, null=True)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="as_needed",
                        to="plans.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity_denominator__gte", 1),
                            ("quantity_denominator__isnull", False),
                            ("quantity_denominator__lte", 10000),
                            ("quantity_numerator__gt", 0),
                            ("quantity_numerator__isnull", False),
                        ),
                        name="as_needed_quantity_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("maximum_denominator__gte", 1),
                                ("maximum_denominator__isnull", False),
                                ("maximum_denominator__lte", 10000),
                                ("maximum_numerator__gt", 0),
                                ("maximum_numerator__isnull", False),
                            ),
                            models.Q(
                                ("maximum_denominator__isnull", True),
                                ("maximum_numerator__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="as_needed_maximum_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True),
                            models.Q(
                                ("first_day__isnull", False),
                                ("last_day__gte", models.F("first_day")),
                            ),
                            _connector="OR",
                        ),
                        name="as_needed_last_day_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("asked", models.CharField(max_length=24)),
                ("words", models.TextField()),
                ("read_back", models.BooleanField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "check_in",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="plans.checkin",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="patients.patient",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="plans.plan",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["patient", "at"], name="request_by_patient")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("asked__in", ["hold", "change", "stop"])),
                        name="request_asked_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="request_has_words"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_by__isnull", True), ("read_back__isnull", True)),
                            models.Q(("given_by__isnull", False), ("read_back__isnull", False)),
                            _connector="OR",
                        ),
                        name="request_given_by_telephone_was_read_back",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScaleTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scale", models.CharField(max_length=24)),
                ("version", models.CharField(blank=True, max_length=200)),
                ("total_numerator", models.IntegerField(editable=False)),
                ("total_denominator", models.IntegerField(editable=False)),
                ("rated_on", models.DateField()),
                ("rater", models.CharField(max_length=200)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scale_totals",
                        to="plans.checkin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("check_in", "scale"), name="scale_total_once"),
                    models.CheckConstraint(
                        condition=models.Q(("rater", ""), _negated=True),
                        name="scale_total_names_its_rater",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("total_denominator__gte", 1),
                            ("total_denominator__isnull", False),
                            ("total_denominator__lte", 10000),
                            ("total_numerator__gte", 0),
                            ("total_numerator__isnull", False),
                        ),
                        name="scale_total_total_exact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Dose",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slot", models.CharField(max_length=8)),
                ("at", models.TimeField(blank=True, null=True)),
                ("quantity_numerator", models.IntegerField(editable=False)),
                ("quantity_denominator", models.IntegerField(editable=False)),
                ("on_days", models.IntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="doses",
                        to="plans.product",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="doses",
                        to="plans.step",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("slot__in", ["morning", "midday", "evening", "bedtime", "clock"])
                        ),
                        name="dose_slot_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at__isnull", False), ("slot", "clock")),
                            models.Q(
                                models.Q(("slot", "clock"), _negated=True), ("at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="dose_clock_has_its_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity_denominator__gte", 1),
                            ("quantity_denominator__isnull", False),
                            ("quantity_denominator__lte", 10000),
                            ("quantity_numerator__gte", 0),
                            ("quantity_numerator__isnull", False),
                        ),
                        name="dose_quantity_exact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_days__gte", 1), ("on_days__lte", 2147483647)),
                        name="dose_on_some_day",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("at__isnull", True)),
                        fields=("step", "product", "slot", "on_days"),
                        name="dose_once_in_a_slot",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("at__isnull", False)),
                        fields=("step", "product", "at", "on_days"),
                        name="dose_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Supply",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "pack",
                    models.CharField(
                        choices=[
                            ("original", "original pack"),
                            ("blister", "blister"),
                            ("one day", "one-day packs"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "taking",
                    models.CharField(
                        choices=[("home", "taken home"), ("supervised", "supervised")],
                        max_length=12,
                    ),
                ),
                ("collected_by", models.CharField(blank=True, max_length=200)),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pack__in", ["original", "blister", "one day"])),
                        name="supply_pack_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("taking__in", ["home", "supervised"])),
                        name="supply_taking_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("from_slot", models.CharField(blank=True, max_length=9)),
                (
                    "supply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collections",
                        to="plans.supply",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("supply", "day"), name="collection_day_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="AsNeededSupply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity_numerator", models.IntegerField(editable=False)),
                ("quantity_denominator", models.IntegerField(editable=False)),
                (
                    "as_needed",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.asneeded",
                    ),
                ),
                (
                    "supply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="as_needed",
                        to="plans.supply",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("supply", "as_needed"), name="as_needed_supply_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity_denominator__gte", 1),
                            ("quantity_denominator__isnull", False),
                            ("quantity_denominator__lte", 10000),
                            ("quantity_numerator__gte", 0),
                            ("quantity_numerator__isnull", False),
                        ),
                        name="as_needed_supply_quantity_exact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Taken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answer", models.CharField(max_length=24)),
                ("note", models.TextField(blank=True)),
                ("last_product", models.CharField(blank=True, max_length=300)),
                ("last_strength", models.CharField(blank=True, max_length=300)),
                ("last_amount", models.CharField(blank=True, max_length=300)),
                ("last_when", models.CharField(blank=True, max_length=300)),
                ("in_hand", models.CharField(blank=True, max_length=300)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="plans.checkin",
                    ),
                ),
                (
                    "drug",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="plans.drug",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("check_in", "drug"), name="taken_drug_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "answer__in",
                                [
                                    "as planned",
                                    "some missed",
                                    "extra",
                                    "stopped",
                                    "ran out",
                                    "not known",
                                ],
                            )
                        ),
                        name="taken_answer_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakenAmount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("quantity_numerator", models.IntegerField(editable=False)),
                ("quantity_denominator", models.IntegerField(editable=False)),
                ("typed", models.CharField(max_length=200)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_amounts",
                        to="plans.checkin",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_amounts",
                        to="plans.product",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("check_in", "position"), name="taken_amount_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True),
                            models.Q(
                                ("first_day__isnull", False),
                                ("last_day__gte", models.F("first_day")),
                            ),
                            _connector="OR",
                        ),
                        name="taken_amount_last_day_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quantity_denominator__gte", 1),
                            ("quantity_denominator__isnull", False),
                            ("quantity_denominator__lte", 10000),
                            ("quantity_numerator__gte", 0),
                            ("quantity_numerator__isnull", False),
                        ),
                        name="taken_amount_quantity_exact",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TakenOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("set_by", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=500)),
                ("until", models.DateField(blank=True, null=True)),
                ("as_told", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_over",
                        to="plans.plan",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("set_by", ""), _negated=True),
                            models.Q(("source", ""), _negated=True),
                            models.Q(("as_told", ""), _negated=True),
                        ),
                        name="taken_over_says_from_whom_and_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=12)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("in_force_from", models.DateField()),
                ("in_force_slot", models.CharField(blank=True, max_length=9)),
                ("hold_from", models.DateField(blank=True, null=True)),
                ("hold_until", models.DateField(blank=True, null=True)),
                ("away_from", models.DateField(blank=True, null=True)),
                ("away_until", models.DateField(blank=True, null=True)),
                ("away_where", models.CharField(blank=True, max_length=200)),
                ("away_why", models.CharField(blank=True, max_length=500)),
                ("assessment", models.TextField(blank=True)),
                ("reason", models.TextField(blank=True)),
                ("not_asked_reason", models.TextField(blank=True)),
                ("patient_text", models.TextField(blank=True)),
                ("pharmacy_text", models.TextField(blank=True)),
                ("team_text", models.TextField(blank=True)),
                ("missed_dose_text", models.TextField(blank=True)),
                ("signed_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="plans.plan",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="plans.version",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="version_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), ("replaces__isnull", True)),
                            models.Q(
                                ("number__gt", 1),
                                ("replaces__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="version_first_or_replaces_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["first", "change", "hold", "resume", "interrupt", "restart"],
                            )
                        ),
                        name="version_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hold_until__isnull", True),
                            models.Q(
                                ("hold_from__isnull", False),
                                ("hold_until__gte", models.F("hold_from")),
                            ),
                            _connector="OR",
                        ),
                        name="version_hold_until_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("away_until__isnull", True),
                            models.Q(
                                ("away_from__isnull", False),
                                ("away_until__gte", models.F("away_from")),
                            ),
                            _connector="OR",
                        ),
                        name="version_away_until_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "hold"), _negated=True),
                            ("hold_from__isnull", False),
                            _connector="OR",
                        ),
                        name="version_hold_has_a_first_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "interrupt"), _negated=True),
                            models.Q(
                                ("away_from__isnull", False),
                                models.Q(("away_where", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="version_interruption_has_a_first_day",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length(models.F("digest")), 64
                        ),
                        name="version_digest_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("patient", "patient"),
                            ("pharmacy", "pharmacy"),
                            ("primary care", "primary-care doctor"),
                            ("support person", "support person"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("who", models.CharField(blank=True, max_length=200)),
                (
                    "answer",
                    models.CharField(
                        choices=[("told", "told"), ("not needed", "not needed")], max_length=12
                    ),
                ),
                ("how", models.CharField(blank=True, max_length=200)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by", models.CharField(blank=True, max_length=200)),
                ("reason", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="told",
                        to="plans.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "audience__in",
                                ["patient", "pharmacy", "primary care", "support person", "other"],
                            )
                        ),
                        name="told_audience_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer", "told"),
                                ("told_at__isnull", False),
                                models.Q(("how", ""), _negated=True),
                            ),
                            models.Q(
                                ("answer", "not needed"), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="told_how_or_why_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("audience", "other"), _negated=True),
                            models.Q(("who", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="told_other_is_named",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="supply",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="supplies",
                to="plans.version",
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="plans.version",
            ),
        ),
        migrations.CreateModel(
            name="RequestAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("declined_because", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="plans.request",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="plans.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("declined_because", ""), ("version__isnull", False)),
                            models.Q(
                                ("version__isnull", True),
                                models.Q(("declined_because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="request_answer_signed_or_declined_with_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Move",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("verb", models.CharField(max_length=24)),
                ("state", models.CharField(max_length=24)),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("receiver", models.CharField(blank=True, max_length=200)),
                ("accepted_on", models.DateField(blank=True, null=True)),
                ("token", models.UUIDField(unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="plans.plan",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="plans.version",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "number"), name="move_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "verb__in",
                                [
                                    "sign",
                                    "hold",
                                    "resume",
                                    "interrupt",
                                    "restart",
                                    "begin aftercare",
                                    "complete",
                                    "stop",
                                    "transfer",
                                    "lose contact",
                                    "enter in error",
                                ],
                            )
                        ),
                        name="move_verb_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "draft",
                                    "active",
                                    "aftercare",
                                    "completed",
                                    "stopped",
                                    "transferred",
                                    "lost to contact",
                                    "entered in error",
                                ],
                            )
                        ),
                        name="move_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verb", "transfer"), _negated=True),
                            models.Q(
                                models.Q(("receiver", ""), _negated=True),
                                ("accepted_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="move_transfer_names_its_receiver",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("verb__in", ["stop", "lose contact", "enter in error"]),
                                _negated=True,
                            ),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="move_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                (
                                    "verb__in",
                                    ["sign", "sign", "hold", "resume", "interrupt", "restart"],
                                ),
                                ("version__isnull", False),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "verb__in",
                                        ["sign", "sign", "hold", "resume", "interrupt", "restart"],
                                    ),
                                    _negated=True,
                                ),
                                ("version__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="move_signs_its_version",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="drug",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drugs",
                to="plans.version",
            ),
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("cells", models.JSONField()),
                ("revision", models.PositiveIntegerField(default=1, editable=False)),
                ("opened_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="plans.plan",
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.version",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("page_size", models.CharField(max_length=8)),
                ("print_size", models.CharField(max_length=8)),
                ("language", models.CharField(max_length=8)),
                ("recipient", models.CharField(max_length=16)),
                ("recipient_name", models.CharField(blank=True, max_length=200)),
                ("open_flags", models.PositiveSmallIntegerField()),
                ("content", models.BinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("check_code", models.CharField(max_length=12, unique=True)),
                ("pages", models.PositiveSmallIntegerField()),
                ("unprintable", models.PositiveIntegerField()),
                ("printed_at", models.DateTimeField()),
                (
                    "disclosure",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="document",
                        to="patients.disclosure",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="patients.patient",
                    ),
                ),
                (
                    "printed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="plans.plan",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="plans.version",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["patient", "-printed_at"], name="document_by_patient"),
                    models.Index(fields=["plan", "kind", "-printed_at"], name="document_by_plan"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["handout", "summary"])),
                        name="document_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("page_size__in", ["A4", "Letter"])),
                        name="document_page_size_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("print_size__in", ["standard", "large"])),
                        name="document_print_size_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "recipient__in",
                                [
                                    "patient",
                                    "support person",
                                    "pharmacy",
                                    "primary care",
                                    "clinician",
                                    "other",
                                    "own team",
                                ],
                            )
                        ),
                        name="document_recipient_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "handout"),
                                ("plan__isnull", False),
                                ("version__isnull", False),
                            ),
                            models.Q(
                                models.Q(("kind", "handout"), _negated=True),
                                ("plan", None),
                                ("version", None),
                            ),
                            _connector="OR",
                        ),
                        name="document_handout_names_its_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("disclosure", None), ("recipient", "own team")),
                            models.Q(
                                models.Q(("recipient", "own team"), _negated=True),
                                ("disclosure__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_that_leaves_is_disclosed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recipient__in", ["patient", "own team"]),
                            models.Q(("recipient_name", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="document_recipient_is_named",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length(models.F("sha256")), 64
                        ),
                        name="document_sha256_whole",
                    ),
                    models.CheckConstraint(
                        condition=django.db.models.lookups.Exact(
                            django.db.models.functions.text.Length(models.F("check_code")), 12
                        ),
                        name="document_check_code_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pages__gt", 0)), name="document_has_a_page"
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="checkin",
            name="version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="check_ins",
                to="plans.version",
            ),
        ),
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60)),
                ("subject", models.CharField(blank=True, max_length=255)),
                ("sentence", models.TextField()),
                ("reason", models.TextField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acceptances",
                        to="plans.version",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="acceptance_has_a_reason",
                    ),
                    models.UniqueConstraint(
                        fields=("version", "code", "subject"), name="acceptance_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="VitalSign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("vital", models.CharField(max_length=24)),
                ("value_numerator", models.IntegerField(editable=False)),
                ("value_denominator", models.IntegerField(editable=False)),
                ("unit", models.CharField(max_length=24)),
                ("typed", models.CharField(max_length=200)),
                (
                    "check_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vital_signs",
                        to="plans.checkin",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("check_in", "vital"), name="vital_sign_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "vital__in",
                                [
                                    "systolic lying",
                                    "diastolic lying",
                                    "systolic standing",
                                    "diastolic standing",
                                    "pulse",
                                    "temperature",
                                    "breathing rate",
                                    "oxygen saturation",
                                    "weight",
                                    "hours slept",
                                ],
                            )
                        ),
                        name="vital_sign_vital_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("unit__in", ["mmHg", "/min", "°C", "°F", "%", "kg", "lb", "h"])
                        ),
                        name="vital_sign_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("value_denominator__gte", 1),
                            ("value_denominator__isnull", False),
                            ("value_denominator__lte", 10000),
                            ("value_numerator__gte", 0),
                            ("value_numerator__isnull", False),
                        ),
                        name="vital_sign_value_exact",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="supply",
            constraint=models.UniqueConstraint(
                fields=("version", "number"), name="supply_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(
                fields=("version", "position"), name="step_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="drug",
            constraint=models.UniqueConstraint(
                fields=("version", "position"), name="drug_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="drug",
            constraint=models.UniqueConstraint(
                models.F("version"),
                django.db.models.functions.text.Lower("name"),
                name="drug_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "baseline"), ("version__isnull", True)),
                    models.Q(
                        models.Q(("kind", "baseline"), _negated=True), ("version__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="check_in_baseline_has_no_version",
            ),
        ),
    ]
