from lxml import etree

from odoo import api, fields, models

from ...engine import kinds
from ...engine.forms import missing_fields, read_form, show_value


class SaleOrder(models.Model):
    """The form section of an order: its type, and what was filled in."""

    _inherit = 'sale.order'

    channel_order_type_id = fields.Many2one(
        'channel.order.type', "Order Type", index='btree_not_null', ondelete='restrict', groups='base.group_user',
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]", tracking=True,
        help="Gives the order a form section of its own, and may ask for other approvals.")
    channel_form = fields.Properties(
        "Form", definition='channel_order_type_id.form_definition', copy=True, groups='base.group_user')

    # === VIEWS === #

    @api.model
    def _get_view(self, view_id=None, view_type='form', **options):
        """Override to show added fields in the form section of the order types that list them."""
        arch, view = super()._get_view(view_id, view_type, **options)
        places = arch.xpath("//group[@name='channel_added_fields']") if view_type == 'form' else []
        if places:
            for name, types in self.env['channel.order.type.field']._get_added_fields().items():
                if name in self._fields:
                    etree.SubElement(places[0], 'field', {
                        'name': name, 'invisible': f'channel_order_type_id not in {sorted(types)}'})
        return arch, view

    # === BUSINESS METHODS === #

    def _channel_get_form_values(self):
        """{name: stored value} of properties and added fields."""
        self.ensure_one()
        order = self.sudo()
        values = dict(order.channel_form._values or {}) if order.channel_form else {}
        for name in order.channel_order_type_id.field_ids.field_id.mapped('name'):
            if name in order._fields:
                value = order[name]
                field_type = order._fields[name].type
                values[name] = (
                    value.id if field_type == 'many2one'
                    else fields.Datetime.to_string(value) if field_type == 'datetime' and value
                    else fields.Date.to_string(value) if field_type == 'date' and value else value)
        return values

    def _channel_get_form_words(self):
        """{label and technical name of a field: its value in words}, for conditions."""
        if not self.channel_order_type_id:
            return {}
        values, words = self._channel_get_form_values(), {}
        for field in self.channel_order_type_id._get_form():
            words[field.name] = words[field.label] = show_value(field, values.get(field.name))
        return words

    def _channel_get_form_content(self):
        """Who changes what a member has filled in changes what was judged; what headquarters fills in was not."""
        order_type = self.sudo().channel_order_type_id
        if not order_type:
            return []
        values = self._channel_get_form_values()
        form = order_type._get_form('edit', with_choices=False)
        filled_in = {field.name: values.get(field.name) for field in form}
        return [order_type.id, filled_in]

    def _channel_get_intake_facts(self):
        """Override: what the form requires is there, however the order came."""
        facts = super()._channel_get_intake_facts()
        typed = self.sudo().filtered('channel_order_type_id')
        typed.fetch(['channel_form'])  # Odoo would read it order by order
        for order in typed:
            order_type = order.channel_order_type_id
            form = order_type._get_form('edit', with_choices=False)
            facts += [
                kinds.IntakeFact(order.id, None, 'form_missing', field.label, '')
                for field in missing_fields(form, order._channel_get_form_values())]
        return facts

    # --- intake

    @api.model
    def _channel_look_up_types(self, read):
        """{code: order type} of a batch, in one query."""
        codes = {order.type for order in read if order.type}
        if not codes:
            return {}
        return {found.code: found for found in self.env['channel.order.type'].search([('code', 'in', list(codes))])}

    @api.model
    def _channel_prepare_form(self, order, member, lookup, problems):
        """Values of the form section; what cannot be read becomes a problem with the field's name."""
        if not order.type:
            if order.form:
                problems.append(self._channel_form_problem('form_without_type', 'properties', ", ".join(order.form)))
            return {}
        order_type = lookup['types'].get(order.type)
        if not order_type or order_type.company_id not in (order_type.company_id.browse(), member.company_id):
            problems.append(self._channel_form_problem('type_unknown', 'type', order.type))
            return {}
        if order_type.tier_ids and member.tier_id not in order_type.tier_ids:
            problems.append(self._channel_form_problem('type_not_for_tier', 'type', order.type))
        form, unread = read_form(order_type._get_form('edit'), order.form)
        problems += [self._channel_form_problem(problem.text, problem.field, problem.given) for problem in unread]
        names = {prop['name'] for prop in order_type.form_definition or ()}
        return {
            'channel_order_type_id': order_type.id,
            'channel_form': {name: value for name, value in form.items() if name in names},
            **{name: value for name, value in form.items() if name not in names},
        }

    @api.model
    def _channel_form_problem(self, text, field, given):
        return {'text': text, 'field': field, 'given': given[:80], 'line': None}

    # === PORTAL === #

    def _portal_get_form(self):
        """[(FormField, value in words or as stored)] that members may see."""
        self.ensure_one()
        order = self.sudo()
        if not order.channel_order_type_id:
            return []
        values = order._channel_get_form_values()
        shown = []
        for field in order.channel_order_type_id._get_form('edit', 'read'):
            value = values.get(field.name)
            if field.type == 'datetime' and value:
                value = fields.Datetime.to_datetime(value)
            elif field.type == 'date' and value:
                value = fields.Date.to_date(value)
            elif field.type != 'boolean':
                value = show_value(field, value)
            shown.append((field, value))
        return shown

    def _portal_get_form_again(self):
        """{field: value} to fill the same form in once more; days and hours are over, and left out."""
        self.ensure_one()
        order = self.sudo()
        if not order.channel_order_type_id:
            return {}
        values = order._channel_get_form_values()
        return {
            field.name: value for field in order.channel_order_type_id._get_form('edit')
            if field.type not in ('date', 'datetime') and isinstance(
                value := values.get(field.name), (str, int, float, list, tuple)) and value is not False}
