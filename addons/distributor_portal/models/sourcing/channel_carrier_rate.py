from odoo import fields, models

from ...engine import sourcing
from ...utils import to_decimal


class ChannelCarrierRate(models.Model):
    """What a carrier asks. For each place the most particular rate holds: of its warehouse, its smallest territory."""

    _name = 'channel.carrier.rate'
    _description = "Carrier Rate"
    _inherit = ['channel.kept.setup']
    _order = 'carrier_id, warehouse_id, territory_id, id'
    _check_company_auto = True

    carrier_id = fields.Many2one('channel.carrier', required=True, index=True, ondelete='cascade', check_company=True)
    company_id = fields.Many2one(related='carrier_id.company_id', store=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    warehouse_id = fields.Many2one(
        'stock.warehouse', "From", ondelete='cascade', check_company=True, help="Empty: from every warehouse.")
    territory_id = fields.Many2one(
        'channel.territory', "To", ondelete='restrict', help="Empty: into every territory.")
    parcel_price = fields.Monetary("Per Parcel", required=True, default=0)
    km_price = fields.Float("Per km", digits=(16, 4), default=0)
    kg_price = fields.Monetary("Per kg", default=0)
    lead_days = fields.Integer(
        "Days", default=1, help="From leaving the warehouse to arriving. 0: the same day.")
    km_per_day = fields.Integer(
        "km per Day", default=600, help="A day more for each such stretch of the way. 0: distance does not matter.")

    _one_per_way = models.UniqueIndex(
        '(carrier_id, COALESCE(warehouse_id, 0), COALESCE(territory_id, 0))',
        "The carrier has a rate for this way already.")
    _not_negative = models.Constraint(
        'CHECK (parcel_price >= 0 AND km_price >= 0 AND kg_price >= 0 AND lead_days >= 0 AND km_per_day >= 0)',
        "Prices and days are not negative.")

    # === BUSINESS METHODS === #

    def _to_engine(self):
        self.ensure_one()
        return sourcing.Rate(
            self.carrier_id.id, int(to_decimal(self.parcel_price, 2) * 100), int(to_decimal(self.km_price, 4) * 10000),
            int(to_decimal(self.kg_price, 2) * 100), self.lead_days, self.km_per_day, self.warehouse_id.id or None,
            self.territory_id.code or '', self.carrier_id.takes_urgent)
