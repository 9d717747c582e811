from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.engine import sourcing
from odoo.addons.distributor_portal.utils import to_decimal

from ...engine import transfers

# Agreed upon, not yet in the ledger; on its way to the receiver, not yet in its book.
UNRESERVED = ('offered', 'giver_agreed', 'receiver_agreed', 'agreed')
COMING = (*UNRESERVED, 'approved', 'packed')


class ChannelTransferFacts(models.AbstractModel):
    """Stock, sales and places of members as the engine wants them: a few queries, whatever their number."""

    _name = 'channel.transfer.facts'
    _description = "Facts for Transfers"

    @api.model
    def _make_problem(self, members, products=None):
        """:param products: look at these only"""
        company = members.company_id.ensure_one()
        policy = self.env['channel.transfer.policy']._get(company)
        today = company._channel_get_today()
        products = self._filter_products(products, company, members)
        positions = self._make_positions(members, products, policy, today)
        terms = policy._to_engine(today)
        # What neither lies too long nor lacks anywhere decides nothing: it is not kept with the plan.
        positions = [row for row in positions if row.lots or row.sold]
        used = {row.goods for row in positions}
        goods = self._make_goods(products.filtered(lambda product: product.id in used), company)
        needy = {(need.node, need.goods) for need in transfers.find_needs(transfers.Problem(
            terms, (), goods, tuple(positions), ()))}
        receivers = members.filtered(lambda member: any(node == member.id for node, _goods in needy))
        banned = self.env['channel.transfer.check']._find_banned(receivers, products) if receivers else set()
        return transfers.Problem(
            terms, tuple(self._make_node(member) for member in members), goods, tuple(positions),
            self._make_dcs(company), self._make_rates(company), frozenset(banned & needy))

    @api.model
    def _filter_products(self, products, company, members):
        """Goods that the members hold or sell, that headquarters sells and that may be shared."""
        if products is None:
            products = self.env['product.product'].sudo().browse(
                product for product, in self.env.execute_query(SQL(
                    "SELECT DISTINCT product_id FROM channel_stock WHERE member_id IN %s",
                    tuple(members.ids) or (0,))))
        shared = products.sudo().categ_id._channel_get_shared()
        return products.sudo().filtered(
            lambda product: product.active and product.sale_ok and product.categ_id in shared
            and product.company_id.id in (False, company.id)).sorted('id')

    # --- places and prices

    @api.model
    def _make_node(self, member):
        return transfers.Node(
            member.id, round(member.latitude, 6) or None, round(member.longitude, 6) or None,
            member.sudo().street_code or '')

    @api.model
    def _make_dcs(self, company):
        """Warehouses that stand somewhere. Without any, nothing is compared: only what would expire is moved."""
        return tuple(
            transfers.Node(key, latitude, longitude)
            for key, latitude, longitude, _name in self.env['stock.warehouse']._channel_get_stands(company.id)
            if latitude and longitude)

    @api.model
    def _make_rates(self, company):
        return tuple(self.env['stock.warehouse']._channel_get_setup(company.id)[1]) or (sourcing.DEFAULT_RATE,)

    @api.model
    def _make_goods(self, products, company):
        found = []
        for product in products.with_company(company):
            pack = self._get_pack(product)
            value = to_decimal(product.standard_price or product.lst_price, 2) * 100
            found.append(transfers.Goods(
                product.id, int(pack * 1000), int(to_decimal(product.weight) * 1000 * pack), int(value * pack)))
        return tuple(found)

    @api.model
    def _get_pack(self, product):
        """In what it is moved: the packs in which it is ordered, else its case, else single pieces."""
        case = product.uom_ids.filtered(lambda unit: unit.channel_code == 'case')[:1]
        return to_decimal(product.channel_multiple_qty) or to_decimal(
            case._compute_quantity(1, product.uom_id, round=False) if case else 1)

    # --- stock and sales

    @api.model
    def _make_positions(self, members, products, policy, today):
        stock, incoming, since = self._read_stock(members, products)
        sold = self._read_sold(members, products, today - timedelta(policy.sold_days), today)
        leaving, coming = self._read_agreed(members, products)
        rows = []
        for key in sorted(stock.keys() | sold.keys()):
            lots = self._make_lots(stock.get(key, {}), leaving.get(key, {}))
            rows.append(transfers.Position(
                *key, lots, max(0, incoming.get(key, 0) + coming.get(key, 0)), max(0, sold.get(key, 0)),
                policy.sold_days, key in since and (today - since[key]).days >= policy.sold_days))
        return rows

    @api.model
    def _make_lots(self, lots, leaving):
        """What is free of each lot. What was sold without naming a lot came from the first to expire."""
        free = {lot: [qty - leaving.get(lot, 0), expires] for lot, (qty, expires) in lots.items()}
        owed = -min(0, free.get(0, [0])[0])
        found = []
        for lot in transfers.in_sequence(
                transfers.Lot(lot, qty, expires) for lot, (qty, expires) in free.items() if qty > 0):
            taken = min(owed, lot.qty)
            owed -= taken
            if lot.qty > taken:
                found.append(transfers.Lot(lot.key, lot.qty - taken, lot.expires))
        return tuple(found)

    @api.model
    def _read_stock(self, members, products):
        """({(member, product): {lot or 0: (available, expires)}}, {…: in transit}, {…: there since})"""
        self.env['channel.stock'].flush_model()
        self.env['stock.lot'].flush_model(['expiration_date'])
        stock, incoming, since = defaultdict(dict), defaultdict(int), {}
        for member, product, lot, expires, available, coming, first in self.env.execute_query(SQL("""
            SELECT s.member_id, s.product_id, COALESCE(s.lot_id, 0), l.expiration_date::date,
                   round(s.available * 1000)::bigint, round((s.in_transit + s.inspection) * 1000)::bigint,
                   s.first_at::date
              FROM channel_stock s LEFT JOIN stock_lot l ON l.id = s.lot_id
             WHERE s.member_id IN %s AND s.product_id IN %s AND s.owner_id IS NULL
          ORDER BY s.member_id, s.product_id, s.lot_id
        """, tuple(members.ids) or (0,), tuple(products.ids) or (0,))):
            key = member, product
            stock[key][lot] = available, expires
            incoming[key] += coming
            since[key] = min(since.get(key, first), first)
        return stock, incoming, since

    @api.model
    def _read_sold(self, members, products, since, until):
        """{(member, product): thousandths sold after `since`}"""
        return {(member, product): qty for member, product, qty in self.env.execute_query(SQL("""
            SELECT member_id, product_id, round(SUM(qty) * 1000)::bigint FROM channel_sell_through
             WHERE member_id IN %s AND product_id IN %s AND day > %s AND day <= %s
          GROUP BY member_id, product_id
        """, tuple(members.ids) or (0,), tuple(products.ids) or (0,), since, until))}

    @api.model
    def _read_agreed(self, members, products):
        """({(giver, product): {lot or 0: qty}} not reserved yet, {(receiver, product): qty} not shipped yet)"""
        leaving, coming = defaultdict(lambda: defaultdict(int)), defaultdict(int)
        lines = self.env['channel.transfer.line'].sudo().search([
            ('transfer_id.state', 'in', COMING), ('product_id', 'in', products.ids), '|',
            ('transfer_id.giver_id', 'in', members.ids), ('transfer_id.receiver_id', 'in', members.ids)])
        for line in lines:
            transfer, qty = line.transfer_id, int(to_decimal(line.qty) * 1000)
            if transfer.state in UNRESERVED:
                leaving[transfer.giver_id.id, line.product_id.id][line.lot_id.id or 0] += qty
            coming[transfer.receiver_id.id, line.product_id.id] += qty
        return leaving, coming
