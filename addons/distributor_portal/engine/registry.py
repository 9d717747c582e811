"""The kinds of rule: a class each, found by its code. An addon adds a kind by registering another class.

The registry is process-wide, an installed addon database-wide: which kinds exist in a database is what the field
`channel.rule.kind` offers there.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

KINDS: dict[str, 'RuleKind'] = {}


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a fact breaks a rule: the two values compared, and the sentence that says so."""

    measured: Any
    limit: Any
    text: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """What a kind judges: the caller's key of the order, the line's (None for the whole order), and values."""

    order: int
    line: int | None

    def as_inputs(self) -> dict[str, Any]:
        """The values as JSON would hold them, to be stored with the verdict."""
        return {name: _plain(value) for name, value in asdict(self).items() if name not in ('order', 'line')}


class RuleKind:
    """A kind of rule.

    `params` maps each parameter to (type, default); `judge` answers a `Broken`, or None where the rule is kept.
    Both are pure: the same fact and parameters give the same answer for ever.
    """

    code: ClassVar[str]
    fact: ClassVar[type[Fact]]
    params: ClassVar[Mapping[str, tuple[type, Any]]] = {}

    def judge(self, fact: Fact, params: Mapping[str, Any]) -> Broken | None:
        raise NotImplementedError


def kind(code: str):
    """Class decorator that registers a kind under `code`."""
    def register(cls: type[RuleKind]) -> type[RuleKind]:
        if code in KINDS:
            raise ValueError(f"two rule kinds are called {code!r}")
        cls.code = code
        KINDS[code] = cls()
        return cls
    return register


def validate_params(code: str, params: Mapping[str, Any] | None) -> dict[str, Any]:
    """`params` with the kind's defaults filled in.

    :raise ValueError: unknown parameter, or a value of another type; the text names it
    """
    schema = KINDS[code].params
    params = dict(params or {})
    unknown = sorted(set(params) - set(schema))
    if unknown:
        raise ValueError(f"unknown parameter {unknown[0]!r}; this kind knows {', '.join(sorted(schema)) or 'none'}")
    for name, (type_, default) in schema.items():
        value = params.setdefault(name, default)
        fits = isinstance(value, (int, float)) if type_ is float else isinstance(value, type_)
        if not fits or (type_ is not bool and isinstance(value, bool)):
            raise ValueError(f"parameter {name!r} must be of type {type_.__name__}, not {value!r}")
    return params


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
