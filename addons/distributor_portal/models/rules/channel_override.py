from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...engine import KINDS

SCOPES = [('order', "This order as it stands"), ('member', "All orders of the member for this product")]


class ChannelOverride(models.Model):
    """That somebody let a broken rule pass: for an order or a member, until a day, for a reason."""

    _name = 'channel.override'
    _description = "Overrides"
    _inherit = ['channel.append.only']
    _order = 'id desc'

    verdict_id = fields.Many2one('channel.verdict', required=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True)
    scope = fields.Selection(
        SCOPES, required=True, default='order',
        help="An order that is changed afterwards is judged anew. For a member it holds for the rule and the product.")
    order_id = fields.Many2one('sale.order', required=True, index=True, ondelete='restrict')
    content = fields.Char(help="Fingerprint of the order's lines, prices and place when it was overridden.")
    member_id = fields.Many2one('channel.member', required=True, index=True, ondelete='restrict')
    rule_id = fields.Many2one('channel.rule', required=True, ondelete='restrict')
    product_id = fields.Many2one('product.product', ondelete='restrict', help="Empty: the order as a whole.")
    reason = fields.Char(required=True)
    date_to = fields.Date("Until", required=True)
    user_id = fields.Many2one('res.users', "Overridden By", required=True, ondelete='restrict')
    is_expired = fields.Boolean("Expired", compute='_compute_is_expired', search='_search_is_expired')

    _reason_given = models.Constraint("CHECK (length(trim(reason)) > 0)", "An override says why.")

    # === COMPUTE METHODS === #

    @api.depends('date_to')
    def _compute_is_expired(self):
        today = fields.Date.context_today(self)
        for override in self:
            override.is_expired = override.date_to < today

    def _search_is_expired(self, operator, value):
        if operator != 'in':
            return NotImplemented
        return Domain('date_to', '<', fields.Date.context_today(self)) if True in value else Domain(
            'date_to', '>=', fields.Date.context_today(self))

    @api.depends('user_id', 'reason')
    def _compute_display_name(self):
        for override in self:
            override.display_name = f"{override.user_id.sudo().name}: {override.reason}"

    # === BUSINESS METHODS === #

    @api.model
    def _override(self, verdicts, scope, reason, date_to):
        """Let the rules that `verdicts` tell of pass.

        :raise AccessError: the user may not override a rule of this lane
        :raise UserError: no reason, a day that is over, or a rule that cannot be overridden
        """
        verdicts.check_access('read')
        verdicts.order_id.check_access('write')
        if not (reason or '').strip():
            raise UserError(self.env._("An override says why."))
        if not date_to or date_to < fields.Date.context_today(self):
            raise UserError(self.env._("An override ends on a day to come, or today."))
        for verdict in verdicts:
            self._check_right(verdict)
        return self.sudo().create([
            self._prepare_values(verdict.sudo(), scope, reason.strip(), date_to) for verdict in verdicts])

    @api.model
    def _check_right(self, verdict):
        user = self.env.user
        needed = 'manager' if verdict.rule_decision == 'block' else 'override'
        if not user.has_group(f'distributor_portal.group_channel_{needed}'):
            raise AccessError(
                self.env._("Only managers of the channel override a rule that blocks.") if needed == 'manager'
                else self.env._("You have no right to override verdicts."))
        if not KINDS[verdict.rule_version_id.kind].can_override:
            raise UserError(self.env._(
                "%s cannot be overridden: there is nothing that could go on.", verdict.rule_id.name))
        if verdict.run != verdict.order_id.channel_run:
            raise UserError(self.env._("%s is of an earlier check: override the latest one.", verdict.display_name))

    @api.model
    def _prepare_values(self, verdict, scope, reason, date_to):
        order = verdict.order_id
        line = order._channel_get_judged_lines().filtered(lambda line: line.channel_line_no == verdict.line_no - 1)
        return {
            'verdict_id': verdict.id, 'company_id': verdict.company_id.id, 'scope': scope, 'order_id': order.id,
            'content': order._channel_get_content(), 'member_id': order.channel_member_id.id,
            'rule_id': verdict.rule_id.id, 'product_id': line[:1].product_id.id if verdict.line_no else False,
            'reason': reason, 'date_to': date_to, 'user_id': self.env.uid,
        }

    @api.model
    def _get_in_force(self, orders):
        """{(order id, rule code, product id or False): override's id} of these orders."""
        today = fields.Date.context_today(self)
        overrides = self.sudo().search(
            Domain('date_to', '>=', today) & (
                Domain('scope', '=', 'order') & Domain('order_id', 'in', orders.ids)
                | Domain('scope', '=', 'member') & Domain('member_id', 'in', orders.channel_member_id.ids)),
            order='id')
        orders_of = orders.grouped('channel_member_id')
        found = {}
        for override in overrides:
            fitting = orders_of.get(override.member_id, orders.browse())
            if override.scope == 'order':
                fitting = (override.order_id & orders).filtered(
                    lambda order, override=override: order._channel_get_content() == override.content)
            for order in fitting:
                found[order.id, override.rule_id.code, override.product_id.id] = override.id
        return found
