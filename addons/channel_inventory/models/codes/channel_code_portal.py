import hmac
from datetime import datetime
from hashlib import sha256

from odoo import api, fields, models

from ...engine import code_checks, code_places, codes

MAX_SCANNED = 50
TOKEN_SECONDS = 3600


class ChannelCode(models.Model):
    """What members, inspectors and consumers are told of a code that they scan."""

    _inherit = 'channel.code'

    # === MEMBERS AND INSPECTORS === #

    @api.model
    def _portal_scan(self, texts, who, purpose='look', member=None, point=None, token=None):
        """Judge what somebody has scanned, and note it; with the same token again, only judge.

        :param who: 'store' or 'inspector'; :param purpose: 'look'; for a store 'sell' or 'sell_return', too
        :param point: (latitude, longitude, metres) that the device has given, or None
        :return: what is shown of each, in the sequence of the scans
        """
        Scan = self.env['channel.code.scan']
        company = member.company_id if member else self.env.company
        asker = code_checks.Asker(
            who, purpose, fields.Date.context_today(self), self._get_line_ids(member) if member else frozenset())
        is_again = Scan._is_taken(token)
        if is_again:
            # What was sold, or brought back, by the first tap is so now: it must not read as a mistake.
            asker = code_checks.Asker(who, 'look', asker.today, asker.members)
        if not point and member and (member.latitude or member.longitude):
            found_at = (member.latitude, member.longitude)
        else:
            found_at = point
        found = self._judge_texts(texts[:MAX_SCANNED], asker, company, found_at)
        if not is_again:
            if purpose != 'look':
                self.browse(dict.fromkeys(
                    one['code'] for one in found if one['code'] and one['verdict'].is_good))._act(purpose, member)
            Scan._record(found, who, purpose, member, point, token=token, company=company)
        return [self._portal_describe(one, who) for one in found]

    @api.model
    def _portal_describe(self, one, who):
        """What is shown of a scan: to a member nothing of other members."""
        sentences, known, verdict = self._get_verdict_texts(), one['known'], one['verdict']
        shown = {
            'text': codes.show_own(one['key']) if codes.is_own(one['key']) else codes.element_string(one['key']) or str(
                one['text'])[:60],
            'level': verdict.level, 'verdict': verdict.key,
            'sentences': [sentences[key] for key in (verdict.key, *verdict.warnings)],
            'product': '', 'facts': [],
        }
        hides = who == 'store' and verdict.key in ('other_member', 'not_shipped')
        if not known or hides:
            return shown
        product = self.env['product.product'].sudo().browse(known.product or [])
        lot = self.env['stock.lot'].sudo().browse(known.lot or [])
        shown['product'] = product.display_name or self.env._("Several products")
        _, facts = self.env._, shown['facts']
        facts.append((_("Holds"), f"{known.qty:g} {product.uom_id.name or ''}".strip()))
        if lot:
            facts.append((_("Lot"), lot.name))
        if known.expiry:
            facts.append((_("Expiry"), fields.Date.to_string(known.expiry)))
        facts.append((_("Status"), dict(self._get_states())[known.state]))
        if who == 'inspector':
            holder = self.env['channel.member'].sudo().browse(known.holder or [])
            facts.append((_("Shipped to"), holder.display_name or "–"))
            if one['border_km']:
                facts.append((_("Outside its territory by"), _("at least %s km", round(one['border_km']))))
        return shown

    # === THE PUBLIC === #

    @api.model
    def _public_look(self, text, address, notes=True):
        """What somebody without a login is told; noted once a day and address.

        Whatever is asked for, the same queries run: how long it takes tells nothing.

        :return: {'key', 'public' (`code_checks.Public`), 'product', 'company', 'expiry', 'token'}
        """
        code, _problem = self._read_text(text)
        known, row = self._get_known([code.key] if code else ['']).get(code.key if code else '', (None, None))
        Scan = self.env['channel.code.scan'].sudo()
        device = self._get_device(address, code.key if code else '')
        public = code_checks.tell_public(
            known, *Scan._count_checks(known.code if known else 0, device), fields.Date.context_today(self),
            row['max_checks'] if row else 0)
        if notes and code and not Scan._was_noted(code.key, device):
            self._public_note(text, code, known, row, device, self.env.company)
        product = self.env['product.product'].sudo().browse(known.product if known and public.shows_product else 0)
        return {
            'key': code.key if code else '', 'public': public, 'product': product.exists(),
            # Whose the code is would tell that it is one.
            'company': self.env['res.company'].sudo().browse(
                row['company_id'] if public.shows_product else self.env.company.id),
            'expiry': known.expiry if known and public.shows_product else None,
            'token': self._sign(code.key, fields.Datetime.now()) if code else ''}

    @api.model
    def _public_note(self, text, code, known, row, device, company, point=None):
        asker = code_checks.Asker('consumer', 'look', fields.Date.context_today(self))
        borders = self._get_borders({known.holder} if known and known.holder else set(), point)
        one = {
            'text': text, 'key': code.key, 'code': known and known.code, 'known': known, 'row': row,
            'verdict': code_checks.judge(known, asker), 'border_km': borders.get(known.holder, 0.0) if known else 0.0}
        return self.env['channel.code.scan'].sudo()._record([one], 'consumer', 'look', None, point, device, None,
            company)

    @api.model
    def _public_place(self, token, latitude, longitude, accuracy, address):
        """That a consumer says where it is. :param token: the page's signature. :return: whether it was taken"""
        key = self._read_signed(token)
        if not key or not code_places.is_point(latitude, longitude):
            return False
        code, _problem = self._read_text(key)
        known, row = self._get_known([key]).get(key, (None, None))
        device = self._get_device(address, key)
        if not code or not known or self.env['channel.code.scan']._was_noted(key, device, is_located=True):
            return True
        company = self.env['res.company'].sudo().browse(row['company_id'])
        metres = accuracy if isinstance(accuracy, (int, float)) and 0 <= accuracy <= 10**6 else 1000
        self._public_note(key, code, known, row, device, company, (latitude, longitude, metres))
        return True

    # --- signatures instead of cookies

    @api.model
    def _get_secret(self):
        return (self.env['ir.config_parameter'].sudo().get_param('database.secret') or '').encode()

    @api.model
    def _sign(self, key, now):
        """That this page was shown for this code, lately."""
        stamp = f'{int(now.timestamp()):x}'
        mark = hmac.new(self._get_secret(), f'code {stamp} {key}'.encode(), sha256).hexdigest()[:32]
        return f'{stamp}.{mark}.{key}'

    @api.model
    def _read_signed(self, token):
        """The code that a token was made for; None where it is not ours, or too old."""
        token = token if isinstance(token, str) else ''
        stamp, _dot, rest = token.partition('.')
        try:
            token.encode()  # JSON may hold halves of characters
            made = datetime.fromtimestamp(int(stamp, 16)) if len(stamp) <= 10 else None
        except (ValueError, OverflowError, OSError):
            made = None
        key = rest.partition('.')[2]
        age = (fields.Datetime.now() - made).total_seconds() if made else -1
        if not key or not 0 <= age <= TOKEN_SECONDS:
            return None
        return key if hmac.compare_digest(self._sign(key, made).encode(), token.encode()) else None

    @api.model
    def _get_device(self, address, key):
        """A number that all checks of one code from one address share, and that says nothing else.

        Not the browser: whoever wants to be many calls itself another each time.
        """
        text = f'check {key} {code_checks.network_of(address)}'
        return hmac.new(self._get_secret(), text.encode(), sha256).hexdigest()[:32]
