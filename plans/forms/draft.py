"""The editor's form: one plain POST of everything that is typed, and the acts on it.

Nothing is checked here; a draft keeps whatever was typed. The names of the fields are paths of
the draft document, but for quantities, which are named by row and column: `columns` lists the
columns as the page showed them ("p1 bedtime"), `steps.s1.0.c3` is the quantity of column 3 in
the first row of step s1.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plans.rules import draft
from plans.rules.draft import AcceptanceCells, Cells, DoseCells, ProductCells, Refusal, StepCells
from plans.rules.grid import NAMED_SLOTS, Group, columns, groups
from plans.rules.schedule_words import Rhythm
from plans.rules.typed import typed_number
from taperplan import formats, grammar

if TYPE_CHECKING:
    from django.http import QueryDict

    from plans.rules.formulary import Entry

_MOST_NAMED = 250
_COLUMN = re.compile(r"c([0-9]{1,3})")
_SEPARATORS = re.compile(r"[\s,;]+")
# Marks that are ticked, or typed as a word: what does not arrive is not marked.
_TICKED = frozenset({"chained", "open", "strength_not_stated"})
# Words that may be typed where a date stands; each is the mark of the same name.
_AFTER = frozenset({"+", "after", "chained"})
_OPEN = frozenset({"open"})


@dataclass(frozen=True)
class Typed:
    """What arrived. `sentences` say what was not done as asked; `focus` is where to go on."""

    cells: Cells
    refusals: tuple[Refusal, ...] = ()
    sentences: tuple[str, ...] = ()
    focus: str = ""


@dataclass(frozen=True)
class Removed:
    """A step that was taken out, and where it stood (0 is the first)."""

    at: int
    step: StepCells

    @property
    def number(self) -> int:
        return self.at + 1


# --- Reading what was posted ------------------------------------------------------------------


def typed(post: QueryDict, before: Cells) -> Typed:
    """The document that was posted. A text cell that did not arrive keeps what it held."""
    fields: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name in post:
        part, _dot, rest = name.partition(".")
        key, _dot, cell = rest.partition(".")
        if cell:
            fields[part][key][cell] = text(post, name)
    shown = [_column(line) for line in post.getlist("columns")[:_MOST_NAMED]]
    sentences: list[str] = []
    document: dict[str, Any] = {
        name: text(post, name, value) for name, value in before.items() if isinstance(value, str)
    }
    document["drugs"] = _lines("drugs", post, fields, before, draft.blank_drug)
    document["products"] = _products(post, fields, before, sentences)
    document["steps"] = _steps(post, fields, before, shown)
    document["as_needed"] = _lines("as_needed", post, fields, before, draft.blank_as_needed)
    document["acceptances"] = list(_acceptances(post, before))
    cells, refusals = draft.shaped(document)
    _keep_used_times(cells, before, sentences)
    return Typed(cells, refusals, tuple(sentences))


def text(post: QueryDict, name: str, absent: str = "") -> str:
    """What one field was sent with, as text."""
    value = post.get(name, absent)
    return value if isinstance(value, str) else absent


def _clocks(
    post: QueryDict, name: str, held: Collection[str], sentences: list[str]
) -> Iterator[str]:
    """Clock times as one word each, so that "8:30 pm" is not taken for two.

    Where clocks are read in twelve hours, a new "8:30" is not taken for either half of the day.
    """
    line = text(post, name)
    either = set(grammar.without_half(line)) - set(held) if formats.twelve_hours() else set()
    # What says its half stands beside what does not: "8:30, 8:30 pm".
    said = grammar.in_24_hours(line)
    for time in _SEPARATORS.split(said):
        if time in either:
            sentences.append(grammar.neither_half(time))
        elif time:
            yield time


def _column(line: str) -> tuple[str, str]:
    product, _blank, time = line.partition(" ")
    return product, time


def _keys(part: str, post: QueryDict) -> list[str]:
    return list(dict.fromkeys(post.getlist(part)))[: _MOST_NAMED + 1]


def _lines(part: str, post: Any, fields: Any, before: Any, blank: Any) -> list[Any]:
    """The lines of one list, in the order of the page."""
    held = {line["key"]: line for line in before[part]}
    lines = []
    for key in _keys(part, post):
        line = dict(held.get(key) or (blank(key) if blank else {"key": key}))
        posted = fields[part].get(key, {})
        for name, value in line.items():
            if name in _TICKED:
                line[name] = "yes" if posted.get(name) else ""
            elif isinstance(value, str) and name != "key" and name in posted:
                line[name] = posted[name]
        lines.append(line)
    return lines


def _products(post: QueryDict, fields: Any, before: Cells, sentences: list[str]) -> list[Any]:
    products = _lines("products", post, fields, before, lambda key: draft.blank_product(key, ""))
    for product in products:
        path = f"products.{product['key']}"
        slots = [slot for slot in post.getlist(f"{path}.slots") if slot in NAMED_SLOTS]
        clocks = _clocks(post, f"{path}.clocks", product["times"], sentences)
        product["times"] = list(dict.fromkeys([*slots, *clocks]))
    return products


def _steps(post: QueryDict, fields: Any, before: Cells, shown: list[tuple[str, str]]) -> list[Any]:
    steps = _lines("steps", post, fields, before, draft.blank_step)
    for step in steps:
        if step["first_day"].strip().lower() in _AFTER:
            step["first_day"], step["chained"] = "", "yes"
        if step["last_day"].strip().lower() in _OPEN:
            step["last_day"], step["open"] = "", "yes"
        rows: dict[int, dict[str, str]] = defaultdict(dict)
        for name, value in fields["steps"].get(step["key"], {}).items():
            number, _dot, cell = name.partition(".")
            if cell and number.isascii() and number.isdigit() and len(number) < 4:
                rows[int(number)][cell] = value
        step["doses"] = [
            {"product": product, "time": time, "on": row.get("on", ""), "quantity": quantity}
            for _number, row in sorted(rows.items())
            for product, time, quantity in _quantities(row, shown)
        ]
    return steps


def _quantities(
    row: Mapping[str, str], shown: list[tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for name, quantity in row.items():
        found = _COLUMN.fullmatch(name)
        if found and int(found[1]) < len(shown):
            yield *shown[int(found[1])], quantity


def _acceptances(post: QueryDict, before: Cells) -> Iterator[AcceptanceCells]:
    """Reasons typed beside findings; those whose finding the page did not show are kept."""
    shown = set()
    for name in post:
        if name.startswith("accept."):
            code, _bar, subject = name.removeprefix("accept.").partition("|")
            shown.add((code, subject))
            if (reason := text(post, name)).strip():
                yield {"code": code, "subject": subject, "reason": reason}
    for line in before["acceptances"]:
        if (line["code"], line["subject"]) not in shown:
            yield {**line}


def _keep_used_times(cells: Cells, before: Cells, sentences: list[str]) -> None:
    """No quantity goes because its time of day was taken out: the time is corrected, or stays."""
    earlier = {product["key"]: product["times"] for product in before["products"]}
    standing = {product["key"] for product in cells["products"]}
    for step in cells["steps"]:
        step["doses"] = [dose for dose in step["doses"] if dose["product"] in standing]
    for product in cells["products"]:
        gone = [t for t in earlier.get(product["key"], []) if t not in product["times"]]
        come = [t for t in product["times"] if t not in earlier.get(product["key"], [])]
        clocks_gone = [time for time in gone if time not in NAMED_SLOTS]
        clocks_come = [time for time in come if time not in NAMED_SLOTS]
        if len(clocks_gone) == 1 and len(clocks_come) == 1:
            _rename(cells, product["key"], clocks_gone[0], clocks_come[0])
            gone.remove(clocks_gone[0])
        for time in gone:
            used = _typed_in(cells, product["key"], time)
            if used:
                product["times"].append(time)
                sentences.append(
                    ngettext(
                        "%(time)s stays: %(n)d quantity is typed there. Empty it first.",
                        "%(time)s stays: %(n)d quantities are typed there. Empty them first.",
                        used,
                    )
                    % {"time": time, "n": used}
                )
        for step in cells["steps"]:
            step["doses"] = [
                dose
                for dose in step["doses"]
                if dose["product"] != product["key"] or dose["time"] in product["times"]
            ]


def _rename(cells: Cells, product: str, old: str, new: str) -> None:
    for step in cells["steps"]:
        for dose in step["doses"]:
            if dose["product"] == product and dose["time"] == old:
                dose["time"] = new


def _typed_in(cells: Cells, product: str, time: str | None = None) -> int:
    """How many quantities are typed for a product (at one time of day)."""
    return sum(
        bool(dose["quantity"].strip())
        for step in cells["steps"]
        for dose in step["doses"]
        if dose["product"] == product and time in (None, dose["time"])
    )


# --- Acts on the document: buttons of the page that need no script --------------------------------


def acted(given: Typed, act: str, post: QueryDict) -> Typed:
    """The document after the button that was pressed; an unknown act changes nothing."""
    name, _colon, subject = act.partition(":")
    if name in _OF_A_STEP and not subject:
        subject = text(post, "step_at")
    perform = _ACTS.get(name)
    if perform is None:
        return given
    focus, *sentences = perform(given.cells, subject, post) or [""]
    cells, refusals = draft.shaped(given.cells)
    return Typed(cells, (*given.refusals, *refusals), (*given.sentences, *sentences), focus)


def next_key(letter: str, lines: list[Any]) -> str:
    used = {line["key"] for line in lines}
    number = len(lines) + 1
    while f"{letter}{number}" in used:
        number += 1
    return f"{letter}{number}"


def new_step(cells: Cells) -> StepCells:
    """A step in which nothing is typed. Every day is how a row begins, as on paper."""
    step = draft.blank_step(next_key("s", cells["steps"]))
    step["rhythm"] = Rhythm.DAILY.value
    return step


def _index(lines: list[Any], key: str) -> int | None:
    return next((at for at, line in enumerate(lines) if line["key"] == key), None)


def _add_step(cells: Cells, after: str, post: QueryDict) -> list[str]:
    step = new_step(cells)
    at = _index(cells["steps"], after)
    cells["steps"].insert(len(cells["steps"]) if at is None else at + 1, step)
    return [f"steps.{step['key']}.first_day"]


def _copy_step(cells: Cells, key: str, post: QueryDict) -> list[str]:
    at = _index(cells["steps"], key)
    if at is None:
        return []
    step = draft.blank_copy(cells["steps"][at], next_key("s", cells["steps"]))
    cells["steps"].insert(at + 1, step)
    return [f"steps.{step['key']}.first_day"]


def _mark_step(name: str, cell: str) -> Any:
    """Chained to the step above, or open: the mark is set, and what stood in its place is kept
    where the mark cannot be."""

    def mark(cells: Cells, key: str, post: QueryDict) -> list[str]:
        at = _index(cells["steps"], key)
        if at is None:
            return []
        step: Any = cells["steps"][at]
        if step[cell].strip():
            return [f"steps.{key}.{cell}", _("A date is typed here. Empty the cell first.")]
        step[name] = "yes"
        return [f"steps.{key}.{cell}"]

    return mark


def _remove_step(cells: Cells, key: str, post: QueryDict) -> list[str]:
    at = _index(cells["steps"], key)
    if at is None:
        return []
    del cells["steps"][at]
    return ["add-step"]


def removed(before: Cells, act: str, post: QueryDict) -> Removed | None:
    """The step that a button takes out, to be put back where that was a mistake."""
    name, _colon, key = act.partition(":")
    at = _index(before["steps"], key or text(post, "step_at"))
    if name != "remove-step" or at is None or not step_is_typed(before["steps"][at]):
        return None
    return Removed(at, before["steps"][at])


def put_back(cells: Cells, given: Removed) -> Typed:
    """The document with the step where it stood; with a key of its own where that is taken."""
    step = given.step
    if _index(cells["steps"], step["key"]) is not None:
        step = {**step, "key": next_key("s", cells["steps"])}
    steps = [*cells["steps"]]
    steps.insert(given.at, step)
    document, refusals = draft.shaped({**cells, "steps": steps})
    return Typed(document, refusals, (), f"steps.{step['key']}.first_day")


def step_is_typed(step: StepCells) -> bool:
    return any(
        step[name]
        for name in ("first_day", "days", "last_day", "reason", "patient_text", "team_text")
    ) or any(dose["quantity"] for dose in step["doses"])


def _move_step(by: int) -> Any:
    def move(cells: Cells, key: str, post: QueryDict) -> list[str]:
        at = _index(cells["steps"], key)
        if at is None or not 0 <= at + by < len(cells["steps"]):
            return []
        cells["steps"].insert(at + by, cells["steps"].pop(at))
        return [f"steps.{key}.first_day"]

    return move


def _more_of_step(cells: Cells, key: str, post: QueryDict) -> list[str]:
    """Texts and finer points are drawn where the keyboard goes to one of them."""
    return [f"steps.{key}.from_slot"] if _index(cells["steps"], key) is not None else []


def _add_group(cells: Cells, key: str, post: QueryDict) -> list[str]:
    at = _index(cells["steps"], key)
    if at is None:
        return []
    step = cells["steps"][at]
    row = len(groups(step))
    step["doses"] += [
        {"product": product, "time": time, "on": "", "quantity": ""}
        for product, time in columns(cells)
    ]
    return [f"steps.{key}.{row}.on"]


def _remove_group(cells: Cells, subject: str, post: QueryDict) -> list[str]:
    key, _colon, number = subject.partition(":")
    at = _index(cells["steps"], key)
    if at is None or not number.isdigit():
        return []
    step = cells["steps"][at]
    rows = groups(step)
    if not 0 < int(number) < len(rows):
        return []
    if any(rows[int(number)].quantities.values()):
        return [
            f"steps.{key}.{number}.on",
            _("This row holds quantities. Empty them first."),
        ]
    del rows[int(number)]
    step["doses"] = [dose for row in rows for dose in _doses(row)]
    return [f"steps.{key}.first_day"]


def _doses(row: Group) -> Iterator[DoseCells]:
    for (product, time), quantity in row.quantities.items():
        yield {"product": product, "time": time, "on": row.on, "quantity": quantity}


def _add_product(cells: Cells, drug: str, post: QueryDict) -> list[str]:
    """A product of `drug`, or of a drug that is named with it."""
    if _index(cells["drugs"], drug) is None:
        drug = next_key("d", cells["drugs"])
        cells["drugs"].append(draft.blank_drug(drug))
        focus = f"drugs.{drug}.name"
    else:
        focus = ""
    product = draft.blank_product(next_key("p", cells["products"]), drug)
    at = max(
        (i for i, line in enumerate(cells["products"]) if line["drug"] == drug),
        default=len(cells["products"]) - 1,
    )
    cells["products"].insert(at + 1, product)
    return [focus or f"products.{product['key']}.form"]


def from_formulary(given: Typed, entry: Entry) -> Typed:
    """One product more, with the name, form and strength of a formulary's line; nothing else."""
    cells = given.cells
    named = next(
        (d for d in cells["drugs"] if d["name"].strip().casefold() == entry.drug.casefold()), None
    )
    if named is None:
        named = draft.blank_drug(next_key("d", cells["drugs"]))
        named["name"] = entry.drug
        cells["drugs"].append(named)
    product = draft.blank_product(next_key("p", cells["products"]), named["key"])
    product["name"], product["form"], product["route"] = entry.name, entry.form.value, entry.route
    if entry.strength is None:
        product["strength_not_stated"] = "yes"
    else:
        product["strength"] = typed_number(entry.strength)
        product["unit"] = entry.unit.value if entry.unit else ""
        product["per"] = typed_number(entry.per) if entry.form.measured else ""
    cells["products"].append(product)
    return replace(given, focus=f"products.{product['key']}.parts")


