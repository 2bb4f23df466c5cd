import ast
import functools
import gc
import importlib.util
import linecache
import os
import subprocess
import sys
import textwrap
import threading
import time
import types

import gast
import pytest

from transforms.errors import SourceError
from transforms.source import finding, proof
from transforms.source.finding import find


@pytest.fixture
def importer(tmp_path):
    """Write a text to a file and import it."""
    names = []

    def import_text(text, name="users_module"):
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield import_text
    for name in names:
        sys.modules.pop(name, None)


def text_of(found):
    """The characters of the file that the node says it covers."""
    return ast.get_source_segment("".join(found.lines), found.node)


def body_of(found):
    return ast.get_source_segment("".join(found.lines), found.node.body)


def forget():
    finding._found.clear()


def test_positions_are_the_files(importer):
    module = importer(
        """
        import numpy as np

        class Model:
            def loss(self, x):
                # ä comment
                return np.sum(x) + len("é") * self.scale
        """
    )
    found = find(module.Model.loss)
    assert isinstance(found.node, gast.FunctionDef)
    assert (found.node.lineno, found.node.col_offset) == (5, 4)
    assert found.filename == module.__file__
    assert found.name == "Model.loss"
    scale = found.node.body[0].value.right.right
    place = found.location(scale)
    assert (place.filename, place.function, place.line) == (module.__file__, "Model.loss", 7)
    assert place.text[place.col : place.end_col] == "self.scale"
    assert found.location(gast.Constant(1, None)).line is None


LAMBDAS = """
a, b = lambda x: x * 2, lambda x: x * 2
table = {
    "one": lambda x: x + 1,
    "two": lambda x: x + 2, "three": lambda x: x + 3,
    "far": (lambda x:
        (x + 4)
    ),
}
listed = [lambda x: x, (lambda x: (x)), lambda: 5]
def apply(f, *rest, key=None): return f
called = apply(lambda q: q * 4)
multi = apply(1,
    2, key=3) and apply(
    lambda q: q
    + 5,
    key=lambda q: q - 5)
deep = apply(
    1 and
    apply(lambda q: q * 6))
outer = lambda u: lambda v: u * v
inner = outer(2)
captured = [lambda: k for k in range(3)][2]
é = "é"; wide = lambda x: x + len("é"), lambda x: x + len("é")
def nested(c):
    return (lambda z: z * c), [lambda z: z / c]
pair = nested(3)
class A:
    __hidden = 1
    m = lambda self, __x=3: self.__hidden + __x; n = lambda self, __x=4: self.__hidden + __x
default = lambda f=lambda: 7: f()
cond = lambda x: 1 if x else 2
gen = lambda: (yield 3)
const = lambda x: x if True else 0
comp = lambda xs: [x * n for x in xs for n in (1, 2)]
walrus = lambda x: (y := x) + y
star = lambda *args, k=1, **kw: (args, k, kw)
formatted = lambda x: f"{x!r:>{10}}"
@(lambda f: f)
def decorated(x): return x
"""


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("a", "lambda x: x * 2"),
        ("b", "lambda x: x * 2"),
        ("table['one']", "lambda x: x + 1"),
        ("table['two']", "lambda x: x + 2"),
        ("table['three']", "lambda x: x + 3"),
        ("table['far']", "lambda x:\n        (x + 4)"),
        ("listed[0]", "lambda x: x"),
        ("listed[1]", "lambda x: (x)"),
        ("listed[2]", "lambda: 5"),
        ("called", "lambda q: q * 4"),
        ("multi", "lambda q: q\n    + 5"),
        ("deep", "lambda q: q * 6"),
        ("outer", "lambda u: lambda v: u * v"),
        ("inner", "lambda v: u * v"),
        ("captured", "lambda: k"),
        ("wide[0]", 'lambda x: x + len("é")'),
        ("wide[1]", 'lambda x: x + len("é")'),
        ("pair[0]", "lambda z: z * c"),
        ("pair[1][0]", "lambda z: z / c"),
        ("A.m", "lambda self, __x=3: self.__hidden + __x"),
        ("A.n", "lambda self, __x=4: self.__hidden + __x"),
        ("default", "lambda f=lambda: 7: f()"),
        ("default.__defaults__[0]", "lambda: 7"),
        ("cond", "lambda x: 1 if x else 2"),
        ("gen", "lambda: (yield 3)"),
        ("const", "lambda x: x if True else 0"),
        ("comp", "lambda xs: [x * n for x in xs for n in (1, 2)]"),
        ("walrus", "lambda x: (y := x) + y"),
        ("star", "lambda *args, k=1, **kw: (args, k, kw)"),
        ("formatted", 'lambda x: f"{x!r:>{10}}"'),
    ],
)
def test_lambdas_are_found_exactly(importer, expression, text):
    module = importer(LAMBDAS)
    found = find(eval(expression, vars(module)))
    assert text_of(found) == text
    assert found.name.endswith("<lambda>")


