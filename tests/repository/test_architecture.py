"""Who may know whom, and how large a room may grow: the rules of the house, read off the code itself."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKEND = ROOT / "backend" / "plenary"
CONTEXTS = {"conferences", "registration", "payments", "notifications", "access", "desk"}
DECIDERS = {
    "plenary.engine.person",
    "plenary.conferences.conference",
    "plenary.conferences.slug",
    "plenary.registration.order",
    "plenary.registration.seats",
    "plenary.registration.entries",
    "plenary.registration.assignments",
    "plenary.registration.promo_code",
    "plenary.payments.payment",
}
KNOWN_TO_OPERATIONS = {"plenary.access.tries", "plenary.faults", "plenary.migrations"}
PURE = {"plenary.engine.decider", "plenary.words"}
# What a decision must not depend on, though the standard library has it: clocks, dice, files, networks, other threads.
WORLDLY = {"asyncio", "os", "pathlib", "random", "secrets", "socket", "subprocess", "threading", "time"}
SOURCES = {
    ".".join(file.relative_to(BACKEND.parent).with_suffix("").parts).removesuffix(".__init__"): file
    for file in sorted(BACKEND.rglob("*.py"))
}


def imports(source: str) -> Iterator[str]:
    """Everything a source imports, wherever in it, as dotted names down to the imported name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{name.name}" for name in node.names)


def calls(source: str, name: str) -> Iterator[ast.Assign | ast.AnnAssign]:
    """The module-level assignments whose value is a call of `name`, plain or as an attribute."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            called = node.value.func
            called = called.value if isinstance(called, ast.Subscript) else called
            if (called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")) == name:
                yield node


def tables(module: str, source: str) -> set[str]:
    """The dotted names of a module's tables."""
    found = (node.targets if isinstance(node, ast.Assign) else [node.target] for node in calls(source, "Table"))
    return {f"{module}.{target.id}" for targets in found for target in targets if isinstance(target, ast.Name)}


TABLES = {table for module, file in SOURCES.items() for table in tables(module, file.read_text())}
VIEWS = {module for module, file in SOURCES.items() if any(calls(file.read_text(), "View"))}


def context(module: str) -> str:
    """The folder below `plenary` that a module or a name in it belongs to, or ""."""
    return ".".join(module.split(".")[1:2]) if module.count(".") > 1 else ""


def within(imported: str, modules: set[str]) -> bool:
    """Whether a dotted name is one of these modules or a name in one of them."""
    return imported in modules or imported.rpartition(".")[0] in modules


def messages(module: str) -> set[str]:
    """A decider's own parts: `order_messages` belongs to `order`."""
    return {other for other in SOURCES if other.startswith(f"{module}_")}


FACTS = DECIDERS | {part for decider in DECIDERS for part in messages(decider)}


def is_a(module: str, *kinds: str) -> bool:
    """Whether a module is an `api.py` (or `orders_api.py`), a `types.py` (or `orders_types.py`)."""
    return module.rpartition(".")[2].rpartition("_")[2] in kinds


def objection(module: str, imported: str) -> str | None:
    """Why `module` may not import `imported`; None if it may."""
    top, home = imported.partition(".")[0], context(module)
    ours, elsewhere = top == "plenary", context(imported) in CONTEXTS - {home}
    if imported.startswith("."):
        return "imports are written in full"
    if within(imported, {"plenary.app"}) and module != "plenary.cli":
        return "app.py imports everything and nothing imports it"
    if module in ("plenary.app", "plenary.cli"):
        return None
    if module in FACTS:
        own = messages(module) | {
            part
            for decider in DECIDERS
            if module in messages(decider)
            for part in FACTS
            if part.startswith(f"{decider}_")
        }
        if not within(imported, PURE | own) and (ours or top not in sys.stdlib_module_names or top in WORLDLY):
            return (
                "a decider knows engine/decider.py, words.py, its own messages and pure parts of the standard library"
            )
    if context(imported) == "operations" and home != "operations" and module != "plenary.web":
        return "those who are watched do not know who watches"
    inside = context(imported) in {"operations", "engine", "log"}
    if home == "operations" and ours and not inside and not within(imported, KNOWN_TO_OPERATIONS):
        return "operators watch the engine, whatever is built on it"
    if home == "log" and ours and context(imported) != "log":
        return "the log never looks into an event"
    below = context(imported) in {"engine", "log"} or within(imported, {"plenary.faults"})
    if home == "engine" and ours and not below:
        return "the engine has never heard of what is built on it"
    known_to_processes = within(imported, FACTS | PURE | {"plenary.engine.process"}) or top in sys.stdlib_module_names
    if module.endswith(".process") and home in CONTEXTS and not known_to_processes:
        return "a process knows events and commands"
    if imported in TABLES and (elsewhere or (home not in ("engine", "operations") and context(imported) == "engine")):
        return "a table is known in its own folder only, and the engine's to those who look after it"
    if module in VIEWS and elsewhere and not within(imported, FACTS):
        return "a view knows other contexts by their events"
    if is_a(module, "api", "types") and top == "sqlalchemy":
        return "an api.py asks views and never a table"
    if is_a(module, "api") and elsewhere and is_a(".".join(imported.split(".")[:3]), "api"):
        return "contexts meet in events and views, not in their api.py"
    if top == "strawberry" and home != "graphql" and not is_a(module, "api", "types"):
        return "GraphQL is known in graphql/ and in the api.py and types.py of a folder"
    return None


