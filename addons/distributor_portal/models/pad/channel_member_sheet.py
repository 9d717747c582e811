from collections import defaultdict

from odoo import models
from odoo.fields import Domain

from ...engine import order_match, order_sheets
from ...engine.gtin import get_spellings, looks_like_gtin
from ...utils import to_decimal

EXACT, OTHER_CASE, NAME = range(3)  # how well a code names a product


class ChannelMember(models.Model):
    """An order list that a member has pasted or uploaded, against the products that it may order."""

    _inherit = 'channel.member'

    # === PORTAL === #

    def _portal_read_list(self, rows, columns=None):
        """Read rows and match them.

        :param rows: [(row number, cells)]
        :param columns: what they hold; None: find out
        :return: see `_portal_match_rows`, with 'columns', 'sample' and 'passed_over' besides; {'too_many': how many}
            where an order does not take as many
        """
        self.ensure_one()
        if not columns:
            units = {unit.name.casefold() for unit in self.env['uom.uom'].search([])}
            columns = order_sheets.find_columns(rows, self._portal_get_known_codes(rows), units)
        sheet = order_sheets.read_sheet(rows, columns)
        if len(sheet.rows) > order_sheets.MAX_ROWS:
            return {'too_many': len(sheet.rows)}
        shown = [cells for number, cells in rows if number >= columns.header][:4]
        return {
            **self._portal_match_rows(sheet.rows),
            'columns': {'codes': list(columns.codes), 'qty': columns.qty, 'unit': columns.unit,
                        'header': columns.header},
            'sample': [[cell[:40] for cell in cells[:20]] for cells in shown],
            'passed_over': list(sheet.passed_over),
        }

    def _portal_match_rows(self, rows):
        """Lines for the pad, and what has to be mended.

        A product that is not the member's to order is unknown to it, like one that does not exist; unless it has
        ordered it before or has a code for it: then it is told that it no longer can.

        :param rows: engine rows
        :return: {'lines': [{'product_id', 'qty', 'rows'}], 'troubles': list of dicts}
        """
        hits, goods, catalogue = self._portal_look_up_codes({row.code for row in rows if row.code})
        lines, troubles = order_match.match_rows(rows, hits, goods)
        return {
            'lines': [{'product_id': line.key, 'qty': float(line.qty), 'rows': list(line.rows)} for line in lines],
            'troubles': self._portal_describe_troubles(troubles, goods, catalogue),
        }

    # --- looking up

    def _portal_get_known_codes(self, rows):
        """Which cells of the first rows name a product: so the column of the codes is found."""
        cells = {order_sheets.clean(cell) for _number, cells in rows[:order_sheets.SAMPLE] for cell in cells[:20]}
        return set(self._portal_find_exactly({cell for cell in cells if 0 < len(cell) <= order_sheets.MAX_CODE}))

    def _portal_look_up_codes(self, codes):
        """({code: hits}, {product id: good}, the catalogue for proposals, empty where all codes are known)"""
        hits = self._portal_find_exactly(codes)
        unknown = codes - set(hits)
        catalogue = self._portal_get_catalogue() if unknown else []
        if unknown:
            self._portal_find_loosely(unknown, catalogue, hits)
        products = self.env['product.product'].browse({hit.key for found in hits.values() for hit in found})
        return hits, self._portal_get_goods(products), catalogue

    def _portal_find_exactly(self, codes):
        """{code: hits} by SKU, extension code, GTIN of an item or a pack, and the member's own codes."""
        hits = defaultdict(list)
        if not codes:
            return hits
        Product = self.env['product.product'].with_context(active_test=False)
        spelled = {spelling: code for code in codes for spelling in get_spellings(code)}
        written = list(codes)
        licensed = self._portal_get_products_domain(is_sold=False)
        for product in Product.search_fetch(
                licensed & (Domain('default_code', 'in', written) | Domain('channel_extension_code', 'in', written)
                            | Domain('barcode', 'in', list(spelled))),
                ['default_code', 'channel_extension_code', 'barcode']):
            for code in {product.default_code, product.channel_extension_code, spelled.get(product.barcode)} & codes:
                hits[code].append(order_match.Hit(product.id, EXACT))
        packs = self.env['product.uom'].search([('barcode', 'in', list(spelled))])
        allowed = set(Product.search(licensed & Domain('id', 'in', packs.product_id.ids)).ids) if packs else set()
        for pack in packs.filtered(lambda pack: pack.product_id.id in allowed):
            hits[spelled[pack.barcode]].append(order_match.Hit(
                pack.product_id.id, EXACT, to_decimal(pack.channel_item_qty)))
        for own in self.env['channel.member.sku'].search([('member_id', '=', self.id), ('code', 'in', written)]):
            # Headquarters has agreed on this code: the member knows of the product, whatever its licence says today.
            hits[own.code].append(order_match.Hit(own.product_id.id, EXACT))
        return hits

    def _portal_get_catalogue(self):
        """[(id, codes, name)] of all that the member may order, and of what it once ordered."""
        Product = self.env['product.product'].with_context(active_test=False)
        products = Product.search_fetch(
            self._portal_get_products_domain(is_sold=False),
            ['default_code', 'channel_extension_code', 'barcode', 'active', 'product_tmpl_id'])
        products |= self._portal_get_ordered_products().with_env(products.env)
        # Read from the template: through the product Odoo would copy each value, one product after the other.
        products.product_tmpl_id.fetch(['name', 'sale_ok'])
        return [
            (product.id, (product.default_code, product.channel_extension_code, product.barcode),
             product.product_tmpl_id.name, product.active and product.product_tmpl_id.sale_ok)
            for product in products]

    def _portal_get_ordered_products(self):
        """What this member has ordered before: it knows that there is such a thing."""
        groups = self.env['sale.order.line']._read_group(
            [('order_id.channel_member_id', '=', self.id), ('product_id', '!=', False)], ['product_id'])
        return self.env['product.product'].union(*(product for product, in groups))

    def _portal_find_loosely(self, codes, catalogue, hits):
        """Codes in other letters, then names; as `_portal_find_exactly`."""
        by_code, by_name = defaultdict(list), defaultdict(list)
        for key, owns, name, _is_sold in catalogue:
            for own in filter(None, owns):
                by_code[order_sheets.clean(own).casefold()].append(order_match.Hit(key, OTHER_CASE))
            by_name[order_sheets.clean(name or "").casefold()].append(order_match.Hit(key, NAME))
        for code in codes:
            found = by_code.get(code.casefold()) or by_name.get(code.casefold())
            if found:
                hits[code] += found

    def _portal_get_goods(self, products):
        """{product id: engine good}"""
        sold = self.env['product.product'].search(
            self._portal_get_products_domain() & Domain('id', 'in', products.ids))
        licensed = products.with_context(active_test=False).search(
            self._portal_get_products_domain(is_sold=False) & Domain('id', 'in', products.ids))
        licensed_ids, sold_set = set(licensed.ids), set(sold)
        terms = self.env['channel.pack.rule']._resolve([(self, product) for product in sold])
        units, goods = {}, {}
        for product in products:
            template, is_sold = product.product_tmpl_id, product in sold_set
            key = (template.uom_id, template.uom_ids)
            if key not in units:
                units[key] = self._portal_get_units(*key)
            state = '' if is_sold else 'discontinued' if product.id in licensed_ids else 'not_licensed'
            goods[product.id] = order_match.Good(
                product.id, product.default_code or "", template.name, units[key],
                **({'terms': terms[self, product]} if is_sold else {}), state=state)
        return goods

    def _portal_get_units(self, own, packs):
        """Units that a product is sold in, as the engine wants them."""
        return ((own.name, own.channel_code or 'item', to_decimal(1)), *(
            (unit.name, unit.channel_code or '', to_decimal(unit.factor / own.factor))
            for unit in packs - own if own.factor))

    # --- answering

    def _portal_describe_troubles(self, troubles, goods, catalogue):
        """What is wrong with a row and how it can be mended, in the reader's words."""
        texts = self.env['channel.text']._get_sheet_texts()
        offered = [row[:3] for row in catalogue if row[3]]
        lookalikes, guessed = order_match.Lookalikes(offered), {}
        for trouble in troubles:
            if trouble.reason == 'unknown_code' and trouble.code not in guessed and (
                    len(guessed) < order_match.MAX_GUESSED):
                guessed[trouble.code] = lookalikes.propose(trouble.code)
        names = {key: (next(filter(None, codes), name), name) for key, codes, name in offered} | {
            key: (good.sku or good.name, good.name) for key, good in goods.items()}
        return [
            self._portal_describe_trouble(trouble, texts, goods, names, guessed.get(trouble.code, trouble.keys)
                                          if trouble.reason == 'unknown_code' else trouble.keys)
            for trouble in troubles]

    def _portal_describe_trouble(self, trouble, texts, goods, names, keys):
        good = goods.get(trouble.key)
        reason = trouble.reason
        if reason == 'unknown_code' and looks_like_gtin(trouble.code):
            reason = 'unknown_gtin'
        terms = good.terms if good else None
        return {
            'rows': list(trouble.rows),
            'code': trouble.code,
            'given': trouble.given,
            'unit': trouble.unit,
            'reason': trouble.reason,
            'message': texts[reason] % {
                'code': trouble.code, 'given': trouble.given, 'unit': trouble.unit,
                'product': (good.sku or good.name) if good else "",
                **({name: order_match.plain(getattr(terms, name)) for name in ('minimum', 'multiple', 'maximum')}
                   if terms else {})},
            'product_id': trouble.key or False,
            'product': good.name if good else "",
            'sku': good.sku if good else "",
            'qty': float(trouble.qty) if trouble.qty is not None else False,
            'quantities': [float(qty) for qty in trouble.quantities],
            'units': list(trouble.units),
            'products': [{'id': key, 'code': names[key][0], 'name': names[key][1]} for key in keys],
        }
