import io
import secrets

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.distributor_portal.engine import gtin

from ...engine import codes

MAX_MADE = 500_000
MAX_LOADED = 1_000_000
MAX_PER = 10_000


class ChannelCode(models.Model):
    """Many codes at once: made here, or told by another system with what lies in what. `COPY`, then a few queries."""

    _inherit = 'channel.code'

    # === BUSINESS METHODS === #

    @api.model
    def _make(self, product, count, kind='own', lot=None, per_case=0, cases_per_pallet=0):
        """Codes that nobody can guess, for things to be labelled; cases and pallets to hold them where wanted.

        :param kind: 'own' or 'sgtin', which needs a GTIN of the product
        :return: all of them, the outermost first
        """
        company = self.env.company
        if not 0 < count <= MAX_MADE or not all(0 <= one <= MAX_PER for one in (per_case, cases_per_pallet)):
            raise UserError(self.env._("Between 1 and %s codes at once.", MAX_MADE))
        if kind == 'sgtin' and gtin.get_gtin_state(product.barcode) != 'good':
            raise UserError(self.env._("%s has no GTIN: give it one, or make codes of your own.", product.display_name))
        company._check_channel_code_prefix()  # with any other no scanner could read them
        rows = self._prepare_codes(product, count, kind, lot, per_case, cases_per_pallet, _Draw())
        self._load_codes(rows, company)
        keys = [row[0] for row in rows]
        ids = self._find(keys, company)
        return self.browse(ids[key] for key in reversed(keys))

    @api.model
    def _prepare_codes(self, product, count, kind, lot, per_case, cases_per_pallet, draw):
        """Rows for `_load_codes`: items, their cases, their pallets. :param draw: as for `codes.make_own`"""
        prefix = self.env.company.channel_code_prefix or 'HQ'

        def make(letter):
            if kind == 'sgtin' and not letter:
                return codes.make_sgtin(product.barcode, prefix, draw)
            return codes.make_own(f'{letter}{prefix}'[:8], draw)

        rows = [(make(''), kind, '', product.id, lot.id if lot else None, 1.0) for _i in range(count)]
        rows, boxes = self._put_in(rows, per_case, lambda: make('C'), product, lot)
        boxes, pallets = self._put_in(boxes, cases_per_pallet, lambda: make('P'), product, lot)
        return [*rows, *boxes, *pallets]

    @api.model
    def _put_in(self, rows, per, make, product, lot):
        """(the rows with what they lie in, rows of the containers)"""
        if not per or not rows:
            return rows, []
        placed, boxes = [], []
        for number, row in enumerate(rows):
            if number % per == 0:
                boxes.append((make(), 'own', '', product.id, lot.id if lot else None, 0.0))
            placed.append((*row[:2], boxes[-1][0], *row[3:]))
        return placed, boxes

    @api.model
    def _load_codes(self, rows, company):
        """Write codes that are new, with what lies in what. What holds codes counts what they count.

        :param rows: (code, kind, code of what it lies in or '', product id, lot id, product units)
        :raise UserError: one is there already, or lies in what is not there, or in itself by way of others
        :return: how many
        """
        parents = {row[0]: row[2] for row in rows if row[2]}
        rings = codes.find_rings(parents)
        if rings:
            raise UserError(self.env._("%s lies in itself, by way of others.", min(rings)))
        levels = codes.levels(parents, [row[0] for row in rows])
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("""
            CREATE TEMPORARY TABLE channel_code_stage (
                code varchar COLLATE "C", kind varchar, level int, parent varchar COLLATE "C", product_id int,
                lot_id int, qty numeric, id int, parent_id int, top_id int, n_leaf int DEFAULT 0
            ) ON COMMIT DROP
        """)
        cr.copy_from(
            io.StringIO("".join(
                "\t".join(_escape(value) for value in (row[0], row[1], levels[row[0]], *row[2:])) + "\n"
                for row in rows)),
            'channel_code_stage', null='\\N',
            columns=('code', 'kind', 'level', 'parent', 'product_id', 'lot_id', 'qty'))
        self._check_staged(company)
        self._place_staged(company, max(levels.values(), default=1))
        self._write_staged(company)
        cr.execute("DROP TABLE channel_code_stage")
        self.invalidate_model()
        return len(rows)

    @api.model
    def _check_staged(self, company):
        cr = self.env.cr
        cr.execute("CREATE INDEX ON channel_code_stage (code)")
        cr.execute("ANALYZE channel_code_stage")
        cr.execute("""
            SELECT code, 'twice' FROM channel_code_stage GROUP BY code HAVING count(*) > 1
             UNION ALL
            SELECT s.code, 'known' FROM channel_code_stage s
              JOIN channel_code c ON c.code = s.code AND c.company_id = %(company)s
             LIMIT 5
        """, {'company': company.id})
        known = cr.fetchall()
        if known:
            raise UserError(self.env._("These codes are there already: %s.", ", ".join(code for code, _why in known)))

    @api.model
    def _place_staged(self, company, depth):
        """Ids, what each lies in, the outermost of each; sums from the bottom up."""
        cr = self.env.cr
        cr.execute("""
            UPDATE channel_code_stage SET id = nextval('channel_code_id_seq');
            UPDATE channel_code_stage s SET parent_id = p.id FROM channel_code_stage p WHERE p.code = s.parent;
            UPDATE channel_code_stage s SET parent_id = p.id
              FROM channel_code p JOIN channel_code top ON top.id = p.top_id
             WHERE s.parent IS NOT NULL AND s.parent_id IS NULL AND p.code = s.parent AND p.company_id = %(company)s
               AND p.state = 'new' AND top.state = 'new';
        """, {'company': company.id})
        cr.execute("SELECT parent FROM channel_code_stage WHERE parent IS NOT NULL AND parent_id IS NULL LIMIT 5")
        missing = cr.fetchall()
        if missing:
            raise UserError(self.env._(
                "Codes lie in %s, which is not there or has left.", ", ".join(parent for parent, in missing)))
        # With what is known of the columns now: else each step looks through all rows for every row.
        cr.execute("CREATE INDEX ON channel_code_stage (id)")
        cr.execute("CREATE INDEX ON channel_code_stage (parent_id) WHERE parent_id IS NOT NULL")
        cr.execute("ANALYZE channel_code_stage")
        cr.execute("""
            UPDATE channel_code_stage SET top_id = id WHERE parent_id IS NULL;
            UPDATE channel_code_stage s SET top_id = p.top_id FROM channel_code p WHERE p.id = s.parent_id;
        """)
        for level in range(depth - 1, 0, -1):
            cr.execute("""
                UPDATE channel_code_stage s SET top_id = p.top_id FROM channel_code_stage p
                 WHERE p.id = s.parent_id AND s.level = %s AND s.top_id IS NULL
            """, [level])
        for level in range(2, depth + 1):
            cr.execute("""
                UPDATE channel_code_stage s SET qty = i.qty, n_leaf = i.leaves, product_id = i.product, lot_id = i.lot
                  FROM (SELECT parent_id, SUM(qty) AS qty, SUM(GREATEST(n_leaf, 1)) AS leaves,
                               CASE WHEN COUNT(DISTINCT COALESCE(product_id, 0)) = 1
                                    THEN MIN(product_id) END AS product,
                               CASE WHEN COUNT(DISTINCT COALESCE(lot_id, 0)) = 1 THEN MIN(lot_id) END AS lot
                          FROM channel_code_stage GROUP BY parent_id) i
                 WHERE i.parent_id = s.id AND s.level = %s
            """, [level])

    @api.model
    def _write_staged(self, company):
        cr = self.env.cr
        cr.execute("""
            INSERT INTO channel_code (id, code, kind, level, parent_id, top_id, product_id, lot_id, qty, n_leaf, state,
                                      company_id)
            SELECT id, code, kind, level, parent_id, top_id, product_id, lot_id, qty, n_leaf, 'new', %s
              FROM channel_code_stage ORDER BY top_id, id
        """, [company.id])
        cr.execute("""
            INSERT INTO channel_code_pack (child_id, parent_id)
            SELECT id, parent_id FROM channel_code_stage WHERE parent_id IS NOT NULL
        """)
        # Containers that were there before hold more now.
        cr.execute("""
            SELECT DISTINCT parent_id FROM channel_code_stage s
             WHERE parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM channel_code_stage p WHERE p.id = s.parent_id)
        """)
        self.browse(id_ for id_, in cr.fetchall())._recount()

    # --- lists

    @api.model
    def _load_rows(self, rows, company, makes_lots=True):
        """Codes of a list. :param rows: `codes.Row`

        :return: (how many, [(number, reason, what it says)] of rows that cannot be taken); with any of these, none is
        """
        products, packs = self._find_products({row.product or row.code.gtin for row in rows} - {''}, company)
        holding = {row.parent for row in rows if row.parent}
        lots, wrong, values = {}, [], []
        wanted = {}
        for row in rows:
            product, qty = products.get(row.product or row.code.gtin, (None, 1.0))
            if product is None and ((row.product or row.code.gtin) or row.code.key not in holding):
                wrong.append((row.number, 'unknown_product', row.product or row.code.gtin or row.code.key))
                continue
            given = _number(row.qty) if row.qty else qty
            if given is None:
                wrong.append((row.number, 'wrong_quantity', row.qty))
                continue
            if row.lot and product:
                wanted.setdefault((product, row.lot), None)
            values.append((row, product, given))
        lots = self._find_lots(wanted, company, makes_lots and not wrong)
        for row, product, _given in values:
            if row.lot and product and (product, row.lot) not in lots:
                wrong.append((row.number, 'unknown_lot', row.lot))
        if wrong:
            return 0, wrong
        return self._load_codes([
            (row.code.key, row.code.kind, row.parent, product, lots.get((product, row.lot)), given)
            for row, product, given in values], company), []

    @api.model
    def _find_products(self, names, company):
        """({name: (product id, product units in one)}, …) by number, GTIN, or GTIN of a pack."""
        spelled = {}
        for name in names:
            for spelling in gtin.get_spellings(name):
                spelled.setdefault(spelling, set()).add(name)
        products = self.env['product.product'].sudo().with_company(company).search([
            '|', ('default_code', 'in', list(names)), ('barcode', 'in', list(spelled))])
        found = {product.default_code: (product.id, 1.0) for product in products if product.default_code in names}
        for product in products:
            for name in spelled.get(product.barcode, ()):
                found[name] = (product.id, 1.0)
        packs = self.env['product.uom'].sudo().search([('barcode', 'in', list(spelled))])
        for pack in packs:
            qty = pack.uom_id._compute_quantity(1, pack.product_id.uom_id, round=False)
            for name in spelled[pack.barcode]:
                found[name] = (pack.product_id.id, qty)
        return found, packs

    @api.model
    def _find_lots(self, wanted, company, makes):
        """{(product id, name): lot id}. :param makes: make those that are missing"""
        if not wanted:
            return {}
        Lot = self.env['stock.lot'].sudo().with_company(company)
        found = {(lot.product_id.id, lot.name): lot.id for lot in Lot.search([
            ('product_id', 'in', list({product for product, _name in wanted})),
            ('name', 'in', list({name for _product, name in wanted}))])}
        missing = [key for key in wanted if key not in found] if makes else []
        for lot in Lot.create([{
                'product_id': product, 'name': name, 'company_id': company.id} for product, name in missing]):
            found[lot.product_id.id, lot.name] = lot.id
        return found


class _Draw:
    """Random signs by the handful: one system call for thousands of codes."""

    def __init__(self):
        self.store = b''
        self.place = 0

    def __call__(self, signs):
        # 256 is a multiple of the 32 signs: each is drawn as often as any other.
        if self.place == len(self.store):
            self.store, self.place = secrets.token_bytes(8192), 0
        sign = signs[self.store[self.place] % len(signs)]
        self.place += 1
        return sign


def _escape(value):
    if value is None or value == '':
        return '\\N'
    return str(value).replace('\\', '\\\\').replace('\t', ' ').replace('\n', ' ')


def _number(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number <= 10**6 else None
