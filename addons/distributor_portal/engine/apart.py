"""Reads a table in a process of its own, which has little memory and little time.

Whatever a file does to its reader, whoever asked goes on: the parser of a workbook is the one place where the bytes of
a stranger decide how much work there is.
"""
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from .tables import MAX_BYTES, MAX_ROWS, TableError, iter_table

SECONDS = 5
PATIENCE = 4  # times as long by the clock: a busy machine gives the child a part of its time only
MEMORY = 256 * 2**20
MAX_TEXT = 32 * 2**20  # a long text that stands in a million cells is stored once, and read a million times
# The package of the engine, without all that its own __init__ would load.
_CHILD = """
import sys, types
room, paths, rows, seconds, memory = sys.argv[1:]
sys.path += [path for path in paths.split({sep!r}) if path not in sys.path]
sys.modules['channel_apart'] = package = types.ModuleType('channel_apart')
package.__path__ = [room]
from channel_apart.apart import serve
serve(int(rows), int(seconds), int(memory))
"""


def read_table_apart(
    content: bytes, max_rows: int = MAX_ROWS, seconds: int = SECONDS, memory: int = MEMORY,
) -> list[tuple[int, list[str]]]:
    """`tables.read_table`, in a child process.

    :param seconds: of processor time; by the clock it may take `PATIENCE` times as long
    :raise TableError: as there; 'too_heavy' where the file asks for more time or memory than it gets
    """
    if not content:
        raise TableError('file_empty')
    if len(content) > MAX_BYTES:
        raise TableError('file_too_large', f"{len(content) // 2**20} MiB")
    arguments = [str(Path(__file__).parent), os.pathsep.join(filter(None, sys.path)), max_rows, seconds, memory]
    try:
        done = subprocess.run(  # noqa: S603  this very program, and numbers of ours
            [sys.executable, '-I', '-c', _CHILD.format(sep=os.pathsep), *map(str, arguments)],
            input=content, capture_output=True, timeout=PATIENCE * seconds, check=False,
            env={'OPENPYXL_LXML': 'False', 'LANG': 'C.UTF-8', 'PATH': os.defpath})
    except subprocess.TimeoutExpired as error:
        raise TableError('too_heavy') from error
    *rows, end = [json.loads(line) for line in done.stdout.splitlines()] if not done.returncode else ['']
    if done.returncode:
        raise TableError('too_heavy')
    if end:
        raise TableError(*end)
    return [(number, cells) for number, cells in rows]


def serve(max_rows: int, seconds: int, memory: int) -> None:
    """What the child does: one line of JSON per row, and a last one that says what was wrong, or nothing."""
    for name, limit in (
            (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(name, (limit, limit))
    for heavy in ('numpy', 'pandas', 'PIL', 'lxml'):
        sys.modules[heavy] = None  # openpyxl uses them where they are, and needs none of them
    end, written = [], 0
    try:
        for row in iter_table(sys.stdin.buffer.read(MAX_BYTES + 1), max_rows):
            line = json.dumps(row) + '\n'
            written += len(line)
            if written > MAX_TEXT:
                raise TableError('file_too_large', "text")
            sys.stdout.write(line)
    except TableError as error:
        end = [error.key, str(error)]
    except (MemoryError, RecursionError):
        end = ['too_heavy', '']
    sys.stdout.write(json.dumps(end) + '\n')
