import secrets

from odoo import api, fields, models

from ...engine import push
from .channel_sell_through_take import Terms


class ChannelSource(models.Model):
    """A source may push its rows over HTTP: each request signed with the source's secret."""

    _inherit = 'channel.source'

    push_secret = fields.Char(
        copy=False, groups='distributor_portal.group_channel_manager',
        help="Shared with the system that pushes; whoever has it can report sales in the name of this source.")
    push_member_id = fields.Many2one(
        'channel.member', "Pushes For", ondelete='restrict', groups='distributor_portal.group_channel_manager',
        help="It may report for this member and those below, and rows that name none are this member's.")
    push_company_id = fields.Many2one(
        'res.company', "Pushes To", groups='distributor_portal.group_channel_manager',
        help="Whose members its rows name.")
    push_url = fields.Char(compute='_compute_push_url', groups='distributor_portal.group_channel_manager')
    member_code_ids = fields.One2many('channel.source.member', 'source_id', "Codes of Members")

    # === COMPUTE METHODS === #

    @api.depends('code')
    def _compute_push_url(self):
        for source in self:
            source.push_url = f'{source.get_base_url()}/channel/push/{source.code}' if source.code else False

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: whoever has the secret reports for its members, so nobody lets it push to a company not his own."""
        result = super().write(vals)
        if not {'push_member_id', 'push_company_id'}.isdisjoint(vals):
            self.check_access('write')
        return result

    # === ACTION METHODS === #

    def action_new_push_secret(self):
        """Make a new secret: the one before no longer works."""
        self.check_access('write')
        for source in self:
            source.push_secret = secrets.token_urlsafe(32)
            source.push_company_id = source.push_company_id or self.env.company

    def action_stop_push(self):
        self.check_access('write')
        self.push_secret = False

    # === BUSINESS METHODS === #

    @api.model
    def _find_pusher(self, code, stamp, signature, body, now):
        """The source that has signed this message just now. :param now: seconds since 1970

        :raise PushRefused: there is none
        """
        source = self.search([('code', '=', code.replace('\x00', '')), ('push_secret', '!=', False)], limit=1)
        push.check(source.push_secret or '', stamp, signature, body, now)
        return source

    def _push(self, rows, signature):
        """Take what was pushed. The same message again, as a till sends that heard nothing, gets the same answer.

        :return: as `channel_ingest`
        """
        self.ensure_one()
        digest = push.plain_signature(signature)
        known = self.env['channel.feed'].search([
            ('source_id', '=', self.id), ('digest', '=', digest), ('kind', '=', 'pos')], limit=1)
        if known:
            return known.answer
        member = self.push_member_id
        own = {'member': member.code} if member else {}
        members = frozenset(self.env['channel.member'].search([('id', 'child_of', member.id)]).ids) if member else None
        company = member.company_id or self.push_company_id or self.env.company
        return self.env['channel.sell.through']._ingest_call(
            [{**row, **({} if row.get('member') else own), 'source': self.code} if isinstance(row, dict) else row
             for row in rows],
            {'name': self.env._("Push of %s", self.name), 'kind': 'pos', 'source_id': self.id, 'digest': digest,
             'company_id': company.id, 'member_id': member.id}, Terms(source=self.code, members=members))
