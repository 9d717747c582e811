from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    channel_max_parcels = fields.Integer(
        "Parcels per Order", default=3, help="From so many warehouses an order may come at most: 1 to 3.")
    channel_splits_lines = fields.Boolean(
        "Split Lines", help="The quantity of one line may come from several warehouses. A product can say otherwise.")
    channel_day_cost = fields.Monetary(
        "A Day's Delay Costs", help="What it is worth to ship a day earlier where a carrier is full: "
                                    "sourcing takes a dearer way if it saves that much.")
    channel_urgent_hours = fields.Float(
        "Urgent Orders Ship Within", default=2.0, help="Hours from the order's acceptance to its leaving.")
    channel_urgent_alarm_minutes = fields.Integer(
        "Alarm Before", default=30, help="Minutes before an urgent parcel must leave; the order desk is told.")

    _channel_parcels_few = models.Constraint(
        'CHECK (channel_max_parcels BETWEEN 1 AND 3)', "An order comes in one, two or three parcels.")
    _channel_urgent_hours_positive = models.Constraint(
        'CHECK (channel_urgent_hours > 0)', "Urgent orders need some time to ship.")


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    channel_currency_id = fields.Many2one(related='company_id.currency_id', string="Currency of the Channel")
    channel_max_parcels = fields.Integer(related='company_id.channel_max_parcels', readonly=False)
    channel_splits_lines = fields.Boolean(related='company_id.channel_splits_lines', readonly=False)
    channel_day_cost = fields.Monetary(
        related='company_id.channel_day_cost', readonly=False, currency_field='channel_currency_id')
    channel_urgent_hours = fields.Float(related='company_id.channel_urgent_hours', readonly=False)
    channel_urgent_alarm_minutes = fields.Integer(related='company_id.channel_urgent_alarm_minutes', readonly=False)
