"""Every fault can be planted: one that cannot would count as noticed, and nobody would see it."""

from __future__ import annotations

import importlib
from types import CodeType

import pytest

from tests.harness.mutants import function_of, mutants


@pytest.mark.parametrize(
    "name", ["plans.rules.limits", "plans.rules.check_in.section", "plans.rules.draft"]
)
def test_each_fault_of_a_function_or_a_method_is_code_that_can_be_put_in(name: str) -> None:
    module = importlib.import_module(name)
    found = [*mutants(module)]

    assert len({mutant.number for mutant in found}) == len(found) > 50
    for mutant in found:
        function = function_of(module, mutant.function)
        if function is not None:
            made = mutant.make()
            assert isinstance(made, CodeType)
            assert made.co_qualname == mutant.function
            assert made.co_freevars == function.__code__.co_freevars
