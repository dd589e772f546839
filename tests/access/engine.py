"""The access matrix: every address, tried by everybody, on every object, with every verb.

To add rows, write in `tests/access/rows/<area>.py`:

    from tests.access.engine import Row, administrators, auditors, clinical, everyone, prescribers

    ROWS = {
        # A page that reads: POST is not taken.
        "patients:list": Row(get=clinical(200)),
        # A form: GET shows it, an empty POST shows it again with its errors.
        "patients:register": Row(get=clinical(200), post=clinical(200)),
        # An act: POST only. `data` makes the POST valid; it is given the world.
        "plans:acknowledge": Row(post=clinical(302), data=lambda world: {"note": "seen"}),
        # Signing is for prescribers; a monitor is refused.
        "plans:sign": Row(get=prescribers(200), post=prescribers(302), data=...),
    }

The key is the full name of the URL. A verb left out answers 405 to whoever is signed in.
`clinical(200)` is short for: prescriber and monitor 200; administrator, auditor, records
officer 403; and it can be corrected: `clinical(200, monitor=403)`. An answer may be a tuple
where two are right: `clinical((200, 302))`.

Filled in by the engine unless a row says otherwise:
- `stranger`, a prescriber of another clinic: 404 where the address names an object of ours,
  else as a prescriber (and what it shows holds nothing of ours).
- `anonymous`: 302 to the sign-in page. `first_step`, a prescriber who has given the password
  but not the second step: 302. Both are answered so before anything is looked up.
- An object of another clinic, one that does not exist, and an address that mixes ours with
  another clinic's: 404 with the same body, to everyone who would be let in to their own.

Objects come from the world by the name of the URL's parameter: <uuid:patient> is
`world.patient.pk`. Where the parameter is no object of the world, say
`args={"subject": lambda world: "d1"}`. To try the other clinic's and the unknown object too,
the parameter's name must be one that the world knows (see `tests/access/world.py`).
GET and HEAD must write nothing but the trail, the session and when somebody was last seen.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests import doors
from tests.access.world import is_thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.access.world import World

Answer = int | tuple[int, ...]
ROLES = ("prescriber", "monitor", "administrator", "auditor", "records_officer")
VISITORS = (*ROLES, "stranger", "first_step", "anonymous")
IN_SHORT = ("prescriber", "stranger", "anonymous")
CLINICAL = frozenset({"prescriber", "monitor"})
REFUSED = (403, 404)
# Verbs that no address takes, whatever its row says.
NEVER = ("PUT", "PATCH", "DELETE")


def everyone(answer: Answer, **others: Answer) -> dict[str, Answer]:
    """Whoever is signed in, whatever their role; `others` corrects single visitors."""
    return {**dict.fromkeys(ROLES, answer), **others}


def _only(
    roles: tuple[str, ...], answer: Answer, others: Mapping[str, Answer]
) -> dict[str, Answer]:
    return {**dict.fromkeys(ROLES, 403), **dict.fromkeys(roles, answer), **others}


def clinical(answer: Answer, **others: Answer) -> dict[str, Answer]:
    """Prescribers and monitors; 403 to the rest."""
    return _only(("prescriber", "monitor"), answer, others)


def prescribers(answer: Answer, **others: Answer) -> dict[str, Answer]:
    return _only(("prescriber",), answer, others)


def administrators(answer: Answer, **others: Answer) -> dict[str, Answer]:
    return _only(("administrator",), answer, {"stranger": 403, **others})


def records_officers(answer: Answer, **others: Answer) -> dict[str, Answer]:
    return _only(("records_officer",), answer, {"stranger": 403, **others})


def auditors(answer: Answer, **others: Answer) -> dict[str, Answer]:
    return _only(("auditor",), answer, {"stranger": 403, **others})


@dataclass(frozen=True)
class Row:
    """What one address answers. See the module's text."""

    get: Mapping[str, Answer] | int = 405
    post: Mapping[str, Answer] | int = 405
    data: Callable[[World], Mapping[str, Any]] | None = None
    args: Mapping[str, Callable[[World], Any]] = field(default_factory=dict)
    query: str = ""
    # One of the few addresses that need no session; said in docs/access.md with its reason.
    open_because: str = ""
    # Roles without a clinical one that may read names here.
    shown_to: frozenset[str] = frozenset()
    # Tables that reading this address may write, beyond trail, session and last seen.
    reading_writes: frozenset[str] = frozenset()

    def expected(self, verb: str, visitor: str, *, names_an_object: bool) -> tuple[int, ...]:
        answers = self.post if verb == "POST" else self.get
        if isinstance(answers, int):
            answers = everyone(answers, stranger=answers)
        if visitor in answers:
            answer = answers[visitor]
        elif visitor == "stranger":
            own = answers["prescriber"]
            answer = 404 if names_an_object and own not in (403, 405) else own
        elif visitor in ("anonymous", "first_step") and not self.open_because:
            answer = 302
        else:
            answer = answers["prescriber"]
        return answer if isinstance(answer, tuple) else (answer,)