def test_twins_on_a_line_are_told_apart(importer):
    module = importer(LAMBDAS)
    assert find(module.a).node.col_offset < find(module.b).node.col_offset
    assert find(module.wide[0]).node.col_offset < find(module.wide[1]).node.col_offset


DEFS = '''
import functools, math
from math import pi as half

def plain(x, *, n=3) -> float:
    """Text
at the margin
    """
    y = x * n
# a comment at the margin
    return y

def closed(a):
    b = 2
    def inner(x):
        def innermost(y):
            return a * b * y
        return innermost(x) + math.sin(x)
    return inner

def recursive(n):
    def down(k):
        return 0 if k == 0 else down(k - 1)
    return down

class Base:
    def __init__(self):
        self.__x = 1
    def loss(self): return 1.0
    def twice(twice): return twice

class __Model(Base):
    __scale = 3.0
    count = 0
    def loss(self, __k=1):
        def helper(v):
            return super(__Model, self).loss() + self.__scale + v
        return super().loss() + helper(self.__scale) * __k
    def made(self):
        def other():
            return __class__, self.__hidden, __private
        return other
    @staticmethod
    @functools.lru_cache(
        maxsize=None
    )
    def still(x):
        return __Model.count + x
    @property
    def prop(self):
        return self.__scale
    @classmethod
    def build(cls): return cls()
    class Nested:
        def deep(self): return self.__y
    def loss2(self): loss2 = 1; return lambda: (loss, loss2)

def local_class(a):
    class Local:
        def method(self):
            return a, Local, Other, method
    return Local
Other = None

def wraps(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2 * f(*args, **kwargs)
    return wrapper

@wraps
@wraps
def decorated(x):
    return x

def long_header(
    x,
    y=(1,
2),
) -> float:
    return x

if True:
    def branch(x): return x \\
+ 1
else:
    def branch(x): return 2
def one(x): return x
def two(x): return x;
async def awaiting(x):
    async with x as y: return await y
def generating(x):
    yield from x
def globalised():
    global made_global
    def made_global(): return made_global
globalised()
def asserts(x):
    assert x > 0, "no"
    return math.exp(x)
def last(x):
    return x'''


@pytest.mark.parametrize(
    "expression",
    [
        "plain",
        "closed",
        "closed(1)",
        "recursive(1)",
        "Base.__init__",
        "Base.loss",
        "Base.twice",
        "vars()['__Model'].loss",
        "vars()['__Model']().made()",
        "vars()['__Model'].still.__wrapped__",
        "vars()['__Model'].prop.fget",
        "vars()['__Model'].build.__func__",
        "vars()['__Model'].Nested.deep",
        "vars()['__Model'].loss2",
        "vars()['__Model']().loss2()",
        "local_class(1).method",
        "long_header",
        "branch",
        "one",
        "two",
        "awaiting",
        "generating",
        "made_global",
        "asserts",
        "last",
    ],
)
@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_functions_of_every_kind(importer, expression, future):
    module = importer(future + DEFS)
    fn = eval(expression, vars(module))
    found = find(fn)
    if fn.__name__ != "<lambda>":
        assert found.node.name == fn.__name__
        assert text_of(found).startswith(("def " + fn.__name__, "async def " + fn.__name__))
    names = {node.id for node in gast.walk(found.node.args) if isinstance(node, gast.Name)}
    assert names >= set(fn.__code__.co_varnames[: fn.__code__.co_argcount]) or "__k" in names


