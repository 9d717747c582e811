import pytz

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_claim_user_id = fields.Many2one(
        'res.users', "Answers Claims", domain=[('share', '=', False)],
        help="Who gets new claims. Empty: the salesperson of the order.")
    channel_claim_answer_days = fields.Integer(
        "Days to Answer a Claim", default=3, help="How long headquarters takes; after that the claim is overdue.")
    channel_claim_objection_days = fields.Integer(
        "Days to Object", default=7, help="How long a member may object to a decision; after that it stands.")
    channel_claim_return_days = fields.Integer(
        "Days to Send Back", default=14, help="How long goods may take to come back once a return is authorised.")
    channel_claim_upstream = fields.Boolean(
        "Upstream Gives Its Opinion", help="A claim goes through the member's upstream before headquarters sees it.")
    channel_claim_percent = fields.Float(
        "Tolerance (%)", help="Differences at receipt up to this share of what was shipped are only noted.")
    channel_claim_pieces = fields.Float(
        "Tolerance (Pieces)", help="Differences at receipt up to so many pieces of a product are only noted.")
    channel_claim_four_eyes = fields.Float(
        "Two Decide From", help="Above this amount, in the company's currency, a second person confirms. 0: never.")
    channel_claim_small = fields.Float(
        "Small Claims Up To", default=100, help="Claims up to this amount can be accepted together from the list.")
    channel_claim_posts_credit = fields.Boolean(
        "Post Credit Notes", help="Credit notes of claims are posted at once; otherwise finance posts the drafts.")

    _channel_claim_days_positive = models.Constraint(
        'CHECK (channel_claim_answer_days > 0 AND channel_claim_objection_days > 0 AND channel_claim_return_days > 0)',
        "Claims have at least one day for each step.")
    _channel_claim_not_negative = models.Constraint(
        'CHECK (channel_claim_percent >= 0 AND channel_claim_pieces >= 0 AND channel_claim_four_eyes >= 0 '
        'AND channel_claim_small >= 0)', "Tolerances and amounts of claims are not negative.")

    # === BUSINESS METHODS === #

    def _channel_get_day(self, at):
        """The day of a moment, where headquarters is."""
        self.ensure_one()
        return pytz.utc.localize(at).astimezone(pytz.timezone(self.partner_id.tz or 'UTC')).date()


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_claim_user_id = fields.Many2one(related='company_id.channel_claim_user_id', readonly=False)
    channel_claim_answer_days = fields.Integer(related='company_id.channel_claim_answer_days', readonly=False)
    channel_claim_objection_days = fields.Integer(related='company_id.channel_claim_objection_days', readonly=False)
    channel_claim_return_days = fields.Integer(related='company_id.channel_claim_return_days', readonly=False)
    channel_claim_upstream = fields.Boolean(related='company_id.channel_claim_upstream', readonly=False)
    channel_claim_percent = fields.Float(related='company_id.channel_claim_percent', readonly=False)
    channel_claim_pieces = fields.Float(related='company_id.channel_claim_pieces', readonly=False)
    channel_claim_four_eyes = fields.Float(related='company_id.channel_claim_four_eyes', readonly=False)
    channel_claim_small = fields.Float(related='company_id.channel_claim_small', readonly=False)
    channel_claim_posts_credit = fields.Boolean(related='company_id.channel_claim_posts_credit', readonly=False)
