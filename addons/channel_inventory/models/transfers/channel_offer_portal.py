from odoo import api, models
from odoo.fields import Domain

from odoo.addons.distributor_portal.engine import distance_km

from ...engine import transfers

SHOWN = 60
MAX_WORDS = 5


class ChannelOffer(models.Model):
    """What the dealer centre shows of offers. The callers have checked who asks."""

    _inherit = 'channel.offer'

    # === PORTAL === #

    @api.model
    def _portal_get_near_domain(self, member):
        """Offers that this member may see: of its own agent at once, of others later."""
        company = member.company_id
        policy = self.env['channel.transfer.policy']._get(company)
        today = company._channel_get_today()
        root = int(member.parent_path.split('/')[0])
        seen = Domain('member_id', 'child_of', root)
        if policy.crosses_agents:
            seen |= Domain('wide_from', '<=', today)
        return seen & Domain('company_id', '=', company.id) & Domain('state', '=', 'open') & Domain(
            'valid_until', '>=', today) & Domain('left_qty', '>', 0) & Domain('member_id', '!=', member.id)

    @api.model
    def _portal_get_near(self, member, offer_id=None):
        """[(offer, km or None)] that the member may have by the rules, the nearest SHOWN. :param offer_id: this only"""
        domain = self._portal_get_near_domain(member)
        if offer_id:
            domain &= Domain('id', '=', offer_id)
        offers = self.search(domain)
        if not offers:
            return []
        closed = offers.categ_id - offers.categ_id._channel_get_shared()
        banned = self.env['channel.transfer.check']._find_banned(member, offers.product_id)
        rows = [(offer, offer._portal_get_km(member)) for offer in offers
                if offer.categ_id not in closed and (member.id, offer.product_id.id) not in banned]
        return sorted(rows, key=lambda row: (row[1] is None, row[1] or 0, row[0].id))[:SHOWN]

    def _portal_get_km(self, member):
        """As the crow flies; None where somebody's place is not known."""
        self.ensure_one()
        places = [(one.latitude, one.longitude) for one in (self.member_id, member)]
        return round(distance_km(*places[0], *places[1])) if all(any(place) for place in places) else None

    @api.model
    def _portal_get_offerable(self, member, search=''):
        """What the member has and could offer, what it has too much of first: all of it, whatever a page shows.

        :param search: words of a product's name or code, or its barcode
        :return: [{'product', 'lot', 'available', 'surplus', 'expiring', 'days'}]
        """
        domain = Domain('member_id', '=', member.id) & Domain('available', '>', 0) & Domain('owner_id', '=', False)
        for word in search.split()[:MAX_WORDS]:
            domain &= Domain.OR([
                Domain('product_id.name', 'ilike', word), Domain('product_id.default_code', 'ilike', word),
                Domain('product_id.barcode', '=', word)])
        stock = self.env['channel.stock'].search(domain)
        Facts = self.env['channel.transfer.facts']
        products = Facts._filter_products(stock.product_id, member.company_id, member)
        policy = self.env['channel.transfer.policy']._get(member.company_id)
        today = member.company_id._channel_get_today()
        positions = Facts._make_positions(member, products, policy, today)
        found = transfers.find_surpluses(transfers.Problem(
            policy._to_engine(today), (), Facts._make_goods(products, member.company_id), tuple(positions), ()))
        lasts = {row.goods: row.lasts(row.held) for row in positions}
        packs = {product.id: float(Facts._get_pack(product)) for product in products}
        offerable, surplus, expiring = set(products), {}, {}
        for one in found:
            key, qty = (one.goods, one.lot), one.packs * packs[one.goods]
            surplus[key] = surplus.get(key, 0) + qty
            if one.would_expire:
                expiring[key] = qty
        rows = [{
            'product': row.product_id, 'lot': row.lot_id, 'available': row.available,
            'surplus': min(row.available, surplus.get((row.product_id.id, row.lot_id.id or 0), 0)),
            'expiring': expiring.get((row.product_id.id, row.lot_id.id or 0), 0),
            'days': lasts.get(row.product_id.id),
        } for row in stock if row.product_id in offerable]
        return sorted(rows, key=lambda row: (not row['expiring'], not row['surplus'], row['product'].display_name))