def test_everybody_knows_only_whom_they_may() -> None:
    broken = {
        f"{SOURCES[module].relative_to(ROOT)} imports {imported}, but {reason}"
        for module, file in SOURCES.items()
        for imported in imports(file.read_text())
        if (reason := objection(module, imported))
    }
    assert not broken, "\n".join(sorted(broken))


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("plenary.graphql.schema", "plenary.app.DECIDERS"),
        ("plenary.registration.order", "sqlalchemy"),
        ("plenary.registration.order", "random.choice"),
        ("plenary.registration.order", "plenary.registration.seats.Level"),
        ("plenary.engine.tail", "plenary.words.Item"),
        ("plenary.log.postgres", "plenary.engine.messages.Event"),
        ("plenary.engine.engine", "plenary.operations.metrics.Metrics"),
        ("plenary.graphql.http", "plenary.operations.doors.Doors"),
        ("plenary.operations.metrics", "plenary.registration.order.OrderPlaced"),
        ("plenary.engine.tail", "plenary.registration.order.OrderPlaced"),
        ("plenary.registration.process", "plenary.engine.engine.Engine"),
        ("plenary.registration.api", "plenary.payments.api.PaymentType"),
        ("plenary.registration.api", "sqlalchemy"),
        ("plenary.registration.tickets_api", "sqlalchemy"),
        ("plenary.payments.payment", ".order.PlaceOrder"),
        ("plenary.notifications.mail", "strawberry"),
        *(("plenary.elsewhere.module", table) for table in sorted(TABLES)[:1]),
    ],
)
def test_the_rules_notice_a_forbidden_import(module: str, imported: str) -> None:
    assert objection(module, imported)


def test_a_decider_calls_no_clock_and_draws_nothing() -> None:
    broken = [
        f"{SOURCES[module].relative_to(ROOT)}:{node.lineno} asks for {node.attr}(), but commands bring times and ids"
        for module in sorted(FACTS & SOURCES.keys())
        for node in ast.walk(ast.parse(SOURCES[module].read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "uuid1", "uuid4"}
    ]
    assert not broken, "\n".join(broken)


def test_every_decider_is_named_above() -> None:
    deciders = {module for module, file in SOURCES.items() if any(calls(file.read_text(), "Decider"))}
    assert deciders == DECIDERS


def test_rooms_stay_small_and_say_what_they_are() -> None:
    broken, engine = [], 0
    for module, file in SOURCES.items():
        source, path = file.read_text(), file.relative_to(ROOT)
        engine += sum(bool(line.strip()) for line in source.splitlines()) if context(f"{module}.x") == "engine" else 0
        if source and not ast.get_docstring(ast.parse(source)):
            broken.append(f"{path} does not say on top what it is")
    if engine > 2500:
        broken.append(f"backend/plenary/engine has {engine} lines that are not blank, and 2,500 is the most")
    folders = ("backend", "tests", "bench", "alembic", "frontend/src", "frontend/tests")
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*")):
        if file.suffix in {".py", ".ts", ".js", ".svelte", ".css"} and not file.name.endswith(".d.ts"):
            lines = file.read_text().count("\n")
            if lines > 300:
                broken.append(f"{file.relative_to(ROOT)} has {lines} lines, and 300 is the most")
    assert not broken, "\n".join(broken)


def test_the_front_end_knows_only_the_printed_schema() -> None:
    frontend, broken = ROOT / "frontend", []
    for file in (frontend / "src").rglob("*"):
        if file.suffix in {".ts", ".js", ".svelte", ".css"}:
            for path in re.findall(r"""(?:from|import|url)\s*\(?\s*["'](\.[^"']+)["']""", file.read_text()):
                if not (file.parent / path).resolve().is_relative_to(frontend):
                    broken.append(f"{file.relative_to(ROOT)} imports {path}, which is outside frontend/")
    assert not broken, "\n".join(broken)


def test_no_page_takes_a_text_for_markup() -> None:
    taken = ("{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "new Function", "eval(")
    sources = [file for file in (ROOT / "frontend" / "src").rglob("*") if file.suffix in {".ts", ".js", ".svelte"}]
    assert sources
    assert not [(file, word) for file in sources for word in taken if word in file.read_text()]
