import io
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import md5

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ...engine import sell_through, written

CHUNK = 20_000
NOTHING_ABSURD = Decimal(10**9)
COUNTS = ('accepted', 'duplicate', 'corrected', 'outdated')
STAGE = """
    CREATE TEMP TABLE IF NOT EXISTS channel_sell_stage (
        row_no int4, source_id int4, key uuid, external_key text, member_id int4, product_id int4, lot_id int4,
        qty numeric, day date, price numeric, sold_to text, version bigint
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS channel_sell_fact (
        source_id int4, external_key text, member_id int4, product_id int4, lot_id int4, qty numeric, day date,
        price numeric, sold_to text, revision int4
    ) ON COMMIT DELETE ROWS;
    TRUNCATE channel_sell_stage, channel_sell_fact;
"""
# What is new, what says something else now, and what that makes of sales: a correction takes back and says anew. A key
# that another transaction has taken since ours began cannot be seen: ON CONFLICT then fails, and all is tried again.
TAKE = """
    WITH told AS (
        SELECT s.*, k.key IS NOT NULL AS is_known, k.member_id AS old_member_id, k.product_id AS old_product_id,
               k.lot_id AS old_lot_id, k.qty AS old_qty, k.day AS old_day, k.price AS old_price,
               k.sold_to AS old_sold_to, k.revision,
               (k.member_id, k.product_id, k.lot_id, k.qty, k.day, k.price, k.sold_to) IS NOT DISTINCT FROM
               (s.member_id, s.product_id, s.lot_id, s.qty, s.day, s.price, s.sold_to) AS is_same,
               CASE WHEN k.member_id != s.member_id
                    THEN (SELECT m.company_id != %(company)s FROM channel_member m WHERE m.id = k.member_id)
                    ELSE FALSE END AS is_foreign,
               COALESCE(s.version < k.version, FALSE) AS is_outdated,
               COALESCE(k.qty != 0 AND k.day < %(oldest)s, FALSE) AS is_closed
          FROM channel_sell_stage s LEFT JOIN channel_sell_key k ON k.source_id = s.source_id AND k.key = s.key
    ),
    judged AS (
        SELECT *, CASE WHEN NOT is_known THEN 'accepted' WHEN is_same THEN 'duplicate' WHEN is_foreign THEN 'foreign'
                       WHEN is_outdated THEN 'outdated' WHEN is_closed THEN 'held' ELSE 'corrected' END AS verdict
          FROM told
    ),
    learned AS (
        INSERT INTO channel_sell_key (source_id, key, member_id, product_id, lot_id, qty, day, price, sold_to, version,
                                      revision)
        SELECT source_id, key, member_id, product_id, lot_id, qty, day, price, sold_to, version, 0
          FROM judged WHERE verdict = 'accepted'
            ON CONFLICT (source_id, key) DO NOTHING
    ),
    changed AS (
        UPDATE channel_sell_key k
           SET member_id = j.member_id, product_id = j.product_id, lot_id = j.lot_id, qty = j.qty, day = j.day,
               price = j.price, sold_to = j.sold_to, version = GREATEST(j.version, k.version),
               revision = k.revision + CASE WHEN j.verdict = 'corrected' THEN 1 ELSE 0 END
          FROM judged j
         WHERE k.source_id = j.source_id AND k.key = j.key
           AND (j.verdict = 'corrected' OR (j.verdict = 'duplicate' AND j.version > COALESCE(k.version, -1)))
    ),
    facts AS (
        SELECT source_id, external_key, member_id, product_id, lot_id, qty, day, price, sold_to,
               COALESCE(revision + 1, 0) AS revision
          FROM judged WHERE verdict IN ('accepted', 'corrected') AND qty != 0
     UNION ALL
        SELECT source_id, external_key, old_member_id, old_product_id, old_lot_id, -old_qty, old_day, old_price,
               old_sold_to, revision + 1
          FROM judged WHERE verdict = 'corrected' AND old_qty != 0
    ),
    sold AS (
        INSERT INTO channel_sell_through (member_id, product_id, lot_id, qty, day, price, sold_to, source_id,
                                          external_key, revision, feed_id)
        SELECT member_id, product_id, lot_id, qty, day, price, sold_to, source_id, external_key, revision, %(feed)s
          FROM facts
    ),
    kept AS (
        INSERT INTO channel_sell_fact SELECT * FROM facts
    )
    SELECT COUNT(*) FILTER (WHERE verdict = 'accepted'), COUNT(*) FILTER (WHERE verdict = 'duplicate'),
           COUNT(*) FILTER (WHERE verdict = 'corrected'), COUNT(*) FILTER (WHERE verdict = 'outdated'),
           array_agg(row_no) FILTER (WHERE verdict = 'held'), array_agg(row_no) FILTER (WHERE verdict = 'foreign')
      FROM judged
"""
# What comes back of a recalled lot is frozen, as what arrives of it.
MOVES = """
    SELECT f.member_id, f.product_id, f.lot_id, NULL::int4 AS owner_id,
           CASE WHEN SUM(f.qty) > 0 THEN 'sale' ELSE 'sale_return' END AS kind,
           CASE WHEN SUM(f.qty) > 0 THEN 'available' END AS from_state,
           CASE WHEN SUM(f.qty) < 0 THEN CASE
                WHEN (SELECT l.channel_is_frozen FROM stock_lot l WHERE l.id = f.lot_id) THEN 'frozen' ELSE 'available'
           END END AS to_state,
           ABS(SUM(f.qty)) AS qty, f.day + interval '12 hours' AS occurred_at, 'sell_through' AS source,
           NULL::varchar AS external_key, 'channel.feed' AS ref_model, %s::int4 AS ref_id, NULL::varchar AS note
      FROM channel_sell_fact f JOIN channel_member m ON m.id = f.member_id AND m.tracks_stock
  GROUP BY f.member_id, f.product_id, f.lot_id, f.day HAVING SUM(f.qty) != 0
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the rows of one sender are read. :param members: ids of the only members that it may report for; None: all"""

    source: str = 'api'
    style: written.Style = written.PLAIN
    members: frozenset[int] | None = None
    accepts_absurd: bool = False


