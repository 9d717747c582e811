import random
from datetime import timedelta

from odoo import api, fields, models

from ...engine import code_checks

SKU, PER_CASE, CASES = 'YOG-B-200', 6, 4
# Where the cases of a dealer of Shenzhen turned up: two districts of Chengdu, and a shop at home.
CHENGDU, CHENGDU_EAST, SHENZHEN = (30.66, 104.06), (30.63, 104.15), (22.53, 113.93)


class ChannelDemo(models.AbstractModel):
    """Codes: a dealer's cases found in the wrong province, one code at two places at once, and much in order."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        """Override to add that of codes."""
        result = super()._load_stories(members)
        # Nobody is written to: these people are made up.
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        self._load_codes_story(members)
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()
        return result

    @api.model
    def _load_codes_story(self, members):
        """Two lots of codes, one sent to D0001 in Shenzhen, one still at headquarters."""
        company = self.env.ref('base.main_company')
        company.channel_code_where_to_buy = "禾泉特约门店 Shops with the Hequan sign"
        product = self.env['product.product'].search([('default_code', '=', SKU)])
        made = self._make_demo_codes(product, 1)
        sent = made.filtered(lambda code: code.level == 2)
        when = fields.Datetime.now() - timedelta(days=6)
        dealer = members['D0001']
        sent._act('ship', dealer, when)
        sent[:3]._act('receive', dealer, when + timedelta(days=1))
        items = made.filtered(lambda code: code.level == 1)
        self._scan_demo(items[0], dealer, SHENZHEN, 'store', 96)
        for number, place in enumerate((CHENGDU, CHENGDU_EAST, CHENGDU)):
            self._scan_demo(items[PER_CASE + number], dealer, place, 'inspector' if not number else 'consumer',
                60 - number * 7)
        self._scan_demo(items[1], dealer, SHENZHEN, 'consumer', 26)
        self._scan_demo(items[1], dealer, CHENGDU, 'consumer', 25.5)
        self._make_demo_codes(product, 2)
        self.env['channel.code']._cron_watch()

    @api.model
    def _make_demo_codes(self, product, number):
        """Always the same codes, whatever machine it is loaded on."""
        Code = self.env['channel.code']
        draw = random.Random(f'demo codes {number}').choice  # noqa: S311  no secrets here
        rows = Code._prepare_codes(product, PER_CASE * CASES, 'own', None, PER_CASE, 0, draw)
        Code._load_codes(rows, self.env.company)
        ids = Code._find([row[0] for row in rows], self.env.company)
        return Code.browse(ids[row[0]] for row in rows)

    @api.model
    def _scan_demo(self, code, member, place, who, hours):
        point = (*place, 20)
        asker = code_checks.Asker(who, 'look', fields.Date.today(), frozenset(member.ids))
        found = self.env['channel.code']._judge_texts([code.code], asker, self.env.company, point)
        self.env['channel.code.scan']._record(
            found, who, 'look', member if who == 'store' else None, point, f'demo {hours}',
            when=fields.Datetime.now() - timedelta(hours=hours))
