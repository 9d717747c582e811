import re

from odoo import models
from odoo.http import request

from .dealer_centre import HOME

IN_DEALER_CENTRE = re.compile(rf'(/[^/]+)?{HOME}(/|$)')


class IrHttp(models.AbstractModel):
    """Here and not in models/: it is about the request that failed."""

    _inherit = 'ir.http'

    @classmethod
    def _get_error_html(cls, env, code, values):
        """Override of `http_routing`: inside the dealer centre an error keeps its shell and says where to go on."""
        if not IN_DEALER_CENTRE.match(request.httprequest.path):
            return super()._get_error_html(env, code, values)
        title, text, icon = cls._channel_get_error_text(env, code)
        return code, env['ir.ui.view']._render_template('distributor_portal.portal_error', {
            'error_title': title, 'error_text': text, 'error_icon': icon, 'status_code': code,
        })

    @classmethod
    def _channel_get_error_text(cls, env, code):
        """(title, sentence, icon) of an error. Never what the exception says: it may name what is not the reader's."""
        if code == 404:
            return env._("Nothing is here"), env._("This page does not exist, or it is not yours to see."), 'fa-map-o'
        if code == 403:
            return env._("Not for your role"), env._("Ask the owner of your company to give you this role."), 'fa-lock'
        if code < 500:
            return (
                env._("That did not work"), env._("Go back, reload the page and try again."), 'fa-exclamation-circle')
        return (
            env._("Something broke on our side"),
            env._("Nothing you have entered was changed. Try again in a minute; if it stays, tell headquarters."),
            'fa-wrench')
