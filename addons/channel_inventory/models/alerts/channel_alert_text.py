from odoo import api, fields, models
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import formatLang

from .channel_alert import LOW_KINDS


class ChannelAlert(models.Model):
    """An alert in a sentence, in the reader's language: what, since when, by which numbers."""

    _inherit = 'channel.alert'

    # === COMPUTE METHODS === #

    @api.depends('kind', 'inputs', 'qty')
    @api.depends_context('lang')
    def _compute_why(self):
        texts = self._get_reasons()
        for alert in self:
            inputs = alert.inputs or {}
            if inputs.get('text'):
                alert.why = inputs['text']
            else:
                alert.why = alert._tell(texts) if inputs else ""

    # === BUSINESS METHODS === #

    def _tell(self, texts):
        self.ensure_one()
        blanks, told = self._prepare_blanks(), [texts[self._get_text_key()]]
        if self.kind in LOW_KINDS and (self.inputs.get('incoming') or 0) > 0:
            told.append(texts['coming'])
        return " ".join(text % blanks for text in told)

    def _get_text_key(self):
        self.ensure_one()
        inputs = self.inputs
        if self.kind == 'short':
            return f"short_{inputs.get('method')}"
        if self.kind == 'slow':
            return ('slow_never' if not inputs.get('last_sale') else 'slow_idle') if inputs.get('is_idle') else 'slow'
        if self.kind == 'expiry':
            return 'expiry' if inputs.get('is_lost') else 'near'
        if self.kind in ('temperature', 'device'):
            return f"{self.kind}_{inputs.get('side')}"
        return self.kind if self.kind in self._get_reasons() else 'other'

    def _prepare_blanks(self):
        """What the sentences name."""
        self.ensure_one()
        inputs, unit = self.inputs, self.uom_id.name or ""

        def qty(value):
            return f"{days(value)} {unit}".strip()

        def days(value):
            # Digits that say nothing are left out.
            value = round(float(value or 0), 1)
            return formatLang(self.env, value, digits=0 if value == int(value) or abs(value) >= 100 else 1)

        def day(value):
            return format_date(self.env, fields.Date.to_date(value[:10])) if value else ""

        def moment(value):
            return format_datetime(self.env, value, dt_format='short') if value else ""

        return {
            'device': inputs.get('device'), 'since': moment(inputs.get('at')), 'peak': days(inputs.get('peak')),
            'limit_at': days(inputs.get('limit_at')),
            'qty': qty(self.qty), 'available': qty(inputs.get('available')), 'incoming': qty(inputs.get('incoming')),
            'pace': qty(inputs.get('pace')), 'safety': qty(inputs.get('safety')), 'supply': days(inputs.get('supply')),
            'limit_days': days(inputs.get('supply_days')), 'slow_days': inputs.get('slow_days'),
            'lead': days(inputs.get('lead_days')), 'policy_days': days(inputs.get('days')),
            'out_days': inputs.get('days_out'), 'span': inputs.get('out_span'),
            'last_sale': day(inputs.get('last_sale')),
            'expires': day(inputs.get('expires')), 'left': inputs.get('left_days'), 'lot': self.lot_id.name or "",
            'lot_qty': qty(inputs.get('lot_qty')), 'day': day(inputs.get('day')),
            'missing': qty(inputs.get('missing')), 'had': qty(inputs.get('had')), 'sold': qty(inputs.get('sold')),
            'out': qty(inputs.get('out')), 'limit': qty(inputs.get('limit')), 'window': inputs.get('days'),
            'counts': inputs.get('counts')}

    @api.model
    def _get_reasons(self):
        """{key: sentence}"""
        _ = self.env._
        return {
            'out': _("None is left; %(pace)s are sold a day. It was out on %(out_days)s of the last %(span)s days."),
            'short_days': _("%(available)s are left, enough for %(supply)s days at %(pace)s a day. Safe are "
                            "%(policy_days)s days, %(safety)s."),
            'short_fixed': _("%(available)s are left. Safe are %(safety)s."),
            'short_service': _("%(available)s are left. New goods take %(lead)s days, and sales vary: %(safety)s are "
                               "safe."),
            'coming': _("%(incoming)s are on their way."),
            'expiry': _("Lot %(lot)s expires on %(expires)s, in %(left)s days. At %(pace)s a day %(qty)s of its "
                        "%(lot_qty)s will not be sold by then."),
            'near': _("Lot %(lot)s expires on %(expires)s, in %(left)s days: %(lot_qty)s."),
            'slow': _("%(available)s last for %(supply)s days at %(pace)s a day; more than %(limit_days)s is slow."),
            'slow_idle': _("%(available)s lie there, and none was sold since %(last_sale)s."),
            'slow_never': _("%(available)s lie there, and none was sold for longer than is looked back."),
            'negative': _("%(qty)s more were sold than were ever received: something was not scanned in, or not "
                          "counted."),
            'deviation': _("%(qty)s do not match since %(day)s, and nothing on record accounts for it."),
            'leakage': _("%(missing)s of %(had)s have left within %(window)s days without a sale: %(sold)s were sold, "
                         "%(out)s left in ways that are on record, and %(counts)s counts found the rest missing. "
                         "The limit is %(limit)s."),
            'temperature_high': _("%(device)s has been warmer than %(limit_at)s °C since %(since)s: %(peak)s °C."),
            'temperature_low': _("%(device)s has been colder than %(limit_at)s °C since %(since)s: %(peak)s °C."),
            'device_high': _("%(device)s has been above %(limit_at)s since %(since)s: %(peak)s."),
            'device_low': _("%(device)s has been below %(limit_at)s since %(since)s: %(peak)s."),
            'silent': _("%(device)s has said nothing since %(since)s."),
            'other': "%(qty)s",
        }

    def _get_advice(self):
        """What the member can do, as a sentence."""
        self.ensure_one()
        _ = self.env._
        return {
            'out': _("Order it again."), 'short': _("Order it again in time."),
            'expiry': _("Sell it first, offer it to others nearby, or ask to return it."),
            'slow': _("Offer it to others nearby, or order less of it."),
            'negative': _("Scan in what has come, or count it."),
            'temperature': _("Look at the device, and at the goods in it."),
            'device': _("Look at it: fill the shelf, or close the door."),
            'silent': _("See whether the device has power and a network."),
        }.get(self.kind, "")
