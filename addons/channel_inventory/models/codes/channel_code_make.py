from odoo import api, fields, models
from odoo.exceptions import UserError

MAX_PRINTED = 2000


class ChannelCodeMake(models.TransientModel):
    """Make codes for a product, with cases and pallets to hold them."""

    _name = 'channel.code.make'
    _description = "Make Item Codes"

    product_id = fields.Many2one('product.product', required=True)
    lot_id = fields.Many2one('stock.lot', "Lot", domain="[('product_id', '=', product_id)]")
    kind = fields.Selection(
        [('own', "Own codes"), ('sgtin', "GS1: GTIN and serial number")], required=True, default='own',
        help="GS1 codes are read by every scanner in trade; they need the product's GTIN.")
    count = fields.Integer("How Many", required=True, default=24)
    per_case = fields.Integer("Items in a Case", help="0: without cases.")
    cases_per_pallet = fields.Integer("Cases on a Pallet", help="0: without pallets.")

    # === COMPUTE METHODS === #

    @api.onchange('product_id')
    def _onchange_product_id(self):
        self.lot_id = False

    # === ACTION METHODS === #

    def action_make(self):
        """Make them and show them."""
        return self._show(self._make())

    def action_print(self):
        """Make them and print their labels."""
        codes = self._make()
        if len(codes) > MAX_PRINTED:
            raise UserError(self.env._("At most %s labels at once.", MAX_PRINTED))
        return codes.action_print()

    # === BUSINESS METHODS === #

    def _make(self):
        self.ensure_one()
        self.env['channel.code.make'].check_access('create')
        return self.env['channel.code'].sudo()._make(
            self.product_id, self.count, self.kind, self.lot_id, self.per_case,
            self.cases_per_pallet).with_env(self.env)

    def _show(self, codes):
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_action')
        return {**action, 'domain': [('id', 'in', codes.ids)], 'context': {}}
