"""What a check finds."""
from dataclasses import dataclass
from pathlib import Path

from ..base import ADDONS, ROOT, addons


@dataclass(frozen=True)
class Finding:
    path: Path
    line: int
    sentence: str

    def __str__(self):
        path = self.path.relative_to(ROOT) if self.path.is_relative_to(ROOT) else self.path
        return f"{path}:{self.line}: {self.sentence}"


def python_files(*folders):
    """Our addons' Python files, only those in these folders of theirs if any are named."""
    for addon in addons():
        for path in sorted((ADDONS / addon).rglob('*.py')):
            if not folders or path.relative_to(ADDONS / addon).parts[0] in folders:
                yield path
