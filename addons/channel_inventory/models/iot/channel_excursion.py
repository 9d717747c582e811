from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain


class ChannelExcursion(models.Model):
    """A time in which a device was outside its limits, or said nothing."""

    _name = 'channel.excursion'
    _description = "Excursion of a Device"
    _inherit = ['channel.by.hand']
    _order = 'started_at desc, id desc'
    _rec_name = 'device_id'

    _hand_fields = frozenset({'note'})

    device_id = fields.Many2one('channel.device', required=True, readonly=True, index=True, ondelete='restrict')
    company_id = fields.Many2one('res.company', required=True, readonly=True, index=True)
    member_id = fields.Many2one('channel.member', readonly=True, index='btree_not_null')
    device_kind = fields.Selection(related='device_id.kind', string="Device Measures")
    kind = fields.Selection(
        [('low', "Too low"), ('high', "Too high"), ('silent', "Silent")], required=True, readonly=True)
    started_at = fields.Datetime("From", required=True, readonly=True)
    last_at = fields.Datetime("Last Reading", readonly=True)
    ended_at = fields.Datetime("Until", readonly=True)
    minutes = fields.Integer(compute='_compute_minutes', help="So long it was, or is by now.")
    limit = fields.Float(readonly=True, help="What was allowed when it began.")
    peak = fields.Float("Worst", readonly=True, help="Degrees, pieces or percent, as the device's limits.")
    beyond = fields.Float(
        "Degree-Minutes", readonly=True, help="How far beyond the limit, added up over the minutes that were measured.")
    has_kinetic = fields.Boolean(readonly=True)
    kinetic = fields.Float(
        "Mean Kinetic Temperature", readonly=True,
        help="The one temperature that would have done as much harm in that time (activation energy 83.144 kJ/mol).")
    state = fields.Selection(
        [('open', "Going on"), ('ended', "To look at"), ('seen', "Looked at")], compute='_compute_state',
        search='_search_state')
    seen_by_id = fields.Many2one('res.users', "Looked At By", readonly=True, ondelete='restrict')
    seen_at = fields.Datetime("Looked At", readonly=True)
    note = fields.Text("What Was Done", help="E.g. goods checked and moved, door seal replaced.")

    _once = models.UniqueIndex('(device_id, kind, started_at)', "This excursion is known already.")
    _one_open = models.UniqueIndex('(device_id, kind) WHERE ended_at IS NULL')

    # === COMPUTE METHODS === #

    @api.depends('started_at', 'ended_at')
    def _compute_minutes(self):
        now = fields.Datetime.now()
        for excursion in self:
            long = (excursion.ended_at or now) - excursion.started_at if excursion.started_at else timedelta()
            excursion.minutes = max(long.total_seconds() // 60, 0)

    @api.depends('ended_at', 'seen_at')
    def _compute_state(self):
        for excursion in self:
            excursion.state = 'open' if not excursion.ended_at else 'seen' if excursion.seen_at else 'ended'

    def _search_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domains = {
            'open': Domain('ended_at', '=', False),
            'ended': Domain('ended_at', '!=', False) & Domain('seen_at', '=', False),
            'seen': Domain('ended_at', '!=', False) & Domain('seen_at', '!=', False)}
        return Domain.OR(domains[one] for one in value if one in domains)

    # === ACTION METHODS === #

    def action_seen(self):
        """Somebody has looked at these."""
        self.check_access('write')
        self.filtered(lambda one: not one.seen_at).sudo().write({
            'seen_by_id': self.env.uid, 'seen_at': fields.Datetime.now()})

    def action_view_readings(self):
        """What was measured then, and an hour before and after."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_reading_action')
        return {**action, 'context': {}, 'domain': [
            ('device_id', '=', self.device_id.id), ('at', '>=', fields.Datetime.subtract(self.started_at, hours=1)),
            ('at', '<=', fields.Datetime.add(self.ended_at or fields.Datetime.now(), hours=1))]}

    # === BUSINESS METHODS === #

    @api.model
    def _note(self, device, found):
        """Keep what was found at a device. The same again changes nothing but what it says.

        :param found: dicts of `kind`, `started_at`, `ended_at` and the figures
        """
        known = {(one.kind, one.started_at): one for one in self.search([
            ('device_id', '=', device.id), ('started_at', 'in', [one['started_at'] for one in found])])}
        opened = closed = self.browse()
        for values in found:
            excursion = known.get((values['kind'], values['started_at']))
            if excursion and excursion.ended_at:
                continue
            if excursion:
                excursion.write({name: value for name, value in values.items() if name != 'limit'})
            else:
                excursion = self.create({
                    **values, 'device_id': device.id, 'company_id': device.company_id.id,
                    'member_id': device.member_id.id})
                opened |= excursion
            if excursion.ended_at:
                closed |= excursion
        if opened:
            opened._on_opened()
        if closed:
            closed._on_closed()

    def _on_opened(self):
        """Hook: these have just been found, each once. In the transaction of the readings that tell of them."""

    def _on_closed(self):
        """Hook: these are over, each once."""
