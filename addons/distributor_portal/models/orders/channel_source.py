from odoo import fields, models


class ChannelSource(models.Model):
    """Where orders come from. An external id is unique within its source."""

    _name = 'channel.source'
    _description = "Order Source"
    _order = 'name'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="How integrations name it in `source`.")
    shows_number = fields.Boolean(
        "Number Means Something", default=True, help="Its external number becomes the order's customer reference.")
    sales_channel = fields.Selection(
        [('offline', "Shops"), ('online', "Online"), ('project', "Projects")], required=True, default='offline',
        help="How what is ordered through this source is sold on: licences and price floors can be for one way only.")
    active = fields.Boolean(default=True)

    _code_unique = models.Constraint('UNIQUE (code)', "Another source has this code.")
