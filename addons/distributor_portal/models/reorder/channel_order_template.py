from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain

from ...utils import to_decimal

MAX_NAME = 64
MAX_LINES = 500
MAX_TEMPLATES = 100
KEPT_DAYS = 30


class ChannelOrderTemplate(models.Model):
    """A list of products and quantities to order by: a member's own, or headquarters' for a tier or a segment."""

    _name = 'channel.order.template'
    _description = "Order Template"
    _order = 'sequence, name, id'
    _check_company_auto = True

    name = fields.Char(required=True, size=MAX_NAME)
    company_id = fields.Many2one('res.company', required=True, index=True, default=lambda self: self.env.company)
    member_id = fields.Many2one(
        'channel.member', "Member", index='btree_not_null', ondelete='cascade', check_company=True,
        help="Whose template it is: all of its people see it. Empty: headquarters' own, offered to members.")
    tier_ids = fields.Many2many(
        'channel.tier', string="Offered to Tiers", help="Empty: members of every tier. For templates of headquarters.")
    segment = fields.Selection(
        [('vip', "VIP"), ('core', "Core"), ('regular', "Regular")], "Offered to Segment",
        help="Empty: members of every segment. For templates of headquarters.")
    sequence = fields.Integer(default=10)
    line_ids = fields.One2many('channel.order.template.line', 'template_id', "Products", copy=True)
    product_count = fields.Integer("Number of Products", compute='_compute_product_count')
    last_used_at = fields.Datetime("Last Ordered By", copy=False, readonly=True)
    note = fields.Char(help="Members read it under the name: what the template is for.")
    active = fields.Boolean(default=True)

    _offered_or_owned = models.Constraint(
        'CHECK (member_id IS NULL OR segment IS NULL)', "A member's own template is not offered to a segment.")

    # === COMPUTE METHODS === #

    @api.depends('line_ids')
    def _compute_product_count(self):
        counts = dict(self.env['channel.order.template.line']._read_group(
            [('template_id', 'in', self.ids)], ['template_id'], ['__count']))
        for template in self:
            template.product_count = counts.get(template, 0)

    # === CRUD METHODS === #

    def copy_data(self, default=None):
        """Override to tell the copy from what it is copied from."""
        return [
            {**vals, 'name': self._get_free_name(template.member_id, vals['name'])}
            for template, vals in zip(self, super().copy_data(default), strict=True)]

    # === BUSINESS METHODS === #

    @api.model
    def _get_domain(self, member):
        """What is offered to `member`: its own, and headquarters' for its tier and segment."""
        return Domain('member_id', '=', member.id) | (
            Domain('member_id', '=', False) & Domain('company_id', '=', member.company_id.id)
            & (Domain('tier_ids', '=', False) | Domain('tier_ids', 'in', member.tier_id.ids))
            & Domain('segment', 'in', [False, member.segment]))

    @api.model
    def _get_free_name(self, member, name):
        """`name`, or the first of "name (2)", "name (3)" … that no template of the member has."""
        name = name.strip()[:MAX_NAME]
        taken = set(self.search([('member_id', '=', member.id)]).mapped('name'))
        number, free = 2, name
        while free in taken:
            free = f"{name[:MAX_NAME - 6]} ({number})"
            number += 1
        return free

    @api.model
    def _keep(self, member, name, quantities):
        """Make a template of the member's; empty where it has as many as it may have, or nothing is in it.

        :param quantities: {product id: quantity in the product's own unit}
        """
        quantities = {product: qty for product, qty in quantities.items() if qty > 0}
        is_full = self.search_count([('member_id', '=', member.id)], limit=MAX_TEMPLATES) >= MAX_TEMPLATES
        if is_full or not 0 < len(quantities) <= MAX_LINES or not name.strip():
            return self.browse()
        return self.create({
            'name': self._get_free_name(member, name),
            'member_id': member.id,
            'company_id': member.company_id.id,
            'line_ids': [
                Command.create({'product_id': product, 'qty': float(qty), 'sequence': i})
                for i, (product, qty) in enumerate(quantities.items())],
        })

    def _copy_for(self, member):
        """A copy that belongs to the member; of headquarters' template only what the member may order today."""
        self.ensure_one()
        wanted = self._portal_get_wanted(member)
        return self._keep(member, self.name, {row['product'].id: row['qty'] for row in wanted})

    # === PORTAL === #

    def _portal_get_lines(self, member):
        """{template: its lines as `member` sees them}: of headquarters' templates only products it may order."""
        templates = self.with_context(active_test=False)
        foreign = templates.filtered(lambda template: not template.member_id).line_ids.product_id
        licensed = foreign.search(
            member._portal_get_products_domain() & Domain('id', 'in', foreign.ids)) if foreign else foreign
        return {
            template: template.line_ids if template.member_id
            else template.line_ids.filtered(lambda line: line.product_id in licensed)
            for template in self}

    def _portal_get_wanted(self, member):
        """The lines as a sheet takes them; see `channel.member._portal_get_sheet`."""
        self.ensure_one()
        return [
            {'product': line.product_id, 'qty': to_decimal(line.qty), 'before': None, 'reason': ""}
            for line in self._portal_get_lines(member)[self]]

    def _portal_note_use(self):
        """That a member has ordered by its template. Headquarters' is used by many at once: it is not written."""
        self.filtered('member_id').last_used_at = fields.Datetime.now()

    def _portal_change(self, member, change, name=''):
        """Rename, copy, delete or restore one template. :return: where the page goes on, as a query"""
        self.ensure_one()
        if change == 'copy':
            copied = self._copy_for(member)
            return f'?kept={copied.id}' if copied else ''
        if change == 'rename' and name.strip() and name.strip() != self.name:
            self.name = self._get_free_name(member, name)
        elif change in ('delete', 'restore'):
            self.active = change == 'restore'
        return f'?deleted={self.id}' if change == 'delete' else f'?kept={self.id}'

    # === CRON === #

    @api.autovacuum
    def _gc_deleted(self):
        """Members' templates that were deleted, once nobody takes that back any more."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.sudo().search([
            ('active', '=', False), ('member_id', '!=', False), ('write_date', '<', limit)], limit=1000).unlink()
