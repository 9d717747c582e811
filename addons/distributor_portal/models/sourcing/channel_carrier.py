from urllib.parse import quote

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class ChannelCarrier(models.Model):
    """Who brings the goods: what it asks, and for how many parcels it has room."""

    _name = 'channel.carrier'
    _description = "Carrier"
    _inherit = ['channel.kept.setup']
    _order = 'name, id'
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    phone = fields.Char()
    takes_urgent = fields.Boolean("Urgent Orders", help="It fetches urgent orders within the hours promised.")
    tracking_url = fields.Char(
        "Tracking Page", help="Where members follow a parcel; {ref} stands for its tracking reference.")
    rate_ids = fields.One2many('channel.carrier.rate', 'carrier_id', "Rates")
    capacity_ids = fields.One2many('channel.carrier.capacity', 'carrier_id', "Room")
    active = fields.Boolean(default=True)

    # === CONSTRAINT METHODS === #

    @api.constrains('tracking_url')
    def _check_tracking_url(self):
        for carrier in self.filtered('tracking_url'):
            if not carrier.tracking_url.startswith('https://') or '{ref}' not in carrier.tracking_url:
                raise ValidationError(self.env._(
                    "The tracking page of %s must begin with https:// and contain {ref}.", carrier.name))

    # === BUSINESS METHODS === #

    @api.model
    @tools.ormcache('company_id', 'self.env.lang')
    def _get_names(self, company_id):
        """{id: name} of a company's carriers; a change clears the cache."""
        return {
            carrier.id: carrier.name
            for carrier in self.with_context(active_test=False).search([('company_id', '=', company_id)])}

    def _get_tracking_link(self, reference):
        """The page on which to follow `reference`, or False."""
        self.ensure_one()
        if not reference or not (self.tracking_url or '').startswith('https://'):
            return False
        return self.tracking_url.replace('{ref}', quote(reference, safe=''))
