"""What a check answers, and how many answers become one decision."""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# From the mildest to the hardest. `pass` is no finding at all.
DECISIONS = ('pass', 'signal', 'warn', 'approve', 'block')
NOT_EVALUATED = 'not_evaluated'


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule record in force: which kind, with which parameters, and what follows when it is broken."""

    key: int  # the caller's own: here, the id of the rule's version
    code: str
    kind: str
    version: int
    lane: str  # one of DECISIONS but 'pass'
    params: Mapping[str, Any]
    fails_open: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule on one order, or on one of its lines.

    :param decision: what follows; :param ruled: what the rule asked for, milder only where somebody has overridden it
    :param measured, limit: what was found and what is allowed, as plain values
    :param text: key of the sentence; `args` fills its blanks, `details` those of the sentence for headquarters
    :param inputs: the facts judged, so that the judgement can be repeated
    :param override: the caller's key of the override that lets it pass
    """

    rule: Rule
    order: int
    line: int | None
    decision: str
    measured: Any
    limit: Any
    text: str
    args: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    ruled: str = ''
    override: int | None = None


def worst(decisions: Iterable[str]) -> str:
    """The hardest of `decisions`; 'pass' when there is none."""
    return max(decisions, key=DECISIONS.index, default='pass')


def judge_all(
    rules: Iterable[Rule], facts_by_rule: Mapping[int, Iterable[Any]], kinds: Mapping[str, Any],
) -> list[Finding]:
    """Judge every fact by its rule. A rule that breaks down is a finding of its own, never an exception.

    :param facts_by_rule: `Rule.key` → facts of the rule's kind; each has `order`, `line` and `as_inputs()`
    """
    findings = []
    for rule in rules:
        for fact in facts_by_rule.get(rule.key, ()):
            finding = judge_one(rule, fact, kinds[rule.kind])
            if finding:
                findings.append(finding)
    return findings


def judge_one(rule: Rule, fact: Any, kind: Any) -> Finding | None:
    """What `rule` finds wrong with one fact."""
    try:
        broken = kind.judge(fact, rule.params)
    except Exception as error:  # one faulty rule must not stop every order
        return not_evaluated(rule, fact.order, fact.line, error, fact.as_inputs())
    if not broken:
        return None
    return Finding(
        rule, fact.order, fact.line, rule.lane, broken.measured, broken.limit, broken.text, broken.args,
        fact.as_inputs(), broken.details, rule.lane)


def not_evaluated(
    rule: Rule, order: int, line: int | None, error: Exception, inputs: Mapping[str, Any] | None = None,
) -> Finding:
    """That `rule` broke down: it fails open, with a note, or closed, and headquarters decides."""
    decision = 'signal' if rule.fails_open else 'approve'
    return Finding(
        rule, order, line, decision, None, None, NOT_EVALUATED, {}, inputs or {},
        {'rule': rule.code, 'error': type(error).__name__, 'problem': str(error)[:200]}, decision)
