"""Where things live: directions, names of rooms, what models and domain code may do."""

from __future__ import annotations

import ast
import importlib
import shutil
import subprocess
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.db import models

from taperplan.audit.append_only import LOCAL_APPS, Mutability, declared
from tests.architecture import sources
from tests.architecture.sources import ROOT, Module, planted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# From below to above.
FLOORS = ("audit", "accounts", "patients", "plans")
MODELS = [model for model in apps.get_models() if model._meta.app_label in LOCAL_APPS]


# --- Directions between rooms -----------------------------------------------------------------

# One import for each contract that must not stand.
WRONG_WAYS = {
    "taperplan/audit/planted.py": "from taperplan.accounts import roles",
    "plans/rules/planted.py": "from plans import models\nimport django.db",
    "plans/views/planted.py": "from plans.models import plan",
    "plans/models/planted.py": "from plans import sheets",
}
CONTRACTS = (
    "The house: one direction",
    "Inside plans: one direction",
    "The lower half does not know Django",
    "Views reach data through access, actions and presenters",
    "Models keep facts, not paper",
)


def _lint(folder: Path) -> str:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_imports_go_one_way() -> None:
    report = _lint(ROOT)

    for contract in CONTRACTS:
        assert f"{contract} KEPT" in report, report


def test_every_contract_breaks_when_an_import_goes_the_wrong_way(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in sources.PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "fonts")
        )
    for name, source in WRONG_WAYS.items():
        (tmp_path / name).write_text(source)

    report = _lint(tmp_path)

    for contract in CONTRACTS:
        assert f"{contract} BROKEN" in report, report


def _relations(model: type[models.Model]) -> Iterator[tuple[str, type[models.Model]]]:
    for field in model._meta.get_fields():
        if field.is_relation and field.concrete and isinstance(field.related_model, type):
            yield field.name, field.related_model


def upward(model: type[models.Model], label: str) -> list[str]:
    """The relations of `model`, of the app `label`, that point at a room above."""
    return [
        f"{label}.{model.__name__}.{name} points up at {target._meta.label}"
        for name, target in _relations(model)
        if target._meta.app_label in FLOORS
        and FLOORS.index(target._meta.app_label) > FLOORS.index(label)
    ]


def test_relations_point_down() -> None:
    # A foreign key named by a string slips past the import contracts.
    assert [found for model in MODELS for found in upward(model, model._meta.app_label)] == []


def test_a_relation_that_points_up_is_found() -> None:
    plan = apps.get_model("plans", "Plan")

    assert upward(plan, "audit") != []


def test_nothing_is_deleted_with_what_it_points_at() -> None:
    gentle = {
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.PROTECT
        # simple-history's rows outlive what they tell of.
        and not (hasattr(model, "history_id") and field.remote_field.on_delete is models.DO_NOTHING)
        and not (hasattr(model, "history_id") and field.name == "history_user")
    }

    assert gentle == set()


# --- Names -----------------------------------------------------------------------------------

NO_ROOM_IS_CALLED = {
    "common", "core", "helper", "helpers", "lib", "manager", "managers", "misc",
    "service", "services", "shared", "tools", "util", "utils",
}  # fmt: skip


def vague(module: Module) -> bool:
    return not NO_ROOM_IS_CALLED.isdisjoint(module.name.split("."))


def test_no_room_is_called_utils() -> None:
    assert [module.name for module in sources.modules() if vague(module)] == []
    assert vague(planted("", "plans/utils.py"))


# --- Models ----------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_model_says_whether_its_rows_may_change(model: type[models.Model]) -> None:
    assert isinstance(declared(model), Mutability)
    if declared(model) is Mutability.SEALED:
        parent: Any = getattr(model, "sealed_by", None)
        if parent is not None:
            assert model._meta.get_field(parent).is_relation


def test_a_model_that_does_not_say_so_is_found() -> None:
    class Silent:
        __name__ = "Silent"

    with pytest.raises(AttributeError):
        declared(Silent)  # type: ignore[arg-type]


def overridden(model: type) -> list[str]:
    """The doors of Django's models that our own classes of `model` replace."""
    return [
        f"{base.__module__}.{base.__name__}.{name}"
        for base in model.__mro__
        if base.__module__.split(".")[0] in sources.PACKAGES
        for name in ("save", "delete", "save_base", "asave", "adelete", "full_clean")
        if name in vars(base)
    ]


