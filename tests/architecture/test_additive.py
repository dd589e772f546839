"""An upgrade changes tables only so that the code before it goes on working beside the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from taperplan.audit.append_only import LOCAL_APPS
from taperplan.management.commands.makemigrations import one_table_each, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.migrations.operations.base import Operation

GOES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)


def unkind(operation: Operation, app: str, before: ProjectState) -> str:
    """What the code before this operation could not do any more; empty where it can all."""
    if isinstance(operation, GOES_AWAY):
        return f"{operation.describe()}: the code before still asks for it"
    if isinstance(operation, migrations.AddField):
        if _must_be_given(operation.field):
            return f"{operation.describe()}: the code before writes rows without it"
    elif isinstance(operation, migrations.AlterField):
        old = before.models[app, operation.model_name_lower].fields[operation.name]
        if old.null and _must_be_given(operation.field):
            return f"{operation.describe()}: the code before writes nothing there"
        if type(old) is not type(operation.field):
            return f"{operation.describe()}: the code before knows another type"
        if (operation.field.max_length or old.max_length or 0) < (old.max_length or 0):
            return f"{operation.describe()}: the code before writes longer ones"
    return ""


def _must_be_given(field: models.Field[object, object]) -> bool:
    return not (field.null or field.has_db_default() or isinstance(field, models.ManyToManyField))


def test_every_migration_after_the_first_lets_the_code_before_it_work_on() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = []
    for app, name in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan((app, name)):
            if key[0] not in LOCAL_APPS or key[1].startswith("0001"):
                continue
            state = loader.project_state(loader.graph.node_map[key].parents and key, at_end=False)
            new = set()
            for operation in loader.graph.nodes[key].operations:
                if isinstance(operation, migrations.CreateModel):
                    new.add(operation.name_lower)
                # A table that comes with this migration is unknown to the code before it.
                if getattr(operation, "model_name_lower", "") in new:
                    pass
                elif fault := unkind(operation, key[0], state):
                    found.append(f"{key}: {fault}")
                operation.state_forwards(key[0], state)
    assert not found, "\n".join(sorted(set(found)))


# These are in use as they are; from then on each table has a migration of its own.
BEFORE_THAT = frozenset({"0001_initial", "0002_next"})


def several(operations: Iterable[Operation]) -> str:
    """The tables of a migration that changes or makes more than one; empty where it is one."""
    tables = sorted({table_of(operation) for operation in operations})
    return ", ".join(tables) if len(tables) > 1 else ""


def test_each_table_has_a_migration_of_its_own() -> None:
    """On PostgreSQL a migration holds every table it changes until it ends."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found = [
        f"{app}.{name}: {tables}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in LOCAL_APPS and name not in BEFORE_THAT
        if (tables := several(migration.operations))
    ]
    assert not found, "makemigrations writes them so; these were not: " + "; ".join(sorted(found))


def test_a_migration_of_several_tables_is_found_and_split_so_that_it_still_runs() -> None:
    key = models.BigAutoField(primary_key=True)
    operations: list[Operation] = [
        migrations.CreateModel("New", [("id", key)]),
        migrations.AddField("row", "more", models.CharField(max_length=20, null=True)),
        migrations.AddField("other", "more", models.CharField(max_length=20, null=True)),
        migrations.AddField("row", "to", models.ForeignKey("plans.New", models.PROTECT, null=True)),
        migrations.AddConstraint(
            "other", models.CheckConstraint(condition=models.Q(more="yes"), name="other_yes")
        ),
        migrations.AddIndex("row", models.Index(fields=["to"], name="row_to")),
    ]
    assert several(operations) == "new, other, row"
    whole = migrations.Migration("0003_next", "plans")
    needed = [("plans", "0002_next"), ("patients", "0003_next")]
    vars(whole).update(operations=operations, dependencies=needed)

    chain = one_table_each(whole)

    assert [one.name for one in chain] == [
        "0003_next_new", "0004_next_row", "0005_next_other", "0006_next_row",
    ]  # fmt: skip
    assert not any(several(one.operations) for one in chain)
    assert sum(len(one.operations) for one in chain) == len(operations)
    assert chain[0].dependencies == whole.dependencies
    assert [one.dependencies for one in chain[1:]] == [
        [("plans", before.name)] for before in chain[:-1]
    ]
    state = _before()
    migrations.CreateModel("Other", [("id", key)]).state_forwards("plans", state)
    for one in chain:
        for operation in one.operations:
            operation.state_forwards("plans", state)
    apps = state.apps
    assert apps.get_model("plans", "Row")._meta.get_field("to").related_model is apps.get_model(
        "plans", "New"
    )


def _before() -> ProjectState:
    state = ProjectState()
    migrations.CreateModel(
        "Row",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("word", models.CharField(max_length=20, null=True)),
            ("other", models.CharField(max_length=20)),
        ],
    ).state_forwards("plans", state)
    return state


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("row", "other"),
        migrations.RenameField("row", "other", "another"),
        migrations.DeleteModel("row"),
        migrations.AddField("row", "more", models.CharField(max_length=20)),
        migrations.AddField("row", "more", models.CharField(max_length=20, default="")),
        migrations.AlterField("row", "word", models.CharField(max_length=20)),
        migrations.AlterField("row", "other", models.CharField(max_length=10)),
        migrations.AlterField("row", "other", models.IntegerField()),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_would_stop_the_code_before_it_is_found(operation: Operation) -> None:
    assert unkind(operation, "plans", _before())


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("row", "more", models.CharField(max_length=20, null=True)),
        migrations.AddField("row", "more", models.CharField(max_length=20, db_default="")),
        migrations.AlterField("row", "other", models.CharField(max_length=40)),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_the_code_before_need_not_know_is_let_through(operation: Operation) -> None:
    assert not unkind(operation, "plans", _before())