@dataclass(frozen=True)
class Address:
    name: str
    parameters: tuple[str, ...]


def addresses() -> list[Address]:
    """Every pattern of the URLconf, with the names of its parameters."""

    def walk(
        resolver: URLResolver, namespaces: tuple[str, ...], above: tuple[str, ...]
    ) -> Iterator[Address]:
        for pattern in resolver.url_patterns:
            parameters = (*above, *pattern.pattern.regex.groupindex)
            if isinstance(pattern, URLResolver):
                inside = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                yield from walk(pattern, inside, parameters)
            elif isinstance(pattern, URLPattern):
                name = pattern.name or f"(no name) {pattern.pattern}"
                yield Address(":".join((*namespaces, name)), parameters)

    return list(walk(get_resolver(), (), ()))


def url_of(row: Row, address: Address, world: World) -> str:
    """The address of our own objects."""
    values = {
        name: row.args[name](world) if name in row.args else getattr(world, name).pk
        for name in address.parameters
    }
    return reverse(address.name, kwargs=values) + row.query


def faults(
    row: Row, address: Address, world: World, other: World, *, whole: bool = True
) -> list[str]:
    """Try `address` as everybody, on everything, with every verb; what differs from its row.

    Not `whole`: a prescriber, a prescriber of another clinic and somebody who is nobody read and
    send on our object.
    """
    return list(_Trial(row, address, world, other, whole=whole).run())


