from odoo import SUPERUSER_ID, api, models

from odoo.addons.distributor_portal.models.demo import channel_demo as base

MARKER = 'channel_inventory.demo_channel'


class ChannelDemo(models.AbstractModel):
    """The stories of this addon, told with those of the others or, where it is installed later, after them."""

    _inherit = 'channel.demo'

    @api.model
    def _load(self):
        if super()._load():
            self.env['ir.config_parameter'].set_param(MARKER, base.SEED)
            return True
        return self._load_late()

    @api.model
    def _load_late(self):
        """Tell what this addon has to tell to a demo channel that was there before it. :return: whether it was told"""
        parameters = self.env['ir.config_parameter'].sudo()
        if parameters.get_param(MARKER) or not parameters.get_param(base.MARKER):
            return False
        self = self.with_user(SUPERUSER_ID).with_company(self.env.ref('base.main_company')).with_context(
            **base.QUIET, lang='en_US', channel_demo_late=True)
        self._load_stories({member.code: member for member in self.env['channel.member'].search([])})
        parameters.set_param(MARKER, base.SEED)
        return True

    @api.model
    def _load_stories(self, members):
        # Told late, the stories of the addons below have been told.
        result = None if self.env.context.get('channel_demo_late') else super()._load_stories(members)
        self._load_past_deliveries()
        return result

    @api.model
    def _load_past_deliveries(self):
        """What was shipped, scanned in and brought back before this addon came is in the ledger, too."""
        # A delivery knows whether it is in the ledger, a receipt does not.
        self.env['stock.picking'].search([('state', '=', 'done')], order='date_done, id')._channel_post_stock()
        known = self.env['channel.stock.entry'].search([('ref_model', '=', 'channel.receipt')]).mapped('ref_id')
        receipts = self.env['channel.receipt'].search([('id', 'not in', known)], order='id')
        self.env['channel.stock.entry']._post([move for receipt in receipts for move in receipt._prepare_stock_moves()])
