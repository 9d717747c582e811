from odoo import fields, models

from ...engine import duplicates


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_duplicate_threshold = fields.Integer(
        "Duplicates From", default=duplicates.DEFAULT_THRESHOLD,
        help="Pairs of members that are this much alike, of 100, are put up for a decision. Lower finds more, and more "
             "that are none.")

    _channel_duplicate_threshold_range = models.Constraint(
        'CHECK (channel_duplicate_threshold BETWEEN 1 AND 100)', "The threshold lies between 1 and 100.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_duplicate_threshold = fields.Integer(related='company_id.channel_duplicate_threshold', readonly=False)
