"""The objects that `grad` and its relatives return: callables that derive at the first call and run text afterwards."""

from __future__ import annotations

import functools
import pathlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import transforms
from transforms.errors import REFUSALS, DerivativeError, shorten

if TYPE_CHECKING:
    from transforms.derive import Derived


class Derivative:
    """A derivative of `fn`.

    Calling it derives for the kinds of the arguments, once, and runs the emitted text.  `source` is that text,
    `export(path)` a file of it that needs only NumPy, `show()` prints it.

    >>> import ad
    >>> df = ad.grad(lambda x: x * x)
    >>> df(3.0)
    6.0
    >>> "2.0 * x" in df.source
    True
    """

    def __init__(self, fn: Callable[..., Any], how: str, options: dict[str, Any]) -> None:
        if not callable(fn):
            raise TypeError(
                f"a function is needed here, not {type(fn).__name__}: write ad.{how}(f)(x), not ad.{how}(f(x))"
            )
        self.fn = fn
        self.how = how
        self.options = options
        self._variants = transforms.derive.texts(fn, (how, *sorted(options.items())))
        self._key_of = transforms.arguments.key_of
        self._latest: Derived | None = None
        self.__name__ = f"{how}_{transforms.derive.function_name(fn)}"
        self.__qualname__ = self.__name__
        self.__doc__ = f"{how} of {transforms.derive.function_name(fn)}, a derivative made by ad.{how}."
        self.__module__ = getattr(fn, "__module__", __name__)

    @property
    def __derivative__(self) -> tuple[str, Callable[..., Any], dict[str, Any]]:
        """What this is, for transformations that meet it inside a function."""
        return self.how, self.fn, self.options

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs:
            key = self._key_of(args[0])
        else:
            key = (*map(self._key_of, args), *((name, self._key_of(kwargs[name])) for name in kwargs))
        variants = self._variants.get(key)
        try:
            if not variants:
                return self.derived(key, args, kwargs)
            latest = variants[0]  # from here on the usual way, which must cost little
            holds = latest.holds or latest.stands
            if not holds():
                return self.derived(key, args, kwargs)
            self._latest = latest
            try:
                return latest.run(*args, **kwargs) if kwargs else latest.run(*args)
            except BaseException as error:
                if not transforms.derive.own_check(error, latest):
                    transforms.derive.tell(error, latest)
                    raise
            return self.derived(key, args, kwargs)
        except REFUSALS as error:
            shorten(error)
            raise

    def derived(self, key: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The value by another text than the latest, or by a new one."""
        variants = self._variants.setdefault(key, [])
        known_as = (self.how, *sorted(self.options.items()), key)
        if not variants:
            variants.extend(transforms.derive.recall(self.fn, known_as))

        def make(general: bool) -> Derived:
            made = self.derive(args, kwargs, general)
            transforms.derive.remember(self.fn, known_as, made)
            return made

        try:
            return transforms.derive.run(variants, args, kwargs, make)
        finally:
            self._latest = variants[0] if variants else self._latest

    def derive(self, args: tuple[Any, ...], kwargs: dict[str, Any], general: bool = False) -> Derived:
        """The text for arguments of these kinds; nothing of the function is run.

        `general`: it fits all shapes, and not only those that agree as the shapes of these arguments do.
        """
        return transforms.derive.gradient(self.fn, args=args, kwargs=kwargs, general=general, **self.options)

    @property
    def source(self) -> str:
        """The text that ran in the latest call.

        Raises:
            ValueError: there was no call yet; `source_for` needs none.
        """
        if self._latest is None:
            raise ValueError(self.no_text())
        return self._latest.source

    def no_text(self) -> str:
        """The words for it that there was no call yet."""
        return (
            f"{self.__name__} has no text yet: it is made for the kinds of the arguments at the first call; "
            "call it once, or ask source_for(*args)"
        )

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The text for arguments of these kinds, without running it.

        >>> import ad
        >>> "2.0 * x" in ad.grad(lambda x: x * x).source_for(3.0)
        True
        """
        try:
            return self.derive(args, kwargs).source
        except DerivativeError as error:
            shorten(error)
            raise

    def show(self) -> None:
        """Print the text."""
        sys.stdout.write(self.source)

    def export(self, path: str | pathlib.Path) -> pathlib.Path:
        """Write the text of the latest call into a file of its own that needs only NumPy, and return its path.

        What the text takes for granted of shapes stands in it and is checked: other shapes are an error there, as
        nothing can derive another text.

        Raises:
            ValueError: there was no call yet.
            DerivativeError: the text refers to an object that cannot be written down, a lock say.
        """
        from ad import __version__
        from transforms import export

        if self._latest is None:
            raise ValueError(self.no_text())
        try:
            return export.write(self._latest, path, self.fn, __version__)
        except DerivativeError as error:
            shorten(error)
            raise

    def _repr_html_(self) -> str:
        import html  # here: few need it, and importing the library must cost little

        if self._latest is None:
            return html.escape(repr(self))
        try:
            from pygments import highlight
            from pygments.formatters import HtmlFormatter
            from pygments.lexers import PythonLexer
        except ImportError:
            return f"<pre>{html.escape(self.source)}</pre>"
        return str(highlight(self.source, PythonLexer(), HtmlFormatter(noclasses=True)))

    def __repr__(self) -> str:
        return f"<{self.__name__}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else functools.partial(self, instance)
