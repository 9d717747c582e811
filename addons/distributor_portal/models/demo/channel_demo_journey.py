from datetime import timedelta

from odoo import api, models

from ...engine import figures

# Tier → (members with a past, what the first of them orders in a month, in CNY).
PAST = {'agent': (6, 260_000), 'dealer': (24, 42_000), 'store': (24, 3_600)}
MONTHS = 14
SHORT = {'YOG-B-200': (48, 48), 'MLK-W-250': (48, 24), 'DRK-T-500': (24, 12)}  # SKU: ordered, shipped
NEVER = 'DRK-T-500'
ANSWER = "仓库下周到货，我们优先发您。 Next week; yours leaves first."


class ChannelDemo(models.AbstractModel):
    """Following orders and knowing oneself: tracking numbers, a promise that moved, a short delivery, a past year."""

    _inherit = 'channel.demo'

    @api.model
    def _load_stories(self, members):
        result = super()._load_stories(members)
        self._load_short_delivery(members['S00001'])
        self._load_tracking()
        self._load_moved_promise(members['D0001'])
        self._load_question(members['S00001'])
        self._load_past(members)
        self._load_rankings()
        return result

    @api.model
    def _load_short_delivery(self, member):
        """One product comes behind the rest, of another part does not come at all."""
        store = self.env['sale.order'].with_env(self._as('store'))
        order = store.browse(store._channel_take_in([{
            'external_id': 'P-3101', 'member': member.code,
            'lines': [{'sku': sku, 'qty': ordered} for sku, (ordered, _shipped) in SHORT.items()],
        }], source='portal')[0]['order_id'])
        order.with_env(self._as('dealer'))._channel_decide('upstream', True)
        order.with_env(self._as('hq'))._channel_decide('hq', True)
        picking = order.picking_ids[:1].with_env(self._as('hq'))
        if picking.state != 'assigned':
            return
        for move in picking.move_ids:
            move.quantity = SHORT[move.product_id.default_code][1]
            move.picked = True
        picking.with_context(skip_backorder=True).button_validate()
        later = picking.backorder_ids.move_ids
        later.filtered(lambda move: move.product_id.default_code == NEVER)._action_cancel()

    @api.model
    def _load_tracking(self):
        """What has left can be followed."""
        left = self.env['stock.picking'].search(
            [('state', '=', 'done'), ('sale_id.channel_member_id', '!=', False), ('channel_tracking_ref', '=', False)],
            order='id')
        for number, picking in enumerate(left, 101):
            picking.channel_tracking_ref = f'HY2026{number:04}'

    @api.model
    def _load_moved_promise(self, member):
        """The second parcel of the split order is late, and headquarters says so."""
        parcels = self.env['sale.order'].search(
            [('channel_member_id', '=', member.id), ('channel_external_id', '=', 'P-2701')]).channel_parcel_ids
        parcel = parcels.filtered(lambda parcel: parcel.state in ('planned', 'preparing') and parcel.arrival_date)[:1]
        if parcel:
            self.env['channel.parcel.delay'].with_env(self._as('hq')).create({
                'parcel_ids': parcel.ids, 'date': max(parcels.mapped('arrival_date')) + timedelta(days=2),
                'reason': "台风，高速封闭 Typhoon: the motorway is closed",
            }).action_delay()

    @api.model
    def _load_question(self, member):
        """The store asks, headquarters answers."""
        order = self.env['sale.order'].search(
            [('channel_member_id', '=', member.id), ('channel_external_id', '=', 'P-3101')])
        order.with_env(self._as('store'))._portal_post_message("剩下的什么时候到？ When does the rest come?")
        order.with_env(self._as('hq')).with_context(mail_notify_force_send=False).message_post(
            body=ANSWER, message_type='comment', subtype_xmlid='mail.mt_comment')

    # === FIGURES === #

    @api.model
    def _load_past(self, members):
        """A year from an earlier system: seasons, growth, some that shrink. Then what is here is counted."""
        company = self.env.company
        first = figures.add_months(company._channel_get_today(), -MONTHS)
        months = [figures.add_months(first, i) for i in range(MONTHS)]
        drawn = {}
        for tier, (count, start) in PAST.items():
            random_ = self._get_random(f'past of {tier}')
            some = [member for member in members.values() if member.tier_id.code == tier][:count]
            for member in some:
                drawn[member] = self._draw_past(random_, start * random_.uniform(.4, 1.3), months)
        below = self._sum_below(drawn)
        self.env['channel.member.figure'].create([{
            'member_id': member.id, 'company_id': company.id, 'tier_id': member.tier_id.id, 'month': month,
            **values, **below.get((member.id, month), {}),
        } for member, rows in drawn.items() for month, values in zip(months, rows, strict=True)])
        self._load_past_categories(drawn, months)
        self.env['channel.member.figure']._count_companies(company)

    @api.model
    def _draw_past(self, random_, amount, months):
        """Values of one member, month by month."""
        growth, care = random_.uniform(.97, 1.05), random_.uniform(.7, 1)
        rows = []
        for number, month in enumerate(months):
            season = 1.25 if month.month in (1, 6, 7, 9) else .9 if month.month == 2 else 1
            orders, paid = random_.randrange(2, 6), random_.randrange(1, 4)
            total = round(amount * season * growth ** number * random_.uniform(.9, 1.1), 2)
            on_time = sum(random_.random() < .93 for _order in range(orders))
            in_time = sum(random_.random() < care for _invoice in range(paid))
            rows.append({
                'order_count': orders, 'order_amount': total, 'delivery_count': orders, 'on_time_count': on_time,
                'due_amount': total, 'filled_amount': round(total * random_.uniform(.95, 1), 2),
                'receipt_count': orders, 'difference_count': int(random_.random() < .15), 'paid_count': paid,
                'paid_on_time_count': in_time, 'paid_days': paid * random_.randrange(18, 40),
                'credit_rate': round(random_.uniform(.2, .7), 3),
            })
        return rows

    @api.model
    def _sum_below(self, drawn):
        """{(member id, month): what those below it did}"""
        first = figures.add_months(self.env.company._channel_get_today(), -MONTHS)
        sums = {}
        for member, rows in drawn.items():
            for above in member.ancestor_ids - member:
                for number, row in enumerate(rows):
                    found = sums.setdefault(
                        (above.id, figures.add_months(first, number)), {'below_count': 0, 'below_amount': 0})
                    found['below_count'] += row['order_count']
                    found['below_amount'] = round(found['below_amount'] + row['order_amount'], 2)
        return sums

    @api.model
    def _load_past_categories(self, drawn, months):
        """Half yoghurt, a third milk, the rest drinks; the shares drift a little."""
        names = ('yoghurt', 'milk', 'drinks')
        categories = [self.env.ref(f'distributor_portal.demo_category_{name}') for name in names]
        values = []
        for member, rows in drawn.items():
            for number, (month, row) in enumerate(zip(months, rows, strict=True)):
                shares = (.5 - .01 * number, .3, .2 + .01 * number)
                values += [{
                    'member_id': member.id, 'company_id': self.env.company.id, 'month': month,
                    'categ_id': category.id, 'amount': round(row['order_amount'] * share, 2),
                } for category, share in zip(categories, shares, strict=True)]
        self.env['channel.member.figure.category'].create(values)

    @api.model
    def _load_rankings(self):
        """Dealers see how they grow and pay, stores how they grow; agents are too few to be compared."""
        tier = {code: self.env.ref(f'distributor_portal.channel_tier_{code}').id for code in PAST}
        self.env['channel.ranking'].create([
            {'tier_id': tier['dealer'], 'measure': 'growth'}, {'tier_id': tier['dealer'], 'measure': 'punctual'},
            {'tier_id': tier['store'], 'measure': 'growth'},
        ])._rank()
