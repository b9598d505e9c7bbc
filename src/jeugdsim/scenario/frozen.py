"""A dict that can't be changed, for the tables inside a frozen Scenario."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenDict(dict[Key, Value]):
    """Reads, compares and is written as a dict; every change in place is refused."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(
            "a scenario is frozen: scenario.with_changes({path: value}) gives a changed one"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (dict(self),)


def frozen(value: Any) -> Any:
    """Return a dict as one that can't be changed, anything else as it is."""
    return FrozenDict(value) if isinstance(value, dict) else value
