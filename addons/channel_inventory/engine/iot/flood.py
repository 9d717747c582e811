"""How many messages a device may send: a bucket each, in the memory of one process."""
from collections import OrderedDict

RESTS = 4  # looks in a row that find nothing: what had been kept has come
LONGEST = 3600  # seconds after which no network that never rests goes on without buckets


class Buckets:
    """Each empties `pace` messages a second and holds `most`. Those that were seen longest ago are forgotten.

    What was kept for us while we were away comes all at once, and was not sent so: until it has come, all is taken.
    """

    def __init__(self, most: float, pace: float, known: int = 50_000):
        self.most, self.pace, self.known = most, pace, known
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._open_until, self._rests = float('-inf'), 0

    def catch_up(self, now: float) -> None:
        """We were away: what comes now may have been kept."""
        self._open_until, self._rests = now + LONGEST, 0

    def rest(self) -> None:
        """Nothing waits at this moment."""
        self._rests += 1
        if self._rests >= RESTS:
            self._open_until = float('-inf')

    def take(self, key: str, now: float) -> bool:
        """Whether one more is taken. :param now: seconds of a clock that never goes back"""
        self._rests = 0
        if now < self._open_until:
            return True
        level, before = self._levels.pop(key, (0.0, now))
        level = max(level - (now - before) * self.pace, 0.0)
        fits = level + 1 <= self.most
        self._levels[key] = (level + 1 if fits else level, now)
        if len(self._levels) > self.known:
            self._levels.popitem(last=False)
        return fits
