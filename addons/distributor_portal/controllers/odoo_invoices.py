from odoo import http
from odoo.exceptions import ValidationError
from odoo.http import request

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

from .invoices import INVOICES, Invoices


class OdooInvoicePages(Invoices, PortalAccount, PaymentPortal):
    """Odoo's own pages of invoices, which know no roles and no payment that is on its way: to people of members they
    open in the dealer centre instead. What their lists find is narrowed by the record rules.
    """

    @http.route()
    def portal_my_invoice_detail(self, invoice_id, *args, report_type=None, **kwargs):
        """Override of `account`: links of mails lead here, too."""
        if self._channel_get_invoice(invoice_id)[0]:
            return request.redirect(f"{INVOICES}/{invoice_id}{'/pdf' if report_type == 'pdf' else ''}")
        return super().portal_my_invoice_detail(invoice_id, *args, report_type=report_type, **kwargs)

    @http.route()
    def portal_my_overdue_invoices(self, *args, **kwargs):
        """Override of `account_payment`: all that is overdue is paid in the dealer centre."""
        if self._channel_get_members():
            return request.redirect(f'{INVOICES}?show=overdue')
        return super().portal_my_overdue_invoices(*args, **kwargs)

    @http.route()
    def overdue_invoices_transaction(self, *args, **kwargs):
        """Override of `account_payment` to let nobody pay what is being paid in the dealer centre."""
        if self._channel_get_members():
            raise ValidationError(request.env._("Invoices of members are in the dealer centre."))
        return super().overdue_invoices_transaction(*args, **kwargs)
