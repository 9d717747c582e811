import json
from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.distributor_portal.engine import sourcing

from ...engine import transfers

METHODS = [('exact', "Exact"), ('flow', "Flows, close to the best"), ('none', "Nothing to share")]


class ChannelTransferPlan(models.Model):
    """One look at the stock of several members together: what it came to, and all that it follows from."""

    _name = 'channel.transfer.plan'
    _description = "Plan of Transfers"
    _order = 'id desc'

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one('res.company', required=True, readonly=True)
    currency_id = fields.Many2one(related='company_id.currency_id')
    agent_id = fields.Many2one('channel.member', "Agent", readonly=True, index='btree_not_null', ondelete='cascade')
    member_count = fields.Integer("Members", readonly=True)
    method = fields.Selection(METHODS, readonly=True)
    dc_cost = fields.Monetary("From the DC", readonly=True, help="What it costs to send all needs from the DC.")
    cost = fields.Monetary(
        readonly=True, help="What it costs with these transfers, and the rest from the DC.")
    loss_avoided = fields.Monetary(readonly=True, help="Value of goods that would expire where they lie.")
    saving = fields.Monetary(compute='_compute_saving', store=True, help="Cost saved and loss avoided.")
    gap = fields.Float(
        "At Most Missed", readonly=True, digits=(6, 4),
        help="How much more any plan could save, as a share of the cost from the DC. 0: none can.")
    inputs = fields.Json(readonly=True, help="All that the plan follows from.")
    answer = fields.Json(readonly=True)
    transfer_ids = fields.One2many('channel.transfer', 'plan_id', "Transfers", readonly=True)
    transfer_count = fields.Integer("Proposals", compute='_compute_transfer_count')

    # === COMPUTE METHODS === #

    @api.depends('dc_cost', 'cost', 'loss_avoided')
    def _compute_saving(self):
        for plan in self:
            plan.saving = plan.dc_cost - plan.cost + plan.loss_avoided

    @api.depends('transfer_ids')
    def _compute_transfer_count(self):
        counts = dict(self.env['channel.transfer']._read_group([('plan_id', 'in', self.ids)], ['plan_id'], ['__count']))
        for plan in self:
            plan.transfer_count = counts.get(plan, 0)

    # === ACTION METHODS === #

    def action_view_transfers(self):
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id('channel_inventory.channel_transfer_action')
        return {**action, 'domain': [('plan_id', 'in', self.ids)], 'context': {}}

    def action_verify(self):
        """Make the plan again from what was kept. :raise UserError: it comes out differently"""
        self.check_access('read')
        for plan in self:
            again = transfers.propose(transfers.Problem.restore(plan.inputs, sourcing.Rate))
            if plan._to_json(again) != plan.answer:
                raise UserError(self.env._("%s comes out differently from what was kept with it.", plan.name))
        return {'type': 'ir.actions.client', 'tag': 'display_notification', 'params': {
            'type': 'success', 'message': self.env._("Made again from what was kept: the same plan.")}}

    # === BUSINESS METHODS === #

    @api.model
    def _run(self, members, agent=None, products=None):
        """Look at the stock of these members together and propose transfers; what was proposed before lapses.

        :return: the plan
        """
        members = members.filtered(lambda member: member.state == 'active' and member.tracks_stock).sorted('id')
        if not members:
            raise UserError(self.env._("None of these members keeps stock."))
        self.env['channel.transfer'].sudo().search([
            ('state', '=', 'proposed'), ('plan_id', '!=', False), ('giver_id', 'in', members.ids),
            ('receiver_id', 'in', members.ids),
            *([('line_ids.product_id', 'in', products.ids)] if products else [])])._cancel(
                self.env._("A newer plan takes its place."))
        problem = self.env['channel.transfer.facts']._make_problem(members, products)
        answer = transfers.propose(problem)
        company = members.company_id
        plan = self.sudo().create({
            'name': self.env._("%(who)s, %(day)s", who=agent.name if agent else self.env._("All agents"),
                               day=problem.terms.today),
            'company_id': company.id, 'agent_id': agent.id if agent else False, 'member_count': len(members),
            'method': answer.method, 'dc_cost': answer.dc_only / 100, 'cost': answer.cost / 100,
            'loss_avoided': answer.loss_avoided / 100, 'gap': answer.gap, 'inputs': problem.as_inputs(),
            'answer': self._to_json(answer)})
        proposed = self.env['channel.transfer'].sudo().create([
            plan._prepare_transfer(shipment) for shipment in answer.shipments])
        proposed._note('proposed')
        if self.env['channel.transfer.policy']._get(company).auto_offer:
            proposed._offer_those_that_can()
        return plan

    @api.model
    def _to_json(self, answer):
        return json.loads(json.dumps(asdict(answer), default=str))

    def _prepare_transfer(self, shipment):
        self.ensure_one()
        return {
            'plan_id': self.id, 'origin': 'plan', 'giver_id': shipment.way.giver, 'receiver_id': shipment.way.receiver,
            'distance_km': (shipment.way.distance or 0) / 10, 'days': shipment.way.days, 'parcels': shipment.parcels,
            'weight': shipment.grams / 1000, 'cost': shipment.cost / 100, 'dc_cost': shipment.dc_cost / 100,
            'loss_avoided': shipment.loss_avoided / 100,
            'line_ids': [Command.create({
                'product_id': line.goods, 'lot_id': line.lot or False, 'qty': line.qty / 1000,
                'expiring_qty': line.expiring / 1000,
                'giver_days_before': _days(line.giver_days[0]), 'giver_days_after': _days(line.giver_days[1]),
                'receiver_days_before': _days(line.receiver_days[0]),
                'receiver_days_after': _days(line.receiver_days[1])}) for line in shipment.lines]}

    # === CRON === #

    @api.model
    def _cron_propose(self):
        """Every night: each agent with all below it, or everybody together."""
        Member = self.env['channel.member'].sudo()
        for policy in self.env['channel.transfer.policy'].sudo().search([('proposes', '=', True)]):
            company = policy.company_id
            everybody = Member.search([('company_id', '=', company.id), ('state', '=', 'active')])
            groups = {None: everybody} if policy.scope == 'region' else {
                agent: everybody.filtered(lambda member, agent=agent: agent in member.ancestor_ids)
                for agent in everybody.filtered(lambda member: not member.upstream_id)}
            for agent, members in groups.items():
                if len(members.filtered('tracks_stock')) > 1:
                    self.with_company(company)._run(members, agent)


def _days(value):
    """-1 stands for ever: nothing sells."""
    return -1 if value is None else round(value, 1)
