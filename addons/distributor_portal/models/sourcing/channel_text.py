from odoo import api, models


class ChannelText(models.AbstractModel):
    _inherit = 'channel.text'

    @api.model
    def _get_rule_texts(self):
        _ = self.env._
        return {
            **super()._get_rule_texts(),
            'urgent_not_allowed': (
                _("Urgent orders are not agreed with you: this one takes the normal way."),
                _("Ask headquarters whether your orders may be urgent.")),
            'urgent_too_late': (
                _("No warehouse can ship the whole order within %(hours)s hours now: it takes the normal way."),
                _("Look at the promised day, or send fewer products, earlier in the day.")),
        }
