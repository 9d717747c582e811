from odoo import api, models


class ChannelText(models.AbstractModel):
    _inherit = 'channel.text'

    @api.model
    def _get_kind_texts(self):
        return {
            **super()._get_kind_texts(),
            'overdue': self.env._(
                "No invoice of the member, or of the upstream whose credit it draws on, is unpaid beyond due date and "
                "grace. Judges only credit lines that are held when overdue."),
        }

    @api.model
    def _get_rule_texts(self):
        _ = self.env._
        return {
            **super()._get_rule_texts(),
            'shared_credit_exceeded': (
                _("The order comes to %(amount)s %(currency)s: more than is left of the credit of your upstream."),
                _("Pay open invoices, order less, or ask your upstream.")),
            'invoice_overdue': (
                _("Orders are on hold: invoice %(invoice)s was due on %(due)s, %(days)s days ago."),
                _("Pay %(amount)s %(currency)s of overdue invoices; once the payment is in, orders go through again.")),
            'shared_credit_on_hold': (
                _("The credit that you share with your upstream is on hold."),
                _("Ask your upstream; it knows which invoice to pay.")),
        }
