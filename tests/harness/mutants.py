"""Faults planted one at a time into a module, and the tests that are to notice them.

A fault is a changed operator, figure, word, condition, answer or a statement left out. Each runs
in a forked process in which only the code of one function is exchanged, or one constant, and the
constants of its module that are made from it; against the tests that call this function, until one
fails: those that noticed the faults before it first, then the quickest. What is in a signature or
in the body of a class is not changed.
"""

from __future__ import annotations
import __future__

import ast
import copy
import functools
import gc
import itertools
import os
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

Change = Callable[[Any], ast.AST | None]

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_PLAIN = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)


@dataclass(frozen=True)
class Mutant:
    """One fault: in which function (its qualified name; a constant's own), where, what.

    Numbered within its module, as two of one line may read alike.
    """

    module: str
    number: int
    function: str
    line: int
    what: str
    make: Callable[[], Any] = field(compare=False, repr=False)
    following: list[tuple[str, ast.expr]] = field(compare=False, repr=False)
    """The constants that are made anew with it."""


# --- The faults of one module -------------------------------------------------------------------


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:  # noqa: C901  (a list of cases)
    match node:
        case ast.Compare(ops=ops):
            for at, op in enumerate(ops):
                other = _COMPARED[type(op)]
                yield f"{type(op).__name__} to {other.__name__}", _compare(at, other)
        case ast.BoolOp(op=op):
            yield "and to or, or to and", _bool(ast.Or if isinstance(op, ast.And) else ast.And)
        case ast.UnaryOp(op=ast.Not()):
            yield "not left out", lambda n: n.operand
        case ast.UnaryOp(op=ast.USub()):
            yield "minus left out", lambda n: n.operand
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _COMPUTED:
            new = _COMPUTED[type(op)]
            yield f"{type(op).__name__} to {new.__name__}", _operator(new)
        case ast.Constant(value=bool() as truth):
            yield f"{truth} to {not truth}", _constant(not truth)
        case ast.Constant(value=int() as number):
            yield f"{number} to {number + 1}", _constant(number + 1)
        case ast.Constant(value=str() as words):
            yield f"{words[:30]!r} to other words", _constant(f"XX{words}XX")
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if not isinstance(test, _PLAIN):
                yield "condition turned", _turned
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield "None returned", _without_value
        case ast.Assign(value=value) if not _is_none(value):
            yield "None assigned", _without_value
        case ast.Expr(value=ast.Call()) | ast.Expr(value=ast.Yield()):
            yield "statement left out", lambda n: ast.Pass()
        case ast.Break():
            yield "break to continue", lambda n: ast.Continue()
        case ast.Continue():
            yield "continue to break", lambda n: ast.Break()
        case ast.comprehension(ifs=ifs):
            for at, _test in enumerate(ifs):
                yield "condition of a list left out", _without_if(at)
        case _:
            pass


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _compare(at: int, op: type[ast.cmpop]) -> Change:
    def change(node: ast.Compare) -> ast.AST:
        node.ops[at] = op()
        return node

    return change


def _bool(op: type[ast.boolop]) -> Change:
    def change(node: ast.BoolOp) -> ast.AST:
        node.op = op()
        return node

    return change


def _operator(op: type[ast.operator]) -> Change:
    def change(node: Any) -> ast.AST:
        node.op = op()
        changed: ast.AST = node
        return changed

    return change


def _constant(value: Any) -> Change:
    return lambda node: ast.Constant(value=value)


def _turned(node: Any) -> ast.AST:
    node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
    turned: ast.AST = node
    return turned


def _without_value(node: Any) -> ast.AST:
    node.value = ast.Constant(value=None)
    without: ast.AST = node
    return without


def _without_if(at: int) -> Change:
    def change(node: ast.comprehension) -> ast.AST:
        del node.ifs[at]
        return node

    return change