def _remove_product(cells: Cells, key: str, post: QueryDict) -> list[str]:
    at = _index(cells["products"], key)
    if at is None:
        return []
    product = cells["products"][at]
    used = _typed_in(cells, key)
    if (used or _product_is_typed(product)) and post.get("sure") != f"product:{key}":
        words = ngettext(
            "This product holds what was typed, and %(n)d quantity is typed for it. "
            "Press Remove again to take both out.",
            "This product holds what was typed, and %(n)d quantities are typed for it. "
            "Press Remove again to take all out.",
            used,
        ) % {"n": used}
        return [f"sure-product-{key}", words]
    del cells["products"][at]
    for step in cells["steps"]:
        step["doses"] = [dose for dose in step["doses"] if dose["product"] != key]
    cells["as_needed"] = [line for line in cells["as_needed"] if line["product"] != key]
    if all(line["drug"] != product["drug"] for line in cells["products"]):
        cells["drugs"] = [line for line in cells["drugs"] if line["key"] != product["drug"]]
    return ["products", _("Product removed.")]


def _product_is_typed(product: ProductCells) -> bool:
    return any(product[name] for name in ("strength", "form", "name"))


def _add_time(cells: Cells, subject: str, post: QueryDict) -> list[str]:
    key, _colon, time = subject.partition(":")
    at = _index(cells["products"], key)
    if at is None:
        return []
    times, sentences = cells["products"][at]["times"], list[str]()
    if time in NAMED_SLOTS:
        found = [time]
    else:
        found = list(_clocks(post, f"new_clock.{key}", times, sentences))
    times += [time for time in found if time not in times]
    return ["grid", *sentences]


