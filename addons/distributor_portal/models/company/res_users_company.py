from odoo import SUPERUSER_ID, fields, models

from ...engine import write_csv

SHOWN = 5000


class ResUsers(models.Model):
    """What is known of a person of a member, and how it is forgotten."""

    _inherit = 'res.users'

    # === PORTAL === #

    def _channel_export(self):
        """{topic: [row]} of what names this person, as plain values."""
        self.ensure_one()
        user, partner = self.sudo(), self.sudo().partner_id
        data = {
            'person': [{
                'name': user.name, 'login': user.login, 'email': user.email or '', 'phone': partner.phone or '',
                'language': user.lang or '', 'time_zone': user.tz or '', 'made': user.create_date,
                'last_login': user.login_date, 'company': partner.parent_id.name or ''}],
            'roles': [{
                'member': link.member_id.code, 'role': link.role, 'order_limit': link.order_limit,
                **{name: link[name] for name in link._fields if name.startswith('notice_')},
            } for link in user.channel_link_ids],
        }
        for topic, (model, domain, names) in self._channel_get_traces().items():
            found = self.env[model].sudo().search_read(domain, names, limit=SHOWN, load=False)
            data[topic] = [{name: row[name] for name in ('id', *names)} for row in found]
        return {topic: [_plain(row) for row in rows] for topic, rows in data.items()}

    def _channel_get_traces(self):
        """{topic: (model, domain, fields)} of what this person has done. Override to add a topic."""
        by = [('user_id', '=', self.id)]
        return {
            'orders': ('sale.order', [('create_uid', '=', self.id), ('channel_member_id', '!=', False)],
                       ['name', 'date_order', 'channel_state', 'amount_total']),
            'order_events': ('channel.order.event', by, ['kind', 'at', 'detail']),
            'decisions': ('channel.approval', by, ['state', 'decided_at', 'reason']),
            'receipts': ('channel.receipt', by, ['received_at']),
            'case_statements': ('channel.case.statement', by, ['kind', 'said_at', 'text']),
            'changes_of_people': ('channel.member.event', ['|', ('person_id', '=', self.id), *by],
                                  ['kind', 'at', 'old', 'new']),
            'change_requests': ('channel.change.request', by, ['topic', 'old', 'new', 'state']),
            'invitations': ('channel.invitation', ['|', ('user_id', '=', self.id), ('invited_by_id', '=', self.id)],
                            ['name', 'email', 'role', 'state']),
            'stood_in': ('channel.approval.delegation', ['|', ('delegate_id', '=', self.id), *by],
                         ['date_from', 'date_to', 'note']),
            'devices': ('res.device.log', by, ['ip_address', 'browser', 'platform', 'first_activity', 'last_activity']),
        }

    def _channel_export_csv(self):
        """The same as one table: topic, row, field, value."""
        rows = [
            (topic, number, name, value)
            for topic, records in self._channel_export().items()
            for number, record in enumerate(records, 1) for name, value in record.items()]
        return write_csv([('topic', 'row', 'field', 'value'), *rows])

    def _channel_is_erasure_asked(self):
        self.ensure_one()
        return bool(self.env['channel.change.request'].sudo().search_count([
            ('person_id', '=', self.id), ('topic', '=', 'erase'), ('state', '=', 'waiting')], limit=1))

    # === BUSINESS METHODS === #

    def _update_last_login(self):
        """Override of `base`: who was invited has come."""
        self.env['channel.invitation'].sudo().search(
            [('user_id', 'in', self.ids), ('state', '=', 'sent')])._close('accepted')
        return super()._update_last_login()

    def _channel_erase(self, member):
        """Forget who this was: no access, no name, no address. What it did stays, done by a number.

        Orders, receipts and statements are kept by law; they point to the login, which names nobody any more.
        """
        self.ensure_one()
        user, partner = self.sudo(), self.sudo().partner_id
        user.channel_link_ids._remove()
        self.env['channel.member.event']._note('erased', member, user)
        self.env['channel.invitation'].sudo().search([('user_id', '=', user.id)]).write(
            {'name': "–", 'email': f'erased-{user.id}@invalid'})
        self.env['res.device.log'].sudo().search([('user_id', '=', user.id)]).unlink()
        self.env['channel.rate'].sudo().search([('key', '=like', f'{user.login.lower()}%')]).unlink()
        user.with_user(SUPERUSER_ID).with_context(tracking_disable=True).write({
            'active': False, 'login': f'erased-{user.id}', 'password': '', 'signature': False, 'image_1920': False})
        partner.with_context(tracking_disable=True).write({
            'name': self.env._("Former person %s", user.id), 'email': False, 'phone': False, 'comment': False,
            'image_1920': False, 'street': False, 'street2': False, 'active': False})


def _plain(row):
    """Dates as ISO text, nothing as an empty one."""
    return {
        name: '' if value is False or value is None else value if isinstance(value, (int, float))
        else fields.Datetime.to_string(value) if hasattr(value, 'hour') else str(value)
        for name, value in row.items()}
