import logging
from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...engine import DECISIONS, Rule, restore, validate_params, worst

_logger = logging.getLogger(__name__)

ORDERS_AT_ONCE = 500
# What is kept of one order's findings: more sentences nobody reads.
FINDINGS_KEPT = 20
# What stood then (credit used, stock free) cannot be looked up afterwards: stored with the verdicts, for those alone.
STORED_KINDS = ('credit', 'stock')
PRESENT, CHANGED = -1, -2


class ChannelSimulation(models.Model):
    """Judging past orders by the rule as it is and as it would be: batch by batch, in the background."""

    _inherit = 'channel.simulation'

    # === COMPUTE METHODS === #

    @api.depends('state', 'done_count')
    @api.depends_context('lang')
    def _compute_summary(self):
        """A small table: how many orders and how much money each consequence meets, before and after the change."""
        Result = self.env['channel.simulation.result']
        names = dict(Result._fields['decision_new']._description_selection(self.env))
        for simulation in self:
            domain = [('simulation_id', '=', simulation.id)]
            columns = [
                {decision: (count, amount) for decision, count, amount in Result._read_group(
                    domain, [name], ['__count', 'amount:sum'])}
                for name in ('decision_was', 'decision_present', 'decision_new')]
            rows = Markup().join(
                Markup("<tr><th>%s</th>%s</tr>") % (names[decision], Markup().join(
                    Markup("<td class='text-end'>%s</td><td class='text-end text-muted'>%s</td>") % (
                        column.get(decision, (0, 0))[0],
                        simulation.currency_id.format(column.get(decision, (0, 0))[1]))
                    for column in columns))
                for decision in ('block', 'approve', 'warn', 'signal'))
            titles = Markup().join(Markup("<th colspan='2' class='text-end'>%s</th>") % title for title in (
                self.env._("What happened"), self.env._("Present version"), self.env._("Changed rule")))
            simulation.summary = Markup(
                "<table class='table table-sm w-auto'><thead><tr><th></th>%s</tr></thead><tbody>%s</tbody></table>",
            ) % (titles, rows)

    # === BUSINESS METHODS === #

    def _start(self):
        """Forget what was found before, and count what is to be judged.

        :raise UserError: nobody can say afterwards what such a rule would have judged
        """
        for simulation in self.sudo():
            if simulation.state == 'running':
                continue
            simulation._check_can_be_tried()
            simulation.result_ids.unlink()
            simulation.write({
                'state': 'running', 'error': False, 'done_count': 0, 'last_order_id': 0, 'finished_at': False,
                'order_count': self.env['sale.order'].sudo().search_count(simulation._get_orders_domain()),
                'started_at': fields.Datetime.now(), 'version_id': simulation._find_version().id,
                'sees_only_broken': simulation._is_stored(),
            })

    def _check_can_be_tried(self):
        kind = dict(self._fields['kind']._description_selection(self.env))[self.kind]
        waiting = self.env['channel.rule']._get_waiting_kinds().get(self.kind)
        if waiting:
            raise UserError(self.env._(
                "Rules of the kind \"%(kind)s\" cannot be tried yet: they wait for %(data)s.", kind=kind, data=waiting))
        if not self._is_stored() and not self._get_facts_method(self.env['sale.order']):
            raise UserError(self.env._(
                "Rules of the kind \"%s\" cannot be tried: what they judge is not kept.", kind))

    def _is_stored(self):
        return self.kind in STORED_KINDS

    def _get_facts_method(self, orders):
        return getattr(orders, f'_channel_get_{self.kind}_facts', None)

    def _get_orders_domain(self):
        """Every order of the period that was submitted, whatever became of it."""
        self.ensure_one()
        domain = (
            Domain('channel_member_id', '!=', False) & Domain('channel_run', '>', 0)
            & Domain('company_id', '=', self.company_id.id) & Domain('date_order', '>=', self.date_from)
            & Domain('date_order', '<', self.date_to + timedelta(days=1)))
        if self.member_ids:
            domain &= Domain('channel_member_id', 'child_of', self.member_ids.ids)
        if self.order_tier_ids:
            domain &= Domain('channel_tier_id', 'in', self.order_tier_ids.ids)
        return domain

    def _judge_next(self):
        """Judge the next batch of orders. :return: how many"""
        self.ensure_one()
        orders = self.env['sale.order'].sudo().with_company(self.company_id).search(
            self._get_orders_domain() & Domain('id', '>', self.last_order_id), order='id', limit=ORDERS_AT_ONCE)
        if orders:
            self.env['channel.simulation.result'].sudo().create(self._judge(orders))
            self.write({'last_order_id': orders[-1].id, 'done_count': self.done_count + len(orders)})
        if len(orders) < ORDERS_AT_ONCE:
            self.write({'state': 'done', 'finished_at': fields.Datetime.now(), 'order_count': self.done_count})
        return len(orders)

    def _judge(self, orders):
        """Values of the results of these orders: those that either version, or what happened then, concerns."""
        facts = {self.kind: self._restore_facts(orders) if self._is_stored() else self._get_facts_method(orders)()}
        found = {PRESENT: defaultdict(list), CHANGED: defaultdict(list)}
        for finding in orders._channel_judge_facts(self._get_rules(), facts):
            found[finding.rule.key][finding.order].append(finding)
        was = self._get_past_decisions(orders)
        return [
            self._prepare_result(
                order, was.get(order.id, 'pass'), found[PRESENT][order.id], found[CHANGED][order.id])
            for order in orders if order.id in was or order.id in found[PRESENT] or order.id in found[CHANGED]]

    def _get_rules(self):
        """[(engine rule, tiers)]: the present version, where there is one, and the changed rule."""
        params = validate_params(self.kind, self.params)
        changed = Rule(CHANGED, self.rule_id.code or 'tried', self.kind, 0, self.lane, params, self.fails_open)
        rules = [(changed, set(self.tier_ids.ids))]
        version = self.version_id
        if version and self.rule_id.active:
            present = Rule(
                PRESENT, self.rule_id.code, version.kind, version.version, version.lane,
                validate_params(version.kind, version.params), version.fails_open)
            codes = [code for code in (version.tier_codes or '').split(',') if code]
            tiers = self.env['channel.tier'].with_context(active_test=False).search([('code', 'in', codes)])
            rules.append((present, set(tiers.ids)))
        return rules

    def _get_past_decisions(self, orders):
        """{order id: what the rule, in whatever version, decided when the order was checked last}"""
        if not self.rule_id:
            return {}
        decisions = defaultdict(list)
        for verdict in self.env['channel.verdict'].sudo().search_fetch(
                [('order_id', 'in', orders.ids), ('rule_version_id.rule_id', '=', self.rule_id.id)],
                ['order_id', 'run', 'decision']):
            if verdict.run == verdict.order_id.channel_run:
                decisions[verdict.order_id.id].append(verdict.decision)
        return {order: worst(found) for order, found in decisions.items()}

    def _restore_facts(self, orders):
        """What stood when these orders broke a rule of the kind, as stored with their last verdicts."""
        verdicts = self.env['channel.verdict'].sudo().search(
            [('order_id', 'in', orders.ids), ('rule_version_id.kind', '=', self.kind)], order='id desc')
        facts = {}
        for verdict in verdicts:
            if verdict.run == verdict.order_id.channel_run and verdict.inputs:
                line = verdict.line_no - 1 if verdict.line_no else None
                facts.setdefault(
                    (verdict.order_id.id, line),
                    restore(self.kind, verdict.order_id.id, line, verdict.inputs))
        return list(facts.values())

    def _prepare_result(self, order, was, present, changed):
        decision_present = worst(finding.decision for finding in present)
        decision_new = worst(finding.decision for finding in changed)
        step = DECISIONS.index(decision_new) - DECISIONS.index(decision_present)
        shown = changed or present
        return {
            'simulation_id': self.id,
            'company_id': order.company_id.id,
            'order_id': order.id,
            'member_id': order.channel_member_id.id,
            'tier_id': order.channel_tier_id.id,
            'date': order.date_order.date(),
            'amount': order._channel_get_amount(),
            'line_count': len({finding.line for finding in changed}),
            'decision_was': was,
            'decision_present': decision_present,
            'decision_new': decision_new,
            'change': 'stricter' if step > 0 else 'milder' if step < 0 else 'same',
            'findings': [
                {'line': finding.line, 'text': finding.text, 'args': dict(finding.args)}
                for finding in shown[:FINDINGS_KEPT]],
        }

    # === CRON === #

    @api.model
    def _cron_run(self):
        """Go on with what is running, batch by batch, each kept as soon as it is judged."""
        for simulation in self.sudo().search([('state', '=', 'running')], order='started_at, id'):
            while simulation.state == 'running':
                done = simulation._judge_next_safely()
                simulation.env.flush_all()
                left = self.env['ir.cron']._commit_progress(
                    done, remaining=max(simulation.order_count - simulation.done_count, 0))
                self.env.invalidate_all()
                if not left:
                    return

    def _judge_next_safely(self):
        """As `_judge_next`; what breaks down is written to the record instead of stopping the others."""
        try:
            with self.env.cr.savepoint():
                return self._judge_next()
        except OperationalError:
            raise
        except Exception as error:
            _logger.exception("Simulation %s broke down", self.id)
            self.write({
                'state': 'failed', 'finished_at': fields.Datetime.now(),
                'error': f"{type(error).__name__}: {str(error)[:200]}"})
            return 0
