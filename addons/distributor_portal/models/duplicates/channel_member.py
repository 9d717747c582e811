from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

OPEN_STATES = ('upstream', 'hq', 'accepted', 'confirmed', 'shipped')
JUDGED_STATES = ('upstream', 'hq', 'accepted')
# What follows the member by rules of its own, below; or belongs to the one that goes and stays its history.
OWN_RULES = {
    'channel.member', 'channel.member.link', 'channel.member.user', 'channel.member.sku', 'channel.authorization',
    'channel.credit.line', 'channel.duplicate', 'channel.pack.rule', 'sale.order',
}


class ChannelMember(models.Model):
    """Two members become one: the survivor takes over what is alive, the other stays archived with its history.

    Nothing that was decided is rewritten: verdicts and events point to orders, which move as they are.
    """

    _inherit = 'channel.member'

    merged_into_id = fields.Many2one(
        'channel.member', "Merged Into", readonly=True, copy=False, index='btree_not_null', ondelete='restrict',
        groups='base.group_user')
    merged_ids = fields.One2many(
        'channel.member', 'merged_into_id', "Merged From", readonly=True, context={'active_test': False},
        groups='base.group_user')
    duplicate_count = fields.Integer(compute='_compute_duplicate_count', groups='base.group_user')

    # The company of a member that was merged is the survivor's.
    _partner_once = models.UniqueIndex(
        '(partner_id) WHERE merged_into_id IS NULL', "This company is in the network already.")
    _merged_is_archived = models.Constraint(
        'CHECK (merged_into_id IS NULL OR NOT active)', "A member that was merged into another stays archived.")

    # === COMPUTE METHODS === #

    def _compute_duplicate_count(self):
        pairs = self.env['channel.duplicate'].search([
            ('state', '=', 'new'), '|', ('member_id', 'in', self.ids), ('other_id', 'in', self.ids)])
        for member in self:
            member.duplicate_count = len(pairs.filtered(lambda pair, member=member: member in (
                pair.member_id | pair.other_id)))

    # === ACTION METHODS === #

    def action_merge(self):
        """Merge two members that somebody has chosen in the list."""
        self.check_access('write')
        if len(self) != 2:
            raise UserError(self.env._("Choose two members to merge."))
        return self.env['channel.member.merge']._open(self)

    def action_view_duplicates(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('distributor_portal.channel_duplicate_action')
        return {
            **action, 'context': {},
            'domain': ['|', ('member_id', 'in', self.ids), ('other_id', 'in', self.ids)]}

    # === BUSINESS METHODS === #

    def _get_merge_problems(self, survivor):
        """(what forbids it, what somebody has to confirm), in sentences."""
        self.ensure_one()
        _ = self.env._
        refused, doubts = [], []
        if self == survivor or self.merged_into_id or survivor.merged_into_id:
            refused.append(_("One of them has been merged already."))
        if self.company_id != survivor.company_id:
            refused.append(_("They belong to different companies."))
        if self in survivor.ancestor_ids or survivor in self.ancestor_ids:
            refused.append(_("One stands above the other: move it in the network first."))
        if len((self | survivor).partner_id.with_context(active_test=False).user_ids) > 1:
            refused.append(_("Both companies have a login of their own: move one of these to a contact first."))
        too_high = self.downstream_ids.filtered(lambda below: below.tier_id.step <= survivor.tier_id.step)
        if too_high:
            refused.append(_(
                "%(members)s stand on the survivor's step: they cannot stand below it.",
                members=", ".join(too_high[:5].mapped('code'))))
        is_open_on_both = all(member._get_open_orders() for member in (self, survivor))
        if is_open_on_both and self.upstream_id != survivor.upstream_id:
            doubts.append(_("Both have open orders, under different upstreams."))
        if self.tier_id != survivor.tier_id:
            doubts.append(_("They stand on different tiers."))
        if self.authorization_ids and not survivor.authorization_ids:
            doubts.append(_("The survivor sells under its upstream's licence today; it would get its own instead."))
        return refused, doubts

    def _get_open_orders(self):
        return self.env['sale.order'].sudo().search([
            ('channel_member_id', 'in', self.ids), ('channel_state', 'in', OPEN_STATES)])

    def _merge_into(self, survivor, is_confirmed=False, adds_limits=False):
        """Merge this member into `survivor`; the company behind it by Odoo's own merge.

        :param is_confirmed: somebody has looked at what `_get_merge_problems` doubts
        :param adds_limits: the credit limits are added; else the survivor's own stands
        """
        self.ensure_one()
        refused, doubts = self._get_merge_problems(survivor)
        if refused or (doubts and not is_confirmed):
            raise UserError("\n".join(refused or [*doubts, self.env._("Confirm that you have looked at this.")]))
        self._lock_merge(survivor)
        judged = self._get_open_orders().filtered(
            lambda order: order.channel_state in JUDGED_STATES and not order._channel_is_changed())
        self._merge_credit(survivor, adds_limits)
        self._merge_orders(survivor)
        self._merge_company(survivor)
        self._merge_network(survivor)
        self._merge_recount(survivor)
        self._merge_codes_and_licences(survivor)
        self._merge_others(survivor)
        self._merge_pairs(survivor)
        for order in judged:
            # That a company was entered twice changes nothing of what was judged.
            order.channel_content = order._channel_get_content()
        self._merge_note(survivor)

    def _lock_merge(self, survivor):
        """No order of either may be decided on meanwhile: see docs/adr/0003."""
        self.env['channel.credit.line']._get_locked_lines(self | survivor)

    def _merge_credit(self, survivor, adds_limits):
        """Orders draw on the survivor's line from now on; without one, the line itself moves."""
        Line = self.env['channel.credit.line'].sudo().with_context(active_test=False)
        others = {line.company_id: line for line in Line.search([('member_id', '=', survivor.id)])}
        for line in Line.search([('member_id', '=', self.id)]):
            other = others.get(line.company_id)
            if not other:
                line.member_id = survivor
                continue
            if adds_limits:
                other.limit_amount += line.limit_amount
            self.env['sale.order'].sudo().search([('channel_credit_line_id', '=', line.id)]).write(
                {'channel_credit_line_id': other.id})

    def _merge_recount(self, survivor):
        """What is ordered and owed stays so: the counters may go beyond the limit, and new orders then wait."""
        Line = self.env['channel.credit.line'].sudo()
        Line.search([('member_id', '=', self.id)]).active = False
        Line.browse(Line._get_line_ids_for(survivor))._recount()

    def _merge_orders(self, survivor):
        """By SQL: nothing of an order is computed anew because its customer was entered twice."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE sale_order SET channel_member_id = %s, channel_tier_id = %s WHERE channel_member_id = %s",
            survivor.id, survivor.tier_id.id, self.id))
        self.env.invalidate_all()

    def _merge_company(self, survivor):
        """Archive the one that goes, then let Odoo merge the two companies with all that points to them."""
        gone, stays = self.partner_id, survivor.partner_id
        links = self.user_link_ids
        # Who logs in is a contact of the company; its roles follow once the contact has moved.
        roles = [(link.user_id, link.role) for link in links]
        links.unlink()
        self.write({'state': 'closed', 'active': False, 'merged_into_id': survivor.id})
        self.env.flush_all()
        if gone != stays:
            wizard = self.env['base.partner.merge.automatic.wizard'].sudo().create({})
            wizard._merge((gone | stays).ids, stays, extra_checks=False)
        self.env.invalidate_all()
        known = survivor.user_link_ids.user_id
        self.env['channel.member.user'].create([
            {'member_id': survivor.id, 'user_id': user.id, 'role': role} for user, role in roles if user not in known])

    def _merge_network(self, survivor):
        """Who stood below stands below the survivor; the territories are joined."""
        below = self.with_context(active_test=False).search([('upstream_id', '=', self.id)])
        below.write({'upstream_id': survivor.id})
        survivor.territory_ids |= self.territory_ids
        links = self.env['channel.member.link'].sudo().search([('member_id', '=', self.id), ('date_to', '=', False)])
        links.date_to = fields.Date.context_today(self)

    def _merge_codes_and_licences(self, survivor):
        """Codes that the survivor uses for something else stay with the one that goes, and are named."""
        Sku = self.env['channel.member.sku'].sudo()
        known = set(Sku.search([('member_id', '=', survivor.id)]).mapped('code'))
        Sku.search([('member_id', '=', self.id), ('code', 'not in', list(known))]).member_id = survivor
        licences = self.env['channel.authorization'].sudo().with_context(active_test=False).search(
            [('member_id', '=', self.id)])
        for licence in licences:
            values = {'member_id': survivor.id}
            if not licence.territory_ids and self.territory_ids:
                # Without territories of its own a licence holds in its member's: these must not grow by a merge.
                values['territory_ids'] = [Command.set(self.territory_ids.ids)]
            licence.write(values)
        PackRule = self.env['channel.pack.rule'].sudo()
        taken = {
            (rule.product_id, rule.categ_id, rule.level) for rule in PackRule.search([('member_id', '=', survivor.id)])}
        PackRule.search([('member_id', '=', self.id)]).filtered(
            lambda rule: (rule.product_id, rule.categ_id, rule.level) not in taken).member_id = survivor

    def _merge_others(self, survivor):
        """Whatever else points to the member, of any addon: moved, unless it is a fact or the database refuses."""
        for model, name, kind in self._get_merge_fields():
            records = self.env[model].sudo().with_context(active_test=False).search([(name, 'in', self.ids)])
            for record in records:
                value = survivor.id if kind == 'many2one' else [Command.unlink(self.id), Command.link(survivor.id)]
                self._merge_one(record, {name: value})

    @api.model
    def _merge_one(self, record, values):
        """A row that the survivor has already stays with the one that goes: nothing is deleted by a merge."""
        try:
            with self.env.cr.savepoint():
                record.write(values)
                record.flush_recordset()
        except (IntegrityError, UserError):
            record.invalidate_recordset()

    @api.model
    def _get_merge_fields(self):
        """(model, field, type) of every stored field that points to members and has no rule of its own."""
        append_only = set(self.env.registry['channel.append.only']._inherit_children)
        found = []
        for model in self.env.registry.models.values():
            if model._abstract or model._transient or not model._auto or model._name in OWN_RULES | append_only:
                continue
            for name, field in model._fields.items():
                is_link = field.comodel_name == self._name and field.type in ('many2one', 'many2many')
                if is_link and field.store and not field.related and (not field.compute or not field.readonly):
                    found.append((model._name, name, field.type))
        return sorted(found)

    def _merge_pairs(self, survivor):
        """The pair is decided; others with the one that goes are looked for anew with the survivor."""
        pairs = self.env['channel.duplicate'].sudo().search([
            '|', ('member_id', '=', self.id), ('other_id', '=', self.id)])
        pairs.filtered(lambda pair: survivor in pair.member_id | pair.other_id)._decide('merged', survivor)
        pairs.filtered(lambda pair: pair.state == 'new').unlink()

    def _merge_note(self, survivor):
        left = self.env['channel.member.sku'].sudo().search([('member_id', '=', self.id)]).mapped('code')
        survivor.message_post(body=self.env._(
            "%(member)s was merged into this member.%(codes)s", member=self.display_name,
            codes=self.env._(" Codes that stand for another product here: %s.", ", ".join(left)) if left else ""))
        self.message_post(body=self.env._("Merged into %s.", survivor.display_name))
