"""The kinds of rule: a class each, found by its code. An addon adds a kind by registering another class.

The registry is process-wide, an installed addon database-wide: which kinds exist in a database is what the field
`channel.rule.kind` offers there.
"""
import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

KINDS: dict[str, 'RuleKind'] = {}
LANES = ('signal', 'warn', 'approve', 'block')


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a fact breaks a rule: the two values compared, and the sentence that says so.

    :param args: blanks of the sentence that the member reads
    :param details: what only headquarters may read: thresholds, statistics, who else is concerned
    """

    measured: Any
    limit: Any
    text: str
    args: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fact:
    """What a kind judges: the caller's key of the order, the line's (None for the whole order), and values."""

    order: int
    line: int | None

    def as_inputs(self) -> dict[str, Any]:
        """The values as JSON would hold them, to be stored with the verdict."""
        return {name: _plain(value) for name, value in asdict(self).items() if name not in ('order', 'line')}


@dataclass(frozen=True, slots=True)
class Param:
    """What a kind lets a rule set: a type (bool, int, float or str), a default and the values that make sense."""

    type: type
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class ParamError(ValueError):
    """A setting that makes no sense. `problem` says which way, `values` fill its sentence; `name` is the setting's."""

    SENTENCES: ClassVar[Mapping[str, str]] = {
        'unknown': "unknown parameter %(name)r; this kind knows %(known)s",
        'type': "parameter %(name)r must be of type %(type)s, not %(given)s",
        'minimum': "parameter %(name)r must be at least %(bound)s, not %(given)s",
        'maximum': "parameter %(name)r must be at most %(bound)s, not %(given)s",
        'choices': "parameter %(name)r must be one of %(known)s, not %(given)s",
        'resale_block': "parameter %(name)r: a floor under the resale prices of third parties must not block",
    }

    def __init__(self, problem: str, name: str, **values: Any):
        self.problem, self.name, self.values = problem, name, {'name': name, **values}
        super().__init__(self.SENTENCES[problem] % self.values)


class RuleKind:
    """A kind of rule.

    `params` maps each parameter to its `Param` (or, in short, to (type, default)); `judge` answers a `Broken`, or None
    where the rule is kept. Both are pure: the same fact and parameters give the same answer for ever.

    :cvar shows_values: whether the member may see what was measured and the limit; not where that helps to game them
    :cvar can_override: whether somebody may let a broken rule pass; not where there is nothing that could go on
    :cvar needs_basis: whether a rule of this kind that blocks must say on what law or contract it rests
    """

    code: ClassVar[str]
    fact: ClassVar[type[Fact]]
    params: ClassVar[Mapping[str, Param | tuple[type, Any]]] = {}
    shows_values: ClassVar[bool] = True
    can_override: ClassVar[bool] = True
    needs_basis: ClassVar[bool] = False

    def judge(self, fact: Fact, params: Mapping[str, Any]) -> Broken | None:
        raise NotImplementedError

    def check_lane(self, lane: str, params: Mapping[str, Any]) -> None:
        """:raise ParamError: a rule with these parameters must not have this consequence"""

    @classmethod
    def schema(cls) -> dict[str, Param]:
        """{name: Param}, those in short form written out."""
        return {name: spec if isinstance(spec, Param) else Param(*spec) for name, spec in cls.params.items()}


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

    :raise ParamError: unknown parameter, another type, out of bounds or none of the choices; the text names it
    """
    schema = KINDS[code].schema()
    params = dict(params or {})
    unknown = sorted(set(params) - set(schema))
    if unknown:
        raise ParamError('unknown', unknown[0], known=", ".join(sorted(schema)) or 'none')
    for name, spec in schema.items():
        _check_param(name, spec, params.setdefault(name, spec.default))
    return params


def _check_param(name: str, spec: Param, value: Any) -> None:
    fits = isinstance(value, (int, float)) if spec.type is float else isinstance(value, spec.type)
    if not fits or (spec.type is not bool and isinstance(value, bool)) or value != value:
        raise ParamError('type', name, type=spec.type.__name__, given=repr(value))
    if spec.minimum is not None and value < spec.minimum:
        raise ParamError('minimum', name, bound=spec.minimum, given=value)
    if spec.maximum is not None and value > spec.maximum:
        raise ParamError('maximum', name, bound=spec.maximum, given=value)
    if spec.choices and value not in spec.choices:
        raise ParamError('choices', name, known=", ".join(spec.choices), given=repr(value))


def restore(code: str, order: int, line: int | None, inputs: Mapping[str, Any]) -> Fact:
    """The fact whose `as_inputs` was stored, so that it can be judged again."""
    cls = KINDS[code].fact
    hints = _hints(cls)
    return cls(order, line, **{name: _restore(hints[name], value) for name, value in inputs.items() if name in hints})


@cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def _restore(hint: Any, value: Any) -> Any:
    """`value` as JSON held it, in the type that `hint` asks for."""
    if value is None:
        return None
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _restore(next(arg for arg in args if arg is not type(None)), value)
    if origin in (frozenset, tuple, list, set):
        return origin(_restore(args[0], item) for item in value)
    if dataclasses.is_dataclass(hint):
        return hint(**{name: _restore(_hints(hint)[name], item) for name, item in value.items()})
    if hint is Decimal:
        return Decimal(value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
