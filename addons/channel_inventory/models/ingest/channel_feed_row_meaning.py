from odoo import api, fields, models

from ...engine import meaning

MAX_KNOWN = 20_000  # products or members that a code is compared with


class ChannelFeedRow(models.Model):
    """What a code that nobody knows probably means: proposed, never taken by itself."""

    _inherit = 'channel.feed.row'

    proposed_product_id = fields.Many2one(
        'product.product', "Probably", compute='_compute_proposal', help="Whose code or name is most alike.")
    proposed_member_id = fields.Many2one('channel.member', "Probably the Member", compute='_compute_proposal')
    likeness = fields.Integer(compute='_compute_proposal', help="How alike the two are, of 100.")
    alike_count = fields.Integer(
        "Rows Alike", compute='_compute_alike_count', help="Open rows with the same unknown code.")

    # === COMPUTE METHODS === #

    @api.depends('reason', 'product_code', 'member_code', 'raw')
    def _compute_proposal(self):
        open_rows = self.filtered(lambda row: row.state == 'open')
        products = self._get_known_products() if 'unknown_product' in open_rows.mapped('reason') else {}
        members = self._get_known_members() if 'unknown_member' in open_rows.mapped('reason') else {}
        found = {}
        for row in self:
            wanted, known = (), {}
            if row in open_rows and row.reason == 'unknown_product':
                wanted, known = (row.product_code or '', (row.raw or {}).get('name', '')), products
            elif row in open_rows and row.reason == 'unknown_member':
                wanted, known = (row.member_code or '',), members
            key = (row.reason, wanted)
            if key not in found:
                found[key] = meaning.nearest(wanted, known)
            id_, likeness = found[key]
            row.proposed_product_id = id_ if row.reason == 'unknown_product' else False
            row.proposed_member_id = id_ if row.reason == 'unknown_member' else False
            row.likeness = likeness

    @api.depends('reason', 'product_code', 'member_code', 'state')
    def _compute_alike_count(self):
        groups = ['reason', 'source', 'member_code', 'product_code']
        counts = {tuple(key): count for *key, count in self._read_group(
            [('state', '=', 'open'), ('reason', 'in', ('unknown_product', 'unknown_member'))], groups, ['__count'])}
        for row in self:
            row.alike_count = sum(
                count for (reason, source, member, product), count in counts.items()
                if reason == row.reason and member == row.member_code and (
                    source == row.source if reason == 'unknown_member' else product == row.product_code))

    # === ACTION METHODS === #

    def action_accept_proposal(self):
        """It means what was proposed: mend these rows and all alike."""
        self.check_access('write')
        for row in self.filtered(lambda row: row.state == 'open'):
            if row.proposed_product_id or row.proposed_member_id:
                row.write({
                    'product_id': (row.product_id or row.proposed_product_id).id,
                    'member_id': (row.member_id or row.proposed_member_id).id})
                row.action_mend_alike()

    # === BUSINESS METHODS === #

    @api.model
    def _get_known_products(self):
        products = self.env['product.product'].search_fetch(
            [('sale_ok', '=', True)], ['default_code', 'barcode', 'name'], limit=MAX_KNOWN)
        return {product.id: [text for text in (product.default_code, product.barcode, product.name) if text]
                for product in products}

    @api.model
    def _get_known_members(self):
        members = self.env['channel.member'].search_fetch(
            [('company_id', 'in', self.env.companies.ids)], ['code', 'name'], limit=MAX_KNOWN)
        return {member.id: [member.code, member.name or ''] for member in members}
