from odoo import api, fields, models


class ChannelApprovalTest(models.TransientModel):
    """Which chains would an order take, and why or why not? Nothing is changed."""

    _name = 'channel.approval.test'
    _description = "Test Approval Chains"

    order_id = fields.Many2one('sale.order', "Order", required=True, domain=[('channel_member_id', '!=', False)])
    chain_ids = fields.Many2many('channel.approval.chain', string="Chains", help="Empty: all chains in force.")
    summary = fields.Char("Who Would Approve", compute='_compute_result')
    result = fields.Html("What Each Chain Asks", compute='_compute_result', sanitize=False)

    # === COMPUTE METHODS === #

    @api.depends('order_id', 'chain_ids')
    @api.depends_context('lang')
    def _compute_result(self):
        for test in self:
            order = test.order_id
            if not order:
                test.summary = test.result = False
                continue
            order.check_access('read')
            Chain = self.env['channel.approval.chain']
            in_force = Chain.search([('company_id', 'in', [False, order.company_id.id])])
            facts = order._channel_get_approval_facts(ALL_DEMANDS)[order]
            test.result = (test.chain_ids._origin or in_force)._explain(facts)
            asked = order._channel_plan_approvals()[order]
            names = [order._channel_name_asked(one) for one in asked]
            test.summary = ", ".join(names) or self.env._("Nobody: the order goes straight to its warehouse.")


ALL_DEMANDS = {'members', 'products', 'goods', 'categories', 'discount_over', 'form_is', 'form_filled'}