def test_no_whole_file_is_parsed_for_these(importer, monkeypatch):
    module = importer(DEFS + LAMBDAS)
    monkeypatch.setattr(proof, "imports_of", lambda tree: pytest.fail("the whole file was parsed"))
    for expression in ("plain", "closed(1)", "Base.loss", "asserts", "a", "table['three']", "multi", "deep", "pair[0]"):
        assert find(eval(expression, vars(module)))


def test_decorated_function_is_the_code_that_is_called(importer):
    module = importer(DEFS)
    assert find(module.decorated).name == "wraps.wrapper"
    assert find(module.decorated.__wrapped__.__wrapped__).name == "decorated"


def test_imported_objects_and_others(importer):
    """Calls `m.f()` compile differently where `m` comes from an import."""
    module = importer(
        """
        import os.path, random
        from random import Random, _inst, \\
            choice as pick
        from os import (
            environ,
            path as p)
        own = Random()
        alias = random
        try:
            import json as maybe
        except ImportError:
            pass

        def f(x):
            p.join(); own.random(); environ.get(x); pick.what(); os.getcwd(); Random.seed(); alias.random()
            return maybe.dumps(x), _inst.random(), x.real.conjugate(), f.g()
        """
    )
    assert find(module.f).node.name == "f"


def test_edited_files_are_refused(importer):
    original = "def f(x):\n    return x * 2\n\n\ndef g(x):\n    return x\n"
    edits = [
        original.replace("2", "3"),
        original.replace("x * 2", "x * 2.0"),
        original.replace("x * 2", "x + 2"),
        original.replace("f(x)", "f(*x)"),
        original.replace("f", "h"),
        "\n" + original,
        original.replace("x", "y"),
        "",
        "def f(x:",
    ]
    for number, edit in enumerate(edits):
        module = importer(original, f"edited_{number}")
        with open(module.__file__, "w") as file:
            file.write(edit)
        os.utime(module.__file__, (1, 1))
        linecache.checkcache()
        with pytest.raises(SourceError) as caught:
            find(module.f)
        assert module.__file__ in str(caught.value)
        assert caught.value.remedy


def test_source_read_before_the_edit_still_serves(importer):
    module = importer("def f(x):\n    return x * 2\n")
    linecache.getlines(module.__file__)
    with open(module.__file__, "w") as file:
        file.write("\n\ndef f(x):\n    return x * 3\n")
    assert text_of(find(module.f)) == "def f(x):\n    return x * 2"


def test_stale_lines_in_linecache_are_read_again(importer):
    module = importer("def f(x):\n    return x * 2\n")
    linecache.getlines(module.__file__)
    module = importer("def f(x):\n    return x * 3000\n")
    assert "3000" in text_of(find(module.f))


def test_twins_in_two_files(importer):
    one, two = (importer("def f(x):\n    return x * 2\n", name) for name in ("twin_one", "twin_two"))
    assert one.f.__code__ == two.f.__code__
    assert (find(one.f).filename, find(two.f).filename) == (one.__file__, two.__file__)


def test_found_once_per_code_object(importer):
    module = importer(DEFS)
    assert find(module.closed(1)) is find(module.closed(2))


def test_forgotten_with_the_code_object(importer):
    forget()
    module = importer("def f(x):\n    return x\n")
    find(module.f)
    assert len(finding._found) == 1
    del module.f
    gc.collect()
    assert not finding._found


def test_linecache_entry(tmp_path):
    text = "f = lambda x: x * x\ndef g(x):\n    return x\n"
    linecache.cache["<entered>"] = (len(text), None, text.splitlines(True), "<entered>")
    scope = {}
    exec(compile(text, "<entered>", "exec"), scope)
    assert body_of(find(scope["f"])) == "x * x"
    assert find(scope["g"]).location(find(scope["g"]).node).filename == "<entered>"


def test_doctest():
    """A function of a doctest is found while the doctest runs.

    >>> def f(x):
    ...     return x * 2
    >>> find(f).node.name
    'f'
    """
    import doctest

    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder().find(test_doctest, "test_doctest", globs={"find": find}):
        runner.run(test)
    assert runner.summarize(verbose=False) == (0, 2)


