from odoo import api, models
from odoo.fields import Command, Datetime

ENGINEERING = {
    'name': "Engineering Order",
    'code': 'engineering',
    'note': "For deliveries to a building site or an event. The project number stands in your project contract.",
    'form_definition': [
        {'name': 'project_number', 'string': "项目编号 Project Number", 'type': 'char'},
        {'name': 'client_contact', 'string': "客户联系人 Client Contact", 'type': 'char'},
        {'name': 'delivery_window', 'string': "进场日期 Site Opens On", 'type': 'date'},
        {'name': 'acceptance', 'string': "验收状态 Acceptance", 'type': 'selection', 'selection': [
            ['open', "未验收 Not Yet"], ['partly', "部分验收 In Part"], ['done', "已验收 Accepted"]]},
    ],
}
ORDER = {
    'external_id': 'P-1101',
    'member': 'D0001',
    'type': 'engineering',
    'properties': {
        'project_number': "ENG-2026-017", 'client_contact': "吴建华 Wu Jianhua", 'delivery_window': '2026-12-15'},
    'lines': [{'sku': 'DRK-W-550', 'qty': 480}, {'sku': 'DRK-T-500', 'qty': 240}],
}


class ChannelDemo(models.AbstractModel):
    """Approvals: a type of orders with a form, two chains, an order that waits, somebody who is away."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        order_type = self._load_order_type()
        self._load_chains(order_type)
        self._as('dealer')['sale.order']._channel_take_in([ORDER], source='portal')
        self._load_delegation()
        return result

    @api.model
    def _load_order_type(self):
        order_type = self.env['channel.order.type'].create({
            **ENGINEERING,
            'tier_ids': [Command.set(self.env.ref('distributor_portal.channel_tier_dealer').ids)],
        })
        order_type.field_ids = [
            Command.create({'name': 'project_number', 'is_required': True}),
            Command.create({'name': 'client_contact', 'is_required': True}),
            Command.create({'name': 'acceptance', 'portal': 'read'}),
        ]
        self._translate({order_type: "工程订单"})
        self._name_records({'demo_order_type_engineering': order_type})
        return order_type

    @api.model
    def _load_chains(self, order_type):
        desk = self.env.ref('distributor_portal.group_channel_user')
        manager = self.env.ref('distributor_portal.group_channel_manager')
        engineering, big = self.env['channel.approval.chain'].create([{
            'name': "Engineering orders",
            'sequence': 1,
            'is_final': True,
            'order_type_ids': [Command.set(order_type.ids)],
            'step_ids': [
                Command.create({'sequence': 10, 'kind': 'upstream', 'name': "Agent's Review"}),
                Command.create({
                    'sequence': 20, 'kind': 'group', 'group_id': desk.id, 'name': "Project Desk", 'deadline': 2,
                    'deadline_unit': 'days', 'remind_before': 1, 'on_deadline': 'escalate',
                    'escalation_group_id': manager.id, 'is_four_eyes': True}),
            ],
        }, {
            'name': "Very big orders of agents",
            'sequence': 40,
            'amount_from': 1_000_000,
            'tier_ids': [Command.set(self.env.ref('distributor_portal.channel_tier_agent').ids)],
            'step_ids': [
                Command.create({
                    'sequence': 30, 'kind': 'group', 'group_id': manager.id, 'name': "Sales Management",
                    'asks_again': True, 'deadline': 16, 'remind_before': 4}),
            ],
        }])
        self._translate({engineering: "工程订单", big: "代理商特大订单"})
        self._name_records({'demo_chain_engineering': engineering, 'demo_chain_big': big})

    @api.model
    def _load_delegation(self):
        """The store's owner is on a trip: its buyer decides meanwhile."""
        users = {login: self.env.ref(f'distributor_portal.demo_user_{login}') for login in ('store', 'store_buyer')}
        self.env['channel.approval.delegation'].create({
            'user_id': users['store'].id,
            'delegate_id': users['store_buyer'].id,
            'date_from': Datetime.to_datetime('2026-11-16 00:00:00'),
            'date_to': Datetime.to_datetime('2027-12-31 23:59:59'),
            'note': "出差 On a trip",
        })
