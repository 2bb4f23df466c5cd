"""Constants as text: exact to the last bit, with double quotes where that needs no escapes.

>>> print(literal(("it", 0.1, float("inf"))))
("it", 0.1, 1e309)
"""

from __future__ import annotations

import ast

import gast

PRINTABLE = (str, bytes, int, float, complex, bool, tuple, type(None), type(Ellipsis))


def docstring(value: str) -> str:
    """Triple quotes where the text can stand between them as it is."""
    as_it_is = value.replace("\n", "").isprintable() and not any(mark in value for mark in ("\\", '"""', " \n"))
    return f'"""{value}"""' if as_it_is and value.strip()[-1:] not in ("", '"') else literal(value)


def literal(value: object) -> str:
    """The text of a constant, exact to the last bit, with double quotes where that needs no escapes."""
    if type(value) not in PRINTABLE:
        raise TypeError(f"a constant of type {type(value).__name__} cannot be written as Python text")
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    if value is Ellipsis:
        return "..."
    text = repr(value)
    if isinstance(value, float | complex):
        if "nan" in text:
            raise ValueError("nan has no literal; name it, as in np.nan")
        return text.replace("inf", "1e309")
    if isinstance(value, str | bytes) and '"' not in text:
        return text.replace("'", '"')
    return text


def as_python_prints(tree: gast.AST) -> str:
    return ast.unparse(gast.gast_to_ast(tree))
