"""What the quick templates draw is what Django's own draw, character for character."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError
from django.template.backends.django import DjangoTemplates
from django.template.loaders import locmem
from django.urls import NoReverseMatch
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from taperplan.quick import Quick

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Row:
    name: str
    born: date
    tags: tuple[str, ...] = ()

    @property
    def upper(self) -> str:
        return self.name.upper()

    @property
    def broken(self) -> str:
        message = "a property that fails"
        raise AttributeError(message)

    def called(self) -> str:
        return f"<called {self.name}>"


class Listed(dict[str, Any]):
    """By key first, by name where there is no such key."""

    items_of_its_own = "by name"


class NotCalled:
    do_not_call_in_templates = True
    word = "kept"

    def __call__(self) -> str:
        return "called"


PAGES = {
    "base": (
        "{% load i18n %}<title>{% block title %}{% translate 'Patients' %}{% endblock %}</title>"
        "{% block main %}{{ word }}{% endblock %}{% block foot %}foot{% endblock %}"
    ),
    "middle": "{% extends 'base' %}{% block main %}[{{ block.super }}]{% endblock %}",
    "row": "{{ row.name }}/{{ label }}/{{ word }}{% cycle 'a' 'b' %}",
    "top": (
        "{% extends 'middle' %}{% load i18n taperplan %}"
        "{% block title %}{{ block.super }}: {% translate '50%% done' %}{% endblock %}"
        "{% block main %}{{ block.super }}"
        "{% for row in rows %}{{ forloop.counter }}{{ forloop.revcounter0 }}{{ forloop.first }}"
        "{% for tag in row.tags %}{{ forloop.parentloop.counter }}{{ tag }}{% empty %}-{% endfor %}"
        "{% include 'row' with label=_('Find') %}{% include 'row' with row=row only %}"
        "{% include partial %}"
        "{{ row.born }}|{{ row.born|date:'Y' }}|{{ row.upper }}|{{ row.called }}|{{ row.none }}"
        "{% cycle 'x' 'y' %}{% endfor %}"
        "{% for a, b in pairs %}{{ a }}{{ b }}{% endfor %}"
        "{% for one in none %}1{% empty %}none{% endfor %}"
        "{% for row in rows reversed %}{{ row.name }}{% endfor %}"
        "{% for one in stream %}{{ one }}{% endfor %}"
        "{% if listed.items_of_its_own == 'by name' %}yes{% elif missing %}no{% else %}else"
        "{% endif %}{% if missing.deep or not rows %}a{% endif %}"
        "{% with one=listed.key two=rows.0.name %}{{ one }}{{ two }}{% endwith %}"
        "{{ listed.key }}{{ listed.keys }}{{ plain }}{{ safe }}{{ lazy }}{{ number }}{{ real }}"
        "{{ none }}{{ person.name }}{{ called }}{{ kept.word }}{{ kind.word }}{{ rows.1.name }}"
        "{{ plain|upper|default:'x' }}{{ missing|default:plain }}{{ 1.5 }}{{ 'a<b' }}"
        "{{ _('Find') }}"
        "{% autoescape off %}{{ plain }}{{ safe }}{% translate 'a < b' %}{% endautoescape %}"
        "{% translate 'Phone' as phone %}{{ phone }}{% translate missing %}"
        "{% blocktranslate with n=number %}{{ n }} % of {{ word }}{% endblocktranslate %}"
        "{% load static %}{% static 'taperplan/app.css' %}{% static word %}"
        "{% static 'taperplan/a&b.css' as file %}{{ file }}{% autoescape off %}"
        "{% static 'taperplan/a&b.css' %}{% url 'help' %}{% endautoescape %}"
        "{% url 'help' %}{% url 'plans:patient' patient=key %}{% url 'help' as there %}{{ there }}"
        "{% url 'nowhere' as there %}[{{ there }}]{% url page %}"
        "{{ person.born }}{{ person.upper }}{{ person.tags.0 }}{{ person.none }}{{ person.called }}"
        "{% if person.name %}y{% endif %}{% if nobody.name %}y{% else %}n{% endif %}"
        "{% if nobody %}y{% elif not nobody %}n{% endif %}{% if template %}t{% endif %}"
        "{% if autoescape %}a{% endif %}{% if nobody == None %}none{% endif %}"
        "{% icons %}{% icon 'search' %}{% icon 'search' '20' %}{% icon drawn %}"
        "{% icon none|default:'' %}{% address 'help' %}{% address 'nowhere' %}{% address page %}"
        "{% address 'help' as there %}{{ there }}{% address 'plans:patient' patient=key %}"
        "{% icon 'person' size=size %}{% icon 'person' as there %}{{ there }}"
        "{% endblock %}"
    ),
}  # fmt: skip


def context() -> Context:
    rows = [
        Row("Sämple & <Otto>", date(1970, 4, 3), ("'one'", "two")),
        Row("Dummy", date(1956, 11, 21)),
    ]
    return Context(
        {
            "rows": rows, "row": rows[1], "word": "w<o>rd", "partial": "row", "none": None,
            "pairs": [(1, "a"), (2, "<b>")], "stream": (str(n) for n in range(3)),
            "listed": Listed(key="k&y"), "plain": "a & \"b\" <c> 'd'", "safe": mark_safe("<b>"),
            "drawn": "search", "size": 20, "page": "help", "key": UUID(int=7),
            "lazy": gettext_lazy("Find"), "number": 1234567, "real": 0.5, "called": rows[0].called,
            "person": SimpleLazyObject(lambda: rows[0]), "kept": NotCalled(), "kind": NotCalled,
        }
    )  # fmt: skip


def engines() -> tuple[Engine, Engine]:
    loaders = [("django.template.loaders.locmem.Loader", PAGES)]
    made = [
        Engine(
            loaders=[(name, loaders)],
            libraries={
                "i18n": "django.templatetags.i18n",
                "static": "django.templatetags.static",
                "taperplan": "taperplan.templatetags.taperplan",
            },
        )
        for name in ("django.template.loaders.cached.Loader", "taperplan.quick.Quick")
    ]  # fmt: skip
    return made[0], made[1]


@pytest.mark.one_engine
@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_template_is_drawn_as_django_draws_it(name: str) -> None:
    plain, quick = (engine.get_template(name) for engine in engines())
    for _again in range(2):
        assert quick.render(context()) == plain.render(context())


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("{{ rows.0.broken }}", AttributeError),
        ("{% for a, b in rows %}{{ a }}{% endfor %}", ValueError),
        ("{% include 'nowhere' %}", Exception),
        ("{% extends none %}", TemplateSyntaxError),
        ("{% load taperplan %}{% icon 'no-such-icon' %}", TemplateSyntaxError),
    ],
)
def test_what_fails_in_django_fails_the_same(source: str, error: type[Exception]) -> None:
    said = []
    for engine in engines():
        loader: Any = engine.template_loaders[0]
        loader.loaders = [locmem.Loader(engine, {**PAGES, "page": source})]
        with pytest.raises(error) as raised:
            engine.get_template("page").render(context())
        said.append((type(raised.value), str(raised.value)))
    assert said[0] == said[1]


@pytest.mark.one_engine
def test_two_who_draw_the_same_page_at_once_see_their_own() -> None:
    _plain, quick = engines()
    page = quick.get_template("top")
    wrong: list[str] = []

    def draw(name: str) -> None:
        for _time in range(40):
            mine = context()
            mine["rows"] = [Row(name, date(1970, 4, 3))] * 5
            others = "Ben" if name == "Ada" else "Ada"
            if others in page.render(mine):
                wrong.append(name)

    threads = [threading.Thread(target=draw, args=(name,)) for name in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def written() -> Iterator[str]:
    root = Path(settings.BASE_DIR) / "templates"
    yield from (str(path.relative_to(root)) for path in sorted(root.rglob("*.html")))


@pytest.mark.one_engine
def test_every_template_of_the_site_is_loaded_so() -> None:
    (engine,) = (DjangoTemplates({**one, "NAME": "django"}) for one in _configured())
    assert isinstance(engine.engine.template_loaders[0], Quick)
    for name in written():
        assert type(engine.engine.get_template(name).nodelist).__name__ == "_NodeList", name


def _configured() -> list[dict[str, Any]]:
    one = dict(settings.TEMPLATES[0])
    one.pop("BACKEND")
    return [{"APP_DIRS": False, **one}]


@pytest.mark.one_engine
def test_an_address_of_a_file_is_that_of_the_storage_that_answers_now(settings: Any) -> None:
    _plain, quick = (engine.get_template("top") for engine in engines())
    before = quick.render(context())
    settings.STATIC_URL = "/elsewhere/"
    assert "/elsewhere/taperplan/app.css" not in before
    assert "/elsewhere/taperplan/app.css" in quick.render(context())


@pytest.mark.one_engine
def test_a_page_that_there_is_none_of_is_said_where_it_is_written() -> None:
    engine = engines()[1]
    loader: Any = engine.template_loaders[0]
    loader.loaders = [locmem.Loader(engine, {"page": "{% url 'nowhere' %}"})]
    with pytest.raises(NoReverseMatch):
        engine.get_template("page").render(context())
