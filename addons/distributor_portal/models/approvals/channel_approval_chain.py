from markupsafe import Markup

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ...engine import approvals as engine
from ...utils import to_decimal
from ..rules.channel_verdict import DECISION_NAMES

# What orders are matched by: a change of these is seen by the next order.
NAMED = {
    'types': 'channel.order.type', 'tiers': 'channel.tier', 'members': 'channel.member', 'products': 'product.product',
    'categories': 'product.category', 'rules': 'channel.rule', 'sources': 'channel.source',
}


class ChannelApprovalChain(models.Model):
    """Which orders need whose approval: a condition that people can read, and steps in sequence."""

    _name = 'channel.approval.chain'
    _description = "Approval Chain"
    _inherit = ['mail.thread', 'channel.kept.setup']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=50, help="Chains are looked at in this sequence; each that fits adds its steps.")
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one('res.company', help="Whose orders; empty: every company's.")
    currency_id = fields.Many2one('res.currency', compute='_compute_currency_id')
    is_final = fields.Boolean(
        "No Further Chains", tracking=True,
        help="Where this chain applies, the chains after it are not looked at: its steps stand alone.")
    step_ids = fields.One2many('channel.approval.step', 'chain_id', "Steps", copy=True)
    # --- condition
    tier_ids = fields.Many2many('channel.tier', string="Tiers", help="Whose orders; empty: everybody's.")
    is_for_confirmed_tiers = fields.Boolean(
        "Only Tiers That HQ Confirms", tracking=True,
        help="Only orders of tiers with the setting “HQ Confirms”.")
    member_ids = fields.Many2many('channel.member', string="Members", help="Orders of these and of all below them.")
    territory_ids = fields.Many2many(
        'channel.territory', string="Delivered To", help="Orders whose delivery place lies in one of these.")
    amount_from = fields.Monetary(
        "Amount Over", tracking=True, help="Total of the order with tax, in the company's currency. 0: no lower bound.")
    amount_to = fields.Monetary("Amount Up To", tracking=True, help="0: no upper bound.")
    product_ids = fields.Many2many('product.product', string="Products", help="Orders with one of these.")
    categ_ids = fields.Many2many(
        'product.category', string="Product Categories", help="Orders with goods of one of these, or below.")
    decision = fields.Selection(
        DECISION_NAMES[1:], "Finding At Least", tracking=True,
        help="Orders on which the checks found this, or something harder. Blocked orders are sent back anyway.")
    rule_ids = fields.Many2many('channel.rule', string="Rules", help="Only findings of these rules count.")
    discount_rate = fields.Float(
        "Discount Above", digits=(16, 4), tracking=True, help="Highest discount of a line. 0: does not matter.")
    order_type_ids = fields.Many2many('channel.order.type', string="Order Types")
    source_ids = fields.Many2many('channel.source', string="Order Sources")
    form_field = fields.Char(
        "Form Field", help="Label or technical name of a field of the order type's form, e.g. Project Number.")
    form_value = fields.Char("Form Value", help="Empty: the field is filled in at all.")
    description = fields.Char("In Words", compute='_compute_description')
    order_count = fields.Integer("Approvals Asked", compute='_compute_order_count')

    _amounts_in_sequence = models.Constraint(
        'CHECK (COALESCE(amount_from, 0) >= 0 AND COALESCE(amount_to, 0) >= 0 '
        'AND (COALESCE(amount_to, 0) = 0 OR COALESCE(amount_from, 0) < amount_to))',
        "The amounts of a chain go from small to large.")
    _discount_is_share = models.Constraint(
        'CHECK (discount_rate >= 0 AND discount_rate < 1)', "A discount lies between 0 and 100 %.")

    # === COMPUTE METHODS === #

    @api.depends('company_id')
    @api.depends_context('company')
    def _compute_currency_id(self):
        for chain in self:
            chain.currency_id = (chain.company_id or self.env.company).currency_id

    @api.depends(
        'company_id', 'tier_ids', 'is_for_confirmed_tiers', 'member_ids', 'territory_ids', 'amount_from', 'amount_to',
        'product_ids', 'categ_ids', 'decision', 'rule_ids', 'discount_rate', 'order_type_ids', 'source_ids',
        'form_field', 'form_value', 'step_ids.description', 'step_ids.sequence')
    @api.depends_context('lang', 'company')
    def _compute_description(self):
        for chain in self:
            chain.description = self.env._(
                "%(orders)s: %(steps)s.", orders=chain._describe_orders(engine.describe(chain._get_condition())),
                steps=chain._describe_steps())

    def _compute_order_count(self):
        counts = dict(self.env['channel.approval']._read_group(
            [('chain_id', 'in', self.ids)], ['chain_id'], ['order_id:count_distinct']))
        for chain in self:
            chain.order_count = counts.get(chain, 0)

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if self.env['channel.approval'].sudo().search_count([('chain_id', 'in', self.ids)], limit=1):
            raise UserError(self.env._("Orders were approved by this chain: archive it instead."))

    def copy_data(self, default=None):
        return [
            {**vals, 'name': self.env._("%s (copy)", chain.name)}
            for chain, vals in zip(self, super().copy_data(default), strict=True)]

    # === ACTION METHODS === #

    def action_view_approvals(self):
        """The decisions that this chain has asked for."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_approval_action')
        return {**action, 'domain': [('chain_id', 'in', self.ids)], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _get_chains(self, company):
        """Chains in force for orders of `company`, as the engine wants them."""
        return self.sudo()._load_chains(company.id)

    @api.model
    @tools.ormcache('company_id')
    def _load_chains(self, company_id):
        """Read once for all orders, until somebody changes a chain."""
        chains = self.search(Domain('company_id', 'in', [False, company_id]))
        return tuple(
            engine.Chain(
                chain.id, chain._get_condition(), tuple(step._to_engine() for step in chain.step_ids), chain.is_final)
            for chain in chains if chain.step_ids)

    def _get_condition(self):
        self.ensure_one()
        return engine.Condition(
            tiers=frozenset(self.tier_ids._origin.ids),
            confirmed_tiers=self.is_for_confirmed_tiers,
            members=frozenset(self.member_ids._origin.ids),
            places=frozenset(code for code in self.territory_ids.mapped('code') if code),
            amount_from=to_decimal(self.amount_from, 2) if self.amount_from else None,
            amount_to=to_decimal(self.amount_to, 2) if self.amount_to else None,
            products=frozenset(self.product_ids._origin.ids),
            categories=frozenset(self.categ_ids._origin.ids),
            decision=self.decision or '',
            rules=frozenset(self.rule_ids._origin.ids),
            discount_over=to_decimal(self.discount_rate, 4) if self.discount_rate else None,
            types=frozenset(self.order_type_ids._origin.ids),
            sources=frozenset(self.source_ids._origin.ids),
            form_field=(self.form_field or '').strip(),
            form_value=(self.form_value or '').strip(),
        )

    # --- words

    @api.model
    def _describe_orders(self, parts):
        """The engine's pieces as words: Orders of the tier Store over 5,000.00 CNY."""
        if not parts:
            return self.env._("All orders")
        return self.env._("Orders %s", " ".join(self._describe_parts(parts)))

    @api.model
    def _describe_parts(self, parts):
        texts = self.env['channel.text']._get_chain_texts()
        return [texts[part.text] % self._name_args(part.args) for part in parts]

    @api.model
    def _name_args(self, args):
        """Ids and codes become names in the reader's language."""
        named = {}
        for name, value in args.items():
            if name in NAMED:
                records = self.env[NAMED[name]].sudo().with_context(active_test=False).browse(value).exists()
                named[name] = ", ".join(records.mapped('display_name'))
            elif name == 'places':
                places = self.env['channel.territory'].sudo()._find_by_codes(value)
                named[name] = ", ".join(places[code].name if code in places else code for code in value)
            elif name in ('low', 'high'):
                currency = (self[:1].company_id or self.env.company).currency_id
                named[name] = f'{formatLang(self.env, float(value), digits=2)} {currency.name}'
            elif name == 'discount':
                named[name] = f'{float(value) * 100:g} %'
            elif name == 'decision':
                named[name] = dict(self._fields['decision']._description_selection(self.env))[value]
            else:
                named[name] = value
        return named

    def _describe_steps(self):
        levels = self.step_ids.sorted('sequence').grouped('sequence')
        if not levels:
            return self.env._("nobody yet")
        texts = [self.env._(" and ").join(steps.mapped('description')) for steps in levels.values()]
        if len(texts) == 1:
            return texts[0]
        first = self.env._("first %s", texts[0])
        return self.env._(", ").join([first, *(self.env._("then %s", text) for text in texts[1:])])

    def _explain(self, facts):
        """What an order with these facts meets of each chain, as a table for people."""
        yes, no = Markup('<i class="fa fa-check text-success"/> '), Markup('<i class="fa fa-times text-danger"/> ')
        rows = Markup()
        for chain in self:
            demands = engine.explain(chain._get_condition(), facts)
            words = chain._describe_parts([part for part, _is_met in demands]) or [self.env._("every order")]
            marks = [is_met for _part, is_met in demands] or [True]
            cells = Markup('<br/>').join(
                (yes if is_met else no) + text for text, is_met in zip(words, marks, strict=True))
            rows += Markup('<tr class="%s"><td>%s</td><td>%s</td><td>%s</td></tr>') % (
                'table-success' if all(marks) else 'text-muted', chain.name, cells, chain._describe_steps())
        return Markup(
            '<table class="table table-sm"><thead><tr><th>%s</th><th>%s</th><th>%s</th></tr></thead>'
            '<tbody>%s</tbody></table>'
        ) % (self.env._("Chain"), self.env._("What it asks of the order"), self.env._("Who approves"), rows)