class _Apply(ast.NodeTransformer):
    def __init__(self, at: int, change: Change) -> None:
        self.at = at
        self.change = change

    def visit(self, node: ast.AST) -> Any:
        if getattr(node, "at", None) == self.at:
            made = self.change(node)
            return made if made is None else ast.copy_location(made, node)
        return self.generic_visit(node)


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every fault for one module, in the order of its lines."""
    path = Path(str(module.__file__))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for at, node in enumerate(ast.walk(tree)):
        node.at = at  # type: ignore[attr-defined]
    numbers = itertools.count(1)
    for top, owner, name in _owners(tree):
        following = _following(tree, name)
        for node in _inside(owner):
            for what, change in _changes(node):
                line = getattr(node, "lineno", owner.lineno)
                make = _maker(module, top, path, owner, name, _Apply(node.at, change))  # type: ignore[attr-defined]
                yield Mutant(module.__name__, next(numbers), name, line, what, make, following)


Owner = ast.FunctionDef | ast.Assign | ast.AnnAssign


def _owners(tree: ast.Module) -> Iterator[tuple[ast.stmt, Owner, str]]:
    """Functions, methods and constants of a module: what they stand in, and their names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node, node, node.name
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef):
                    alone = ast.copy_location(ast.ClassDef(node.name, [], [], [part], []), node)
                    yield alone, part, f"{node.name}.{part.name}"
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id != "__all__":
                yield node, node, node.targets[0].id
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node, node, node.target.id


def _inside(owner: Owner) -> Iterator[ast.AST]:
    """What may be changed: not the signature, annotations or docstrings."""
    if not isinstance(owner, ast.FunctionDef):
        assert owner.value is not None
        yield from _walk(owner.value)
        return
    body = owner.body[1:] if ast.get_docstring(owner, clean=False) is not None else owner.body
    for statement in body:
        yield from _walk(statement)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "args") and not isinstance(node, ast.Call):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _walk(child)


def _maker(
    module: ModuleType, top: ast.stmt, path: Path, owner: Owner, name: str, apply: _Apply
) -> Callable[[], Any]:
    def make() -> Any:
        """The code of the function, or the value of the constant, with the fault in it."""
        if not isinstance(owner, ast.FunctionDef):
            assert owner.value is not None
            return _evaluated(apply.visit(copy.deepcopy(owner.value)), module)
        changed = ast.fix_missing_locations(
            ast.Module([apply.visit(copy.deepcopy(top))], type_ignores=[])
        )
        code = compile(changed, str(path), "exec", __future__.annotations.compiler_flag, True)
        return _code_of(code, name)

    return make


def _following(tree: ast.Module, name: str) -> list[tuple[str, ast.expr]]:
    """The constants of a module that are made from `name`, or from one that is, in their order."""
    changed = {name.partition(".")[0]}
    found = []
    for top, owner, made in _owners(tree):
        names = {node.id for node in ast.walk(owner) if isinstance(node, ast.Name)} - {made}
        if made in changed or not names & changed:
            continue
        changed.add(made.partition(".")[0])
        if top is owner and not isinstance(owner, ast.FunctionDef) and owner.value:
            found.append((made, owner.value))
    return found


def _evaluated(expression: ast.expr, module: ModuleType) -> Any:
    whole = ast.fix_missing_locations(ast.Expression(expression))
    return eval(compile(whole, str(module.__file__), "eval"), module.__dict__)  # noqa: S307


