import inspect
import linecache
import os
import pickle
import stat
import subprocess
import sys
import threading
import time
import traceback

import pytest

from transforms import load as module_under_test
from transforms.load import cache_directory, load

TEXT = "def f(x):\n    y = x * scale\n    return 1 / y\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AD_CACHE_DIR", str(tmp_path / "cache"))
    before = set(sys.modules)
    yield tmp_path / "cache"
    for name in set(sys.modules) - before:
        if name.startswith("tapeless_"):
            del sys.modules[name]


def test_runs_in_the_namespace_given():
    module = load(TEXT, "f_grad", {"scale": 2.0})
    assert module.f(1.0) == 0.5
    assert sys.modules[module.__name__] is module
    assert module.f.__module__ == module.__name__
    assert module.f.__globals__ is module.__dict__


def test_namespace_does_not_replace_the_modules_own_names():
    module = load(TEXT, "f", {"scale": 1.0, "__name__": "users", "__file__": "users.py"})
    assert module.__name__.startswith("tapeless_f_")
    assert module.__file__ == module.f.__code__.co_filename


def test_file_holds_the_text_for_the_user_alone(cache):
    path = load(TEXT, "f_grad", {"scale": 2.0}).__file__
    assert os.path.dirname(path) == str(cache)
    assert os.path.basename(path).startswith("f_grad_")
    with open(path, newline="") as file:
        assert file.read() == TEXT
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(cache).st_mode) == 0o700
    assert os.listdir(cache) == [os.path.basename(path)]


def test_same_text_same_file_untouched():
    path = load(TEXT, "f", {}).__file__
    before = os.stat(path)
    again = load(TEXT, "f", {})
    after = os.stat(path)
    assert again.__file__ == path
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_other_text_or_version_other_file():
    paths = {load(TEXT, "f", {}).__file__, load(TEXT + "\n", "f", {}).__file__, load(TEXT, "f", {}, "2").__file__}
    assert len(paths) == 3


def test_tampered_file_is_neither_run_nor_kept():
    path = load(TEXT, "f", {"scale": 1.0}).__file__
    with open(path, "w") as file:
        file.write("raise SystemExit\n")
    assert load(TEXT, "f", {"scale": 1.0}).f(2.0) == 0.5
    with open(path) as file:
        assert file.read() == TEXT


def test_names_of_modules_are_deterministic_and_unique():
    first, second, third = (load(TEXT, "f", {"scale": n}) for n in (1.0, 2.0, 4.0))
    assert second.__name__ == first.__name__ + "_2"
    assert third.__name__ == first.__name__ + "_3"
    assert [m.f(1.0) for m in (first, second, third)] == [1.0, 0.5, 0.25]


def test_traceback_shows_the_line():
    try:
        load(TEXT, "f", {"scale": 0.0}).f(1.0)
    except ZeroDivisionError as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
    assert (frame.lineno, frame.line, frame.name) == (3, "return 1 / y", "f")


def test_source_survives_checkcache_and_clearcache():
    f = load(TEXT, "f", {}).f
    linecache.checkcache()
    assert inspect.getsource(f) == TEXT
    linecache.clearcache()
    assert inspect.getsource(f) == TEXT


def test_functions_can_be_pickled():
    f = load(TEXT, "f", {}).f
    assert pickle.loads(pickle.dumps(f)) is f


@pytest.fixture
def unwritable(tmp_path, monkeypatch):
    blocker = tmp_path / "file"
    blocker.write_text("")  # a path below a plain file cannot be made, not even by root
    monkeypatch.setenv("AD_CACHE_DIR", str(blocker / "cache"))


@pytest.mark.usefixtures("unwritable")
def test_without_a_directory_linecache_serves(capfd, recwarn):
    f = load(TEXT, "f", {"scale": 0.0}).f
    linecache.checkcache()
    assert inspect.getsource(f) == TEXT
    try:
        f(1.0)
    except ZeroDivisionError as error:
        assert traceback.extract_tb(error.__traceback__)[-1].line == "return 1 / y"
    assert capfd.readouterr() == ("", "")
    assert not recwarn


def test_without_a_home_linecache_serves(monkeypatch):
    monkeypatch.delenv("AD_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert cache_directory() is None
    assert inspect.getsource(load(TEXT, "f", {}).f) == TEXT


def test_directory_follows_the_environment(monkeypatch, tmp_path):
    assert cache_directory() == str(tmp_path / "cache")
    monkeypatch.delenv("AD_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert cache_directory() == "/xdg/tapeless"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/u")
    assert cache_directory() == "/home/u/.cache/tapeless"


def test_failing_text_leaves_no_module():
    before = set(sys.modules)
    with pytest.raises(ZeroDivisionError):
        load("1 / 0\n", "broken", {})
    assert set(sys.modules) == before


def test_failed_write_leaves_no_file(cache, monkeypatch):
    def refuse(*_):
        raise OSError("disk full")

    monkeypatch.setattr(module_under_test.os, "replace", refuse)
    assert load(TEXT, "f", {"scale": 1.0}).f(1.0) == 1.0
    assert os.listdir(cache) == []


def test_future_imports_of_the_library_do_not_leak():
    assert load("def f(x: int): pass\n", "f", {}).f.__annotations__ == {"x": int}


def test_text_of_any_kind_is_kept():
    text = 's = "\x0cé\u2028"\n\n\ndef f():\n    return s\n'
    module = load(text, "odd", {})
    assert module.f() == "\x0cé\u2028"
    linecache.checkcache()
    assert inspect.getsource(module.f) == "def f():\n    return s\n"


def test_threads():
    results, failures, before = [], [], set(sys.modules)
    start = threading.Barrier(8)

    def work(number):
        start.wait()
        try:
            for k in range(20):
                value = float(number * 20 + k + 1)
                results.append(load(TEXT, "f", {"scale": value}).f(1.0) * value)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert results == pytest.approx([1.0] * 160)
    assert len([name for name in {*sys.modules} - before if name.startswith("tapeless_f_")]) == 160


def test_processes(cache):
    program = f"from transforms.load import load; assert load({TEXT!r}, 'f', {{'scale': 2.0}}).f(1.0) == 0.5"
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    assert len(os.listdir(cache)) == 1


def test_reuse_is_fast():
    load(TEXT, "f", {})
    times = []
    for _ in range(20):
        start = time.perf_counter()
        load(TEXT, "f", {})
        times.append(time.perf_counter() - start)
    assert min(times) < 1e-3
