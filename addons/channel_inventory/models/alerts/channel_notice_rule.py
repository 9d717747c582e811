from odoo import api, fields, models


class ChannelNoticeRule(models.Model):
    _inherit = 'channel.notice.rule'

    source = fields.Selection(
        selection_add=[('alerts', "Once a day: new stock alerts")], ondelete={'alerts': 'cascade'})

    # === BUSINESS METHODS === #

    @api.model
    def _get_topic_names(self):
        """Override of `distributor_portal` to add stock."""
        return {**super()._get_topic_names(), 'stock': self.env._("Stock runs low or expires")}
