import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.orm.models import NO_ACCESS
from odoo.tools import ormcache

from ...engine.connect import door, retry, signing
from .channel_connector_way import ALLOWED_HOSTS

MIN_SECONDS, MAX_SECONDS = 1, 60
CRON = 'channel_inventory.ir_cron_connect'
READ_ONLY = {'readonly': True, 'copy': False}
# Where the key goes, and how.
KEY_TRAVELS_BY = ('endpoint', 'kind', 'auth')


class ChannelConnector(models.Model):
    """Another system that stores or carries our goods, and how we talk to it.

    What is said goes through a queue, `channel.connector.message`; how it is carried is the business of a
    `channel.connector.way`, one for each kind.
    """

    _name = 'channel.connector'
    _description = "Connector"
    _inherit = ['mail.thread', 'mail.activity.mixin']
    _order = 'name, id'
    _check_company_auto = True

    name = fields.Char(required=True)
    kind = fields.Selection([('rest', "REST (JSON)"), ('soap', "SOAP (XML)")], "Speaks", required=True, default='rest')
    role = fields.Selection(
        [('wms', "Our warehouse (WMS)"), ('tms', "Carrier (TMS)"), ('member', "Warehouse of a member")],
        required=True, default='wms', tracking=True,
        help="A warehouse gets orders to ship, and says what left and arrived. A carrier is told what left, and says "
        "where it is. The warehouse of a member says what it holds.")
    company_id = fields.Many2one('res.company', required=True, default=lambda self: self.env.company)
    warehouse_ids = fields.Many2many(
        'stock.warehouse', string="Warehouses", check_company=True,
        help="Whose deliveries it handles. A carrier without any carries for all of them.")
    member_id = fields.Many2one('channel.member', index='btree_not_null', ondelete='restrict')
    user_id = fields.Many2one(
        'res.users', "Responsible", default=lambda self: self.env.user, help="Told when it fails.")
    endpoint = fields.Char(
        "Address", required=True, tracking=True,
        help="Where it is called: https://… Once there is a key, only a system administrator has it sent to another "
        "server, or in another way.")
    timeout_seconds = fields.Integer("Seconds to Answer", required=True, default=10)
    max_attempts = fields.Integer(
        "Tries", required=True, default=8, help="So often a message is tried before a person has to look at it.")
    alert_minutes = fields.Integer(
        "Alarm After (Minutes)", required=True, default=30, help="So long it may fail before the responsible is told.")
    asks_first = fields.Boolean(
        "Ask before Repeating", default=True,
        help="Where an answer was lost, ask what became of the message before it is sent again. For other sides that "
        "do not know a message by its key.")
    auth = fields.Selection(
        [('none', "Nothing"), ('bearer', "A fixed key"), ('basic', "Name and password"),
         ('token', "A token that is renewed (OAuth 2)")], "Shows", required=True, default='bearer')
    login = fields.Char("Name or Client", groups='base.group_system', copy=False)
    secret = fields.Char(groups=NO_ACCESS, copy=False)
    token = fields.Char(groups=NO_ACCESS, copy=False)
    push_secret = fields.Char(groups=NO_ACCESS, copy=False)
    new_secret = fields.Char(
        "New Key or Password", compute='_compute_new_secrets', inverse='_inverse_new_secret',
        groups='base.group_system', help="It is written, never shown again.")
    new_push_secret = fields.Char(
        "New Signing Secret", compute='_compute_new_secrets', inverse='_inverse_new_push_secret',
        groups='base.group_system', help="Both sides sign with it what they send. At least 16 characters.")
    has_secret = fields.Boolean("Has a Key", compute='_compute_has_secret', compute_sudo=True)
    has_push_secret = fields.Boolean("Signs", compute='_compute_has_secret', compute_sudo=True)
    push_token = fields.Char(
        copy=False, readonly=True, groups='base.group_system', default=lambda self: secrets.token_urlsafe(24))
    push_url = fields.Char("Takes Calls At", compute='_compute_push_url', groups='base.group_system')
    polls = fields.Boolean("Fetch", default=True, help="Ask it regularly for what it has to say.")
    poll_minutes = fields.Integer("Every (Minutes)", required=True, default=5)
    asks_snapshot = fields.Boolean(
        "Ask for Stock Nightly", default=True, help="What it says it holds is compared with our books.")
    is_paused = fields.Boolean("Paused", copy=False, tracking=True, default=True)
    cursor = fields.Char(**READ_ONLY, help="Up to where it has been asked for messages.")
    next_poll_at = fields.Datetime("Next Fetch", **READ_ONLY)
    next_try_at = fields.Datetime(**READ_ONLY, help="Not called before: it has failed.")
    failures = fields.Integer("Failures in a Row", **READ_ONLY)
    failing_since = fields.Datetime(**READ_ONLY)
    alerted_at = fields.Datetime(**READ_ONLY)
    worked_at = fields.Datetime("Last Turn", **READ_ONLY, help="When it had its turn: who waited longest has the next.")
    last_ok_at = fields.Datetime("Last Worked", **READ_ONLY)
    failure = fields.Char(**READ_ONLY)
    failure_detail = fields.Char(**READ_ONLY)
    last_error = fields.Char(compute='_compute_last_error')
    last_error_at = fields.Datetime("Last Failed", **READ_ONLY)
    clock_off = fields.Integer("Clock Ahead (Seconds)", **READ_ONLY, help="As its last answer said.")
    state = fields.Selection(
        [('paused', "Paused"), ('new', "Not Used Yet"), ('fine', "Works"), ('failing', "Fails")], "Status",
        compute='_compute_state')
    message_count = fields.Integer("All Messages", compute='_compute_counts')
    waiting_count = fields.Integer("Waiting", compute='_compute_counts')
    dead_count = fields.Integer("To Mend", compute='_compute_counts')

    _push_token_unique = models.UniqueIndex('(push_token)')
    _sane_limits = models.Constraint(
        f'CHECK (timeout_seconds BETWEEN {MIN_SECONDS} AND {MAX_SECONDS} AND max_attempts BETWEEN 1 AND 50 '
        'AND poll_minutes BETWEEN 1 AND 1440 AND alert_minutes BETWEEN 1 AND 10080)',
        "Seconds to answer: 1 to 60; tries: 1 to 50; minutes: 1 to a day, the alarm up to a week.")

    # === COMPUTE METHODS === #

    def _compute_new_secrets(self):
        self.new_secret = self.new_push_secret = False

    def _inverse_new_secret(self):
        for connector in self.filtered('new_secret'):
            connector.sudo().write({'secret': connector.new_secret, 'token': False})

    def _inverse_new_push_secret(self):
        for connector in self.filtered('new_push_secret'):
            if len(connector.new_push_secret) < signing.MIN_SECRET:
                raise ValidationError(self.env._("A signing secret has at least %s characters.", signing.MIN_SECRET))
            connector.sudo().push_secret = connector.new_push_secret

    @api.depends('new_secret', 'new_push_secret')
    def _compute_has_secret(self):
        for connector in self:
            connector.has_secret = bool(connector.secret)
            connector.has_push_secret = bool(connector.push_secret)

    @api.depends('push_token')
    def _compute_push_url(self):
        for connector in self:
            connector.push_url = f'{connector.get_base_url()}/channel-connect/{connector.push_token}'

    @api.depends('failure', 'failure_detail')
    @api.depends_context('lang')
    def _compute_last_error(self):
        for connector in self:
            connector.last_error = connector.failure and self._explain(connector.failure, connector.failure_detail)

    @api.depends('is_paused', 'failing_since', 'last_ok_at')
    def _compute_state(self):
        for connector in self:
            connector.state = (
                'paused' if connector.is_paused else 'failing' if connector.failing_since
                else 'fine' if connector.last_ok_at else 'new')

    def _compute_counts(self):
        counts = {
            (connector, state): count for connector, state, count in self.env['channel.connector.message']._read_group(
                [('connector_id', 'in', self.ids)], ['connector_id', 'state'], ['__count'])}
        for connector in self:
            of = {state: count for (one, state), count in counts.items() if one == connector}
            connector.message_count = sum(of.values())
            connector.waiting_count = sum(of.get(state, 0) for state in ('waiting', 'sent', 'failed'))
            connector.dead_count = of.get('dead', 0)

    # === CONSTRAINT METHODS === #

    @api.constrains('endpoint')
    def _check_endpoint(self):
        allowed = door.read_allowed(self.env['ir.config_parameter'].sudo().get_param(ALLOWED_HOSTS))
        for connector in self:
            try:
                door.check_url(connector.endpoint, allowed)
            except door.Closed as closed:
                raise ValidationError(connector._explain('forbidden_address', closed.key)) from closed

    @api.constrains('role', 'member_id', 'warehouse_ids', 'company_id')
    def _check_role(self):
        for connector in self:
            if connector.role == 'member' and not connector.member_id:
                raise ValidationError(self.env._("Say whose warehouse it is."))
            if connector.role == 'wms' and not connector.warehouse_ids:
                raise ValidationError(self.env._("Say which warehouses it runs."))
            if connector.member_id and connector.member_id.company_id != connector.company_id:
                raise ValidationError(self.env._("The member is of another company."))
            twice = self.search([
                ('id', '!=', connector.id), ('role', '=', 'wms'), ('warehouse_ids', 'in', connector.warehouse_ids.ids),
            ], limit=1) if connector.role == 'wms' else self.browse()
            if twice:
                raise ValidationError(self.env._("%s runs one of these warehouses already.", twice.name))

    # === CRUD METHODS === #

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env['channel.connector.message'].sudo().search_count([('connector_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("A connector that has said something is paused, not deleted."))

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        """A new address or key is a new beginning: it is tried at once."""
        self._check_key_stays(vals)
        if {'role', 'warehouse_ids', 'company_id'} & set(vals):
            self.env.registry.clear_cache()
        if {'endpoint', 'new_secret', 'auth', 'login'} & set(vals) and 'next_try_at' not in vals:
            vals = {**vals, 'next_try_at': False}
        return super().write(vals)

    def _check_key_stays(self, vals):
        """Who may not read the key has it sent nowhere else. Refused, not dropped: what works goes on working."""
        if self.env.su or self.env.user.has_group('base.group_system'):
            return
        for connector in self:
            moved = [name for name in KEY_TRAVELS_BY if name in vals and vals[name] != connector[name]]
            if moved == ['endpoint'] and door.is_same_server(vals['endpoint'] or '', connector.endpoint):
                continue
            if moved and (connector.sudo().secret or connector.sudo().token):
                raise AccessError(self.env._(
                    "%s has a key: only a system administrator has it sent to another server, or in another way.",
                    connector.name))

    # === ACTION METHODS === #

    def action_test(self):
        """Say hello, and tell what comes back."""
        self.ensure_one()
        self.check_access('write')
        round_ = {}
        try:
            name = self._get_way().with_context(channel_round=round_)._test(self.sudo())
        except retry.Failure as failure:
            raise UserError(self._explain(failure.key, failure.detail)) from failure
        finally:
            _close(round_)
        off = round_.get('clocks', {}).get(self.id, 0)
        text = self.env._("%s answers.", name or self.name)
        if abs(off) > signing.WINDOW.total_seconds():
            text += " " + self.env._("Its clock is %s minutes off: what it signs will be refused.", round(off / 60))
        return {
            'type': 'ir.actions.client', 'tag': 'display_notification',
            'params': {'type': 'warning' if abs(off) > signing.WINDOW.total_seconds() else 'success', 'message': text}}

    def action_pause(self):
        """Say and fetch nothing; what comes in is kept, and done later."""
        self.check_access('write')
        self.is_paused = True

    def action_resume(self):
        """Go on, at once."""
        self.check_access('write')
        self.write({'is_paused': False, 'next_try_at': False, 'next_poll_at': False})
        self._nudge()

    def action_view_messages(self):
        """All that was said."""
        self.check_access('read')
        return self._action_messages({})

    def action_view_dead(self):
        """What a person has to mend."""
        self.check_access('read')
        return self._action_messages({'search_default_filter_dead': 1})

    def action_view_waiting(self):
        """What is on its way."""
        self.check_access('read')
        return self._action_messages({'search_default_filter_waiting': 1})

    def _action_messages(self, context):
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_connector_message_action')
        return {**action, 'domain': [('connector_id', '=', self.id)], 'context': context}

    # === BUSINESS METHODS === #

    def _get_way(self):
        """The implementation for this connector's kind."""
        self.ensure_one()
        return self.env[f'channel.connector.{self.kind}']

    def _get_policy(self):
        self.ensure_one()
        return retry.Policy(attempts=self.max_attempts)

    @api.model
    def _nudge(self):
        """Have the queue worked off soon after this transaction has held."""
        self.env.ref(CRON).sudo()._trigger()

    @api.model
    @ormcache('role')
    def _get_places(self, role):
        """{(company id, warehouse id, or False for all of them): connector id} of this role.

        Also of paused ones: what they are told waits. Every move of stock asks, so it is remembered.
        """
        found = {}
        for connector in self.sudo().search([('role', '=', role)]):
            for warehouse in connector.warehouse_ids.ids or [False]:
                found.setdefault((connector.company_id.id, warehouse), connector.id)
        return found

    @api.model
    def _find_for_warehouses(self, role, warehouses):
        """{warehouse: its connector of this role}"""
        places = self._get_places(role)
        found = {}
        for warehouse in warehouses if places else ():
            company = warehouse.company_id.id
            connector = places.get((company, warehouse.id)) or places.get((company, False))
            if connector:
                found[warehouse] = self.sudo().browse(connector)
        return found

    def _get_lease(self, direction, limit):
        """How long messages are one worker's: longer than all of them may take."""
        self.ensure_one()
        each = self.timeout_seconds * 4 if direction == 'out' else 10
        return timedelta(seconds=60 + each * limit)


def _close(round_):
    for one in round_.get('doors', {}).values():
        one._close()