def test_no_model_replaces_save() -> None:
    # A rule in save() is walked past by update(), bulk_create() and SQL.
    assert [found for model in MODELS for found in overridden(model)] == []


def test_a_model_that_replaces_save_is_found() -> None:
    fault = type("Fault", (), {"save": lambda self: None, "__module__": "plans.models.fault"})

    assert overridden(fault) == ["plans.models.fault.Fault.save"]


TRACKED = {model.__name__: model for model in MODELS if hasattr(model, "history")}
UNTRACKED_WRITES = {"update", "bulk_create", "bulk_update", "abulk_create", "aupdate"}


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _left_out(model: Any) -> set[str]:
    """The fields that the history of `model` leaves out: they may be written past it."""
    kept = {field.name for field in model.history.model._meta.get_fields()}
    return {field.name for field in model._meta.concrete_fields} - kept


def untracked(module: Module) -> list[str]:
    """Writes that leave no history, on models that keep one."""
    return [
        f"{module.where(call)} {root}...{name}()"
        for name, call in sources.calls(module.tree)
        if name in UNTRACKED_WRITES
        and (root := _root(call.func)) in TRACKED
        and not (call.keywords and {key.arg for key in call.keywords} <= _left_out(TRACKED[root]))
    ]


def test_what_keeps_a_history_is_never_written_past_it() -> None:
    assert {"Patient", "Clinic"} <= TRACKED.keys()
    assert [found for module in sources.modules() for found in untracked(module)] == []


def test_a_write_past_the_history_is_found() -> None:
    fault = planted("Patient.objects.visible_to(user).filter(pk=1).update(family_name='X')")

    assert untracked(fault) == ["plans/rules/planted.py:1 Patient...update()"]


def test_there_is_no_second_door() -> None:
    user = apps.get_model("accounts", "User")

    assert not apps.is_installed("django.contrib.admin")
    assert {"is_staff", "is_superuser"}.isdisjoint(f.name for f in user._meta.get_fields())


INEXACT = (models.FloatField, models.DecimalField)


def test_no_clinical_number_is_inexact() -> None:
    found = [
        str(field)
        for model in MODELS
        for field in model._meta.get_fields()
        if isinstance(field, INEXACT)
    ]

    assert not found, "\n".join(found)


# --- Domain code -----------------------------------------------------------------------------

CLINICAL = ("patients", "plans")


def signalled(module: Module) -> list[str]:
    """Signals in clinical code: work that happens where nobody reads it."""
    found = []
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found += [
            f"{module.where(node)} {name}"
            for name in names
            if "signals" in name.split(".") or name == "django.dispatch.receiver"
        ]
    return found


def test_clinical_code_uses_no_signals() -> None:
    clinical = [module for module in sources.modules() if module.name.startswith(CLINICAL)]

    assert [found for module in clinical for found in signalled(module)] == []
    assert signalled(planted("from django.db.models.signals import post_save")) != []
    assert signalled(planted("from django.dispatch import receiver")) != []


NOW = {"now", "today", "utcnow", "localdate", "localtime"}
CLOCKLESS = ("plans.rules", "plans.sheets", "plans.documents", "plans.models", "plans.fhir")


def clocks(module: Module) -> list[str]:
    """Calls that look at the clock: the moment is taken once and passed down."""
    return [
        f"{module.where(call)} {name}()"
        for name, call in sources.calls(module.tree)
        if name in NOW
        and isinstance(call.func, ast.Attribute)
        and _root(call.func) in ("datetime", "date", "timezone", "time")
    ]


def test_what_is_deep_inside_looks_at_no_clock() -> None:
    deep = [module for module in sources.modules() if module.name.startswith(CLOCKLESS)]

    assert [found for module in deep for found in clocks(module)] == []
    assert clocks(planted("datetime.now(UTC)")) == ["plans/rules/planted.py:1 now()"]


def vocabularies() -> list[list[Any]]:
    """The values of every enum of the product."""
    for module in sources.modules():
        importlib.import_module(module.name)
    kinds, found = [Enum], []
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.__module__.split(".")[0] in sources.PACKAGES:
            found.append([member.value for member in kind])
    return found


def test_every_list_of_choices_is_an_enum() -> None:
    known = vocabularies()
    loose = [
        str(field)
        for model in MODELS
        for field in model._meta.get_fields()
        if (choices := getattr(field, "choices", None))
        # simple-history's own three kinds of change.
        and field.name != "history_type"
        and [value for value, _ in choices if value != ""] not in known
    ]

    assert not loose, "\n".join(loose)
