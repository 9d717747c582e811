"""What went wrong, whether trying again helps, and when.

Three questions for every failure: is it worth another try; may the other side have acted all the same; does it concern
this message or everything that is said to it.
"""
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

# key: (worth another try, the other side may have acted, concerns everything said to it)
FAILURES = {
    'unreachable': (True, False, True),
    'timeout': (True, True, True),
    'too_slow': (True, True, True),
    'cut': (True, True, True),
    'server_error': (True, True, True),
    'busy': (True, False, True),
    'unauthorised': (True, False, True),
    'certificate': (True, False, True),
    'redirect': (True, False, True),
    'forbidden_address': (True, False, True),
    'not_understood': (True, True, False),  # neither JSON nor XML
    'contradicts': (True, True, False),  # the right status, but no answer to what was said
    'too_large': (True, True, False),
    'rejected': (False, False, False),  # it says why
    'refused': (False, False, False),  # it does not
    'invalid': (False, False, False),  # we cannot even say it
    'not_yet': (True, False, False),  # what it is about is not known here yet
    'cannot': (False, False, False),  # it contradicts what is known here
    'unreadable': (False, False, False),  # field by field
    'conflict': (False, False, False),  # its key has said something else before
    'error': (True, True, False),  # a fault of ours
}
BUSY = (429, 503)
MAX_RETRY_AFTER = timedelta(hours=6)


class Failure(Exception):
    """That something was not done. `key` as in `FAILURES`; `detail` what there is to tell."""

    def __init__(self, key: str, detail: str = '', retry_after: timedelta | None = None):
        super().__init__(key, detail)
        self.key, self.detail, self.retry_after = key, detail[:500], retry_after

    @property
    def is_worth_a_try(self) -> bool:
        return FAILURES[self.key][0]

    @property
    def may_have_acted(self) -> bool:
        return FAILURES[self.key][1]

    @property
    def concerns_all(self) -> bool:
        return FAILURES[self.key][2]

    @property
    def counts(self) -> bool:
        """Whether it counts as a try of this message. Nobody was there: no message gets worse of it, however long."""
        return self.may_have_acted or not self.concerns_all


@dataclass(frozen=True, slots=True)
class Policy:
    """`first` pause, doubled (`factor`) each time up to `longest`; after `attempts` tries a person looks at it."""

    first: timedelta = timedelta(seconds=30)
    factor: int = 2
    longest: timedelta = timedelta(hours=1)
    attempts: int = 8
    spread: float = 0.3


def pause(policy: Policy, attempts: int, jitter: float, retry_after: timedelta | None = None) -> timedelta:
    """How long to wait after so many tries.

    :param jitter: between 0 and 1: many that failed together do not come back together
    :param retry_after: what the other side asks for; never come earlier than that, nor let it ask for days
    """
    doublings = min(max(attempts - 1, 0), 40)
    wait = min(policy.first * policy.factor ** doublings, policy.longest) * (1 + policy.spread * (2 * jitter - 1))
    if retry_after is not None:
        wait = max(wait, min(retry_after, MAX_RETRY_AFTER))
    return wait


def next_try(policy: Policy, failure: Failure, attempts: int, now: datetime, jitter: float) -> datetime | None:
    """When to try again; None when it is for a person to look at."""
    if not failure.is_worth_a_try or failure.counts and attempts >= policy.attempts:
        return None
    return now + pause(policy, attempts, jitter, failure.retry_after)


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """The header of that name: seconds, or a date. :param now: UTC, without saying so"""
    text = (text or '').strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if at.tzinfo is None:
        return None
    return max(at.replace(tzinfo=None) - at.utcoffset() - now, timedelta(0))


def judge_status(status: int, now: datetime, retry_after: str | None = None) -> Failure | None:
    """What an HTTP status says; None when it is fine, or 400, 404, 409, 422 with an answer that says more."""
    if 200 <= status < 300:
        return None
    if status in BUSY:
        return Failure('busy', str(status), read_retry_after(retry_after, now))
    if status in (401, 407):
        return Failure('unauthorised', str(status))
    if 300 <= status < 400:
        return Failure('redirect', str(status))
    if status in (408, 425) or status >= 500:
        return Failure('server_error', str(status))
    return Failure('refused', str(status))
