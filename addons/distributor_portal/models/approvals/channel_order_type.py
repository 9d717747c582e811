import ast

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...engine.forms import FORM_TYPES, FormField

# What a form may let a member choose from: lists that are nobody's secret.
CHOICE_MODELS = ('res.country', 'res.country.state', 'product.category')
MAX_CHOICES = 500


class ChannelOrderType(models.Model):
    """A kind of order with a form section of its own, made up in a running database."""

    _name = 'channel.order.type'
    _description = "Order Type"
    _inherit = ['mail.thread']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Stable; integrations name it in `type`.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one('res.company', help="Empty: every company's.")
    tier_ids = fields.Many2many('channel.tier', string="Tiers", help="Who may order so; empty: everybody.")
    is_in_portal = fields.Boolean("In the Dealer Centre", default=True, help="Members can choose it in the order pad.")
    note = fields.Text(
        "Explanation", translate=True, help="Members read it above the form: what the type is for, what to fill in.")
    form_definition = fields.PropertiesDefinition("Form Fields")
    own_id = fields.Many2one('channel.order.type', compute='_compute_own_id', store=True)
    form_sample = fields.Properties(
        "Sample of the Form", definition='own_id.form_definition', copy=False, precompute=False,
        help="The form as members see it. Its fields are added and changed here; values are not kept for orders.")
    form_field_names = fields.Char("Form", compute='_compute_form_field_names')
    field_ids = fields.One2many(
        'channel.order.type.field', 'type_id', "Settings of Fields", copy=True,
        help="Fields of the form that are required, hidden or read-only for members, and fields added to sales orders "
             "that belong to the form.")
    chain_ids = fields.Many2many(
        'channel.approval.chain', string="Approval Chains", help="The chains that are for orders of this type.")
    order_count = fields.Integer("Orders", compute='_compute_order_count')

    _code_unique = models.Constraint('UNIQUE (code)', "Another order type has this code.")
    _code_plain = models.Constraint(
        "CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$')",
        "The code of an order type is made of small letters, digits, dashes and underscores.")

    # === COMPUTE METHODS === #

    @api.depends('form_definition', 'field_ids.label')
    def _compute_form_field_names(self):
        for type_ in self:
            labels = [prop.get('string') or prop['name'] for prop in type_.form_definition or ()]
            manual = type_.field_ids.field_id.sudo().mapped('field_description')
            type_.form_field_names = ", ".join([*labels, *manual])

    @api.depends('code')
    def _compute_own_id(self):
        """A type is the container of its own sample: so the form can be edited where it belongs."""
        for type_ in self:
            type_.own_id = type_._origin

    def _compute_order_count(self):
        counts = dict(self.env['sale.order']._read_group(
            [('channel_order_type_id', 'in', self.ids)], ['channel_order_type_id'], ['__count']))
        for type_ in self:
            type_.order_count = counts.get(type_, 0)

    # === CONSTRAINT METHODS === #

    @api.constrains('form_definition')
    def _check_form_definition(self):
        """Only what the dealer centre can show and read; choices only of lists that are nobody's secret."""
        for type_ in self:
            for prop in type_.form_definition or ():
                if prop['type'] not in (*FORM_TYPES, 'separator'):
                    raise ValidationError(self.env._(
                        "%(field)s: fields of the kind “%(kind)s” have no place in an order form.",
                        field=prop.get('string') or prop['name'], kind=prop['type']))
                if prop['type'] == 'many2one' and prop.get('comodel') not in CHOICE_MODELS:
                    raise ValidationError(self.env._(
                        "%(field)s: members may choose from %(models)s only.",
                        field=prop.get('string') or prop['name'], models=", ".join(CHOICE_MODELS)))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env['sale.order'].sudo().search_count([('channel_order_type_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Orders are of this type: archive it instead."))

    # === ACTION METHODS === #

    def action_view_orders(self):
        """The orders of this type."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_order_action')
        return {**action, 'domain': [('channel_order_type_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_usable_domain(self, member):
        """Types that `member` may order by."""
        return Domain('company_id', 'in', [False, member.company_id.id]) & (
            Domain('tier_ids', '=', False) | Domain('tier_ids', 'in', member.tier_id.ids))

    def _get_form(self, *portal, with_choices=True):
        """[FormField] of this type, in the sequence shown. :param portal: only fields with these rights of members"""
        self.ensure_one()
        settings = {row.name: row for row in self.field_ids.sudo() if row.name}
        form = []
        for prop in self.sudo().form_definition or ():
            row = settings.get(prop['name'])
            right = row.portal if row else 'edit'
            if prop['type'] != 'separator' and (not portal or right in portal):
                form.append(FormField(
                    prop['name'], prop.get('string') or prop['name'], prop['type'], bool(row and row.is_required),
                    self._get_choices(prop) if with_choices else {}))
        return form + [
            row._to_form_field(with_choices) for row in self.field_ids.sudo()
            if row.field_id and (not portal or row.portal in portal)]

    @api.model
    def _get_choices(self, prop):
        """{stored value: label} of a property with choices."""
        if prop['type'] == 'selection':
            return dict(prop.get('selection') or ())
        if prop['type'] == 'tags':
            return {tag[0]: tag[1] for tag in prop.get('tags') or ()}
        if prop['type'] == 'many2one':
            return self._get_record_choices(prop.get('comodel'), prop.get('domain'))
        return {}

    @api.model
    def _get_record_choices(self, model, domain=None):
        """{id: name} of a list that members may choose from; a filter that is not plain offers nothing."""
        if model not in CHOICE_MODELS:
            return {}
        try:
            plain = ast.literal_eval(domain) if isinstance(domain, str) and domain else domain or []
        except (ValueError, SyntaxError):
            return {}
        records = self.env[model].sudo().search(plain, limit=MAX_CHOICES)
        return {record.id: record.display_name for record in records}
