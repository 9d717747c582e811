from odoo import api, fields, models
from odoo.exceptions import UserError


class ChannelDeviationEvidence(models.Model):
    """A fact that an explanation rests on, with the quantity it stands for."""

    _name = 'channel.deviation.evidence'
    _description = "Evidence of a Deviation"
    _order = 'deviation_id, at, id'

    deviation_id = fields.Many2one('channel.deviation', required=True, index=True, ondelete='cascade')
    company_id = fields.Many2one(related='deviation_id.company_id', store=True)
    ref_model = fields.Char("Document Model", required=True)
    ref_id = fields.Many2oneReference("Document", model_field='ref_model')
    name = fields.Char("Number", help="How the document, or its source, names it.")
    what = fields.Char(compute='_compute_what')
    qty = fields.Float("Quantity", digits='Product Unit')
    at = fields.Datetime("When")

    # === COMPUTE METHODS === #

    @api.depends('ref_model')
    @api.depends_context('lang')
    def _compute_what(self):
        _ = self.env._
        names = {
            'channel.sell.through': _("Sale"), 'stock.picking': _("Delivery"), 'channel.claim': _("Claim"),
            'channel.feed': _("Feed"), 'channel.stock.counted': _("Count"), 'channel.transfer': _("Transfer"),
            'channel.connector.snapshot': _("Stock of Another System")}
        for evidence in self:
            evidence.what = names.get(evidence.ref_model, evidence.ref_model)

    # === ACTION METHODS === #

    def action_open_document(self):
        """Show the fact itself."""
        self.ensure_one()
        self.check_access('read')
        if self.ref_model not in self.env or not self.env[self.ref_model].search_count([('id', '=', self.ref_id)]):
            raise UserError(self.env._("This document is there no more, or not for you to see."))
        action = {'type': 'ir.actions.act_window', 'res_model': self.ref_model, 'name': self.what}
        if self.ref_model in ('channel.sell.through', 'channel.stock.counted'):
            return {**action, 'view_mode': 'list', 'views': [(False, 'list')], 'domain': [('id', '=', self.ref_id)]}
        return {**action, 'view_mode': 'form', 'views': [(False, 'form')], 'res_id': self.ref_id}
