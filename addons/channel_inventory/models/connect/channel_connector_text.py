from odoo import api, models


class ChannelConnector(models.Model):
    """What went wrong, in words for whoever has to do something about it."""

    _inherit = 'channel.connector'

    # === BUSINESS METHODS === #

    @api.model
    def _explain(self, failure, detail=''):
        """:param failure: as in `engine.connect.retry.FAILURES`, or why a call was refused"""
        detail = detail or ''
        if failure == 'unreadable':
            lines = [line.split('\t') for line in detail.split('\n')]
            return "\n".join(self._explain_problem(*line) for line in lines if len(line) == 3)
        if failure == 'forbidden_address':
            return self._explain_door(detail)
        known = self._get_failure_texts(detail)
        return known.get(failure) or detail or failure

    @api.model
    def _get_failure_texts(self, detail):
        _ = self.env._
        return {
            'unreachable': _("Nobody answers at this address."),
            'timeout': _("No full answer in time."),
            'too_slow': _("The answer came too slowly."),
            'cut': _("The connection broke before the answer was whole."),
            'server_error': _("The other side failed (%s).", detail or "500"),
            'busy': _("The other side asks for patience (%s).", detail or "429"),
            'unauthorised': _("The other side does not let us in: check the key or password."),
            'certificate': _("The other side's certificate cannot be trusted."),
            'redirect': _(
                "The other side sends us elsewhere (%s). Nobody is followed: enter the right address.", detail),
            'not_understood': _("The answer is no %s.", detail or "JSON"),
            'contradicts': _("The answer is none to what was said: %s", detail),
            'too_large': _("The answer is larger than %s bytes.", detail),
            'rejected': _("Refused by the other side: %s", detail or _("it does not say why")),
            'refused': _("Refused by the other side (%s), without a reason.", detail),
            'invalid': _("It cannot be said this way: %s", detail),
            'not_yet': _("It waits for something that is not here yet: %s", detail),
            'cannot': detail,
            'error': _("An error on our side (%s): see the server's log.", detail),
            'conflict': _(
                "The same key has said something else before. Drop this one, or resend it if both are meant."),
            'clock': _("Its clock is %s minutes off: what it signs is refused until that is put right.", detail),
            'wrong_signature': _("A call was signed with another secret."),
        }

    @api.model
    def _explain_door(self, key):
        _ = self.env._
        return {
            'scheme': _("The address has to begin with https://. Hosts of the house that may be called without are "
                        "listed in the system parameter channel.connect.hosts."),
            'user': _("Name and password do not belong into the address."),
            'private': _("The address leads into the house. Hosts that may be called all the same are listed in the "
                         "system parameter channel.connect.hosts."),
        }.get(key, _("This is no address that can be called."))

    @api.model
    def _explain_problem(self, where, reason, detail):
        """“body.lines[0].qty: 'many' is no number.”"""
        _ = self.env._
        text = {
            'missing': _("is missing."),
            'not_text': _("%s is no text.", detail),
            'too_long': _("has more than %s characters.", detail),
            'unknown_value': _("%s is not known.", detail),
            'not_number': _("%s is no number.", detail),
            'too_fine': _("%s has too many digits.", detail),
            'too_small': _("%s is too little.", detail),
            'not_time': _("%s is no time.", detail),
            'not_day': _("%s is no date.", detail),
            'not_flag': _("%s is neither true nor false.", detail),
            'not_object': _("%s is no object.", detail),
            'not_list': _("%s is no list.", detail),
            'too_few': _("has fewer than %s lines.", detail),
            'too_many': _("has more than %s lines.", detail),
            'other_key': _("%s is the key of another message.", detail),
            'not_xml': _("This is no XML that is read here."),
            'no_message': _("There is no message in it."),
        }.get(reason, reason)
        return f"{where}: {text}" if where else text

    @api.model
    def _write_problems(self, unreadable):
        """All problems as one text, for a field; `_explain` reads it."""
        return "\n".join(
            "\t".join(part.replace('\t', ' ').replace('\n', ' ') for part in (one.where, one.reason, one.detail))
            for one in unreadable.problems)
