from decimal import Decimal

from odoo import models

from ...engine import packs, reorder


class ChannelMember(models.Model):
    """The sheet that is looked at before something is ordered again. The callers have checked who asks."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_get_sheet(self, wanted):
        """What `wanted` comes to today.

        :param wanted: list of {'product': record, 'qty': Decimal, 'before': price of one last time or None, 'reason':
            why it is there}; a product stands there once
        :return: {'lines', 'currency', 'total', 'arrival': the day on which all that is in stock is there, or False,
            'count': lines that can be ordered, 'change_count': lines that are not as they were}
        """
        sheet = self._portal_get_sheets(wanted)[0]
        favourites = set(self._portal_get_favourites().ids)
        lines = {line['id']: line for line in sheet['lines'] if line['data']}
        factors = self._portal_get_tax_factors(
            self.env['product.product'].browse(list(lines)), {id_: line['price'] for id_, line in lines.items()})
        for line in sheet['lines']:
            line['is_favourite'] = line['id'] in favourites
            if line['data']:
                line['data']['tax_factor'] = factors[line['id']]
        return sheet

    def _portal_get_sheets(self, *lists):
        """The sheets of several lists at the price of one, without stars; see `_portal_get_sheet`."""
        self.ensure_one()
        products = self.env['product.product'].union(*(row['product'] for wanted in lists for row in wanted))
        offers = self._portal_get_offers(products)
        return [
            self._portal_sum_up([
                self._portal_prepare_line(row, offers.get(row['product'].id)) for row in wanted])
            for wanted in lists]

    def _portal_sum_up(self, lines):
        currency = self._portal_get_currency()
        arrivals = [line['arrival'] for line in lines if line['arrival'] and line['qty']]
        return {
            'lines': lines,
            'currency': currency,
            'total': currency.round(sum(line['amount'] for line in lines)),
            'arrival': max(arrivals, default=False),
            'count': sum(line['is_open'] for line in lines),
            'change_count': sum(bool(line['notes']) for line in lines),
        }

    def _portal_prepare_line(self, row, offer):
        product, currency = row['product'], self._portal_get_currency()
        line = reorder.review(
            row['qty'], offer, self._portal_get_refusal(product), row['before'], Decimal(str(currency.rounding)))
        return {
            'id': product.id,
            'name': product.name,
            'sku': product.default_code or "",
            'unit': product.uom_id,  # its name is read where it is shown
            'reason': row['reason'],
            'is_open': offer is not None,
            'was': float(row['qty']),
            'qty': float(line.qty),
            'price': float(line.price),
            'amount': currency.round(float(line.amount)),
            'notes': [(change.kind, self._portal_get_change_text(change)) for change in line.changes],
            'arrival': (offer and offer.arrives) or False,
            'hint': self._portal_get_step_text(offer, line.qty) if offer else "",
            'data': self._portal_prepare_data(offer) if offer else None,
        }

    def _portal_prepare_data(self, offer):
        """What the page needs to follow a changed quantity without asking."""
        return {
            'steps': [[float(step.start), float(step.price)] for step in offer.steps],
            'multiple': float(offer.multiple),
            'minimum': float(offer.minimum),
            'maximum': float(offer.maximum),
            'free': float(offer.free),
        }

    def _portal_get_refusal(self, product):
        return 'unlicensed' if product.active and product.sale_ok else 'gone'

    # --- words

    def _portal_get_change_text(self, change):
        args = {
            name: self._portal_show_amount(value) if name in ('before', 'now') else packs.plain(value)
            for name, value in change.args.items()}
        return self._portal_get_change_texts()[change.kind] % args

    def _portal_get_change_texts(self):
        _ = self.env._
        return {
            'gone': _("No longer sold."),
            'unlicensed': _("You are not licensed for it any more."),
            'price_up': _("Price up: %(before)s before, %(now)s now."),
            'price_down': _("Price down: %(before)s before, %(now)s now."),
            'pack': _("Packs of %(multiple)s: %(wanted)s became %(qty)s."),
            'least': _("At least %(minimum)s: %(wanted)s became %(qty)s."),
            'most': _("At most %(maximum)s in one order: %(wanted)s became %(qty)s."),
            'stock_less': _("Only %(free)s in stock; headquarters decides on the rest."),
            'stock_none': _("Out of stock; headquarters decides whether it follows."),
        }

    def _portal_get_step_text(self, offer, qty):
        """"12 more and each costs ¥9.50: saves ¥24" or nothing."""
        found = reorder.advise(offer, qty)
        if not found:
            return ""
        more, step, saves = found
        args = {'more': packs.plain(more), 'price': self._portal_show_amount(step.price)}
        if saves <= 0:
            return self.env._("%(more)s more and each costs %(price)s.", **args)
        return self.env._(
            "%(more)s more and each costs %(price)s: saves %(saved)s.", **args,
            saved=self._portal_show_amount(saves))
