from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

MAIL = """From: shop@example.com
To: hq@example.com
Subject: =?utf-8?b?5oiR5Lus6Zeo5Y+j5Ye6546w5LqG5L2O5Lu36YW45aW2?=
Date: Mon, 9 Nov 2026 09:12:00 +0800
Content-Type: text/plain; charset=utf-8

我们门口的批发部在卖 YOG-B-200，价格比进货价低一成，箱码 L2610-0417。
The wholesaler next door sells YOG-B-200 a tenth below our cost; carton code L2610-0417.
"""
LOTS = "carton,sku,shipped_to,found_in\nL2610-0417,YOG-B-200,440305,440106\nL2610-0418,YOG-B-200,440305,440106\n"
ANSWER = "POS,date,qty\nPOS-20017,2026-11-03,24\n"
BY_HAND = (
    ("网店低价出售山羊奶粉 Goat milk powder offered cheap online", 'online', 'D0032', 70, 18_600),
    ("退货批号与发货不符 Returned lots we never shipped to it", 'return', 'D0045', 45, 2_150),
    ("同一电话为两家下单 One phone orders for two members", 'identity', 'D0057', 35, 0),
)


class ChannelDemo(models.AbstractModel):
    """Signals that wait, a case that its member is asked about, and one whose penalties wait for a second person."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        # Nobody is written to: these people are made up.
        last_mail = self.env['mail.mail'].search([], order='id desc', limit=1).id
        quiet = self.with_context(mail_activity_quick_update=True)
        quiet._load_risk_manager()
        quiet._load_signals(members)
        quiet._load_heard_case(members)
        quiet._load_decided_case(members)
        quiet._load_simulation()
        self.env['mail.mail'].search([('id', '>', last_mail)]).unlink()
        return result

    @api.model
    def _load_risk_manager(self):
        """A second manager: who decides a case does not approve its penalties."""
        user = self.env['res.users'].create({
            'name': "方文静 Fang Wenjing", 'login': 'risk', 'password': 'risk', 'email': 'risk@example.com',
            'tz': 'Asia/Shanghai',
            'group_ids': [Command.set(self.env.ref('distributor_portal.group_channel_manager').ids)]})
        self._name_records({'demo_user_risk': user})
        self.env.ref('base.main_company').channel_analyst_ids = user | self._as('hq').user

    @api.model
    def _load_signals(self, members):
        self.env.ref('distributor_portal.channel_rule_territory').write({
            'violation_id': self.env.ref('distributor_portal.channel_violation_diversion').id,
            'makes_signal': True, 'signal_score': 60})
        self.env.ref('distributor_portal.channel_rule_territory').signals_since = '2026-01-01'
        Signal = self.env['channel.signal']
        Signal._raise_from_verdicts(Signal._find_uncollected())
        Signal._raise([{
            'key': f'demo:{number}', 'name': name, 'score': score, 'amount': amount, 'source': 'manual',
            'violation_id': self.env.ref(f'distributor_portal.channel_violation_{violation}').id,
            'member_id': members[code].id,
        } for number, (name, violation, code, score, amount) in enumerate(BY_HAND)])

    @api.model
    def _create_demo_case(self, members, code, **values):
        case = self.env['channel.case'].create({
            'member_id': members[code].id, 'user_id': self._as('risk').uid,
            'violation_id': self.env.ref('distributor_portal.channel_violation_diversion').id, **values})
        case.action_open()
        case.action_collect()
        Evidence = self.env['channel.case.evidence']
        mail = Evidence._add(case, 'complaint.eml', MAIL.encode(), 'harmed', description="举报邮件 Complaint")
        lots = Evidence._add(
            case, 'lots.csv', LOTS.encode(), 'hq', description="箱码核对 Carton codes compared with our shipments")
        return case, mail, lots

    @api.model
    def _load_heard_case(self, members):
        """D0001 is asked for its side; its owner sees the notice in the dealer centre."""
        order = self.env['sale.order'].search([('channel_external_id', '=', 'P-1009')])
        case, _mail, lots = self._create_demo_case(
            members, 'D0001', harmed_member_id=members['D0004'].id, amount=order.amount_untaxed,
            order_ids=order.ids)
        case._send_notice(
            "箱码 L2610-0417、0418 在广州越秀区被发现，该批货物由贵司订单发往深圳。请说明。\n"
            "Cartons L2610-0417 and -0418 of your order were found in Yuexiu, Guangzhou; we shipped them to Shenzhen. "
            "Please explain.", 10, lots)

    @api.model
    def _load_decided_case(self, members):
        """D0021 has answered, the risk manager has confirmed; the penalties wait for the other manager."""
        case, _mail, lots = self._create_demo_case(
            members, 'D0021', harmed_member_id=members['D0032'].id, amount=86_400)
        case._send_notice(
            "贵司货物在授权区域外销售。\nGoods of yours were sold outside your territory.", 10, lots)
        case._portal_state(
            'answer', 'demo-answer', "那批货卖给了零售客户，去向不明。\nWe sold those to walk-in customers.",
            [('sales.csv', ANSWER.encode())])
        case.action_end_hearing()
        case.finding_text = (
            "箱码与发货记录一致，解释不成立。\nThe carton codes match our shipments; the answer explains nothing.")
        case.with_env(self._as('risk')).with_context(mail_activity_quick_update=True).action_confirm()

    @api.model
    def _load_simulation(self):
        """What would happen if broken packs were let pass with a warning."""
        simulation = self.env['channel.simulation'].create({
            'name': "整箱规则：提醒而不退回 Packs: warn instead of sending back",
            'rule_id': self.env.ref('distributor_portal.channel_rule_pack').id, 'lane': 'warn',
            'date_from': fields.Date.today() - timedelta(days=30)})
        simulation._start()
        while simulation._judge_next():
            pass