def _code_of(code: CodeType, qualified: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == qualified:
                return constant
            if found := _code_of(constant, qualified):
                return found
    return None


def function_of(module: ModuleType, name: str) -> FunctionType | None:
    """The function of this qualified name, below what is wrapped around it."""
    found: Any = module
    for part in name.split("."):
        found = vars(found).get(part) if isinstance(found, type | ModuleType) else None
    for wrapped in ("fget", "func", "__func__", "__wrapped__"):
        found = getattr(found, wrapped, found)
    return found if isinstance(found, FunctionType) else None


# --- The tests that notice them -------------------------------------------------------------------


NOTICED, NOT_PLANTED = 1, 3
"""How a child ends: a test failed, or the fault could not be put in."""


@dataclass
class Hunt:
    """A pytest plugin: learns which test calls what, then plants each fault.

    So that a whole run ends, each property is tried with few `examples`, and the tests of one
    fault take no longer than `enough` seconds together where none fails: what more of them would
    have noticed counts as a survivor. A test that takes much longer than without the fault has
    noticed it (processor time, so that a busy machine notices nothing). Several `jobs` run at a
    time only while the load of the machine is below `busy`.
    """

    modules: list[ModuleType]
    wanted: Callable[[Mutant], bool] = lambda mutant: True
    heard: Callable[[Mutant, str], None] = lambda mutant, fate: None
    fates: list[tuple[Mutant, str]] = field(default_factory=list)
    examples: int = 15
    jobs: int = 1
    busy: float = 6.0
    enough: float = 60.0
    least: float = 5.0
    slower: float = 20.0
    _took: dict[pytest.Item, float] = field(default_factory=dict)
    _calls: dict[str, list[pytest.Item]] = field(default_factory=dict)
    _noticed: dict[str, Counter[pytest.Item]] = field(default_factory=lambda: defaultdict(Counter))
    _trying: dict[int, tuple[Mutant, list[pytest.Item], int]] = field(default_factory=dict)

    def pytest_configure(self, config: pytest.Config) -> None:
        import hypothesis  # not before pytest has prepared it

        hypothesis.settings.register_profile(
            "hunt",
            derandomize=True,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        )
        hypothesis.settings.load_profile("hunt")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = list(session.items)
        for item in items:
            self._fewer(item)
        kept = [*_keeping_answers()]
        self._learn(items, kept)
        gc.collect()
        gc.freeze()  # so that the children share what they do not change
        for module in self.modules:
            for mutant in mutants(module):
                if self.wanted(mutant):
                    self._try(mutant, module, kept)
        while self._trying:
            self._wait()
        return True

    def _fewer(self, item: pytest.Item) -> None:
        import hypothesis

        test: Any = getattr(item, "obj", None)
        name = "_hypothesis_internal_use_settings"
        if (given := getattr(test, name, None)) is not None:
            few = min(given.max_examples, self.examples)
            test = getattr(test, "__func__", test)
            setattr(test, name, hypothesis.settings(given, max_examples=few))

    def _learn(self, items: list[pytest.Item], kept: list[Any]) -> None:
        """The tests that call each function ("module:name") or module, and how long each takes."""
        files = {str(module.__file__): module.__name__ for module in self.modules}
        called: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in items:
            seen: set[CodeType] = set()

            def record(frame: FrameType, event: str, _arg: Any, seen: set[CodeType] = seen) -> None:
                if event == "call" and frame.f_code.co_filename in files:
                    seen.add(frame.f_code)

            for answers in kept:
                answers.cache_clear()  # or a later test would not call what an earlier one asked
            for learning in (record, None):
                began = time.process_time()
                sys.setprofile(learning)
                try:
                    passed = _passes(item)
                finally:
                    sys.setprofile(None)
                if not passed:
                    raise pytest.UsageError(f"{item.nodeid} fails before any fault is planted")
                self._took[item] = time.process_time() - began
            names = {files[code.co_filename] for code in seen}
            for code in seen:
                # Nested functions and list displays belong to the function around them.
                outer = code.co_qualname.split(".<locals>")[0]
                names.add(f"{files[code.co_filename]}:{outer}")
            for name in names:
                called[name].append(item)
        self._calls = called

    def _try(self, mutant: Mutant, module: ModuleType, kept: list[Any]) -> None:
        function = function_of(module, mutant.function)
        constant = mutant.function in vars(module) and not isinstance(
            vars(module)[mutant.function], FunctionType | functools._lru_cache_wrapper
        )
        if function is None and not constant:
            return self._settle(mutant, "not reached")
        # Nobody calls a constant, so that every test may notice it.
        calling = self._calls.get(f"{mutant.module}:{mutant.function}", [])
        tests = self._soonest(mutant, list(self._took) if function is None else calling)
        if not tests:
            return self._settle(mutant, "not called")
        while len(self._trying) >= (self.jobs if os.getloadavg()[0] < self.busy else 1):
            self._wait()
        sys.stdout.flush()
        told, tells = os.pipe()
        child = os.fork()
        if child == 0:
            self._run(mutant, module, function, tests, kept, tells)
        os.close(tells)
        self._trying[child] = mutant, tests, told
        return None

    def _soonest(self, mutant: Mutant, tests: list[pytest.Item]) -> list[pytest.Item]:
        """Those that noticed faults of this function first, then of this module; then those that
        call the module; of equals the quickest."""
        calling = {*self._calls.get(mutant.module, [])}
        here = self._noticed[f"{mutant.module}:{mutant.function}"]
        near = self._noticed[mutant.module]

        def late(item: pytest.Item) -> tuple[bool, bool, bool, float]:
            times = here[item] or near[item] or 1
            return not here[item], not near[item], item not in calling, self._took[item] / times

        chosen, spent = [], 0.0
        for item in sorted(tests, key=late):
            if spent + self._took[item] <= self.enough:
                spent += self._took[item]
                chosen.append(item)
        return chosen

    def _wait(self) -> None:
        child, status = os.wait()
        mutant, tests, told = self._trying.pop(child)
        with os.fdopen(told, "rb") as pipe:
            begun = len(pipe.read())
        if os.WIFSIGNALED(status):
            slow = os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
            fate = "killed: too long" if slow else "killed: crash"
        elif os.WEXITSTATUS(status) == NOT_PLANTED:
            fate = "not planted"
        else:
            fate = "killed" if os.WEXITSTATUS(status) else "survived"
        if fate.startswith("killed") and begun:
            noticed = tests[begun - 1]
            self._noticed[mutant.module][noticed] += 1
            self._noticed[f"{mutant.module}:{mutant.function}"][noticed] += 1
        self._settle(mutant, fate)

    def _settle(self, mutant: Mutant, fate: str) -> None:
        self.fates.append((mutant, fate))
        self.heard(mutant, fate)

    def _run(
        self,
        mutant: Mutant,
        module: ModuleType,
        function: FunctionType | None,
        tests: list[pytest.Item],
        kept: list[Any],
        tells: int,
    ) -> None:
        """In the child: plant the fault, run the tests, and end with how it went."""
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            _plant(mutant, module, function, kept)
            for item in tests:
                os.write(tells, b".")
                allowed = self.least + self.slower * self._took[item]
                signal.setitimer(signal.ITIMER_PROF, allowed)
                signal.alarm(60 + int(10 * allowed))
                if not _passes(item):
                    os._exit(NOTICED)
        except BaseException:  # noqa: BLE001  (whatever a fault raises, it was noticed)
            os._exit(NOTICED)
        os._exit(0)


def _plant(
    mutant: Mutant, module: ModuleType, function: FunctionType | None, kept: list[Any]
) -> None:
    try:
        made = mutant.make()
    except Exception:  # noqa: BLE001  (no module is imported with such a constant)
        os._exit(NOTICED if function is None else NOT_PLANTED)
    if function is None:
        _rebind(vars(module)[mutant.function], mutant.function, made)
    elif made is None or len(made.co_freevars) != len(function.__code__.co_freevars):
        os._exit(NOT_PLANTED)
    else:
        function.__code__ = made
    for answers in kept:
        answers.cache_clear()
    for name, expression in mutant.following:
        old, new = vars(module)[name], _evaluated(expression, module)
        if new != old:
            _rebind(old, name, new)


def _passes(item: pytest.Item) -> bool:
    """Run a test: simply called, where it asks for no fixture but its own parameters."""
    if isinstance(item, pytest.Function):
        given = item.callspec.params if hasattr(item, "callspec") else {}
        asked = item._fixtureinfo.argnames
        if set(asked) <= set(given) and item.cls is None:
            try:
                item.obj(**{name: given[name] for name in asked})
            except BaseException:  # noqa: BLE001  (whatever it raises, it has failed)
                return False
            return True
    return not any(r.failed for r in runtestprotocol(item, nextitem=None, log=False))


def _keeping_answers() -> Iterator[Any]:
    """The functions of ours that keep their answers: none may stay from before the fault."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("plans", "taperplan", "tests"):
            for found in vars(module).values():
                if isinstance(found, functools._lru_cache_wrapper):
                    yield found


def _rebind(old: Any, name: str, new: Any) -> None:
    """A constant is exchanged wherever it was imported."""
    for other in list(sys.modules.values()):
        if vars(other).get(name) is old:
            setattr(other, name, new)
