from odoo import api, fields, models, tools

from odoo.addons.distributor_portal.engine import KINDS, judge_all, kinds


class ChannelCodeFinding(models.Model):
    """The facts that the rules on scans judge, counted at night: a member's goods seen outside, a code seen twice."""

    _name = 'channel.code.finding'
    _description = "What Scans Tell"
    _log_access = False
    _order = 'last_at desc, id desc'

    kind = fields.Selection(
        [('scan_place', "Scanned outside"), ('clone', "Cloned code")], required=True, readonly=True, index=True)
    member_id = fields.Many2one(
        'channel.member', "Shipped To", readonly=True, index='btree_not_null', ondelete='cascade')
    code_id = fields.Many2one('channel.code', "Code", readonly=True, ondelete='cascade')
    product_id = fields.Many2one('product.product', readonly=True, ondelete='cascade', help="Mostly this one.")
    codes = fields.Integer(readonly=True, help="How many different codes.")
    places = fields.Integer("Districts", readonly=True)
    weight = fields.Integer(readonly=True, help="Codes, those that an inspector saw counted three times.")
    place = fields.Char("District Code", readonly=True)
    territory_id = fields.Many2one(
        'channel.territory', "District", compute='_compute_territory_id', help="Where most of them were scanned.")
    border_km = fields.Float("Outside (km)", readonly=True, digits=(10, 1))
    distance_km = fields.Float("Apart (km)", readonly=True, digits=(10, 1))
    minutes = fields.Float("Within (minutes)", readonly=True, digits=(10, 1))
    consumer_scans = fields.Integer("Consumers", readonly=True, help="From how many addresses of consumers.")
    first_at = fields.Datetime("First", readonly=True)
    last_at = fields.Datetime("Last", readonly=True)
    scans = fields.Json(readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True, ondelete='cascade')

    # === COMPUTE METHODS === #

    def _compute_territory_id(self):
        found = self.env['channel.territory']._find_by_codes(self.mapped('place'))
        for finding in self:
            finding.territory_id = found.get(finding.place)

    # === ACTION METHODS === #

    def action_view_scans(self):
        """The scans behind it."""
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_code_scan_action')
        return {**action, 'domain': [('id', 'in', [id_ for one in self for id_ in one.scans or []])], 'context': {}}

    # === BUSINESS METHODS === #

    @api.model
    def _replace(self, kind, values_list):
        """The findings of this kind are these, and no others."""
        self.search([('kind', '=', kind)]).unlink()
        members = self.env['channel.member'].browse(
            {values['member_id'] for values in values_list if values['member_id']})
        companies = {member.id: member.company_id.id for member in members}
        codes = self.env['channel.code'].browse({values['code_id'] for values in values_list if values.get('code_id')})
        companies_of_codes = {code.id: code.company_id.id for code in codes}
        self.env.registry.clear_cache()
        return self.create([{
            **values,
            'company_id': companies.get(values['member_id']) or companies_of_codes[values['code_id']],
        } for values in values_list])

    @api.model
    @tools.ormcache('kind')
    def _has_any(self, kind):
        """Every order asks: nearly always there is none."""
        return bool(self.sudo().search_count([('kind', '=', kind)], limit=1))

    def _to_fact(self, key, territories):
        """What the rules judge. :param key: of the order or whatever is judged"""
        self.ensure_one()
        sku = self.product_id.default_code or ""
        if self.kind == 'clone':
            return kinds.CloneFact(
                key, None, sku, self.code_id.shown_code or "", self.distance_km, self.minutes, self.consumer_scans)
        return kinds.ScanPlaceFact(
            key, None, sku, self.member_id.code or "", territories.get(self.member_id.id, frozenset()),
            self.place or '', self.border_km, self.codes, self.places, self.weight)

    def _judge(self):
        """Raise a signal for each that breaks a rule; open the case at once where the rule says so."""
        Code = self.env['channel.code']
        territories = Code._get_territories(self.member_id.ids)
        by_key = {finding.id: finding for finding in self}
        broken = []
        for kind, some in self.grouped('kind').items():
            facts = {finding.id: finding._to_fact(finding.id, territories) for finding in some}
            for rule, tiers in Code._get_scan_rules(kind):
                chosen = [
                    fact for id_, fact in facts.items() if not tiers or by_key[id_].member_id.tier_id.id in tiers]
                broken += [
                    (rule, by_key[found.order], found) for found in judge_all([rule], {rule.key: chosen}, KINDS)
                    if found.text != 'not_evaluated']
        self._raise_signals(broken)
        return broken

    @api.model
    def _raise_signals(self, broken):
        Signal = self.env['channel.signal'].sudo()
        versions = {rule.key: self.env['channel.rule.version'].sudo().browse(rule.key) for rule, _one, _found in broken}
        opening = Signal.browse()
        for rule, finding, found in broken:
            record = versions[rule.key].rule_id
            if not record.makes_signal:
                continue
            signals = Signal._raise([finding._prepare_signal(record, found)])
            signals.write({'code_scans': finding.scans})
            if record.opens_case:
                opening |= signals
        for signal in opening.filtered(lambda one: one.state == 'new' and one.member_id):
            signal._make_case()

    def _prepare_signal(self, rule, found):
        self.ensure_one()
        subject = f'code:{self.code_id.id}' if self.kind == 'clone' else f'member:{self.member_id.id}'
        text = self.env['channel.text']._get_analyst_texts()[found.text] % found.details
        product = self.product_id
        return {
            'key': f'scan:{rule.code}:{subject}:{self.last_at:%Y%m%d%H%M%S}',
            'cause': f'scan:{rule.code}:{subject}',
            'name': f"{product.default_code or ''} {self.code_id.shown_code or ''} {text}".strip(),
            'violation_id': rule.violation_id.id, 'rule_id': rule.id, 'company_id': self.company_id.id,
            'member_id': self.member_id.id, 'source': 'scan', 'score': rule.signal_score,
            'amount': product.lst_price * max(self.codes, 1), 'occurred_at': self.last_at,
        }