@dataclass(slots=True)
class Batch:
    """Rows that are read and understood, and wait to be taken."""

    raws: dict
    facts: list = field(default_factory=list)
    held: list = field(default_factory=list)
    twice: int = 0


class ChannelSellThrough(models.Model):
    """Rows into sales, keys, ledger and balances: all of a batch, or nothing of it."""

    _inherit = 'channel.sell.through'

    # === TAKING IN === #

    @api.model
    def _ingest_call(self, rows, values, terms=Terms()):  # noqa: B008  it never changes
        """Take in the rows of one call, all of them or none, and answer as `channel_ingest`.

        :param values: of the feed that stands for the call
        """
        company = self.env['res.company'].browse(values.get('company_id')) or self.env.company
        batches = [
            self._prepare_batch(chunk, company, terms) for chunk in split_every(CHUNK, enumerate(rows, 1), list)]

        def take(sales):
            feed = sales.env['channel.feed'].create({
                **values, 'company_id': company.id, 'state': 'running', 'user_id': self.env.uid,
                'started_at': fields.Datetime.now()})
            answer = {**dict.fromkeys(COUNTS, 0), 'held': []}
            for batch in batches:
                counts, held = sales._take_batch(batch, feed)
                for name in COUNTS:
                    answer[name] += counts[name]
                answer['held'] += [{'external_key': _get_key(row), 'reason': row.reason} for row in held]
            feed._finish(answer)
            return answer
        return self._in_turn(take)

    @api.model
    def _ingest(self, raws, feed, *, accepts_absurd=False, keeps_held=True, terms=None):
        """Take rows in, in this transaction.

        :param raws: as for `channel_ingest`, any number, read once
        :param accepts_absurd: a person has looked at them
        :param keeps_held: write down what is held for a person to mend
        :return: ({'read', 'accepted', 'duplicate', 'corrected', 'outdated', 'held'}, [(key, reason)] of what is held)
        """
        terms = terms or Terms(accepts_absurd=accepts_absurd)
        totals, all_held = Counter(dict.fromkeys(('read', *COUNTS, 'held'), 0)), []
        for chunk in split_every(CHUNK, enumerate(raws, 1), list):
            counts, held = self._take_batch(self._prepare_batch(chunk, feed.company_id, terms), feed, keeps_held)
            totals.update(counts)
            all_held += [(_get_key(row), row.reason) for row in held]
        return dict(totals), all_held

    @api.model
    def _prepare_batch(self, rows, company, terms, chosen=None):
        """Read and understand rows; nothing is written.

        :param rows: [(row number, row)]
        :param chosen: {row number: product} where a person has said what it is
        """
        batch, sales = Batch(dict(rows)), []
        for number, raw in rows:
            row = sell_through.read(raw, number, terms.source, terms.style)
            (sales if row.__class__ is sell_through.Sale else batch.held).append(row)
        self.env.flush_all()  # what follows asks the database itself
        codes, limits = self._look_up_codes(sales, company, chosen), self._get_limits(company, terms)
        facts = {}
        for sale in sales:
            fact = sell_through.understand(sale, codes, limits, batch.raws[sale.row])
            if fact.__class__ is sell_through.Held:
                batch.held.append(fact)
                continue
            key = fact.source, fact.key
            known = facts.get(key)
            batch.twice += known is not None
            # Of a key that comes twice the newer says how it was; of two that do not tell, the later.
            if known is None or known.version is None or fact.version is None or fact.version >= known.version:
                facts[key] = fact
        batch.facts = list(facts.values())
        return batch

    @api.model
    def _get_limits(self, company, terms):
        today = company._channel_get_today()
        return sell_through.Limits(
            today, today.replace(day=1) - relativedelta(months=company.channel_sales_months),
            NOTHING_ABSURD if terms.accepts_absurd else Decimal(str(company.channel_absurd_qty)),
            self.env['decimal.precision'].precision_get('Product Unit'), terms.members)

    @api.model
    def _take_batch(self, batch, feed, keeps_held=True):
        """:return: (counts of what the rows came to, [what is held])"""
        counts, closed, foreign = self._take(batch.facts, feed)
        by_row = {fact.row: fact for fact in batch.facts} if closed else {}
        held = batch.held + [
            sell_through.Held(row, 'too_old', by_row[row].day.isoformat(), batch.raws[row]) for row in closed]
        held += [sell_through.Held(row, 'other_company', '', batch.raws[row]) for row in foreign]
        if keeps_held and held:
            self.env['channel.feed.row']._keep(held, feed)
        counts = {
            **counts, 'duplicate': counts['duplicate'] + batch.twice, 'read': len(batch.raws), 'held': len(held)}
        feed._count(counts if keeps_held else {**counts, 'held': 0, 'read': 0})
        return counts, held

    @api.model
    def _take(self, facts, feed):
        """Facts of different keys into sales, keys, ledger and balances.

        :return: (counts of what they were, [numbers of rows that would change what is closed],
            [of those that would change what another company has said by this key])
        """
        if not facts:
            return dict.fromkeys(COUNTS, 0), [], []
        cr = self.env.cr
        self._create_partitions({fact.day for fact in facts})
        cr.execute(STAGE)
        cr.copy_expert("COPY channel_sell_stage FROM STDIN", io.StringIO(''.join(map(_as_line, facts))))
        cr.execute("ANALYZE channel_sell_stage")
        limits = self._get_limits(feed.company_id, Terms())
        cr.execute(SQL(TAKE, feed=feed.id, oldest=limits.oldest, company=feed.company_id.id))
        accepted, duplicate, corrected, outdated, closed, foreign = cr.fetchone()
        if accepted or corrected:
            self._post_facts(feed)
        if closed or foreign:
            cr.execute("DELETE FROM channel_sell_stage WHERE row_no = ANY(%s)", [[*(closed or ()), *(foreign or ())]])
        self.env['channel.feed.row']._settle_staged(feed)
        return {'accepted': accepted, 'duplicate': duplicate, 'corrected': corrected, 'outdated': outdated}, (
            closed or []), foreign or []

    @api.model
    def _post_facts(self, feed):
        """What is staged in `channel_sell_fact` into ledger and balances."""
        cr = self.env.cr
        cr.execute("ANALYZE channel_sell_fact")
        cr.execute("SELECT DISTINCT date_trunc('month', day) FROM channel_sell_fact")
        months = {datetime(month.year, month.month, 1) for month, in cr.fetchall()}
        self._create_partitions(months)
        Entry = self.env['channel.stock.entry']
        Entry._create_partitions(months)
        self.env['stock.lot'].flush_model(['channel_is_frozen'])
        Entry._post_from(Entry._allot(SQL(MOVES, feed.id)))


def _get_key(held):
    return sell_through.clean(held.raw.get('external_key') or '')


def _as_line(fact):
    """As COPY reads it. The key is hashed: sixteen bytes, whatever a system calls its rows."""
    key = uuid.UUID(bytes=md5(fact.key.encode(), usedforsecurity=False).digest())
    return '\t'.join((
        str(fact.row), str(fact.source), str(key), _escape(fact.key), str(fact.member), str(fact.product),
        str(fact.lot or r'\N'), f'{fact.qty:f}', fact.day.isoformat(),
        r'\N' if fact.price is None else f'{fact.price:f}', _escape(fact.sold_to) or r'\N',
        r'\N' if fact.version is None else str(fact.version))) + '\n'


def _escape(text):
    return text.replace('\\', r'\\').replace('\t', r'\t').replace('\n', r'\n').replace('\r', r'\r')
