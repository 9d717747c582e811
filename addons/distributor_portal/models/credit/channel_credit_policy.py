from odoo import api, fields, models


class ChannelCreditPolicy(models.Model):
    """Micro-credit: the terms that small customers of a kind get without being asked one by one."""

    _name = 'channel.credit.policy'
    _description = "Credit Policy"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related='company_id.currency_id')
    tier_id = fields.Many2one('channel.tier', help="Whose members it is for; empty: every tier's.", ondelete='cascade')
    segment = fields.Selection(
        selection=lambda self: self.env['channel.member']._fields['segment'].selection,
        help="Whose members it is for; empty: every segment's.")
    limit_amount = fields.Monetary("Limit", required=True)
    payment_term_id = fields.Many2one(
        'account.payment.term', "Payment Terms", ondelete='restrict', check_company=True,
        default=lambda self: self.env.ref('account.account_payment_term_30days', raise_if_not_found=False),
        help="When invoices fall due. Written to the member's company when it gets its credit line.")
    grace_days = fields.Integer(
        "Days of Grace", required=True, default=7,
        help="How long after its due date an invoice may stay unpaid before new orders are held.")
    holds_overdue = fields.Boolean(
        "Hold When Overdue", default=True,
        help="While an invoice is unpaid beyond its grace, no new order goes through.")
    active = fields.Boolean(default=True)

    _check_company_auto = True
    _limit_not_negative = models.Constraint('CHECK (limit_amount >= 0)', "A credit limit is not negative.")
    _grace_not_negative = models.Constraint('CHECK (grace_days >= 0)', "Days of grace are not negative.")

    # === BUSINESS METHODS === #

    @api.model
    def _find_for(self, members):
        """{member: the policy that fits it closest}: one for its tier and segment before one for either or for all."""
        policies = self.search([('company_id', 'in', members.company_id.ids)]) if members else self
        found = {}
        for member in members.sudo():
            fitting = policies.filtered(lambda policy, member=member: (
                policy.company_id == member.company_id
                and policy.tier_id in (self.env['channel.tier'], member.tier_id)
                and policy.segment in (False, member.segment)))
            closest = fitting.sorted(lambda policy: (-bool(policy.segment) - bool(policy.tier_id), policy.sequence))
            if closest:
                found[member] = closest[0]
        return found

    def _apply_terms(self, lines):
        """Let the invoices of these lines' members fall due as the policy says."""
        for policy in self.filtered('payment_term_id'):
            partners = lines.filtered(lambda line, policy=policy: line.policy_id == policy).member_id.partner_id
            partners.sudo().with_company(policy.company_id).property_payment_term_id = policy.payment_term_id
