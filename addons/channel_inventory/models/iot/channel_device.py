import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.orm.models import NO_ACCESS

from odoo.addons.distributor_portal.models.demo.channel_demo import MARKER as DEMO

from ...engine.iot import payload, watch

LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'  # none that looks like another
FOLLOWED = {'readonly': True, 'copy': False}
LOW_BATTERY = 15


class ChannelDevice(models.Model):
    """A sensor on a shelf, under a shelf, in a fridge or on a door; or a gateway that speaks for some of them."""

    _name = 'channel.device'
    _description = "Device"
    _inherit = ['mail.thread']
    _order = 'member_id, place, name, id'
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(
        required=True, copy=False, default=lambda self: self._new_code(), tracking=True,
        help="How it names itself: in its topic, and when it signs.")
    active = fields.Boolean("In Use", default=True, tracking=True, help="Of a device that is not, nothing is taken.")
    kind = fields.Selection(
        [('temperature', "Temperature"), ('weight', "Weight"), ('shelf', "Shelf facings"), ('door', "Door"),
         ('gateway', "Gateway")], "Measures", required=True, default='temperature', tracking=True)
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    member_id = fields.Many2one(
        'channel.member', check_company=True, index='btree_not_null', tracking=True, ondelete='restrict',
        help="Where it stands. Empty: with ourselves.")
    place = fields.Char(help="E.g. cold room 2, shelf by the till.")
    product_id = fields.Many2one('product.product', check_company=True, tracking=True, help="What stands on it.")
    product_ids = fields.Many2many('product.product', string="Products", help="What is kept where it measures.")
    gateway_id = fields.Many2one(
        'channel.device', domain="[('kind', '=', 'gateway'), ('company_id', '=', company_id)]", check_company=True,
        index='btree_not_null', help="May send readings in its name.")
    device_ids = fields.One2many('channel.device', 'gateway_id', "Speaks For")

    unit_weight = fields.Float(
        "Weight of a Piece (g)", digits=(12, 2), compute='_compute_unit_weight', store=True, readonly=False,
        help="Without it, weights stay weights.")
    tare = fields.Float("Empty (g)", digits=(12, 2), help="What the scale shows when nothing stands on it.")
    facings = fields.Integer(help="So many places there are side by side. Without it, facings stay a number.")
    has_low = fields.Boolean("Lower Limit", tracking=True)
    low = fields.Float(tracking=True, help="Degrees, pieces, or percent of the facings.")
    has_high = fields.Boolean("Upper Limit", tracking=True)
    high = fields.Float(tracking=True, help="Degrees, pieces, percent; a door that is open counts 1.")
    minutes = fields.Integer(
        "Tolerated (min)", default=30, tracking=True, help="So long it may be outside before it is an excursion.")
    steady_seconds = fields.Integer(
        "Rests For (s)", default=30, help="A hand in the shelf is no sale: so long a value stays before it counts.")
    silent_minutes = fields.Integer(
        "Silent After (min)", default=60, help="Without a reading for so long, it is silent. 0: nobody waits for it.")
    count_policy = fields.Selection(
        [('none', "Nothing"), ('propose', "Propose a count"), ('post', "Count")], "Makes of It", required=True,
        default='none', tracking=True,
        help="Count: the book becomes what is on the scale. Only where all that the member has of it stands there.")
    count_minutes = fields.Integer("At Most Every (min)", default=60, help="Between two counts, or proposals.")

    secret_hash = fields.Char(copy=False, groups=NO_ACCESS)
    secret_at = fields.Datetime("Secret Made", **FOLLOWED)
    last_seen_at = fields.Datetime("Last Heard", **FOLLOWED)
    last_at = fields.Datetime("Last Reading", **FOLLOWED)
    last_value = fields.Float(**FOLLOWED)
    last_measure = fields.Float("Now", aggregator='avg', **FOLLOWED)
    battery = fields.Float("Battery (%)", aggregator='min', **FOLLOWED)
    has_battery = fields.Boolean(**FOLLOWED)
    watch = fields.Json(**FOLLOWED, groups=NO_ACCESS)
    steady_qty = fields.Float("Came to Rest At", digits='Product Unit', **FOLLOWED)
    steady_at = fields.Datetime("Came to Rest", **FOLLOWED)
    counted_qty = fields.Float("Last Counted", digits='Product Unit', **FOLLOWED)
    counted_at = fields.Datetime("Counted", **FOLLOWED)

    excursion_ids = fields.One2many('channel.excursion', 'device_id', "Excursions")
    open_excursion_ids = fields.One2many(
        'channel.excursion', 'device_id', "Going On", domain=[('ended_at', '=', False)])
    state = fields.Selection(
        [('new', "Never heard of"), ('fine', "Fine"), ('out', "Outside its limits"), ('silent', "Silent")],
        compute='_compute_state', search='_search_state')
    now_text = fields.Char("Shows", compute='_compute_now_text')
    topic = fields.Char("MQTT Topic", compute='_compute_topic')
    is_demo = fields.Boolean(compute='_compute_is_demo')

    _code_once = models.UniqueIndex('(code)', "There is a device of this code already.")
    _not_negative = models.Constraint(
        'CHECK (minutes >= 0 AND steady_seconds >= 0 AND silent_minutes >= 0 AND count_minutes >= 0 '
        'AND facings >= 0 AND unit_weight >= 0)', "Less than nothing is no limit.")

    # === DEFAULT METHODS === #

    @api.model
    def _new_code(self):
        return 'D-' + ''.join(secrets.choice(LETTERS) for _place in range(8))

    # === COMPUTE METHODS === #

    @api.depends('product_id')
    def _compute_unit_weight(self):
        for device in self:
            device.unit_weight = device.unit_weight or device.product_id.weight * 1000

    @api.depends('last_seen_at', 'open_excursion_ids.kind')
    def _compute_state(self):
        for device in self:
            kinds = set(device.open_excursion_ids.mapped('kind'))
            device.state = ('out' if kinds & {'low', 'high'} else 'silent' if kinds else
                            'fine' if device.last_seen_at else 'new')

    def _search_state(self, operator, value):
        if operator != 'in':
            return NotImplemented
        out = Domain('open_excursion_ids.kind', 'in', ('low', 'high'))
        silent = Domain('open_excursion_ids.kind', '=', 'silent')
        new = Domain('last_seen_at', '=', False)
        domains = {'out': out, 'silent': ~out & silent, 'new': ~out & ~silent & new, 'fine': ~out & ~silent & ~new}
        return Domain.OR(domains[one] for one in value if one in domains)

    @api.depends('last_at', 'last_measure', 'kind', 'unit_weight', 'facings')
    @api.depends_context('lang')
    def _compute_now_text(self):
        for device in self:
            device.now_text = device._write_measure(device.last_measure) if device.last_at else False

    @api.depends('company_id', 'code', 'kind')
    def _compute_topic(self):
        for device in self:
            kind = 'readings' if device.kind == 'gateway' else device.kind
            device.topic = f'channel/{device.company_id.id}/{device.code}/{kind}' if device.code else False

    def _compute_is_demo(self):
        self.is_demo = bool(self.env['ir.config_parameter'].sudo().get_param(DEMO))

    # === CONSTRAINT METHODS === #

    @api.constrains('code')
    def _check_code(self):
        for device in self:
            if not payload.is_code(device.code):
                raise ValidationError(self.env._("A code is made of letters, digits, dot, colon, dash and underscore."))

    @api.constrains('kind', 'gateway_id')
    def _check_gateway(self):
        for device in self:
            if device.gateway_id and (device.kind == 'gateway' or device.gateway_id.kind != 'gateway'):
                raise ValidationError(self.env._("A gateway speaks for devices, and only a gateway does."))

    @api.constrains('has_low', 'low', 'has_high', 'high')
    def _check_limits(self):
        for device in self:
            if device.has_low and device.has_high and device.low >= device.high:
                raise ValidationError(self.env._("The lower limit is below the upper one."))

    @api.constrains('count_policy', 'kind', 'product_id', 'unit_weight', 'member_id')
    def _check_counts(self):
        for device in self:
            if device.count_policy != 'none' and not (
                    device.kind == 'weight' and device.product_id and device.unit_weight and device.member_id):
                raise ValidationError(self.env._(
                    "Only a scale counts, where it is known which product of which member stands on it, and what one "
                    "piece weighs."))
            if device.count_policy != 'none' and not device.product_id.is_storable:
                raise ValidationError(self.env._("Of %s no stock is kept.", device.product_id.display_name))

    # === CRUD METHODS === #

    def write(self, vals):
        """Override: of what was measured it must stay clear what it was, and whose. Out of use it alarms nobody."""
        if {'kind', 'company_id'} & vals.keys() and self.filtered(lambda device: device.last_seen_at and (
                vals.get('kind', device.kind) != device.kind
                or vals.get('company_id', device.company_id.id) != device.company_id.id)):
            raise UserError(self.env._("It has sent readings: what it measures and for whom stays. Make another."))
        result = super().write(vals)
        if 'active' in vals and not vals['active']:
            self._retire()
        return result

    # === ACTION METHODS === #

    def action_new_secret(self):
        """Make a secret and show it, once: only its hash is kept. The one before no longer works."""
        self.ensure_one()
        self.check_access('write')
        secret = secrets.token_urlsafe(24)
        self.sudo().write({'secret_hash': self._hash(secret), 'secret_at': fields.Datetime.now()})
        return {
            'type': 'ir.actions.act_window', 'name': self.env._("Secret of the Device"), 'view_mode': 'form',
            'target': 'new', 'res_model': 'channel.device.onboard',
            'context': {'default_device_id': self.id, 'default_secret': secret}}

    def action_drop_secret(self):
        """Nothing that is signed with it is taken any more."""
        self.check_access('write')
        self.sudo().write({'secret_hash': False, 'secret_at': False})

    def action_view_readings(self):
        """What these have measured."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_reading_action')
        return {**action, 'domain': [('device_id', 'in', self.ids)]}

    def action_view_excursions(self):
        """When these were outside their limits."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_excursion_action')
        return {**action, 'context': {}, 'domain': [('device_id', 'in', self.ids)]}

    def action_view_counts(self):
        """What these have proposed."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_device_count_action')
        return {**action, 'context': {}, 'domain': [('device_id', 'in', self.ids)]}

    def action_simulate(self):
        """In the demo: an hour and a half of readings, as it would send them."""
        self.check_access('write')
        if not all(device.is_demo for device in self):
            raise UserError(self.env._("Only in a database with the demo channel."))
        self._simulate()

    # === BUSINESS METHODS === #

    @api.model
    def _hash(self, secret):
        """What is kept of a secret, and what a device signs with."""
        return hashlib.sha256(secret.encode()).hexdigest()

    def _get_limits(self):
        """As the engine follows them. A piece more or less is not half of one."""
        self.ensure_one()
        is_counted = self.kind == 'weight' and self.unit_weight
        slack = .5 if is_counted else 0.0
        return watch.Limits(
            low=self.low - slack if self.has_low else None, high=self.high + slack if self.has_high else None,
            minutes=self.minutes, steady=self.steady_seconds if self.kind in ('weight', 'shelf') else 0,
            tolerance=.35 if is_counted else 0, gap=max(self.silent_minutes, 60), is_kinetic=self.kind == 'temperature')

    def _write_measure(self, measure):
        """What it shows, for a person."""
        self.ensure_one()
        _ = self.env._
        if self.kind == 'temperature':
            return _("%s °C", f'{measure:.1f}')
        if self.kind == 'door':
            return _("Open") if measure else _("Closed")
        if self.kind == 'weight':
            return _("%s pieces", f'{measure:.0f}') if self.unit_weight else _("%s g", f'{measure:.0f}')
        return _("%s %% filled", f'{measure:.0f}') if self.facings else _("%s facings", f'{measure:.0f}')
