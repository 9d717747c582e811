"""How many messages a device may send: a bucket each, in the memory of one process."""
from collections import OrderedDict


class Buckets:
    """Each empties `pace` messages a second and holds `most`. Those that were seen longest ago are forgotten."""

    def __init__(self, most: float, pace: float, known: int = 50_000):
        self.most, self.pace, self.known = most, pace, known
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> bool:
        """Whether one more is taken. :param now: seconds of a clock that never goes back"""
        level, before = self._levels.pop(key, (0.0, now))
        level = max(level - (now - before) * self.pace, 0.0)
        fits = level + 1 <= self.most
        self._levels[key] = (level + 1 if fits else level, now)
        if len(self._levels) > self.known:
            self._levels.popitem(last=False)
        return fits
