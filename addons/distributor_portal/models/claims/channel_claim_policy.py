from odoo import api, fields, models

KINDS = [
    ('short', "Short"), ('damaged', "Damaged"), ('surplus', "Surplus"), ('wrong', "Wrong Product"),
    ('quality', "Quality"), ('return', "Return"), ('other', "Other")]


class ChannelClaimPolicy(models.Model):
    """Until when a kind of claim can be made, and what it needs."""

    _name = 'channel.claim.policy'
    _description = "Claim Policy"
    _order = 'kind, company_id'
    _rec_name = 'kind'

    kind = fields.Selection(KINDS, required=True)
    company_id = fields.Many2one('res.company', help="Empty: for every company that has none of its own.")
    days = fields.Integer(
        "Days to Claim", default=7, help="Counted from the receipt, or from shipping where nothing was scanned in. "
        "0: without limit.")
    needs_photo = fields.Boolean("Needs a Photo", help="Without one the claim stays a draft of the member.")

    _days_not_negative = models.Constraint('CHECK (days >= 0)', "The number of days is not negative.")
    _one_each = models.UniqueIndex('(kind, COALESCE(company_id, 0))', "There is a policy for this kind already.")

    # === BUSINESS METHODS === #

    @api.model
    def _get_policies(self, company):
        """{kind: policy of the company, or the one for all}; a kind may have none: no limit, no photo."""
        policies = self.sudo().search([('company_id', 'in', (False, company.id))])
        return {policy.kind: policy for policy in policies.sorted(lambda policy: bool(policy.company_id))}
