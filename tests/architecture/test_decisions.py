"""Nothing seen, scored or measured leads to a dose or to a decision: in code, templates, pages.

An *observation* is a symptom, its severity, a suicide answer, a scale, a vital sign. What follows
from one may be words, a red flag by presence, a question asked again; never a decision, a request
for a change, a next date or a dose.
"""

from __future__ import annotations

import ast
import random
import re
from datetime import UTC, datetime

import pytest

from plans.rules import check_in
from plans.rules.check_in import Asking, Decision
from tests.architecture import sources
from tests.architecture.sources import Module, planted

OBSERVED = frozenset(
    {
        "Severity", "severity", "interference", "Suicide", "suicide", "Scale", "scale", "scales",
        "scale_totals", "Vital", "vital", "vitals", "vital_signs", "bp_lying", "pulse",
        "mood", "symptom", "symptoms", "phq9", "item_nine", "total_score", "score",
    }
)  # fmt: skip
FOLLOWS = frozenset(
    {
        "Decision", "AskedKind", "Dose", "AsNeeded", "decision", "decisions", "quantity", "dose",
        "doses", "next_on", "next_day", "hold", "hold_until", "resume", "interrupt",
    }
)  # fmt: skip
TEMPLATES = sources.ROOT / "templates"
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def mapped(module: Module) -> list[str]:
    """Places in which something hangs on an observation that leads to a dose or a decision."""
    return [
        f"{module.name}:{node.lineno}"
        for node in ast.walk(module.tree)
        if isinstance(node, (ast.If, ast.IfExp, ast.While, ast.Match, ast.Dict, ast.DictComp))
        and _leads(node)
    ]


def _leads(node: ast.AST) -> bool:
    match node:
        case ast.If(test=test, body=body) | ast.While(test=test, body=body):
            return bool(_names(test) & OBSERVED) and any(_sets(one) for one in body)
        case ast.IfExp(test=test, body=then, orelse=other):
            follows = _names(then) | _names(other)
            return bool(_names(test) & OBSERVED) and bool(follows & FOLLOWS)
        case ast.Match(subject=subject, cases=cases):
            return bool(_names(subject) & OBSERVED) and any(
                _sets(one) for case in cases for one in case.body
            )
        case ast.Dict(keys=keys, values=values):
            return any(
                key is not None and _names(key) & OBSERVED and _names(value) & {"Decision", "Dose"}
                for key, value in zip(keys, values, strict=True)
            )
        case ast.DictComp(key=key, value=value):
            return bool(_names(key) & OBSERVED) and bool(_names(value) & {"Decision", "Dose"})
        case _:
            return False


def _sets(statement: ast.stmt) -> bool:
    """Whether it makes, returns or assigns a decision or a dose, not only shows one."""
    for node in ast.walk(statement):
        match node:
            case ast.Assign(targets=targets, value=value):
                if _names(value) & {"Decision", "AskedKind", "Dose"}:
                    return True
                if any(_names(target) & FOLLOWS for target in targets):
                    return True
            case ast.Return(value=value) if value is not None:
                if _names(value) & FOLLOWS:
                    return True
            case ast.Call(func=func, keywords=keywords):
                if _names(func) & {"Decision", "AskedKind", "Dose", "AsNeeded"}:
                    return True
                if any(one.arg in FOLLOWS for one in keywords):
                    return True
            case _:
                pass
    return False


def _names(node: ast.AST) -> set[str]:
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.add(part.value)
    return found


def test_no_code_leads_from_an_observation_to_a_dose_or_a_decision() -> None:
    modules = [one for one in sources.modules() if one.name.startswith(("plans", "patients"))]
    found = [line for module in modules for line in mapped(module)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "def f(row):\n    if row.severity == 'severe':\n        decision = Decision.HOLD",
        "def f(total):\n    return Decision.STOP if score > 9 else Decision.CONTINUE",
        "def f(row):\n    match row.suicide:\n        case _:\n            return Decision.REFER",
        "NEXT = {Severity.SEVERE: Decision.HOLD}",
        "def f(vitals):\n    if vitals.pulse > 120:\n        ask(decision='hold')",
        "def f(row, dose):\n    if row.symptom:\n        return dose.quantity - 1",
        "def f(rows):\n    while rows.severity:\n        Request(AskedKind('hold'))",
    ],
)
def test_a_way_from_an_observation_to_a_decision_is_found(source: str) -> None:
    assert mapped(planted(source))


@pytest.mark.parametrize(
    "source",
    [
        "def f(row):\n    if row.severity:\n        words.append(row.severity)",
        "def f(row):\n    if row.decision:\n        return row.decision.label",
        "WORDS = {Severity.MILD: 'mild'}",
    ],
)
def test_showing_what_was_recorded_is_no_fault(source: str) -> None:
    assert not mapped(planted(source))


# --- Templates ------------------------------------------------------------------------------

_IF = re.compile(r"{%-?\s*(?:el)?if\s+([^%]*)%}(.*?)(?={%-?\s*(?:elif|else|endif))", re.DOTALL)
_SEEN = re.compile(r"\b(severity|suicide|score|scales?|vitals?|pulse|interference|mood)\b")
_DECIDES = re.compile(r"name=\"decision|\bdecision\.options|\bdose|\bquantity", re.IGNORECASE)


def hanging(text: str) -> list[str]:
    return [
        test.strip()
        for test, body in _IF.findall(text)
        if _SEEN.search(test) and _DECIDES.search(body)
    ]


def test_no_template_shows_a_dose_or_a_decision_because_of_an_observation() -> None:
    found = [
        f"{path.relative_to(TEMPLATES)}: {test}"
        for path in sources.templates()
        for test in hanging(path.read_text())
    ]

    assert not found, "\n".join(found)


def test_a_template_that_does_is_found() -> None:
    assert hanging('{% if item.severity == "severe" %}<input name="decision">{% endif %}')
    assert hanging("{% if page.vitals.pulse > 120 %}Lower the dose{% endif %}")
    assert not hanging("{% if page.vitals %}{{ page.vitals }}{% endif %}")


# --- What is read, whatever was observed ----------------------------------------------------

BOXES = (
    "s-seizure", "s-seizure-confirmed", "s-tremor", "s-tremor-severity", "suicide",
    "suicide-confirmed", "s-insomnia-interference", "v-pulse", "v-bp_lying", "scale-1",
    "scale-1-total", "phq9-item9", "phq9-item9-confirmed", "mood", "rest",
)  # fmt: skip
ANSWERS = (
    "yes", "no", "present", "none", "severe", "attempt", "3", "180", "200/130", "PHQ-9", "27",
)  # fmt: skip


def test_whatever_was_observed_the_decision_is_the_one_that_was_typed() -> None:
    asking = Asking(now=NOW, opened_at=NOW, recorder="Theo Mocksen")
    drawn = random.Random(24)  # noqa: S311  (which answers are tried, nothing secret)
    for typed in ("", *(one.value for one in Decision)):
        decided = {"decision": typed, "next_0": "1", "next_1": "12", "next_2": "2026"}
        without = check_in.read(decided, asking)
        for _time in range(60):
            observed = {box: drawn.choice(ANSWERS) for box in drawn.sample(BOXES, 6)}
            with_it = check_in.read({**observed, **decided}, asking)
            for name in ("decision", "decision_reason", "next_on", "taken", "amounts"):
                assert getattr(with_it, name) == getattr(without, name), observed
