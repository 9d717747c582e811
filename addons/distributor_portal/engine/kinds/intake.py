from dataclasses import dataclass

from ..registry import Broken, Fact, RuleKind, kind


@dataclass(frozen=True)
class IntakeFact(Fact):
    """A part of an incoming order that could not be read. `problem` is a text key, `given` what was sent."""

    problem: str
    field: str
    given: str


@kind('intake')
class Readable(RuleKind):
    """An order can be read: its member, dates, quantities and units make sense."""

    fact = IntakeFact
    can_override = False

    def judge(self, fact, params):
        return Broken(fact.given, None, fact.problem, {'field': fact.field, 'given': fact.given})
