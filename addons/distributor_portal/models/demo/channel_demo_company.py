from odoo import api, models

BACK_DOOR = {'name': "后门收货口 Back Door", 'street': "育才路 134 号 B 座", 'phone': "+86 140 0001 0001"}


class ChannelDemo(models.AbstractModel):
    """People with their roles and a limit, a second address, two changes that wait, somebody who is invited."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        quiet = self.with_context(mail_activity_quick_update=True)
        quiet._load_people(members)
        quiet._load_profile(members)
        # Nobody is written to: these people are made up.
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()
        return result

    @api.model
    def _load_people(self, members):
        self.env.ref('distributor_portal.channel_tier_dealer').invites_below = True
        store = self._own('store', members['S00001'])
        buyer = store.user_link_ids.filtered(lambda link: link.role == 'buyer')
        buyer.with_env(store.env).order_limit = 5000
        store._portal_invite("吴倩 Wu Qian", 'wu.qian@example.com', 'warehouse')

    @api.model
    def _load_profile(self, members):
        store = self._own('store', members['S00001'])
        store._portal_keep_address(self.env['res.partner'], {**BACK_DOOR, 'division': store.street_code})
        store._portal_ask_for_changes({'vat': '91440304MA5D0R1X2Y', 'acc_number': '6222 0000 1400 0001'})
        self._own('dealer', members['D0001'])._portal_ask_for_changes({'street': "深南大道 2008 号 3 楼"})

    @api.model
    def _own(self, login, member):
        """The member as the pages of this person have it."""
        return member.with_env(self._as(login)).sudo()
