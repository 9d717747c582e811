"""What a code that nobody knows probably means: the nearest of those that are known."""
from collections.abc import Iterable, Mapping

LEAST = 62  # of 100: below, a guess misleads more than it helps


def _likeness(wanted: str, text: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415  only the mending queue needs it
    return max(fuzz.ratio(wanted, text), .95 * fuzz.token_set_ratio(wanted, text))


def nearest(wanted: Iterable[str], known: Mapping[int, Iterable[str]]) -> tuple[int | None, int]:
    """(the id whose texts are most alike, how much of 100).

    :param wanted: what is said of the thing: its code, its name
    :param known: {id: its codes and names}
    """
    best, most = None, 0.0
    words = [plain(word) for word in wanted if plain(word)]
    for id_, texts in known.items():
        for text in map(plain, texts):
            score = max((100 if _is_same_code(word, text) else _likeness(word, text) for word in words), default=0)
            if score > most:
                best, most = id_, score
    return (best, round(most)) if most >= LEAST else (None, 0)


def plain(text: str) -> str:
    return ' '.join(str(text or '').casefold().split())


def _is_same_code(one: str, other: str) -> bool:
    """A code with zeros or signs too many: 0069-0000 is 690000."""
    stripped = [''.join(filter(str.isalnum, text)).lstrip('0') for text in (one, other)]
    return len(stripped[0]) >= 3 and stripped[0] == stripped[1]
