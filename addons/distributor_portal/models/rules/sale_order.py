from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = 'sale.order'

    channel_sales_channel = fields.Selection(
        [('offline', "Shops"), ('online', "Online"), ('project', "Projects")], "Sales Channel",
        compute='_compute_channel_sales_channel', store=True, readonly=False, precompute=True,
        help="How the goods are sold on; by default as the order's source says.")

    # === COMPUTE METHODS === #

    @api.depends('channel_source_id')
    def _compute_channel_sales_channel(self):
        for order in self:
            order.channel_sales_channel = order.channel_source_id.sales_channel or 'offline'

    # === ACTION METHODS === #

    def action_channel_override(self):
        """Ask for a reason, then let pass what holds these orders up."""
        self.check_access('write')
        verdicts = self.channel_current_verdict_ids.filtered(lambda verdict: verdict.decision in ('block', 'approve'))
        if not verdicts:
            raise UserError(self.env._("No rule holds these orders up."))
        return verdicts.action_override()

    # === BUSINESS METHODS === #

    def _channel_get_contact(self):
        """Whom the member asks about this order: its salesperson, else the member above, else the order desk."""
        self.ensure_one()
        member = self.channel_member_id
        person = self.user_id if self.user_id and not self.user_id.share else member.partner_id.user_id
        if person:
            return f"{person.name} ({person.partner_id.phone})" if person.partner_id.phone else person.name
        return member.upstream_id.name or self.env._("the order desk of %s", self.company_id.name)
