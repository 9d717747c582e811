"""Rows by the hundred thousand: COPY, patterned on a row that the ORM has made.

A bulk-loaded row is a copy of a pattern row in all columns but those named, so that what other addons add to a table,
defaults and stored computes, is there too. Foreign keys and plain indexes are taken off while a table is filled and put
back at its end, which checks every row at once instead of one by one.
"""
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from psycopg2 import sql


class Rows:
    """The file that COPY reads: lines from an iterator, as many as asked for."""

    def __init__(self, rows: Iterable[Sequence]):
        self.lines = (as_line(row) for row in rows)
        self.rest = ''
        self.count = 0

    def read(self, size: int = 8192) -> str:
        parts, length = [self.rest], len(self.rest)
        while length < size:
            line = next(self.lines, None)
            if line is None:
                break
            self.count += 1
            parts.append(line)
            length += len(line)
        text = ''.join(parts)
        self.rest = text[size:]
        return text[:size]


def as_line(row: Sequence) -> str:
    return '\t'.join([as_field(value) for value in row]) + '\n'


def as_field(value) -> str:
    """As COPY reads it in its text format."""
    if value is None:
        return r'\N'
    if isinstance(value, bool):
        return 't' if value else 'f'
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value.replace('\\', r'\\').replace('\t', r'\t').replace('\n', r'\n').replace('\r', r'\r')
    return str(value)


class Bulk:

    def __init__(self, cr):
        self.cr = cr
        self.tables = set()

    def reserve(self, table: str, count: int) -> int:
        """The first of `count` ids that nobody else will get."""
        self.cr.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
        sequence = self.cr.fetchone()[0]
        self.cr.execute("SELECT nextval(%s)", [sequence])
        first = self.cr.fetchone()[0]
        if count:
            self.cr.execute("SELECT setval(%s, %s)", [sequence, first + count - 1])
        return first

    def number(self, sequence, count: int) -> list[str]:
        """The next `count` names of an ir.sequence, which goes on behind them."""
        name = f'ir_sequence_{sequence.id:03}'
        self.cr.execute("SELECT nextval(%s)", [name])
        first = self.cr.fetchone()[0]
        if count:
            self.cr.execute("SELECT setval(%s, %s)", [name, first + count - 1])
        return [sequence.get_next_char(first + i) for i in range(count)]

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> int:
        """Rows into a table that needs no pattern: all its columns are given."""
        self.tables.add(table)
        source = Rows(rows)
        self.cr.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(', ').join(map(sql.Identifier, columns))), source)
        return source.count

    def clone(self, table: str, pattern: int, columns: Sequence[str], rows: Iterable[Sequence]) -> int:
        """Rows like the one whose id is `pattern`, but for `columns`; the id is one of them."""
        self.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s "
            "AND is_generated = 'NEVER'", [table])
        copied = [name for name, in self.cr.fetchall() if name not in columns]
        names = {
            'table': sql.Identifier(table), 'pattern': sql.Literal(pattern), 'stage': sql.Identifier(f'stage_{table}'),
            'given': sql.SQL(', ').join(map(sql.Identifier, columns)),
            'copied': sql.SQL(', ').join(map(sql.Identifier, copied)),
            'given_values': sql.SQL(', ').join(sql.Identifier('stage', name) for name in columns),
            'copied_values': sql.SQL(', ').join(sql.Identifier('pattern', name) for name in copied),
        }
        self._run("CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS SELECT {given} FROM {table} WITH NO DATA", names)
        count = self.copy(f'stage_{table}', columns, rows)
        self.tables.discard(f'stage_{table}')
        self._run(
            "INSERT INTO {table} ({given}, {copied}) SELECT {given_values}, {copied_values} "
            "FROM {stage} stage, {table} pattern WHERE pattern.id = {pattern}", names)
        self._run("DROP TABLE {stage}", names)
        self.tables.add(table)
        return count

    def _run(self, text, names):
        self.cr.execute(sql.SQL(text).format(**names))

    @contextmanager
    def unguarded(self, *tables: str) -> Iterator[None]:
        """Without foreign keys and plain indexes; both are put back, and by that checked, at the end."""
        self.cr.execute("""
            SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
                   format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s',
                          conrelid::regclass, conname, pg_get_constraintdef(oid))
              FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%(tables)s)
             UNION ALL
            SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
              FROM pg_index
             WHERE indrelid::regclass::text = ANY(%(tables)s) AND NOT indisunique AND NOT indisprimary
        """, {'tables': list(tables)})
        steps = self.cr.fetchall()
        for drop, _restore in steps:
            self.cr.execute(drop)
        yield
        for _drop, restore in steps:
            self.cr.execute(restore)

    def analyze(self):
        for table in sorted(self.tables):
            self.cr.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