class _Trial:
    def __init__(
        self, row: Row, address: Address, world: World, other: World, *, whole: bool
    ) -> None:
        self.row, self.address, self.world, self.other = row, address, world, other
        self.whole = whole
        self.objects = [name for name in address.parameters if is_thing(name)]
        self.clients = {
            visitor: self._client(visitor) for visitor in (VISITORS if whole else IN_SHORT)
        }

    def _client(self, visitor: str) -> Client:
        if visitor == "anonymous":
            return Client(raise_request_exception=False)
        person = (
            self.other.people["prescriber"]
            if visitor == "stranger"
            else self.world.people["prescriber" if visitor == "first_step" else visitor]
        )
        client = doors.signed_in(person, second_step=visitor != "first_step")
        client.raise_request_exception = False
        return client

    def _url(self, world: World | None, *, but: str = "") -> str:
        """The address on objects of `world`; None: on objects that do not exist.

        `but`: this parameter alone is another clinic's.
        """
        values: dict[str, Any] = {}
        for name in self.address.parameters:
            of = self.other if name == but else world
            if name in self.row.args:
                values[name] = self.row.args[name](of or self.world)
            elif of is None:
                values[name] = self.world.unlike(name)
            else:
                values[name] = getattr(of, name).pk
        return reverse(self.address.name, kwargs=values) + self.row.query

    def run(self) -> Iterator[str]:
        own = self._url(self.world)
        for visitor in VISITORS if self.whole else IN_SHORT:
            for verb in ("GET", "POST"):
                yield from self._try(verb, visitor, own, "our object" if self.objects else "it")
            if self.whole:
                yield from self._quiet_verbs(visitor, own)
        if self.objects and self.whole:
            yield from self._hidden_objects()
        yield from self._forged(own)

    def _try(self, verb: str, visitor: str, url: str, what: str) -> Iterator[str]:
        expected = self.row.expected(verb, visitor, names_an_object=bool(self.objects))
        response, written = self._send(verb, visitor, url, self.world)
        if response.status_code not in expected:
            yield self._line(verb, visitor, what, f"{response.status_code}, not {expected}")
        if verb == "GET" and written:
            yield self._line(verb, visitor, what, f"wrote {sorted(written)}")
        yield from self._shown(verb, visitor, response)

    def _quiet_verbs(self, visitor: str, url: str) -> Iterator[str]:
        refused = (302, 401, 403, 404, 405)
        for verb in NEVER:
            response, _ = self._send(verb, visitor, url, self.world)
            if response.status_code not in refused:
                yield self._line(verb, visitor, "it", f"{response.status_code}, not refused")
        response, written = self._send("OPTIONS", visitor, url, self.world)
        if response.status_code not in (200, *refused) or (
            _body(response) and (response.status_code == 200)
        ):
            yield self._line("OPTIONS", visitor, "it", f"{response.status_code}")
        head, more = self._send("HEAD", visitor, url, self.world)
        expected = self.row.expected("GET", visitor, names_an_object=bool(self.objects))
        if head.status_code not in (*expected, 405):
            yield self._line("HEAD", visitor, "it", f"{head.status_code}, not {expected}")
        for verb, tables in (("OPTIONS", written), ("HEAD", more)):
            if tables:
                yield self._line(verb, visitor, "it", f"wrote {sorted(tables)}")

    def _hidden_objects(self) -> Iterator[str]:
        """Another clinic's object and one that never was: the same 404 to whoever is let in."""
        theirs, nothing = self._url(self.other), self._url(None)
        for verb in ("GET", "POST"):
            for visitor in ROLES:
                answers = self.row.expected(verb, visitor, names_an_object=True)
                closed = set(answers) <= {403, 405}
                expected = answers if closed else (404,)
                hidden, _ = self._send(verb, visitor, theirs, self.other)
                absent, _ = self._send(verb, visitor, nothing, self.other)
                for response, what in ((hidden, "another clinic's"), (absent, "no object")):
                    if response.status_code not in expected:
                        status = response.status_code
                        yield self._line(verb, visitor, what, f"{status}, not {expected}")
                if difference := _difference(
                    _comparable(hidden, theirs), _comparable(absent, nothing)
                ):
                    yield self._line(
                        verb,
                        visitor,
                        "another clinic's",
                        f"differs from the answer for no object: {difference}",
                    )
                yield from self._shown(verb, visitor, hidden)
        yield from self._hidden_from_other_verbs(theirs, nothing)
        for name in self.objects if len(self.objects) > 1 else ():
            for verb in ("GET", "POST"):
                answers = self.row.expected(verb, "prescriber", names_an_object=True)
                expected = answers if set(answers) <= {403, 405} else (404,)
                mixed, _ = self._send(
                    verb, "prescriber", self._url(self.world, but=name), self.world
                )
                if mixed.status_code not in expected:
                    yield self._line(
                        verb, "prescriber", f"another clinic's {name}", f"{mixed.status_code}"
                    )

    def _hidden_from_other_verbs(self, theirs: str, nothing: str) -> Iterator[str]:
        """No verb tells another clinic's object from one that never was, or takes it."""
        for visitor in ROLES:
            for verb in ("HEAD", "OPTIONS", *NEVER):
                told = []
                for url, what in ((theirs, "another clinic's"), (nothing, "no object")):
                    response, written = self._send(verb, visitor, url, self.other)
                    told.append(response.status_code)
                    if fault := quiet_fault(verb, response, written):
                        yield self._line(verb, visitor, what, fault)
                    yield from self._shown(verb, visitor, response)
                if told[0] != told[1]:
                    yield self._line(verb, visitor, "another clinic's", f"told apart: {told}")

    def _forged(self, url: str) -> Iterator[str]:
        """A form of another site is refused, though the browser sends our cookie with it."""
        if self.row.post == 405:
            return
        client = self._client("prescriber")
        client.handler.enforce_csrf_checks = True
        response, _ = self._send("POST", "prescriber", url, self.world, client)
        if response.status_code < 400:
            yield self._line("POST", "prescriber", "it", "a forged form was taken")

    def _shown(self, verb: str, visitor: str, response: Any) -> Iterator[str]:
        """Nothing of the other clinic, and to those without a clinical role nothing of ours."""
        body = _body(response)
        foreign = self.world if visitor == "stranger" else self.other
        hidden = [*foreign.secrets]
        reads = visitor in (*CLINICAL, "stranger", *self.row.shown_to)
        if not reads or response.status_code in REFUSED:
            hidden += [*self.world.secrets, *self.other.secrets]
        for secret in dict.fromkeys(hidden):
            if secret in body or any(secret in value for value in response.headers.values()):
                yield self._line(verb, visitor, "it", f"shows {secret!r}")

    def _send(
        self, verb: str, visitor: str, url: str, world: World, client: Client | None = None
    ) -> tuple[Any, set[str]]:
        """One request, taken back afterwards; with the tables that it wrote."""
        client = client or self.clients[visitor]
        cookies = copy.copy(client.cookies)
        with _writes(self.row.reading_writes) as written, transaction.atomic():
            # What the row lays out for its form is taken back too.
            data: Mapping[str, Any] = {}
            if verb == "POST" and self.row.data is not None:
                data = self.row.data(world)
            response = client.post(url, data) if verb == "POST" else client.generic(verb, url)
            _body(response)
            transaction.set_rollback(True)
        client.cookies = cookies
        return response, written

    def _line(self, verb: str, visitor: str, what: str, fault: str) -> str:
        return f"{self.address.name}: {verb} as {visitor} on {what}: {fault}"


