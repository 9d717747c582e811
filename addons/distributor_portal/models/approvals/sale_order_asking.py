from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...engine import approvals as engine
from ...utils import to_decimal
from .channel_approval_step import DESK, STEP_ROLES


class SaleOrder(models.Model):
    """Whom an order asks for approval: facts for a batch in a few queries, the engine plans, one write."""

    _inherit = 'sale.order'

    # === BUSINESS METHODS === #

    def _channel_ask_for_approvals(self):
        """Ask for what these judged orders still need, and open what comes first.

        :return: {state: orders}: 'upstream' or 'hq' while somebody decides, 'accepted' where nobody needs to
        """
        waiting = defaultdict(self.browse)
        asked = self._channel_plan_approvals()
        rows = self.channel_approval_ids.sudo().grouped('order_id')
        Approval = self.env['channel.approval'].sudo()
        none, values = Approval.browse(), []
        for order in self:
            own = rows.get(order.sudo(), none)
            if not asked[order] and not own:
                continue
            settled = engine.settle(
                asked[order], [row._to_engine() for row in own], order._channel_get_company_amount_decimal())
            order._channel_settle_rows(own, settled)
            values += [
                Approval._prepare_from_asked(one, order) for one in asked[order] if one.key in settled.new]
        Approval.create(values)
        states = self._channel_open_next()
        for order in self:
            waiting[states.get(order, 'accepted')] |= order
        return waiting

    def _channel_settle_rows(self, rows, settled):
        """Write down what the order has outgrown, and what nobody needs to decide any more."""
        outgrown = rows.filtered(lambda row: row.state == 'approved' and row._to_engine().key in settled.outgrown)
        if outgrown:
            outgrown.state = 'outgrown'
        rows.filtered(lambda row: row.state == 'pending' and row._to_engine().key in settled.void)._void()

    def _channel_open_next(self):
        """Open the pending decisions of the lowest sequence of each order. :return: {order: 'upstream' or 'hq'}"""
        pending = self.channel_approval_ids.sudo().filtered(lambda row: row.state == 'pending')
        levels, to_open, to_close = {}, pending.browse(), pending.browse()
        for order, rows in pending.grouped('order_id').items():
            order = order.with_env(self.env)
            level = order._channel_pick_level(rows)
            if level:
                levels[order] = 'upstream' if set(level.mapped('step')) & {'upstream', 'member'} else 'hq'
                to_open |= level.filtered(lambda row: not row.is_open)
            # A change can ask for an earlier decision again: those after it wait.
            to_close |= (rows - level).filtered(lambda row: row.is_open and row.state == 'pending')
        to_open._open()
        to_close._close()
        return levels

    def _channel_pick_level(self, rows):
        """The pending rows whose turn it is; those that an earlier approver would decide again are skipped."""
        approvers = self.channel_approval_ids.sudo().filtered(
            lambda row: row.state == 'approved' and not row.is_automatic).user_id
        for level in rows.sorted('sequence').grouped('sequence').values():
            skipped = level._skip_repeats(approvers) if approvers else level.browse()
            if level - skipped:
                return level - skipped
        return rows.browse()

    # --- what the engine wants to know

    def _channel_plan_approvals(self):
        """{order: what it asks for}, by the chains of its company."""
        asked = {}
        for company, orders in self.grouped('company_id').items():
            chains = self.env['channel.approval.chain']._get_chains(company)
            facts = orders._channel_get_approval_facts(engine.looks_at(chains))
            people = orders._channel_get_step_people(chains, facts)
            desk = self.env['ir.model.data']._xmlid_to_res_id(DESK)
            for order in orders:
                asked[order] = engine.plan(chains, facts[order], people, desk)
        return asked

    def _channel_get_approval_facts(self, wanted):
        """{order: facts}. :param wanted: keys of the demands in use; the rest is not read"""
        categories = self._channel_get_category_lines() if {'categories', 'goods'} & wanted else {}
        facts = {}
        for order in self:
            member = order.channel_member_id.sudo()
            lines = order.order_line if {'products', 'goods', 'categories', 'discount_over'} & wanted else ()
            facts[order] = engine.OrderFacts(
                order.id,
                tier=member.tier_id.id,
                tier_is_confirmed=member.tier_id.needs_hq_approval,
                line=frozenset(_path_ids(member.parent_path)) if 'members' in wanted else frozenset(),
                place=order.channel_ship_code or '',
                amount=order._channel_get_company_amount_decimal(),
                products=frozenset(line.product_id.id for line in lines),
                categories=frozenset().union(*(categories.get(line.product_id.categ_id, ()) for line in lines)),
                verdicts=frozenset(
                    (verdict.rule_id.id, verdict.decision)
                    for verdict in order.sudo().channel_current_verdict_ids),
                discount=max((to_decimal(line.discount, 4) for line in lines), default=Decimal(0)) / 100,
                type=order.channel_order_type_id.id or 0,
                source=order.channel_source_id.id or 0,
                form=order._channel_get_form_words() if {'form_is', 'form_filled'} & wanted else {},
                member=member.id,
                upstream=member.upstream_id.id or 0,
                upstream_reviews=member.upstream_id.reviews_downstream,
                salesperson=order.user_id.id or 0,
            )
        return facts

    def _channel_get_category_lines(self):
        """{category: ids of itself and those above}"""
        return {
            category: frozenset(_path_ids(category.parent_path)) for category in self.order_line.product_id.categ_id}

    def _channel_get_step_people(self, chains, facts):
        """{('group', id) | ('member', id, role): users}, for steps that need all of them; else nothing is read."""
        steps = [step for chain in chains for step in chain.steps if step.needs_all]
        people = {}
        for step in steps:
            if step.kind == 'group':
                desk = self.env.ref(DESK).sudo().all_user_ids
                users = self.env['res.groups'].sudo().browse(step.group).all_user_ids & desk
                people['group', step.group] = users.filtered(
                    lambda user: user.active and self.company_id in user.company_ids and user._is_internal()).ids
            elif step.kind in ('upstream', 'member'):
                ids = {fact.upstream if step.kind == 'upstream' else fact.member for fact in facts.values()} - {0}
                links = self.env['channel.member.user'].sudo().search(
                    [('member_id', 'in', list(ids)), ('role', 'in', STEP_ROLES[step.role])])
                people |= {
                    ('member', member.id, step.role): some.user_id.ids
                    for member, some in links.grouped('member_id').items()}
        return people

    def _channel_get_company_amount(self):
        """The total with tax, in the company's currency."""
        self.ensure_one()
        return self.amount_total / (self.currency_rate or 1.0)

    def _channel_get_company_amount_decimal(self):
        return to_decimal(self._channel_get_company_amount(), 2)


def _path_ids(path):
    return (int(part) for part in (path or '').split('/') if part)
