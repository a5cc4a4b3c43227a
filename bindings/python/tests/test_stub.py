"""The stub says what the native half says, so that an editor shows it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import lynchpin
from lynchpin import _lynchpin as native

FOLDER = Path(lynchpin.__file__).parent


def _said(nodes: list[ast.stmt], owner: object) -> Iterator[tuple[str, str | None, str | None]]:
    """Each class and function of the stub: its name, what the stub says, what the module says. Of
    several signatures of one function the first says it."""
    seen = set()
    for node in nodes:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        found = getattr(owner, node.name)
        if node.name not in seen:
            seen.add(node.name)
            yield node.name, ast.get_docstring(node), inspect.getdoc(found)
        if isinstance(node, ast.ClassDef):
            yield from _said(node.body, found)


def _body(name: str) -> list[ast.stmt]:
    return ast.parse((FOLDER / f"{name}.pyi").read_text(encoding="utf-8")).body


def test_the_stub_says_what_the_module_says() -> None:
    nodes = [*_body("_lynchpin"), *_body("_edges"), *_body("_model")]
    # The stub of a class is continued by its bases, which are there for nothing else.
    more = {
        node.name: node.body
        for stub in ("_claims", "_composing", "_questions", "_queues", "_scoring")
        for node in _body(stub)
        if isinstance(node, ast.ClassDef)
    }
    for node in nodes:
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            assert isinstance(node, ast.ClassDef) and isinstance(base, ast.Name)
            node.body += more.pop(base.id, [])  # none of a protocol
    assert not more, "a part of the stub continues no class"
    said = list(_said(nodes, native))
    names = {name for name, _, _ in said}
    wanted = {"Engine", "load", "Snapshot", "decide", "claim", "dry_run", "agenda", "Edges"}
    assert wanted | {"Model", "explain"} <= names
    for name, stub, module in said:
        assert stub is not None and stub == module, f"{name}: copy its docstring into the stub"
