from collections import defaultdict

from odoo import models

from ...engine import KINDS, judge_all, worst

# Kinds that judge what was ordered; stock is judged on the warehouse chosen, credit on the orders before it.
LINE_KINDS = ('intake', 'product', 'price', 'pack', 'authorisation', 'territory')


class SaleOrder(models.Model):
    """How channel orders are judged and routed: facts in a few queries per batch, the engine decides, one write."""

    _inherit = 'sale.order'

    def _channel_complete(self):
        """Fill in what an order made by hand lacks: where it goes, and the numbers of its lines."""
        by_hand = self.filtered(lambda order: not order.channel_external_id)
        for order in by_hand:
            for index, line in enumerate(order.order_line.filtered(lambda line: not line.display_type)):
                line.channel_line_no = index
        placeless = by_hand.filtered(lambda order: not order.channel_ship_code)
        sent_to = {order: order.partner_shipping_id.sudo().channel_division_code for order in placeless}
        places = self.env['channel.territory'].sudo()._find_by_codes(sent_to.values())
        for order, code in sent_to.items():
            member = order.channel_member_id.sudo()
            latitude, longitude = places[code]._channel_get_point(code) if code in places else (
                member.latitude, member.longitude)
            order.write({
                'channel_ship_code': code or member.street_code, 'channel_latitude': latitude,
                'channel_longitude': longitude})

    def _channel_process(self):
        """Check and source these orders, hold their credit, and send each on: back, to who must approve, or through.

        Orders are taken in their sequence: what an earlier one takes of stock and credit, a later one lacks.

        :return: {order: 'rejected' | 'held' | 'accepted'}
        """
        orders = self.filtered('channel_member_id')
        for order in orders:
            order.channel_run += 1
        rules = self.env['channel.rule']._get_rules_in_force()
        credit_lines = self.env['channel.credit.line']._get_locked_lines(orders.channel_member_id)

        findings = orders._channel_judge(rules, LINE_KINDS)
        blocked = {finding.order for finding in findings if finding.decision == 'block'}
        free = orders._channel_source(blocked)
        findings += orders._channel_judge_stock(rules, free)
        findings += orders._channel_judge_credit(rules, credit_lines, blocked)
        orders._channel_store_verdicts(findings)
        return orders._channel_route(findings, credit_lines)

    def _channel_judge(self, rules, kind_codes):
        """Findings of all `rules` of these kinds on these orders."""
        return self._channel_judge_facts(
            rules, {code: getattr(self, f'_channel_get_{code}_facts')() for code in kind_codes})

    def _channel_judge_facts(self, rules, facts):
        """:param facts: {kind: facts of these orders}; each of `rules` judges those of its kind and its tiers"""
        rules = [(rule, tiers) for rule, tiers in rules if rule.kind in facts]
        return judge_all(
            [rule for rule, _tiers in rules],
            {rule.key: self._channel_in_scope(facts[rule.kind], tiers) for rule, tiers in rules}, KINDS)

    def _channel_in_scope(self, facts, tiers):
        """Those of `facts` that are about orders of one of `tiers`; no tiers means every order."""
        if not tiers:
            return facts
        ids = {order.id for order in self if order.channel_tier_id.id in tiers}
        return [fact for fact in facts if fact.order in ids]

    # --- what follows

    def _channel_store_verdicts(self, findings):
        skus = {
            (line.order_id.id, line.channel_line_no): line._channel_get_sku()
            for line in self._channel_get_judged_lines()
        }
        orders = {order.id: order for order in self}
        Verdict = self.env['channel.verdict'].sudo()
        Verdict.create([
            Verdict._prepare_from_finding(finding, orders[finding.order], skus.get((finding.order, finding.line)))
            for finding in findings
        ])
        self.invalidate_recordset(['channel_verdict_ids', 'channel_current_verdict_ids'])

    def _channel_route(self, findings, credit_lines):
        """Write what the findings mean: states, credit, approvals, timeline. Confirm what waits for nobody."""
        decisions = defaultdict(list)
        for finding in findings:
            decisions[finding.order].append(finding.decision)
        rejected = self.filtered(lambda order: worst(decisions[order.id]) == 'block')
        going = self - rejected
        Event = self.env['channel.order.event']
        Event._note('submitted', self.filtered(lambda order: order.channel_run == 1))
        self._channel_set_rejected(rejected)
        waiting, approvals = self._channel_prepare_approvals(going)
        self.env['channel.approval'].sudo().create(approvals)
        for state, orders in waiting.items():
            orders.write({'channel_state': state, **({'state': 'sent'} if state != 'accepted' else {})})
        for order in going:
            order.channel_credit_line_id = credit_lines.get(order.channel_member_id)
            order.channel_content = order._channel_get_content()
        # Over the limit only where a rule lets headquarters decide on it; else the row's own CHECK holds as well.
        self._channel_refresh_credit(is_forced=any(finding.rule.kind == 'credit' for finding in findings))
        Event._note('sourced', going, {order: order._channel_get_shipping_from() for order in going})
        accepted = waiting.get('accepted', self.browse())
        accepted._channel_confirm()
        return {
            order: 'rejected' if order in rejected else 'accepted' if order in accepted else 'held' for order in self
        }

    def _channel_set_rejected(self, rejected):
        if rejected:
            rejected.channel_approval_ids.sudo().filtered(lambda approval: approval.state == 'pending').state = 'void'
            rejected.write({'channel_state': 'rejected', 'state': 'draft'})
            self.env['channel.order.event']._note('rejected', rejected)