def _done(cells: Cells, subject: str, post: QueryDict) -> list[str]:
    """The product is described: on to the steps."""
    if not cells["steps"]:
        return ["add-step"]
    return [f"steps.{cells['steps'][0]['key']}.first_day"]


def _add_as_needed(cells: Cells, product: str, post: QueryDict) -> list[str]:
    line = draft.blank_as_needed(next_key("a", cells["as_needed"]))
    line["product"] = product
    cells["as_needed"].append(line)
    return [f"as_needed.{line['key']}.quantity"]


def _remove_as_needed(cells: Cells, key: str, post: QueryDict) -> list[str]:
    cells["as_needed"] = [line for line in cells["as_needed"] if line["key"] != key]
    return ["as-needed", _("As-needed line removed.")]


def _by_date(cells: Cells, subject: str, post: QueryDict) -> list[str]:
    """Nothing is changed: all drugs are shown merged by date."""
    return ["by-date"]


def _reopen(cells: Cells, subject: str, post: QueryDict) -> list[str]:
    code, _bar, about = subject.partition("|")
    cells["acceptances"] = [
        line for line in cells["acceptances"] if (line["code"], line["subject"]) != (code, about)
    ]
    return ["findings"]


_ACTS: Mapping[str, Any] = {
    "add-step": _add_step,
    "add-step-below": _add_step,
    "more-step": _more_of_step,
    "copy-step": _copy_step,
    "chain-step": _mark_step("chained", "first_day"),
    "open-step": _mark_step("open", "last_day"),
    "remove-step": _remove_step,
    "step-up": _move_step(-1),
    "step-down": _move_step(1),
    "add-group": _add_group,
    "remove-group": _remove_group,
    "add-product": _add_product,
    "remove-product": _remove_product,
    "done": _done,
    "add-time": _add_time,
    "add-as-needed": _add_as_needed,
    "remove-as-needed": _remove_as_needed,
    "reopen": _reopen,
    "by-date": _by_date,
}
# Buttons that may name their step in a list beside them.
_OF_A_STEP = frozenset(
    {
        "copy-step",
        "chain-step",
        "open-step",
        "add-step-below",
        "step-up",
        "step-down",
        "more-step",
        "remove-step",
    }
)
