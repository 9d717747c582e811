from odoo import api, models
from odoo.tools import groupby

from ..engine import check_member_rows

PARTNER_FIELDS = ('name', 'street', 'phone', 'email')
# Thousands of new companies need no follower and no note that they were made.
QUIET = {'tracking_disable': True, 'mail_create_nolog': True, 'mail_create_nosubscribe': True}


class ChannelMemberImport(models.TransientModel):
    """Reading the file, and writing what it says.

    A member is found by its code, so the same file a second time changes nothing; an empty cell leaves what is there.
    """

    _inherit = 'channel.member.import'

    # === BUSINESS METHODS === #

    def _read_rows(self):
        """:rtype: list of odoo.addons.distributor_portal.engine.MemberRow"""
        table = self._read_table()
        cells = {cell for _number, row in table for cell in row}
        tiers, members = self._get_tiers(), self._find_members(cells)
        rows, unknown = check_member_rows(
            table, {name: tier.step for name, tier in tiers.items()},
            {code: member.tier_id.step for code, member in members.items()}, self._find_territories(cells),
            {name for name, tier in tiers.items() if tier.is_root})
        self.unknown_columns = ", ".join(unknown)
        return rows

    @api.model
    def _get_tiers(self):
        """{how a file may name it, in small letters: tier}: by its code, or its name in the user's language."""
        tiers = self.env['channel.tier'].search_fetch([], ['name', 'code', 'step', 'is_root'])
        return {tier.name.lower(): tier for tier in tiers} | {tier.code.lower(): tier for tier in tiers}

    @api.model
    def _find_members(self, texts):
        """{code: member} of those of `texts` that are codes, archived members too."""
        codes = list({text.upper() for text in texts if len(text) <= 32})
        members = self.env['channel.member'].with_context(active_test=False).search_fetch(
            [('code', 'in', codes)], ['code', 'tier_id', 'partner_id', 'upstream_id', 'street_id'])
        return {member.code: member for member in members}

    @api.model
    def _find_territories(self, texts):
        """{code: territory} of those of `texts` that are codes."""
        return self.env['channel.territory']._find_by_codes(
            text for text in texts if text.isdigit() and len(text) in (2, 4, 6, 9))

    # --- writing

    def _import_rows(self, rows):
        """Write these good rows, the tiers nearest to headquarters first. :return: {row number: outcome}"""
        tiers = self._get_tiers()
        members = self._find_members({row.values[name] for row in rows for name in ('code', 'upstream')})
        places = self._find_territories({row.values.get('street_code', '') for row in rows})
        outcomes = {}

        def get_step(row):
            return tiers[row.values['tier']].step

        for _step, step_rows in groupby(sorted(rows, key=get_step), get_step):
            values = {row.number: self._prepare_member_values(row.values, tiers, members, places) for row in step_rows}
            for row in step_rows:
                if row.is_update:
                    is_changed = self._update_member(members[row.values['code']], row.values, values[row.number])
                    outcomes[row.number] = 'changed' if is_changed else 'unchanged'
            new = [row for row in step_rows if not row.is_update]
            members |= self._create_members(new, values)
            outcomes |= {row.number: 'created' for row in new}
        for number in self._set_credit_limits(rows, members):
            if outcomes[number] == 'unchanged':
                outcomes[number] = 'changed'
        return outcomes

    @api.model
    def _prepare_member_values(self, given, tiers, members, places):
        values = {'tier_id': tiers[given['tier']].id}
        if given['upstream']:
            values['upstream_id'] = members[given['upstream']].id
        if given.get('street_code'):
            values['street_id'] = places[given['street_code']].id
        return values

    @api.model
    def _prepare_partner_values(self, given):
        return {name: given[name] for name in PARTNER_FIELDS if given.get(name)}

    @api.model
    def _create_members(self, rows, values):
        """{code: member} of the new members; their companies are made with them."""
        partners = self.env['res.partner'].with_context(**QUIET).create([{
            **self._prepare_partner_values(row.values),
            'is_company': True,
            'ref': row.values['code'],
            'country_id': self.env.company.country_id.id,
        } for row in rows])
        members = self.env['channel.member'].with_context(**QUIET).create([
            {**values[row.number], 'code': row.values['code'], 'partner_id': partner.id}
            for row, partner in zip(rows, partners, strict=True)
        ])
        return {member.code: member for member in members.with_env(self.env)}

    @api.model
    def _update_member(self, member, given, values):
        """Write what differs. :return: whether something did"""
        tier = self.env['channel.tier'].browse(values['tier_id'])
        if 'upstream_id' not in values and member.upstream_id.tier_id.step >= tier.step:
            values['upstream_id'] = False  # promoted to right below headquarters
        changes = {name: value for name, value in values.items() if member[name].id != value}
        partner_changes = {
            name: value for name, value in self._prepare_partner_values(given).items()
            if member.partner_id[name] != value}
        if changes:
            member.write(changes)
        if partner_changes:
            member.partner_id.write(partner_changes)
        return bool(changes or partner_changes)

    @api.model
    def _set_credit_limits(self, rows, members):
        """Give the members the limits that the rows state. :return: numbers of the rows that changed one"""
        wanted = {
            members[row.values['code']]: (row.number, float(row.values['credit_limit']))
            for row in rows if row.values.get('credit_limit')
        }
        CreditLine = self.env['channel.credit.line'].with_context(active_test=False)
        lines = CreditLine.search([
            ('member_id', 'in', [member.id for member in wanted]), ('company_id', '=', self.env.company.id)])
        known = {line.member_id: line for line in lines}
        differing = {
            member: (number, limit) for member, (number, limit) in wanted.items()
            if member not in known or known[member].currency_id.compare_amounts(known[member].limit_amount, limit)
        }
        for member, (_number, limit) in differing.items():
            if member in known:
                known[member].limit_amount = limit
        CreditLine.with_context(**QUIET).create([
            {'member_id': member.id, 'company_id': self.env.company.id, 'limit_amount': limit}
            for member, (_number, limit) in differing.items() if member not in known
        ])
        return [number for number, _limit in differing.values()]
