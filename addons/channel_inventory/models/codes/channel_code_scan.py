from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.engine import write_csv

from ...engine import code_places
from .loose_many2one import LooseMany2one

MAX_TEXT = 120
# Where a shop stands is known to the district; a phone says how exact it is.
MEMBER_ACCURACY = 20_000
MAX_ACCURACY = 100_000
DEVICE_LENGTH = 32
CHECK_DAYS = 30


class ChannelCodeScan(models.Model):
    """That somebody scanned a code: who, where, when, and what it meant. Never changed."""

    _name = 'channel.code.scan'
    _description = "Scan of an Item Code"
    _inherit = ['channel.append.only']
    _log_access = False
    _order = 'scanned_at desc, id desc'
    _rec_name = 'text'

    code_id = LooseMany2one('channel.code', "Code", readonly=True, help="Empty: nobody has issued it.")
    text = fields.Char("Scanned", required=True, readonly=True)
    product_id = LooseMany2one('product.product', readonly=True)
    who = fields.Selection(selection='_get_whos', string="By Whom", required=True, readonly=True)
    purpose = fields.Selection(selection='_get_purposes', required=True, readonly=True, default='look')
    member_id = LooseMany2one('channel.member', "Scanning Member", readonly=True)
    user_id = LooseMany2one('res.users', "User", readonly=True)
    holder_id = LooseMany2one('channel.member', "Shipped To", readonly=True, help="As it was known at that moment.")
    verdict = fields.Selection(selection='_get_verdicts', required=True, readonly=True)
    level = fields.Selection(selection='_get_levels', string="Result", required=True, readonly=True)
    scanned_at = fields.Datetime("When", required=True, readonly=True)
    latitude = fields.Float(digits=(10, 6), readonly=True)
    longitude = fields.Float(digits=(10, 6), readonly=True)
    accuracy = fields.Integer("Accuracy (m)", readonly=True)
    is_located = fields.Boolean("Place Known", readonly=True)
    territory_id = LooseMany2one('channel.territory', "District", readonly=True)
    border_km = fields.Float(
        "Outside (km)", readonly=True, digits=(10, 1), aggregator='max',
        help="At least so far beyond the border of the territory of the member it was shipped to.")
    device = fields.Char(readonly=True, help="Says that two scans of one code come from one address, and nothing else.")
    token = fields.Char(readonly=True)
    company_id = LooseMany2one('res.company', required=True, readonly=True)

    _code_index = models.Index('(code_id, scanned_at) WHERE code_id IS NOT NULL')
    _time_index = models.Index('USING brin (scanned_at)')
    _outside_index = models.Index('(scanned_at) WHERE is_located AND (border_km > 0 OR holder_id IS NULL)')
    _device_index = models.Index('(device, text) WHERE device IS NOT NULL')
    _token_index = models.Index('(token) WHERE token IS NOT NULL')

    # === SELECTION METHODS === #

    @api.model
    def _get_whos(self):
        _ = self.env._
        return [('consumer', _("Consumer")), ('store', _("Member")), ('inspector', _("Inspector")),
            ('hq', _("Headquarters"))]

    @api.model
    def _get_purposes(self):
        _ = self.env._
        return [('look', _("Looked up")), ('pack', _("Packed")), ('receive', _("Received")), ('sell', _("Sold")),
                ('sell_return', _("Brought back")), ('return', _("Returned"))]

    @api.model
    def _get_levels(self):
        _ = self.env._
        return [('ok', _("In order")), ('warn', _("Take care")), ('block', _("Not in order"))]

    @api.model
    def _get_verdicts(self):
        return list(self.env['channel.code']._get_verdict_texts().items())

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, found, who, purpose, member=None, point=None, device=None, token=None, company=None, when=None):
        """Note what was scanned. :param found: as `_judge_texts` gives it; :param point: (latitude, longitude, metres)

        :return: the scans
        """
        if not point and member and (member.latitude or member.longitude):
            point = (member.latitude, member.longitude, MEMBER_ACCURACY)
        place = self._prepare_place(point)
        company = company or (member and member.company_id) or self.env.company
        when = when or fields.Datetime.now()
        scans = self.sudo().create([{
            'code_id': one['code'], 'text': (one['key'] or str(one['text']).replace('\x00', ''))[:MAX_TEXT] or "?",
            'product_id': one['known'] and one['known'].product, 'who': who, 'purpose': purpose,
            'member_id': member and member.id, 'user_id': None if self.env.user._is_public() else self.env.uid,
            'holder_id': one['known'] and one['known'].holder, 'verdict': one['verdict'].key,
            'level': one['verdict'].level, 'scanned_at': when, 'border_km': one['border_km'],
            'device': (device or '')[:DEVICE_LENGTH] or None, 'token': token,
            'company_id': one['row']['company_id'] if one['row'] else company.id, **place,
        } for one in found])
        if place and (who != 'hq'):
            scans.code_id._flag_clones()
        return scans

    @api.model
    def _prepare_place(self, point):
        if not point or not code_places.is_point(*point[:2]):
            return {}
        code = self.env['channel.code']._get_places().nearest(*point[:2])[0]
        territory = self.env['channel.territory'].sudo().search([('code', '=', code)], limit=1) if code else None
        return {
            'latitude': point[0], 'longitude': point[1], 'accuracy': min(max(int(point[2] or 0), 0), MAX_ACCURACY),
            'is_located': True, 'territory_id': territory and territory.id}

    @api.model
    def _is_taken(self, token):
        """Whether what bears this token was noted before: a second tap, or a line that broke."""
        return bool(token) and bool(self.sudo().search_count([('token', '=', token)], limit=1))

    # --- how often

    @api.model
    def _count_checks(self, code_id, device):
        """(number of consumers' addresses but this one, when the first was, how many lately)

        Lately is not longer ago than somebody has looked into the code.
        """
        return self.env.execute_query(SQL("""
            SELECT count(DISTINCT device), min(scanned_at),
                   count(DISTINCT device) FILTER (WHERE scanned_at > GREATEST(%(since)s, (
                        SELECT max(occurred_at) FROM channel_code_event
                         WHERE code_id = %(code)s AND kind = 'no_copy')))
              FROM channel_code_scan
             WHERE code_id = %(code)s AND who = 'consumer' AND device IS DISTINCT FROM %(device)s
        """, code=code_id or 0, device=device, since=fields.Datetime.now() - timedelta(days=CHECK_DAYS)))[0]

    @api.model
    def _was_noted(self, key, device, is_located=False):
        """Whether this code was checked from this address within a day. :param is_located: with its place"""
        return bool(self.sudo().search_count([
            ('device', '=', device), ('text', '=', key), ('scanned_at', '>', fields.Datetime.now() - timedelta(days=1)),
            *([('is_located', '=', True)] if is_located else [])], limit=1))

    # === FILES === #

    def _to_csv(self):
        """As evidence: who saw which code where."""
        whos, verdicts = dict(self._get_whos()), dict(self._get_verdicts())
        return write_csv([
            ["code", "product", "when (UTC)", "by", "district", "latitude", "longitude", "accuracy (m)", "outside (km)",
             "shipped to", "result"],
            *([scan.text, scan.product_id.default_code or "", scan.scanned_at, whos[scan.who],
               scan.territory_id.display_name or "", scan.latitude, scan.longitude, scan.accuracy, scan.border_km,
               scan.holder_id.code or "", verdicts[scan.verdict]] for scan in self),
        ])
