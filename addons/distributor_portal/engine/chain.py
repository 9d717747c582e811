"""Facts in a chain: each link holds the SHA-256 of its fact and of the link before, so that no change goes unseen."""
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

START = '0' * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One fact sealed. `fact` is the caller's key of it."""

    number: int
    fact: int
    digest: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold, and how: changed, deleted, forged, reordered or truncated."""

    problem: str
    number: int
    fact: int | None


def digest(values: Mapping[str, Any]) -> str:
    """SHA-256 of `values` in canonical JSON: the same values give the same digest on any machine."""
    text = json.dumps(values, sort_keys=True, separators=(',', ':'), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def link(number: int, fact: int, digest_: str, previous: str) -> Link:
    """The next link of the chain."""
    hash_ = hashlib.sha256(f'{number}\n{fact}\n{digest_}\n{previous}'.encode()).hexdigest()
    return Link(number, fact, digest_, previous, hash_)


def find_break(
    pairs: Iterable[tuple[Link, str | None]], number: int = 0, previous: str = START,
) -> Break | tuple[int, str]:
    """The first break in `pairs` of (link, digest of the fact as it is now, None where it is gone).

    :param number, previous: number and hash of the link before the first of `pairs`
    :return: the break, or number and hash of the last link that holds
    """
    for seal, now in pairs:
        if seal.number != number + 1:
            return Break('reordered' if seal.number <= number else 'missing', number + 1, seal.fact)
        if seal.previous != previous or link(seal.number, seal.fact, seal.digest, previous) != seal:
            return Break('forged', seal.number, seal.fact)
        if now is None:
            return Break('deleted', seal.number, seal.fact)
        if now != seal.digest:
            return Break('changed', seal.number, seal.fact)
        number, previous = seal.number, seal.hash
    return number, previous
