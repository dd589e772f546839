"""What is known of who was told, noted on each active plan. hand-made.

Some hundred plans at a time, each time in a transaction of its own: people go on working. It may
be run again. A plan that moves meanwhile is left as it is, and the told list itself is looked at.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import migrations, transaction
from django.db.models import Count, OuterRef, Q, Subquery

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

AT_ONCE = 500
# As EXPECTED_AUDIENCES named them at this step.
EXPECTED = ("patient", "pharmacy", "primary care", "support person")


def note(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    plans = apps.get_model("plans", "Plan")._base_manager
    active = plans.filter(state="active").order_by("pk").values_list("pk", flat=True)
    after = None
    while keys := list((active.filter(pk__gt=after) if after else active)[:AT_ONCE]):
        with transaction.atomic(using=schema_editor.connection.alias):
            _note(apps, keys)
        after = keys[-1]


def _note(apps: Apps, keys: Iterable[Any]) -> None:
    plans = apps.get_model("plans", "Plan")._base_manager
    newest = apps.get_model("plans", "Version")._base_manager.filter(replaced_by=None).order_by()
    of_plan = newest.filter(plan=OuterRef("pk")).values("signed_at")[:1]
    plans.filter(pk__in=keys, signed_at=None).update(signed_at=Subquery(of_plan))
    told = Count("told__audience", filter=Q(told__audience__in=EXPECTED), distinct=True)
    whole = newest.filter(plan__in=keys).annotate(n=told).filter(n=len(EXPECTED))
    at: defaultdict[int, list[Any]] = defaultdict(list)
    for plan, revision in whole.values_list("plan", "plan__revision"):
        at[revision].append(plan)
    for revision, those in at.items():
        # Only as it was read: a version that is signed meanwhile is not told to anybody.
        plans.filter(pk__in=those, revision=revision).update(told_revision=revision)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("plans", "0011_plan_told")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
