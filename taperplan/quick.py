"""Templates that are drawn with fewer steps: the same text, in half the time.

Django asks at every value of every row what it may be: a key, an attribute, a number of a list,
something to call, a number to write in the reader's way. A page of fifty patients asks that two
thousand times. This loader hands out the templates that Django made, with the parts that do so
replaced by ones that take the usual case first and leave every other one to Django. Without it
(`loaders` left out of the settings) every page is the same.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, TemplateSyntaxError
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    TextNode,
    Variable,
    VariableDoesNotExist,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import ForNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import (
    BLOCK_CONTEXT_KEY,
    BlockContext,
    BlockNode,
    ExtendsNode,
    IncludeNode,
)
from django.template.loaders import cached
from django.template.smartif import TokenBase
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils import translation
from django.utils.functional import SimpleLazyObject, empty
from django.utils.safestring import SafeData, SafeString

from taperplan import addresses, navigation
from taperplan.templatetags.taperplan import address, icon, icons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.template.base import Origin, Template

_TO_ESCAPE = re.compile("[&<>\"']").search
_ASK: Any = object()
_NOWHERE: Any = object()
# Whether the instances of a class are asked by key before they are asked by name.
_by_key: dict[type, bool] = {}


class Quick(cached.Loader):
    """Loads as Django's own cached loader does, once for each process."""

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        key = self.cache_key(template_name, skip)
        fresh = key not in self.get_template_cache
        template = super().get_template(template_name, skip)
        if fresh and not self.engine.debug:
            _quicken(template.nodelist)
        return template


def _found(lookups: tuple[str, ...], dicts: list[Any]) -> Any:
    """What these names lead to, by keys and attributes alone; `_NOWHERE` where nothing is called
    by the first of them, `_ASK` where Django is to look."""
    first, current = lookups[0], _ASK
    for names in reversed(dicts):
        if first in names:
            current = names[first]
            break
    else:
        return _NOWHERE
    for bit in lookups[1:]:
        kind = type(current)
        if kind is SimpleLazyObject:
            # Whoever is signed in, once it is asked who that is.
            if current._wrapped is empty:
                current._setup()
            current = current._wrapped
            kind = type(current)
        if callable(current):
            return _ASK
        by_key = _by_key.get(kind)
        if by_key is None:
            by_key = _by_key[kind] = hasattr(kind, "__getitem__")
        if not by_key:
            current = getattr(current, bit, _ASK)
        elif kind is dict:
            current = current.get(bit, _ASK)
        else:
            return _ASK
    return _ASK if callable(current) else current


class _Variable(Variable):
    __slots__ = ()

    def resolve(self, context: Any) -> Any:
        if self.lookups is not None and not self.translate:
            found = _found(self.lookups, context.dicts)
            if found is not _ASK and found is not _NOWHERE:
                return found
        return super().resolve(context)


class _Expression(FilterExpression):
    __slots__ = ()

    def resolve(self, context: Any, ignore_failures: bool = False) -> Any:
        var: Any = self.var
        if self.filters or not self.is_var:
            return super().resolve(context, ignore_failures)
        if var.lookups is not None and not var.translate:
            found = _found(var.lookups, context.dicts)
            if found is _NOWHERE and ignore_failures and not hasattr(context, var.lookups[0]):
                return None
            if found is not _ASK and found is not _NOWHERE:
                return found
        try:
            return self.var.resolve(context)
        except VariableDoesNotExist:
            return super().resolve(context, ignore_failures)


class _VariableNode(VariableNode):
    def render(self, context: Any) -> SafeString:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value  # type: ignore[no-any-return]
        if kind is str:
            if context.autoescape and _TO_ESCAPE(value):
                value = escape(value)
            return value  # type: ignore[no-any-return]
        return render_value_in_context(value, context)  # type: ignore[return-value]


class _NodeList(NodeList):
    """Its texts stand ready; nothing is noted for a page of errors that nobody is shown."""

    ready: tuple[Any, ...]

    def render(self, context: Any) -> SafeString:
        return SafeString(  # nosec B703  # as Django: each part is safe by now
            "".join([one if type(one) is str else one(context) for one in self.ready])
        )


class _ForNode(ForNode):
    def render(self, context: Any) -> Any:
        if len(self.loopvars) != 1 or self.is_reversed:
            return super().render(context)
        sequence: Any = self.sequence
        values = sequence.resolve(context, ignore_failures=True)
        if values is None or not hasattr(values, "__len__"):
            return super().render(context)
        many = len(values)
        if many < 1:
            return super().render(context)
        parent = context.get("forloop", {})
        looped: Any = self.nodelist_loop
        name, drawn, draw = self.loopvars[0], [], looped.render
        with context.push() as names:
            loop = names["forloop"] = {"parentloop": parent}
            for at, item in enumerate(values):
                loop["counter0"], loop["counter"] = at, at + 1
                loop["revcounter"], loop["revcounter0"] = many - at, many - at - 1
                loop["first"], loop["last"] = at == 0, at == many - 1
                names[name] = item
                drawn.append(draw(context))
        return SafeString("".join(drawn))  # nosec B703  # as Django


class _ExtendsNode(ExtendsNode):
    def render(self, context: Any) -> Any:
        """The blocks of what it extends are looked for once, not at each page."""
        parent: Any = self.get_parent(context)
        held = context.render_context
        if BLOCK_CONTEXT_KEY not in held:
            held[BLOCK_CONTEXT_KEY] = BlockContext()
        blocks = held[BLOCK_CONTEXT_KEY]
        blocks.add_blocks(self.blocks)
        found = getattr(parent, "quick_blocks", None)
        if found is None:
            first = next((one for one in parent.nodelist if not isinstance(one, TextNode)), None)
            found = {}
            if first is not None and not isinstance(first, ExtendsNode):
                nodes: list[Any] = parent.nodelist.get_nodes_by_type(BlockNode)
                found = {one.name: one for one in nodes}
            parent.quick_blocks = found
        if found:
            blocks.add_blocks(found)
        with held.push_state(parent, isolated_context=False):
            return parent._render(context)


