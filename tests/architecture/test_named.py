"""What the database and the rules refuse has a test that names it."""

from __future__ import annotations

import re
from functools import cache

from django.apps import apps

from plans.rules.findings import FindingCode
from taperplan.audit.append_only import LOCAL_APPS
from tests.architecture.sources import ROOT

MODELS = [model for model in apps.get_models() if model._meta.app_label in LOCAL_APPS]


@cache
def _words_of_the_tests() -> frozenset[str]:
    """Every word in the tests, but for those of the architecture, which name nothing."""
    return frozenset(
        word
        for path in (ROOT / "tests").rglob("*.py")
        if path.parent.name != "architecture"
        for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))
    )


def unnamed(names: set[str]) -> list[str]:
    return sorted(names - _words_of_the_tests())


def test_every_named_constraint_is_named_by_a_test() -> None:
    names = {str(constraint.name) for model in MODELS for constraint in model._meta.constraints}

    assert len(names) > 40
    assert not unnamed(names), "\n".join(unnamed(names))


def test_every_finding_is_named_by_a_test() -> None:
    names = {code.name for code in FindingCode}

    assert not unnamed(names), "\n".join(unnamed(names))


def test_a_name_that_no_test_names_is_found() -> None:
    nobody_says_this = "_".join(("a", "constraint", "of", "nobody"))

    assert unnamed({nobody_says_this}) == [nobody_says_this]
