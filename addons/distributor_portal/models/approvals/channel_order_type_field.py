from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine.forms import FormField
from .channel_order_type import CHOICE_MODELS

# Kinds of added fields that a form can show and read.
MANUAL_TYPES = ('char', 'text', 'integer', 'float', 'boolean', 'date', 'datetime', 'selection', 'many2one')


class ChannelOrderTypeField(models.Model):
    """What members may do with a field of an order form. What is not listed of the form, they fill in freely.

    A field that was added to sales orders (its name begins with x_) reaches the form by being listed, and only so.
    """

    _name = 'channel.order.type.field'
    _description = "Field of an Order Form"
    _order = 'type_id, sequence, id'

    type_id = fields.Many2one('channel.order.type', required=True, index=True, ondelete='cascade')
    sequence = fields.Integer(default=10)
    name = fields.Char("Form Field", help="Label or technical name of a field of the form.")
    field_id = fields.Many2one(
        'ir.model.fields', "Added Field", ondelete='cascade',
        domain=[('model', '=', 'sale.order'), ('state', '=', 'manual'), ('ttype', 'in', MANUAL_TYPES)],
        help="A field that was added to sales orders in this database.")
    label = fields.Char(compute='_compute_label')
    is_required = fields.Boolean("Required")
    portal = fields.Selection(
        [('edit', "Fill In"), ('read', "Read"), ('hidden', "Not Shown")], "Members", required=True, default='edit',
        help="What members may do with the field in the dealer centre; integrations send in what members fill in.")

    _names_one_field = models.Constraint(
        'CHECK ((name IS NULL) != (field_id IS NULL))', "Name a field of the form, or choose an added field.")
    _only_filled_in_is_required = models.Constraint(
        "CHECK (NOT is_required OR portal = 'edit')", "Only what members fill in can be required of them.")
    _name_unique = models.Constraint('UNIQUE (type_id, name)', "This field is listed already.")
    _field_unique = models.Constraint('UNIQUE (type_id, field_id)', "This field is listed already.")

    # === COMPUTE METHODS === #

    @api.depends('name', 'field_id')
    def _compute_label(self):
        for row in self:
            labels = {prop['name']: prop.get('string') for prop in row.type_id.form_definition or ()}
            row.label = row.field_id.sudo().field_description or labels.get(row.name) or row.name

    # === CONSTRAINT METHODS === #

    @api.constrains('field_id')
    def _check_field(self):
        """Nothing but fields added to sales orders: no field of Odoo's own is opened to members this way."""
        for field in self.field_id.sudo():
            is_fitting = (
                field.model == 'sale.order' and field.state == 'manual' and field.ttype in MANUAL_TYPES
                and field.store and not field.related and not field.compute and not field.readonly)
            if not is_fitting or (field.ttype == 'many2one' and field.relation not in CHOICE_MODELS):
                raise ValidationError(self.env._(
                    "%s cannot stand in an order form: it must be a plain field that was added to sales orders.",
                    field.field_description))

    @api.constrains('name', 'type_id')
    def _check_name(self):
        for row in self.filtered('name'):
            if row.name not in [prop['name'] for prop in row.type_id.form_definition or ()]:
                raise ValidationError(self.env._("The form has no field %s.", row.name))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create([self._name_by_label(vals) for vals in vals_list])
        self.env.registry.clear_cache('templates')
        return rows

    def write(self, vals):
        if vals.get('name') and 'type_id' not in vals and len(self.type_id) == 1:
            vals = self._name_by_label({**vals, 'type_id': self.type_id.id})
        result = super().write(vals)
        self.env.registry.clear_cache('templates')
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache('templates')
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _name_by_label(self, vals):
        """A field may be named by its label: what people see. Stored is its technical name, which never changes."""
        definition = self.env['channel.order.type'].browse(vals.get('type_id')).form_definition or ()
        names = [prop['name'] for prop in definition if prop.get('string') == vals.get('name')]
        return {**vals, 'name': names[0]} if len(names) == 1 else vals

    def _to_form_field(self, with_choices=True):
        """The engine's view of an added field."""
        self.ensure_one()
        field = self.field_id.sudo()
        choices = {}
        if with_choices and field.ttype == 'selection':
            choices = dict(self.env['sale.order']._fields[field.name]._description_selection(self.env))
        elif with_choices and field.ttype == 'many2one':
            choices = self.env['channel.order.type']._get_record_choices(field.relation, field.domain)
        return FormField(field.name, field.field_description, field.ttype, self.is_required, choices)

    @api.model
    def _get_added_fields(self):
        """{name of an added field: ids of the types that list it}"""
        found = {}
        for row in self.sudo().search([('field_id', '!=', False)]):
            found.setdefault(row.field_id.name, set()).add(row.type_id.id)
        return found