class _IncludeNode(IncludeNode):
    """The template is looked for once where its name is written out, and drawn in the same
    surroundings instead of in a copy of them."""

    ready: Template | None = None

    def render(self, context: Any) -> Any:
        template = self.ready
        if template is None:
            name = self.template.var
            written = isinstance(name, str) and not name.startswith(".")
            if self.template.filters or not written:
                return super().render(context)
            self.ready = template = context.template.engine.get_template(name)
        values = {name: found.resolve(context) for name, found in self.extra_context.items()}
        held = context.render_context
        before = held.template
        held.template = template
        held.push()
        try:
            if self.isolated_context:
                return template.nodelist.render(_beside(context, values))
            with context.push(**values):
                return template.nodelist.render(context)
        finally:
            held.template = before
            held.pop()


def _beside(context: Any, values: dict[str, Any]) -> Any:
    """What `context.new(values)` gives, without the copies that it makes."""
    new = object.__new__(type(context))
    vars(new).update(vars(context))
    vars(new).pop("_processors_index", None)
    new._reset_dicts(values)
    return new


class _URLNode(URLNode):
    """The address of a page that there is one of is looked for once."""

    def render(self, context: Any) -> Any:
        name: Any = self.view_name.var
        written = isinstance(name, str) and not self.view_name.filters
        if not written or self.args or self.kwargs or self.asvar:
            return super().render(context)
        url = addresses.address(name)
        return escape(url) if context.autoescape and _TO_ESCAPE(url) else url


class _AddressNode(SimpleNode):
    """The address of a page whose name is written out, which may not stand."""

    def render(self, context: Any) -> Any:
        url = navigation.address(self.args[0].var)
        if self.target_var is not None:
            context[self.target_var] = url
            return ""
        return escape(url) if context.autoescape and _TO_ESCAPE(url) else url


class _StaticNode(StaticNode):
    """So is that of a file, for as long as the same storage answers."""

    known: tuple[Any, Any] = (None, "")

    def render(self, context: Any) -> Any:
        name: Any = self.path.var
        if not isinstance(name, str) or self.path.filters or self.varname:
            return super().render(context)
        storage: Any = staticfiles_storage
        by, url = self.known
        if by is not storage._wrapped or by is None:
            url = self.url(context)
            self.known = (storage._wrapped, url)
        return escape(url) if context.autoescape and _TO_ESCAPE(url) else url


_INSTEAD: dict[type, type] = {
    Variable: _Variable,
    FilterExpression: _Expression,
    VariableNode: _VariableNode,
    ForNode: _ForNode,
    ExtendsNode: _ExtendsNode,
    IncludeNode: _IncludeNode,
    URLNode: _URLNode,
    StaticNode: _StaticNode,
}


def _quicken(part: Any) -> None:
    """`part` and whatever is below it."""
    if isinstance(part, NodeList):
        part[:] = [_drawn(node) for node in part]
        if len(settings.LANGUAGES) == 1:
            part[:] = [_said(node) for node in part]
    if (instead := _INSTEAD.get(type(part))) is not None:
        part.__class__ = instead
    for below in _below(part):
        _quicken(below)
    if type(part) is NodeList:
        # In this order: another thread may be drawing it already.
        part.ready = tuple(_ready(part))  # type: ignore[attr-defined]
        part.__class__ = _NodeList


def _below(part: Any) -> list[Any]:
    if isinstance(part, (list, tuple)):
        return list(part)
    if isinstance(part, dict):
        return list(part.values())
    if isinstance(part, FilterExpression):
        return [part.var, part.filters]
    if isinstance(part, (Node, TokenBase)):
        return [one for name, one in vars(part).items() if name not in ("token", "origin")]
    return []


def _ready(nodes: NodeList) -> Iterator[Any]:
    """Texts that follow each other as one, and of every other node what draws it."""
    text = ""
    for node in nodes:
        if type(node) is TextNode:
            text += node.s
            continue
        if text:
            yield str(text)
            text = ""
        yield node.render
    if text:
        yield str(text)


def _drawn(node: Node) -> Node:
    """An icon whose name is written out: a text. An address whose name is: looked for at once."""
    if not isinstance(node, SimpleNode) or node.kwargs:
        return node
    if any(not isinstance(one.var, str) or one.filters for one in node.args):
        return node
    if node.func is address:
        node.__class__ = _AddressNode
        return node
    if node.func not in (icon, icons) or node.target_var:
        return node
    with suppress(TemplateSyntaxError):  # said where it is drawn, as Django says it
        return TextNode(node.render(Context()))
    return node


def _said(node: Node) -> Node:
    """Fixed words in the only language there is: a text."""
    if not isinstance(node, TranslateNode) or node.asvar or node.message_context:
        return node
    said = node.filter_expression
    if said.filters or not isinstance(said.var, Variable) or said.var.lookups is not None:
        return node
    said.var.translate = not node.noop
    with translation.override(settings.LANGUAGE_CODE):
        words = said.var.resolve({})
        if not isinstance(words, SafeData) and not isinstance(said.var.literal, SafeData):
            return node
        return TextNode(str(words).replace("%%", "%"))
