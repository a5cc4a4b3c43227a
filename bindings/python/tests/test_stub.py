"""The stub says what the native half says, so that an editor shows it."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import lynchpin
from lynchpin import _lynchpin as native

STUB = Path(lynchpin.__file__).parent / "_lynchpin.pyi"


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


def test_the_stub_says_what_the_module_says() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    said = list(_said(tree.body, native))
    assert {"Engine", "load", "Snapshot", "decide", "reach"} <= {name for name, _, _ in said}
    for name, stub, module in said:
        assert stub is not None and stub == module, f"{name}: copy its docstring into the stub"
