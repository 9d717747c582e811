from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

SEVERITIES = [('high', "Stops orders"), ('medium', "Slows down"), ('low', "Tidy up")]
LIGHTS = [('red', "Bad"), ('amber', "Watch"), ('green', "Good")]
GOODS = [('sale_ok', '=', True), ('type', '=', 'consu')]
PRODUCT_ACTION = 'product.product_normal_action_sell'
MEMBER_ACTION = 'distributor_portal.channel_member_action'


class ChannelQualityCheck(models.Model):
    """A question to the master data: how many records lack what orders need, and which these are.

    The records looked at and the bad ones among them are domains, by the check's code: a click shows exactly what
    was counted. Another addon adds a check with a record and an override of `_get_bad_domains`.
    """

    _name = 'channel.quality.check'
    _description = "Data Quality"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(default=10)
    topic = fields.Selection(
        [('product', "Products"), ('member', "Members"), ('network', "Network and Places")], required=True)
    severity = fields.Selection(SEVERITIES, required=True, default='medium')
    fix = fields.Char("What to Do", translate=True)
    amber_rate = fields.Float("Watch Above", default=0, help="Share of bad records from which the light is amber.")
    red_rate = fields.Float("Bad Above", default=.05, help="Share of bad records from which the light is red.")
    active = fields.Boolean(default=True, help="Switch a check off that your channel does not need.")
    bad_count = fields.Integer("Records", compute='_compute_counts')
    total_count = fields.Integer("Of", compute='_compute_counts')
    bad_rate = fields.Float("Share", compute='_compute_counts')
    light = fields.Selection(LIGHTS, compute='_compute_counts')
    last_bad_count = fields.Integer("Last Week", compute='_compute_trend', help="At the last weekly snapshot.")
    trend = fields.Integer("Change", compute='_compute_trend', help="Since the last weekly snapshot; less is better.")

    _code_unique = models.Constraint('UNIQUE (code)', "Another check has this code.")
    _rates_sensible = models.Constraint(
        'CHECK (0 <= amber_rate AND amber_rate <= red_rate AND red_rate <= 1)',
        "Shares lie between 0 and 100 %, and bad is no better than watch.")

    # === COMPUTE METHODS === #

    @api.depends_context('allowed_company_ids')
    @api.depends('code', 'amber_rate', 'red_rate')
    def _compute_counts(self):
        """Two counts a check, whatever the number of records; the totals of a model once."""
        bad_domains, totals = self._get_bad_domains(), {}
        for check in self:
            model, scope, bad = bad_domains.get(check.code) or (None, None, None)
            if not model:
                check.bad_count = check.total_count = check.bad_rate = 0
                check.light = 'green'
                continue
            key = (model, repr(scope))
            if key not in totals:
                totals[key] = self.env[model].search_count(scope)
            check.bad_count = self.env[model].search_count(scope & bad)
            check.total_count = totals[key]
            check.bad_rate = check.bad_count / check.total_count if check.total_count else 0
            check.light = (
                'green' if check.bad_rate <= check.amber_rate else 'amber' if check.bad_rate <= check.red_rate
                else 'red')

    @api.depends_context('allowed_company_ids')
    def _compute_trend(self):
        last = self.env['channel.quality.snapshot']._get_last_counts(self)
        for check in self:
            check.last_bad_count = last.get(check.id, 0)
            check.trend = check.bad_count - last[check.id] if check.id in last else 0

    # === ACTION METHODS === #

    def action_view_records(self):
        """The bad records, ready to be mended."""
        self.check_access('read')
        self.ensure_one()
        model, scope, bad = self._get_bad_domains().get(self.code) or (None, None, None)
        if not model:
            raise UserError(self.env._("What “%s” looked at is not installed any more.", self.name))
        xmlid = {'product.product': PRODUCT_ACTION, 'channel.member': MEMBER_ACTION}.get(model)
        action = {'type': 'ir.actions.act_window', 'res_model': model, 'views': [(False, 'list'), (False, 'form')]}
        if xmlid:
            action = self.env['ir.actions.act_window']._for_xml_id(xmlid)
        return {**action, 'name': self.name, 'domain': list(scope & bad), 'context': {}}

    def action_view_trend(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_quality_snapshot_action')
        return {**action, 'domain': [('check_id', 'in', self.ids)]}

    # === BUSINESS METHODS === #

    @api.model
    def _get_bad_domains(self):
        """{code of a check: (model, domain of what is looked at, domain of what is bad)}. Override to add some."""
        return {**self._get_product_domains(), **self._get_member_domains(), **self._get_network_domains()}

    @api.model
    def _get_product_domains(self):
        goods = Domain(GOODS) & Domain('company_id', 'in', [*self.env.companies.ids, False])
        pack_scope = Domain('product_id', 'any', goods)
        found = {
            'product_no_gtin': ('product.product', goods, Domain('channel_gtin_state', 'in', ('missing', 'own'))),
            'product_bad_gtin': ('product.product', goods, Domain('channel_gtin_state', '=', 'bad')),
            'pack_bad_gtin': ('product.uom', pack_scope, Domain('channel_gtin_state', '=', 'bad')),
            'product_no_pack': ('product.product', goods, Domain('uom_ids', '=', False)),
            'product_no_pack_gtin': (
                'product.product', goods & Domain('uom_ids', '!=', False), Domain('product_uom_ids', '=', False)),
            'product_no_price': ('product.product', goods, Domain('list_price', '<=', 0)),
            'product_no_weight': ('product.product', goods, Domain('weight', '<=', 0)),
            'product_no_sku': (
                'product.product', goods,
                Domain('default_code', '=', False) & Domain('channel_extension_code', '=', False)),
            'product_no_category': ('product.product', goods, Domain('categ_id', '=', False)),
        }
        if 'channel_territory_ids' in self.env['product.template']._fields:
            found['product_region_only'] = ('product.product', goods, Domain('channel_territory_ids', '!=', False))
        return found

    @api.model
    def _get_member_domains(self):
        members = Domain('company_id', 'in', self.env.companies.ids) & Domain('state', '=', 'active')
        today = fields.Date.context_today(self)
        in_force = Domain('date_from', '<=', today) & (Domain('date_to', '=', False) | Domain('date_to', '>=', today))
        pairs = self.env['channel.duplicate'].search([('state', '=', 'new')])
        suspects = (pairs.member_id | pairs.other_id).ids

        def check(bad):
            return 'channel.member', members, bad

        return {
            'member_no_street': check(Domain('street_id', '=', False)),
            'member_no_coordinates': check(
                Domain('latitude', 'in', (0, False)) & Domain('longitude', 'in', (0, False))),
            'member_no_phone': check(Domain('partner_id.phone', '=', False)),
            'member_no_tax_id': check(Domain('partner_id.vat', '=', False)),
            'member_no_credit': check(Domain('credit_line_ids', '=', False)),
            'member_no_user': check(Domain('user_link_ids', '=', False)),
            'member_no_licence': check(
                Domain('ancestor_ids', 'not any', Domain('authorization_ids', 'any', in_force))),
            'member_expired_contract': check(
                Domain('authorization_ids', 'any', Domain('date_to', '<', today))
                & Domain('authorization_ids', 'not any', in_force)),
            'member_no_territory': check(
                Domain('territory_ids', '=', False)
                & Domain('ancestor_ids', 'not any', Domain('territory_ids', '!=', False))),
            'member_no_pricelist': check(
                Domain('ancestor_ids', 'not any', Domain('pricelist_id', '!=', False))),
            'member_suspect': check(Domain('id', 'in', suspects)),
        }

    @api.model
    def _get_network_domains(self):
        companies = Domain('company_id', 'in', self.env.companies.ids)
        return {
            'warehouse_no_place': ('stock.warehouse', companies, Domain('channel_territory_id', '=', False)),
            'licence_soon_over': (
                'channel.authorization', companies & Domain('date_to', '>=', fields.Date.context_today(self)),
                Domain('date_to', '<=', fields.Date.add(fields.Date.context_today(self), days=30))),
        }

    # === CRON === #

    @api.model
    def _cron_snapshot(self):
        """Once a week: the counts of every company, to see whether it gets better."""
        for company in self.env['channel.member'].sudo()._read_group([], ['company_id']):
            self.env['channel.quality.snapshot'].with_company(company[0]).with_context(
                allowed_company_ids=company[0].ids)._take(company[0])
