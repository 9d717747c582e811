from odoo import api, models
from odoo.tools import SQL

from ...engine import sell_through


class ChannelSellThrough(models.Model):
    """What the codes in a feed mean: each kind of code in one query, however many rows."""

    _inherit = 'channel.sell.through'

    # === BUSINESS METHODS === #

    @api.model
    def _look_up_codes(self, sales, company, chosen=None):
        """What these sales name.

        :param chosen: {row: product} as a person has said, whatever its code
        :return: `sell_through.Codes`
        """
        chosen = chosen or {}
        by_kind = {kind: {sale.code for sale in sales if sale.code_kind == kind} for kind in sell_through.CODES}
        members = self._find_members({sale.member.upper() for sale in sales}, company)
        sources = self._find_sources({sale.source for sale in sales}, company)
        aliases = self._find_aliases(
            {(sources[sale.source], sale.member) for sale in sales
             if sale.source in sources and sale.member.upper() not in members}, company)
        skus = self._find_products(by_kind['sku'], 'default_code', company)
        gtins = self._find_gtins(by_kind['gtin'], company)
        # What a member has taught goes for whatever column it writes its codes into.
        own = self._find_member_skus({
            (member, sale.code) for sale in sales if sale.code not in (
                skus if sale.code_kind == 'sku' else gtins if sale.code_kind == 'gtin' else ())
            and (member := members.get(sale.member.upper()) or aliases.get((sources.get(sale.source), sale.member)))})
        products = {*skus.values(), *(product for product, _factor in gtins.values()), *own.values(), *chosen.values()}
        return sell_through.Codes(
            sources=sources, members=members, aliases=aliases, skus=skus, gtins=gtins, member_skus=own,
            chosen=chosen,
            units=self._find_units(products) if any(sale.uom for sale in sales) else {},
            lots=self._find_lots({sale.lot for sale in sales if sale.lot}, products))

    @api.model
    def _find_members(self, codes, company):
        """{code: member of this company}; the code of one that was merged stands for the one it has become"""
        return dict(self.env.execute_query(SQL(
            """WITH RECURSIVE known AS (
                   SELECT code, id, merged_into_id FROM channel_member WHERE code = ANY(%s) AND company_id = %s
             UNION ALL
                   SELECT k.code, m.id, m.merged_into_id FROM known k JOIN channel_member m ON m.id = k.merged_into_id)
               SELECT code, id FROM known WHERE merged_into_id IS NULL""", list(codes), company.id)))

    @api.model
    def _find_sources(self, codes, company):
        """{code: source that is still in use}, of this company or of all"""
        return dict(self.env.execute_query(SQL(
            """SELECT s.code, s.id FROM channel_source s LEFT JOIN channel_member m ON m.id = s.push_member_id
                WHERE s.active AND s.code = ANY(%(codes)s)
                  AND COALESCE(m.company_id, s.push_company_id, %(company)s) = %(company)s""",
            codes=list(codes), company=company.id)))

    @api.model
    def _find_aliases(self, pairs, company):
        """{(source, what it calls a member): member}"""
        if not pairs:
            return {}
        return {(source, code): member for source, code, member in self.env.execute_query(SQL(
            """SELECT a.source_id, a.code, a.member_id FROM channel_source_member a
                 JOIN channel_member m ON m.id = a.member_id AND m.company_id = %s
                 JOIN unnest(%s::int4[], %s::text[]) AS asked (source_id, code)
                   ON asked.source_id = a.source_id AND asked.code = a.code""",
            company.id, [source for source, _code in pairs], [code for _source, code in pairs]))}

    @api.model
    def _find_products(self, codes, column, company):
        """{code: product of this company or of all}; a code of several products means none."""
        if not codes:
            return {}
        return dict(self.env.execute_query(SQL(
            """SELECT p.%(column)s, MIN(p.id) FROM product_product p
                 JOIN product_template t ON t.id = p.product_tmpl_id
                WHERE p.active AND p.%(column)s = ANY(%(codes)s)
                  AND (t.company_id IS NULL OR t.company_id = %(company)s)
             GROUP BY 1 HAVING COUNT(*) = 1""",
            column=SQL.identifier(column), codes=list(codes), company=company.id)))

    @api.model
    def _find_gtins(self, codes, company):
        """{code: (product, own units in what it stands on)}"""
        items = {code: (product, 1) for code, product in self._find_products(codes, 'barcode', company).items()}
        packs = self.env['product.uom'].sudo().search([
            ('barcode', 'in', list(codes)), ('product_id.company_id', 'in', [False, company.id])]) if codes else ()
        for pack in packs:
            factor = pack.uom_id._compute_quantity(1, pack.product_id.uom_id, round=False)
            items.setdefault(pack.barcode, (pack.product_id.id, sell_through.to_factor(factor)))
        return items

    @api.model
    def _find_member_skus(self, pairs):
        """{(member, its code): product}"""
        if not pairs:
            return {}
        return {(member, code): product for member, code, product in self.env.execute_query(SQL(
            """SELECT s.member_id, s.code, s.product_id FROM channel_member_sku s
                 JOIN unnest(%s::int4[], %s::text[]) AS asked (member_id, code)
                   ON asked.member_id = s.member_id AND asked.code = s.code""",
            [member for member, _code in pairs], [code for _member, code in pairs]))}

    @api.model
    def _find_units(self, products):
        """{(product, unit by code or name in small letters): own units in one}"""
        units = {}
        for product in self.env['product.product'].sudo().browse(products):
            for unit in product.uom_id | product.uom_ids:
                factor = sell_through.to_factor(unit._compute_quantity(1, product.uom_id, round=False))
                for name in filter(None, (unit.channel_code, unit.name)):
                    units[product.id, name.casefold()] = factor
        return units

    @api.model
    def _find_lots(self, names, products):
        if not names:
            return {}
        lots = self.env['stock.lot'].sudo().search([('name', 'in', list(names)), ('product_id', 'in', list(products))])
        return {(lot.product_id.id, lot.name): lot.id for lot in lots}
