from odoo import api, fields, models
from odoo.exceptions import UserError

from .channel_change_request import FIELDS

MAX_ADDRESSES = 100
EXPIRES_SOON = 60  # days
# What an address is made of, and how long each may be.
ADDRESS = {'name': 100, 'street': 200, 'street2': 200, 'city': 100, 'zip': 20, 'phone': 40}


class ChannelMember(models.Model):
    """What a member looks after itself: its addresses; what it may ask to be changed: the rest."""

    _inherit = 'channel.member'

    delivery_partner_id = fields.Many2one(
        'res.partner', "Delivers To", ondelete='set null', groups='base.group_user',
        domain="[('parent_id', '=', partner_id), ('type', '=', 'delivery')]",
        help="Where orders go that name no address. Empty: the company itself.")
    change_request_ids = fields.One2many(
        'channel.change.request', 'member_id', "Change Requests", groups='base.group_user')

    # === PORTAL === #

    def _portal_get_profile(self):
        """What the page shows of the company, its addresses, licences, requests and people at headquarters."""
        self.ensure_one()
        today = self.company_id._channel_get_today()
        requests = self.env['channel.change.request'].search(
            [('member_id', '=', self.id), ('topic', '!=', 'erase')], limit=20)
        return {
            'company': self.partner_id,
            'bank': self._describe_company('bank'),
            'addresses': self._portal_get_addresses(),
            'default_address': self.delivery_partner_id,
            'licences': [
                (licence, 'expired' if licence.date_to and licence.date_to < today
                 else 'soon' if licence.date_to and (licence.date_to - today).days <= EXPIRES_SOON else '')
                for licence in self.authorization_ids],
            'waiting': requests.filtered(lambda request: request.state == 'waiting'),
            'requests': requests,
            'contact': self._get_hq_contact(),
            'headquarters': self.company_id.partner_id,
        }

    def _portal_get_addresses(self):
        """Delivery addresses of the member; the order pad offers them too."""
        self.ensure_one()
        return self.env['res.partner'].search(
            [('parent_id', '=', self.partner_id.id), ('type', '=', 'delivery')], order='name, id', limit=MAX_ADDRESSES)

    def _portal_keep_address(self, address, values):
        """Add or change a delivery address. :param address: one of its own, or empty for a new one

        :raise UserError: something is missing, or the division is none
        """
        self.ensure_one()
        values = {name: ' '.join(values.get(name, '').split())[:length] for name, length in ADDRESS.items()} | {
            'channel_division_code': values.get('division', '').strip()}
        code = values['channel_division_code']
        if not (values['name'] and values['street'] and code):
            raise UserError(self.env._("Give a name, a street and the code of the division."))
        place = self.env['channel.territory']._find_by_codes([code]).get(code)
        if not place or not code.isdecimal() or len(code) not in (6, 9):
            raise UserError(self.env._("%s is no code of a district or street.", code[:20]))
        if not address and len(self._portal_get_addresses()) >= MAX_ADDRESSES:
            raise UserError(self.env._("So many addresses cannot be kept: change one instead."))
        values['city'] = values['city'] or place.full_name
        if address:
            address.write(values)
            return address
        return self.env['res.partner'].create({
            **values, 'parent_id': self.partner_id.id, 'type': 'delivery', 'company_id': self.company_id.id,
            'country_id': self.partner_id.country_id.id})

    def _portal_drop_address(self, address):
        """Take it off the list; orders that went there keep it."""
        self.ensure_one()
        if self.delivery_partner_id == address:
            self.delivery_partner_id = False
        address.active = False

    def _portal_ask_for_changes(self, values):
        """Requests for what differs from what is there. :return: how many were made"""
        self.ensure_one()
        asked = 0
        for topic, names in FIELDS.items():
            given = {name: ' '.join(values.get(name, '').split())[:200] for name in names if name in values}
            wanted = {name: text for name, text in given.items() if text != (self.partner_id[name] or '')}
            if wanted and (topic == 'address' or all(wanted.values())):
                whole = {name: self.partner_id[name] or '' for name in names} | wanted
                self.env['channel.change.request']._ask(
                    self, topic, _join(whole, names), self._describe_company(topic), wanted)
                asked += 1
        number = ' '.join(values.get('acc_number', '').split())[:64]
        if number and number != self._describe_company('bank'):
            holder = ' '.join(values.get('acc_holder_name', '').split())[:100]
            self.env['channel.change.request']._ask(
                self, 'bank', f"{number} {holder}".strip(), self._describe_company('bank'),
                {'acc_number': number, 'acc_holder_name': holder})
            asked += 1
        return asked

    def _portal_renew_licence(self, licence, date_to, name, content):
        """Hand in a renewed licence. :raise UserError: no day after the present end, or a file that is not taken"""
        self.ensure_one()
        if not date_to or date_to <= max(licence.date_to or date_to.min, self.company_id._channel_get_today()):
            raise UserError(self.env._("Give the day until which the renewed licence is valid."))
        Request = self.env['channel.change.request']
        return Request._ask(
            self, 'licence', f"{licence.name}: {date_to}", f"{licence.name}: {licence.date_to or '–'}",
            {'date_to': date_to.isoformat()}, authorization_id=licence.id, **Request._read_file(name, content))

    # === BUSINESS METHODS === #

    def _describe_company(self, topic):
        """What it is now, as a request shows it."""
        self.ensure_one()
        if topic == 'bank':
            return ", ".join(self.partner_id.bank_ids.mapped('acc_number'))
        names = FIELDS[topic]
        return _join({name: self.partner_id[name] or '' for name in names}, names)

    @api.model
    def _get_delivery_places(self, members):
        """{member: (address, division code, latitude, longitude)} of those that chose where their orders go."""
        chosen = members.sudo().filtered('delivery_partner_id.active')
        codes = {member: member.delivery_partner_id.channel_division_code or '' for member in chosen}
        found = self.env['channel.territory'].sudo()._find_by_codes(codes.values())
        return {
            member.with_env(self.env): (member.delivery_partner_id, code, *found[code]._channel_get_point(code))
            for member, code in codes.items() if code in found}


def _join(values, names):
    return ", ".join(values[name] for name in names if values[name])
