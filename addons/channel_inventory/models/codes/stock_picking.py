from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...engine import code_checks

MAX_CODES = 2000


class StockPicking(models.Model):
    """Codes leave with a delivery: what is scanned at packing is shipped when the delivery is."""

    _inherit = 'stock.picking'

    channel_code_ids = fields.One2many('channel.code', 'picking_id', "Item Codes", readonly=True)
    channel_code_count = fields.Integer("Codes", compute='_compute_channel_code_count')

    # === COMPUTE METHODS === #

    def _compute_channel_code_count(self):
        counts = dict(self.env['channel.code'].sudo()._read_group(
            [('picking_id', 'in', self.ids)], ['picking_id'], ['__count']))
        for picking in self:
            picking.channel_code_count = counts.get(picking, 0)

    # === ACTION METHODS === #

    def action_channel_scan_codes(self):
        """Scan what is packed, or what comes back."""
        self.ensure_one()
        self.check_access('write')
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Scan Codes"), 'res_model': 'channel.code.packing',
            'view_mode': 'form', 'target': 'new', 'context': {'default_picking_id': self.id}}

    def action_channel_view_codes(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_action')
        return {**action, 'domain': [('picking_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    def _action_done(self):
        """Override of `stock` to ship the codes packed for it, and to take back those of a return."""
        leaving = self.filtered(lambda picking: picking.state != 'done')
        result = super()._action_done()
        for picking in leaving.filtered(lambda picking: picking.state == 'done').sudo():
            if picking.channel_code_ids and picking._channel_is_delivery():
                picking._channel_check_codes()
                picking.channel_code_ids._act(
                    'ship', picking.sale_id.channel_member_id, picking.date_done, picking)
        return result

    def _channel_check_codes(self):
        """:raise UserError: codes of more than has left are scanned into it: the rest goes with another delivery"""
        self.ensure_one()
        moved, scanned = defaultdict(float), defaultdict(float)
        for line in self.move_ids.filtered(lambda move: move.state == 'done').move_line_ids:
            # As a whole, and of its lot.
            for key in {(line.product_id.id, False), (line.product_id.id, line.lot_id.id)}:
                moved[key] += line.quantity_product_uom
        has_lots = {product for product, lot in moved if lot}
        for _code, product, lot, qty in self.channel_code_ids._sum_contents():
            for key in {(product, False), (product, lot if product in has_lots and lot else False)}:
                scanned[key] += qty
        for (product_id, lot_id), qty in scanned.items():
            product = self.env['product.product'].browse(product_id)
            left = moved[product_id, lot_id]
            if float_compare(qty, left, precision_rounding=product.uom_id.rounding) > 0:
                lot = self.env['stock.lot'].browse(lot_id)
                raise UserError(self.env._(
                    "%(delivery)s: codes of %(scanned)s %(product)s are scanned into it, and %(left)s leave. Take out "
                    "the codes of what stays, then validate it again.", delivery=self.name, scanned=f'{qty:g}',
                    product=" ".join(filter(None, (product.display_name, lot.name))), left=f'{left:g}'))

    def _channel_get_asker(self):
        """Who packs this delivery, and what it still lacks."""
        self.ensure_one()
        if self._channel_is_return():
            member = self._channel_get_stock_member()
            return code_checks.Asker(
                'store', 'return', fields.Date.context_today(self), self.env['channel.code']._get_line_ids(member))
        missing = {}
        for move in self.move_ids.filtered(lambda move: move.state != 'cancel'):
            asked = move.quantity if move.state == 'done' else max(move.product_uom_qty, move.quantity)
            qty = move.product_uom._compute_quantity(asked, move.product_id.uom_id, rounding_method='HALF-UP')
            missing[move.product_id.id] = missing.get(move.product_id.id, 0) + qty
        for contents in self.channel_code_ids.sudo()._count_contents().values():
            for product, qty in contents.items():
                missing[product] = missing.get(product, 0) - qty
        lots = self.move_line_ids.lot_id.ids
        return code_checks.Asker(
            'hq', 'pack', fields.Date.context_today(self), delivery=self.id, products=missing,
            lots=frozenset(lots), seen=frozenset(self.channel_code_ids.ids))

    def _channel_add_codes(self, texts):
        """Pack what these scans name: those that may go with this delivery, and why the others may not.

        :return: as `_judge_texts` gives it
        """
        self.ensure_one()
        if not (self._channel_is_delivery() or self._channel_is_return()):
            raise UserError(self.env._("%s is no delivery of the channel.", self.name))
        if len(texts) > MAX_CODES:
            raise UserError(self.env._("At most %s codes at once: import the list instead.", MAX_CODES))
        Code = self.env['channel.code'].sudo()
        found = Code._judge_texts(texts, self._channel_get_asker(), self.company_id)
        codes = Code.browse(one['code'] for one in found if one['code'] and one['verdict'].is_good)
        if self._channel_is_return():
            codes._act('return', None, fields.Datetime.now(), self)
        else:
            self._channel_bind_codes(codes)
        self.env['channel.code.scan']._record(found, 'hq', 'return' if self._channel_is_return() else 'pack')
        return found

    def _channel_bind_codes(self, codes):
        """These go, or have gone, with this delivery."""
        self.ensure_one()
        codes._lock()
        self.env.cr.execute(
            "UPDATE channel_code SET picking_id = %s WHERE id = ANY(%s)", [self.id, codes.ids])
        codes.invalidate_model()
        self.invalidate_recordset(['channel_code_ids', 'channel_code_count'])
        if self.state == 'done':
            codes._act('ship', self.sale_id.channel_member_id, self.date_done, self)

    def _channel_get_item_codes(self, limit=MAX_CODES):
        """{product id: [(code, product units)]} of what left with this delivery, for whoever scans it in.

        Cases and what is in them: either may be scanned.
        """
        self.ensure_one()
        codes = self.env['channel.code'].sudo().search(
            [('top_id.picking_id', '=', self.id), ('product_id', '!=', False), ('qty', '>', 0)], order='level desc, id',
            limit=limit)
        found = {}
        for code in codes.filtered(lambda one: one.current_state == 'shipped'):
            found.setdefault(code.product_id.id, []).append(code)
        return found
