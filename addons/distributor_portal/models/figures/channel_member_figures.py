from decimal import Decimal

from odoo import models

from ...engine import figures
from ...utils import to_decimal

SHOWN_MONTHS = 13
CHART = (520, 120)
BELOW_AT_ONCE = 50
MAX_BELOW = 10_000
SUMS = (
    'order_count', 'order_amount', 'below_count', 'below_amount', 'delivery_count', 'on_time_count', 'due_amount',
    'filled_amount', 'receipt_count', 'difference_count', 'paid_count', 'paid_on_time_count', 'paid_days')


class ChannelMember(models.Model):
    """What the dealer centre shows a member of its own figures. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_figures(self, kind, back):
        """Everything of the page of figures, from what was counted last night.

        :param kind, back: which month, quarter or year; see `figures.period_of`
        """
        self.ensure_one()
        today = self.company_id._channel_get_today()
        period, before = figures.period_of(kind, today, back), figures.period_of(kind, today, back + 1)
        first = min(before.start, figures.add_months(today, 1 - SHOWN_MONTHS))
        rows = self.env['channel.member.figure'].search(
            [('member_id', '=', self.id), ('month', '>=', first), ('month', '<', figures.add_months(today, 1))],
            order='month')
        now_sums, before_sums = _sum(rows, period), _sum(rows, before)
        return {
            'period': period,
            'is_running': period.holds(today),
            'has_figures': bool(rows),
            'now': _describe(now_sums),
            'before': _describe(before_sums),
            'change': None if period.holds(today) else figures.change(
                now_sums['order_amount'], before_sums['order_amount']),
            'below_change': None if period.holds(today) else figures.change(
                now_sums['below_amount'], before_sums['below_amount']),
            'categories': self._portal_get_figure_categories(period, before),
            'credit_rate': next((row.credit_rate for row in reversed(rows) if period.holds(row.month)), None),
            **self._portal_draw_months(rows, today),
        }

    def _portal_draw_months(self, rows, today):
        """The last 13 months as bars, and where they lead."""
        amounts = {row.month: to_decimal(row.order_amount, 2) for row in rows}
        months = [figures.add_months(today, -i) for i in reversed(range(SHOWN_MONTHS))]
        values = [amounts.get(month, Decimal(0)) for month in months]
        return {
            'chart_size': CHART,
            'bars': list(zip(months, values, figures.draw_bars(values, *CHART), strict=True)),
            'trend': figures.trend(values[:-1]),  # the present month is not over
        }

    def _portal_get_figure_categories(self, period, before):
        """[(product group, amount, share of all, change to before)], the greatest first"""
        self.ensure_one()
        Figure = self.env['channel.member.figure.category']
        by_category = {}
        for some in (period, before):
            for category, amount in Figure._read_group(
                    [('member_id', '=', self.id), ('month', '>=', some.start), ('month', '<', some.end)],
                    ['categ_id'], ['amount:sum']):
                by_category.setdefault(category, {})[some] = to_decimal(amount, 2)
        whole = sum((amounts.get(period, Decimal(0)) for amounts in by_category.values()), Decimal(0))
        rows = [
            (category.name or self.env._("Other"), amounts[period], figures.share(amounts[period], whole),
             figures.change(amounts[period], amounts.get(before, Decimal(0))))
            for category, amounts in by_category.items() if amounts.get(period)]
        return sorted(rows, key=lambda row: -row[1])

    def _portal_get_places(self):
        """[{'title', 'place', 'total', 'ahead', 'is_regional', 'measure'}] of the rankings that are shown."""
        self.ensure_one()
        places = self.env['channel.ranking.place'].search(
            [('member_id', '=', self.id), ('ranking_id.active', '=', True)], order='ranking_id, id')
        return [{
            'measure': place.ranking_id.measure,
            'is_regional': place.ranking_id.is_regional,
            'place': place.place,
            'total': place.total,
            'ahead': place.ahead if place.has_ahead else None,
        } for place in places]

    def _portal_get_figures_below(self, kind, back, offset=0, limit=BELOW_AT_ONCE):
        """(a page of the members right below this one with what they and those below them ordered, how many)

        :return: [{'member', 'count', 'amount', 'below_amount', 'share', 'change'}], the greatest first
        """
        self.ensure_one()
        today = self.company_id._channel_get_today()
        period, before = figures.period_of(kind, today, back), figures.period_of(kind, today, back + 1)
        sums = {}
        for some in (period, before):
            for member, *values in self.env['channel.member.figure']._read_group(
                    [('member_id.upstream_id', '=', self.id), ('month', '>=', some.start), ('month', '<', some.end)],
                    ['member_id'], ['order_count:sum', 'order_amount:sum', 'below_count:sum', 'below_amount:sum']):
                sums.setdefault(member, {})[some] = values
        rows = [_describe_below(member, found.get(period), found.get(before), period.holds(today))
                for member, found in sums.items() if found.get(period)]
        rows = [row for row in rows if row['total'] or row['count']]
        whole = sum((row['total'] for row in rows), Decimal(0))
        rows.sort(key=lambda row: (-row['total'], row['member'].id))
        for row in rows:
            row['share'] = figures.share(row['total'], whole)
        return rows[offset:offset + limit], len(rows)


def _sum(rows, period):
    inside = [row for row in rows if period.holds(row.month)]
    return {name: sum((to_decimal(row[name], 2) for row in inside), Decimal(0)) for name in SUMS}


def _describe(sums):
    """Sums, and the shares made of them; None where there is nothing to make them of."""
    return {
        **sums,
        'basket_amount': sums['order_amount'] / sums['order_count'] if sums['order_count'] else None,
        'on_time_rate': figures.share(sums['on_time_count'], sums['delivery_count']),
        'fill_rate': figures.share(sums['filled_amount'], sums['due_amount']),
        'difference_rate': figures.share(sums['difference_count'], sums['receipt_count']),
        'punctual_rate': figures.share(sums['paid_on_time_count'], sums['paid_count']),
        'pay_days': round(sums['paid_days'] / sums['paid_count']) if sums['paid_count'] else None,
    }


def _describe_below(member, now, before, is_running):
    count, amount, below_count, below_amount = now
    total = to_decimal(amount, 2) + to_decimal(below_amount, 2)
    earlier = to_decimal(before[1], 2) + to_decimal(before[3], 2) if before else Decimal(0)
    return {
        'member': member, 'count': count + below_count, 'amount': to_decimal(amount, 2),
        'below_amount': to_decimal(below_amount, 2), 'total': total,
        'change': None if is_running else figures.change(total, earlier)}
