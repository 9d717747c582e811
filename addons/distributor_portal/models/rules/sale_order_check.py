import logging
from collections import defaultdict
from dataclasses import replace

from psycopg2 import OperationalError

from odoo import models

from ...engine import KINDS, judge_all, not_evaluated, worst
from ..credit.memo import with_memo

_logger = logging.getLogger(__name__)


class CheckMemo:
    """What a batch of orders looks up once. Compared by identity: no other batch's environment is taken for its own."""

    def __init__(self, orders, rules):
        self.orders, self.rules = orders, rules
        self.lines, self.line_ids = {}, []  # {id of an order: ids of its lines that ask for goods}, all of these
        self.licence_values = None
        self.overrides = None
        self.has_origins = None


class SaleOrder(models.Model):
    """How channel orders are judged and routed: facts in a few queries per batch, the engine decides, one write."""

    _inherit = 'sale.order'

    def _channel_complete(self):
        """Fill in what an order made by hand lacks: where it goes, and the numbers of its lines."""
        by_hand = self.filtered(lambda order: not order.channel_external_id)
        for order in by_hand:
            for index, line in enumerate(order.order_line.filtered(lambda line: not line.display_type)):
                line.channel_line_no = index
        by_hand.filtered(lambda order: not order.channel_ship_code)._channel_find_place()

    def _channel_process(self):
        """Check and source these orders, hold their credit, and send each on: back, to who must approve, or through.

        Orders are taken in their sequence: what an earlier one takes of stock and credit, a later one lacks.

        :return: {order: 'rejected' | 'held' | 'accepted'}
        """
        orders = with_memo(self.filtered('channel_member_id'))
        for run, some in orders.grouped('channel_run').items():
            some.channel_run = run + 1
        noted = self.env['channel.origin']._note(orders)
        rules = self.env['channel.rule']._get_rules_in_force()
        credit_lines = orders.env['channel.credit.line']._get_locked_lines(orders.channel_member_id)

        memo = CheckMemo(orders, rules)
        if noted or all(order.channel_run == 1 for order in orders):
            memo.has_origins = bool(noted)
        judging = orders.with_context(channel_check=memo)
        findings = judging._channel_judge(rules)
        blocked = {finding.order for finding in findings if finding.decision == 'block'}
        free = judging._channel_source(blocked)
        findings += judging._channel_judge_stock(rules, free)
        findings += judging._channel_judge_credit(rules, credit_lines, blocked)
        judging._channel_store_verdicts(findings)
        statuses = orders._channel_route(findings, credit_lines)
        return {order.with_env(self.env): status for order, status in statuses.items()}

    # --- judging

    def _channel_get_check(self):
        """The memo of the batch being judged, or None. What a client puts in a context is never one."""
        memo = self.env.context.get('channel_check')
        return memo if isinstance(memo, CheckMemo) else None

    def _channel_judge(self, rules, kind_codes=None):
        """Findings of all `rules` on these orders.

        :param kind_codes: of these kinds only; else of all whose facts are there before the orders are sourced
        """
        kinds = dict.fromkeys(
            rule.kind for rule, _tiers in rules
            if kind_codes is None or rule.kind in kind_codes)
        facts, failed = self._channel_get_facts([code for code in kinds if self._channel_get_facts_method(code)])
        return self._channel_judge_facts(rules, facts) + self._channel_judge_failed(rules, failed)

    def _channel_get_facts_method(self, kind_code):
        """The method that reads the facts of a kind, or None: stock and credit are judged one order after another."""
        return getattr(self, f'_channel_get_{kind_code}_facts', None)

    def _channel_get_facts(self, kind_codes):
        """({kind: facts}, {kind: the error that kept us from them}). A kind that breaks down stops no other."""
        try:
            with self.env.cr.savepoint():
                return {code: self._channel_get_facts_method(code)() for code in kind_codes}, {}
        except OperationalError:
            raise  # a lost race: Odoo runs the whole request again
        except Exception:
            _logger.exception("Facts of %s orders could not be read; trying each kind by itself", len(self))
        facts, failed = {}, {}
        for code in kind_codes:
            try:
                with self.env.cr.savepoint():
                    facts[code] = self._channel_get_facts_method(code)()
            except OperationalError:
                raise
            except Exception as error:
                failed[code] = error
        return facts, failed

    def _channel_judge_facts(self, rules, facts):
        """:param facts: {kind: facts of these orders}; each of `rules` judges those of its kind and its tiers"""
        rules = [(rule, tiers) for rule, tiers in rules if rule.kind in facts]
        findings = judge_all(
            [rule for rule, _tiers in rules],
            {rule.key: self._channel_in_scope(facts[rule.kind], tiers) for rule, tiers in rules}, KINDS)
        self._channel_raise_alarms(findings)
        return self._channel_apply_overrides(findings)

    def _channel_judge_failed(self, rules, failed):
        """That rules could not be evaluated, for every order they are for."""
        findings = [
            not_evaluated(rule, order.id, None, failed[rule.kind])
            for rule, tiers in rules if rule.kind in failed
            for order in self if not tiers or order.channel_tier_id.id in tiers
        ]
        self._channel_raise_alarms(findings)
        return self._channel_apply_overrides(findings)

    def _channel_in_scope(self, facts, tiers):
        """Those of `facts` that are about orders of one of `tiers`; no tiers means every order."""
        if not tiers:
            return facts
        ids = {order.id for order in self if order.channel_tier_id.id in tiers}
        return [fact for fact in facts if fact.order in ids]

    def _channel_raise_alarms(self, findings):
        """Tell the responsible of a rule that it breaks down, once until somebody has seen to it."""
        broken = {finding.rule.key: finding for finding in findings if finding.text == 'not_evaluated'}
        # A trial of rules by hand (no batch behind it) alarms nobody.
        if not broken or not self._channel_get_check():
            return
        for version in self.env['channel.rule.version'].sudo().browse(broken):
            details = broken[version.id].details
            self.env['channel.alarm']._raise(
                f'rule:{version.rule_id.code}',
                self.env._("The rule %s cannot be evaluated", version.rule_id.name),
                self.env._(
                    "%(version)s broke down (%(error)s: %(problem)s). Until it is mended, orders %(what)s.",
                    version=version.display_name, error=details['error'], problem=details['problem'],
                    what=self.env._("pass with a note") if version.fails_open else self.env._(
                        "wait for headquarters")),
                version.rule_id)

    def _channel_apply_overrides(self, findings):
        """Let pass, with a note, what somebody has overridden."""
        memo = self._channel_get_check()
        if not memo or all(finding.decision == 'signal' for finding in findings):
            return findings
        if memo.overrides is None:
            memo.overrides = self.env['channel.override']._get_in_force(memo.orders)
        if not memo.overrides:
            return findings
        products = {
            (line.order_id.id, line.channel_line_no): line.product_id.id for line in self._channel_get_judged_lines()}

        def apply(finding):
            product = products.get((finding.order, finding.line), False)
            override = memo.overrides.get((finding.order, finding.rule.code, product))
            return replace(finding, decision='signal', override=override) if override else finding
        return [apply(finding) for finding in findings]

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
            for finding in sorted(findings, key=lambda finding: -1 if finding.line is None else finding.line)
        ])
        # Those of a first check stand in the cache as they stand in the database; a later check's come before.
        again = self.filtered(lambda order: order.channel_run > 1)
        again.invalidate_recordset(['channel_verdict_ids', 'channel_current_verdict_ids'])

    def _channel_route(self, findings, credit_lines):
        """Write what the findings mean: states, credit, approvals, timeline. Confirm what waits for nobody."""
        decisions = defaultdict(list)
        for finding in findings:
            decisions[finding.order].append(finding.decision)
        rejected = self.filtered(lambda order: worst(decisions[order.id]) == 'block')
        going = self - rejected
        Event = self.env['channel.order.event']
        new = self.filtered(lambda order: order.channel_run == 1)
        Event._note('submitted', new & rejected)
        self._channel_set_rejected(rejected)
        waiting = going._channel_ask_for_approvals()
        for state, orders in waiting.items():
            orders.write({'channel_state': state, **({'state': 'sent'} if state != 'accepted' else {})})
        for order in going:
            order.write({
                'channel_credit_line_id': (line := credit_lines.get(order.channel_member_id)) and line.id,
                'channel_content': order._channel_get_content()})
        # Over the limit only where a rule lets headquarters decide on it; else the row's own CHECK holds as well.
        self._channel_refresh_credit(is_forced=any(finding.rule.kind == 'credit' for finding in findings))
        Event._note_all([
            *(('submitted', order, None) for order in new & going),
            *(('sourced', order, order._channel_get_shipping_from()) for order in going)])
        accepted = waiting.get('accepted', self.browse())
        accepted._channel_confirm()
        return {
            order: 'rejected' if order in rejected else 'accepted' if order in accepted else 'held' for order in self
        }

    def _channel_set_rejected(self, rejected):
        if rejected:
            rejected._channel_void_approvals()
            rejected.write({'channel_state': 'rejected', 'state': 'draft'})
            self.env['channel.order.event']._note('rejected', rejected)