def test_notebook_cells():
    pytest.importorskip("IPython")
    program = """
    from IPython.core.interactiveshell import InteractiveShell
    from transforms.source.finding import find
    shell = InteractiveShell.instance()
    shell.run_cell("class M:\\n    def f(self, x):\\n        return x * 2\\n")
    shell.run_cell("  %time\\n  g = lambda x: x, lambda x: x + 1")
    scope = shell.user_ns
    assert find(scope["M"].f).node.lineno == 2, find(scope["M"].f).node.lineno
    assert find(scope["g"][1]).node.body.right.value == 1
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True)


def test_exec_of_a_string_says_what_to_do():
    scope = {}
    exec("def f(x):\n    return x", scope)
    with pytest.raises(SourceError, match="write the text to a file") as caught:
        find(scope["f"])
    assert caught.value.location.filename == "<string>"


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="3.13 keeps what is typed")
def test_plain_prompt_says_what_to_do():
    program = "def f(x): return x\n\nfrom transforms.source.finding import find\nfind(f)\n"
    done = subprocess.run([sys.executable, "-i", "-q"], input=program, capture_output=True, text=True, check=False)
    assert "Python has not kept the source of this function" in done.stderr
    assert "define it in a file" in done.stderr


@pytest.mark.skipif(sys.version_info < (3, 13), reason="earlier versions keep nothing")
def test_command_line():
    program = "def f(x): return x\nfrom transforms.source.finding import find\nassert find(f).node.name == 'f'"
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("fn", [len, functools.partial(len), int, [].append], ids=["len", "partial", "int", "append"])
def test_functions_without_python_code(fn):
    with pytest.raises(SourceError, match="not written in Python"):
        find(fn)


def test_missing_file(importer):
    module = importer("def f(x):\n    return x\n")
    os.unlink(module.__file__)
    with pytest.raises(SourceError, match="cannot be read"):
        find(module.f)


def test_without_columns(tmp_path):
    path = tmp_path / "columns.py"
    twins = "two, three = lambda x: x, lambda x: x"
    path.write_text(f"one = lambda x: x + 1\n{twins}\nfour, five = lambda x: 4, lambda x: 5\n")
    program = """
    import columns
    from transforms.errors import SourceError
    from transforms.source.finding import find
    assert find(columns.one).node.body.right.value == 1
    assert find(columns.five).node.body.value == 5
    try:
        find(columns.two)
    except SourceError as error:
        assert "no_debug_ranges" in error.remedy
    else:
        raise AssertionError
    """
    paths = os.pathsep.join([str(tmp_path), os.getcwd()])
    command = [sys.executable, "-X", "no_debug_ranges", "-c", textwrap.dedent(program)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"})


def test_functions_with_asserts_in_test_modules():
    def checked(x):
        assert x > 0
        return x * 2

    assert find(checked).node.name == "checked"


def test_fast_in_a_long_file(importer):
    filler = "\n\n".join(f"def f{n}(x):\n    y = x * {n}\n    return [y + k for k in range({n})]" for n in range(1250))
    target = "\n".join(["\n\ndef target(x):"] + [f"    x = x * {n} + y[{n}]" for n in range(48)] + ["    return x"])
    module = importer(f"import math\n{filler}\n{target}\nlamb = math.sin and (lambda x: x + 1)\n\n{filler}\n")
    linecache.getlines(module.__file__)
    for fn, limit in ((module.target, 0.02), (module.lamb, 0.01)):
        times = []
        for _ in range(3):
            forget()
            start = time.perf_counter()
            find(fn)
            times.append(time.perf_counter() - start)
        assert min(times) < limit


def test_threads(importer):
    module = importer(DEFS)
    functions = [fn for fn in vars(module).values() if isinstance(fn, types.FunctionType)]
    forget()
    failures = []

    def work():
        try:
            for fn in functions:
                assert find(fn).node.name == fn.__code__.co_name
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.parametrize("name", ["textwrap", "dataclasses", "argparse", "statistics", "numpy.lib._function_base_impl"])
def test_every_function_of_a_library_module(name):
    module = importlib.import_module(name)
    functions = [v for v in vars(module).values() if isinstance(v, types.FunctionType)]
    for owner in [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == name]:
        functions += [v for v in vars(owner).values() if isinstance(v, types.FunctionType)]
    written = [fn for fn in functions if not fn.__code__.co_filename.startswith("<")]
    assert written
    for fn in written:
        assert find(fn).node.lineno >= fn.__code__.co_firstlineno
