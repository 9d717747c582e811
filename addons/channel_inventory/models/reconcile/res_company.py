from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_transit_days = fields.Integer(
        "Days on the Way", default=7,
        help="A delivery that no member has scanned in so many days after it was shipped is a deviation.")
    channel_reconcile_days = fields.Integer(
        "Days Reconciled", default=60, help="How far back the nightly reconciliation looks for causes.")

    _transit_positive = models.Constraint('CHECK (channel_transit_days > 0)', "Goods need at least a day.")
    _reconcile_positive = models.Constraint('CHECK (channel_reconcile_days > 0)', "At least one day is reconciled.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_transit_days = fields.Integer(related='company_id.channel_transit_days', readonly=False)
    channel_reconcile_days = fields.Integer(related='company_id.channel_reconcile_days', readonly=False)