def quiet_fault(verb: str, response: Any, written: set[str]) -> str:
    """What is wrong with the answer to a verb that no object hidden from somebody may take."""
    if written:
        return f"wrote {sorted(written)}"
    if response.status_code in (302, 401, 403, 404, 405):
        return ""
    if verb == "OPTIONS" and response.status_code == 200 and not _body(response):
        return ""
    return f"{response.status_code}, not refused"


def sent(
    client: Client, verb: str, url: str, data: Mapping[str, Any], allowed: frozenset[str]
) -> tuple[Any, set[str]]:
    """One request, taken back afterwards; with the tables that it wrote."""
    cookies = copy.copy(client.cookies)
    with _writes(allowed) as written, transaction.atomic():
        response = client.post(url, data) if verb == "POST" else client.generic(verb, url)
        _body(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response, written


def _body(response: Any) -> str:
    if response.streaming:
        content = b"".join(response.streaming_content)
        response.streaming_content = [content]
    else:
        content = response.content
    return content.decode("utf-8", errors="replace")


def _comparable(response: Any, url: str) -> str:
    """The body without what differs by itself: the address asked for, nonces, tokens, seconds."""
    body = _body(response).replace(url, "")
    moving = (
        r"\b\w{64}\b|nonce=\"[^\"]*\"|data-ends-in=\"\d+\""
        r"|\d{1,2}:\d\d(?::\d\d)?|\d+\s(?:min|s|h)\b"
    )
    return re.sub(moving, "", body)


def _difference(one: str, other: str) -> str:
    """The first lines in which they differ, or nothing."""
    for left, right in zip_longest(one.splitlines(), other.splitlines(), fillvalue=""):
        if left != right:
            return f"{left.strip()[:160]!r} and {right.strip()[:160]!r}"
    return ""


_ALWAYS_WRITTEN = frozenset(
    {
        "audit_auditevent",
        "django_session",
        "accounts_user",
        "cache",
        "usersessions_usersession",
        "accounts_use",
    }
)


@contextmanager
def _writes(allowed: frozenset[str]) -> Iterator[set[str]]:
    """The tables written inside, but for those that reading may write."""
    written: set[str] = set()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        words = sql.split(None, 4)
        verb = words[0].upper() if words else ""
        if verb in ("INSERT", "UPDATE", "DELETE"):
            table = words[1] if verb == "UPDATE" else words[2]
            if (plain := table.strip('"')) not in _ALWAYS_WRITTEN | allowed:
                written.add(plain)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield written
