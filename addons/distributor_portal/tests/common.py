from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class ChannelCommon(AccountTestInvoicingCommon):
    """One agent, one dealer, one store in Shenzhen; a rival line in Chengdu; two warehouses, a few products."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, 'tracking_disable': True})
        cls.company = cls.env.company
        cls.env.user.group_ids |= cls.env.ref('distributor_portal.group_channel_manager')
        cls.rules = {rule.code: rule for rule in cls.env['channel.rule'].search([])}
        cls.tiers = {tier.code: tier for tier in cls.env['channel.tier'].search([])}
        cls.south = cls._create_warehouse("South", 'SOU', '440306')
        cls.west = cls._create_warehouse("West", 'WES', '510104')
        cls.category = cls.env['product.category'].create({'name': "Yoghurt"})
        cls.chilled = cls.env['product.category'].create({'name': "Chilled"})
        cls.yoghurt = cls._create_goods('YOG-1', 10, channel_multiple_qty=12)
        cls.milk = cls._create_goods('MLK-1', 5)
        cls.pricelist = cls.env['product.pricelist'].create({'name': "Channel"})
        cls.agent = cls._create_member('A1', 'agent', territories='44')
        cls.dealer = cls._create_member('D1', 'dealer', cls.agent, territories='4403')
        cls.store = cls._create_member('S1', 'store', cls.dealer, territories='4403', district='440305')
        cls.rival_agent = cls._create_member('A2', 'agent', territories='51', district='510104')
        cls.rival_dealer = cls._create_member('D2', 'dealer', cls.rival_agent, territories='5101', district='510104')
        cls.rival_store = cls._create_member('S2', 'store', cls.rival_dealer, territories='5101', district='510105')
        for member in (cls.agent, cls.rival_agent):
            cls._create_authorization(member)

    @classmethod
    def _find_territory(cls, code):
        return cls.env['channel.territory'].search([('code', '=', code)])

    @classmethod
    def _create_warehouse(cls, name, code, district, **values):
        return cls.env['stock.warehouse'].create({
            'name': name, 'code': code, 'channel_territory_id': cls._find_territory(district).id, **values})

    @classmethod
    def _create_goods(cls, sku, price, stock=((None, 1000),), **values):
        product = cls.env['product.product'].create({
            'name': sku, 'default_code': sku, 'list_price': price, 'type': 'consu', 'is_storable': True,
            'categ_id': cls.category.id, 'taxes_id': False, 'invoice_policy': 'delivery', **values})
        for warehouse, qty in stock:
            for place in warehouse or cls.south | cls.west:
                cls._set_stock(product, place, qty)
        return product

    @classmethod
    def _set_stock(cls, product, warehouse, qty):
        """Put the quantity there, whatever lay there before."""
        now = sum(cls.env['stock.quant']._gather(product, warehouse.lot_stock_id).mapped('quantity'))
        cls.env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, qty - now)

    @classmethod
    def _create_member(cls, code, tier, upstream=None, territories='', district='440304', **values):
        partner = cls.env['res.partner'].create({'name': f"Company {code}", 'is_company': True})
        return cls.env['channel.member'].create({
            'code': code,
            'partner_id': partner.id,
            'tier_id': cls.tiers[tier].id,
            'upstream_id': upstream.id if upstream else False,
            'territory_ids': cls._find_territory(territories).ids,
            'street_id': cls._find_territory(district).id,
            'pricelist_id': cls.pricelist.id,
            **values,
        })

    @classmethod
    def _create_authorization(cls, member, **values):
        return cls.env['channel.authorization'].create({
            'name': f"C-{member.code}", 'member_id': member.id, 'date_from': '2020-01-01', **values})

    @classmethod
    def _create_credit(cls, member, limit):
        return cls.env['channel.credit.line'].create({'member_id': member.id, 'limit_amount': limit})

    @classmethod
    def _create_portal_user(cls, member, login, role='owner'):
        partner = cls.env['res.partner'].create({
            'name': f"Person {login}", 'parent_id': member.partner_id.id, 'email': f'{login}@example.com'})
        user = new_test_user(
            cls.env, login, groups='base.group_portal', context={'no_reset_password': True}, partner_id=partner.id,
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])
        cls.env['channel.member.user'].create({'member_id': member.id, 'user_id': user.id, 'role': role})
        return user

    @classmethod
    def _prepare_order(cls, external_id, member='D1', lines=(('YOG-1', 12),), **values):
        return {
            'external_id': external_id, 'member': member,
            'lines': [{'sku': sku, 'qty': qty} for sku, qty in lines], **values}

    def _submit(self, *orders, **options):
        return self.env['sale.order'].channel_submit(list(orders), options or None)

    def _submit_one(self, external_id='X-1', **values):
        """(the answer, the order)"""
        answer = self._submit(self._prepare_order(external_id, **values))[0]
        return answer, self.env['sale.order'].browse(answer['order_id'])

    def _rules_broken(self, answer):
        return [verdict['rule'] for verdict in answer['verdicts']]

    def _ship(self, order):
        """Ship all that the order waits for; the deliveries done."""
        pickings = order.picking_ids.filtered(lambda picking: picking.state not in ('done', 'cancel'))
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.button_validate()
        return pickings

    def _pay(self, invoice, amount=None):
        return self.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids,
        ).create({'amount': amount or invoice.amount_residual, 'payment_date': fields.Date.today()})._create_payments()

    def _run_job(self, method):
        """Run a job as Odoo runs it where each part takes longer than its slice; return how many calls it took."""
        calls, left = 0, [1]

        def commit_progress(_cron, processed=0, *, remaining=None, **_options):
            left[0] = max(left[0] - processed, 0) if remaining is None else remaining
            return 0

        with patch.object(self.env.registry['ir.cron'], '_commit_progress', commit_progress):
            while left[0]:
                calls, left[0] = calls + 1, 0  # Odoo counts anew in each call: nothing said is nothing left.
                self.assertLess(calls, 50, "it never gets to its end")
                method()
        return calls
