from dataclasses import replace

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...engine import code_checks, code_places, codes

MAX_AT_ONCE = 1000
RECENT = 20


class ChannelCode(models.Model):
    """What a scanned code means: read, looked up with its containers in one query, judged by the engine."""

    _inherit = 'channel.code'

    # === BUSINESS METHODS === #

    @api.model
    def _read_text(self, text):
        """(code as the engine reads it, None) or (None, why it cannot be read)."""
        try:
            code = codes.read(text if isinstance(text, str) else '', fields.Date.context_today(self))
        except codes.CodeRefused as refused:
            return None, refused.key
        return (code, None) if code.kind != 'gtin' else (None, 'product_code')

    @api.model
    def _get_known(self, keys, companies=None):
        """{key: (`Known`, row of the query)} of the codes that are there; their containers are looked up with them."""
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL("""
            SELECT c.id, c.code, c.product_id, c.lot_id, c.qty::float8 AS qty, c.n_leaf, c.is_opened, c.is_cloned,
                   COALESCE(c.is_suspect, FALSE) AS is_suspect, c.company_id,
                   CASE WHEN c.state IN ('sold', 'void') THEN c.state ELSE top.state END AS state,
                   top.member_id AS holder, top.picking_id AS delivery, c.parent_id IS NOT NULL AS is_closed,
                   lots.expiry, COALESCE(lots.is_recalled, FALSE) AS is_recalled,
                   COALESCE(company.channel_code_max_checks, 0) AS max_checks
              FROM channel_code c
              JOIN res_company company ON company.id = c.company_id
              JOIN channel_code top ON top.id = c.top_id
              LEFT JOIN LATERAL (
                    WITH RECURSIVE down AS (
                        SELECT c.id, c.lot_id, c.n_leaf
                         UNION ALL
                        SELECT inside.id, inside.lot_id, inside.n_leaf
                          FROM down JOIN channel_code inside ON inside.parent_id = down.id
                         WHERE down.lot_id IS NULL AND down.n_leaf > 0
                    )
                    SELECT MIN(lot.expiration_date) AS expiry,
                           bool_or(lot.channel_is_recalled OR lot.channel_is_frozen) AS is_recalled
                      FROM down JOIN stock_lot lot ON lot.id = down.lot_id
                   ) lots ON TRUE
             WHERE c.code = ANY(%s) AND %s
        """, list(keys), SQL("c.company_id = ANY(%s)", companies.ids) if companies else SQL("TRUE")))
        return {row['code']: (code_checks.Known(
            row['id'], row['product_id'], row['lot_id'], row['state'], row['holder'], row['delivery'],
            row['expiry'] and fields.Datetime.context_timestamp(self, row['expiry']).date(), row['qty'],
            row['is_closed'], row['is_opened'], row['is_recalled'], row['is_cloned'],
            row['is_suspect']), row) for row in rows}

    @api.model
    def _with_contents(self, known):
        """The same, and what is in containers of several products. :param known: as `_get_known` gives it"""
        contents = self.browse(
            one.code for one, row in known.values() if not one.product and row['n_leaf'])._count_contents()
        return {key: (replace(one, contents=contents.get(one.code, {})), row) for key, (one, row) in known.items()}

    @api.model
    def _judge_texts(self, texts, asker, companies=None, point=None):
        """What these scans mean, in their sequence; the same code twice is told.

        :param asker: `code_checks.Asker` for the first; what it has seen grows with every scan, what is missing shrinks
        :return: [{'text', 'key', 'code' (id or None), 'known', 'verdict', 'border_km'}]
        """
        read = [self._read_text(text) for text in texts[:MAX_AT_ONCE]]
        known = self._get_known({code.key for code, _problem in read if code}, companies)
        if asker.products is not None:
            known = self._with_contents(known)
        borders = self._get_borders({one.holder for one, _row in known.values() if one.holder}, point)
        seen, missing, found = set(asker.seen), dict(asker.products or {}), []
        for text, (code, problem) in zip(texts, read, strict=False):
            one, row = known.get(code.key, (None, None)) if code else (None, None)
            border_km = borders.get(one.holder, 0.0) if one else 0.0
            own = code_checks.Asker(
                asker.who, asker.purpose, asker.today, asker.members, asker.delivery,
                None if asker.products is None else missing, asker.lots, frozenset(seen), border_km)
            verdict = code_checks.judge(one, own, problem or '')
            if one and verdict.is_good:
                seen.add(one.code)
                code_checks.take(missing, one)
            found.append({
                'text': text, 'key': code.key if code else '', 'code': one and one.code, 'known': one, 'row': row,
                'verdict': verdict, 'border_km': border_km})
        return found

    @api.model
    def _judge_texts_in_parts(self, texts, asker, companies=None):
        """The same for a long list: what one part takes, the next lacks."""
        found, missing, seen = [], dict(asker.products or {}), set(asker.seen)
        for start in range(0, len(texts), MAX_AT_ONCE):
            part = self._judge_texts(texts[start:start + MAX_AT_ONCE], replace(
                asker, products=None if asker.products is None else missing, seen=frozenset(seen)), companies)
            for one in part:
                if one['code'] and one['verdict'].is_good:
                    seen.add(one['code'])
                    code_checks.take(missing, one['known'])
            found += part
        return found

    # --- places

    @api.model
    @tools.ormcache()
    def _get_places(self):
        """The seats of all districts, ready to be searched. They change with an update of the addon only."""
        self.env['channel.territory'].flush_model()
        return code_places.Places(self.env.execute_query(SQL("""
            SELECT code, latitude, longitude FROM channel_territory
             WHERE level = 'district' AND (latitude != 0 OR longitude != 0)
        """)))

    @api.model
    def _get_territories(self, member_ids):
        """{member id: codes of all divisions where it may sell}, by its record and by its licences in force."""
        if not member_ids:
            return {}
        self.env.flush_all()
        Member, Licence = self.env['channel.member'], self.env['channel.authorization']
        own, granted = Member._fields['territory_ids'], Licence._fields['territory_ids']
        rows = self.env.execute_query(SQL("""
            SELECT rel.%(own1)s, territory.code FROM %(own)s rel
              JOIN channel_territory territory ON territory.id = rel.%(own2)s WHERE rel.%(own1)s = ANY(%(ids)s)
             UNION
            SELECT licence.member_id, territory.code FROM channel_authorization licence
              JOIN %(granted)s rel ON rel.%(granted1)s = licence.id
              JOIN channel_territory territory ON territory.id = rel.%(granted2)s
             WHERE licence.member_id = ANY(%(ids)s) AND licence.active AND licence.date_from <= %(today)s
               AND (licence.date_to IS NULL OR licence.date_to >= %(today)s)
        """, own=SQL.identifier(own.relation), own1=SQL.identifier(own.column1), own2=SQL.identifier(own.column2),
            granted=SQL.identifier(granted.relation), granted1=SQL.identifier(granted.column1),
            granted2=SQL.identifier(granted.column2), ids=list(member_ids), today=fields.Date.context_today(self)))
        found = {}
        for member, code in rows:
            found.setdefault(member, set()).add(code)
        return {member: frozenset(territories) for member, territories in found.items()}

    @api.model
    def _get_borders(self, holders, point):
        """{member id: km that a point lies outside of its territory}. :param point: (latitude, longitude) or None"""
        if not point or not holders:
            return {}
        places = self._get_places()
        return {
            member: places.border_km(*point[:2], territories)
            for member, territories in self._get_territories(holders).items()}

    @api.model
    def _get_line_ids(self, members):
        """Ids of these members and of all above and below: goods of one line are handed on without a word to us."""
        if not members:
            return frozenset()
        self.env.flush_all()
        return frozenset(id_ for id_, in self.env.execute_query(SQL("""
            SELECT other.id FROM channel_member own
              JOIN channel_member other ON own.parent_path LIKE other.parent_path || '%%'
                                        OR other.parent_path LIKE own.parent_path || '%%'
             WHERE own.id = ANY(%s)
        """, members.ids)))

    # --- words

    @api.model
    def _get_verdict_texts(self):
        """{key of a verdict: sentence for whoever scans}"""
        _ = self.env._
        return {
            'good': _("Everything is in order."),
            'unreadable': _("This cannot be read as a code."),
            'check_digit': _("The check digit is wrong: scan it again, or look for a misprint."),
            'product_code': _("This names a product, not one piece of it: scan the other code on the pack."),
            'unknown': _("Nobody has issued this code."),
            'void': _("This code was made void: do not sell it."),
            'recalled': _("The lot is being recalled: do not sell it, put it aside."),
            'cloned': _("This code was seen at two places at once: one of the two is a copy."),
            'suspect': _("Consumers say that it was at two places at once: look closely, it may be a copy."),
            'sold': _("It was sold already."),
            'expired': _("It is past its expiry date."),
            'near_expiry': _("It expires soon."),
            'not_shipped': _("Headquarters has not shipped it."),
            'other_member': _("It was not shipped to you."),
            'not_sold': _("It was not sold."),
            'outside': _("It is outside the territory of the member it was shipped to."),
            'twice': _("It was scanned before."),
            'at_member': _("It is known to be at a member: take it back with its return first."),
            'other_delivery': _("It belongs to another delivery."),
            'wrong_product': _("This product is not on the delivery."),
            'wrong_lot': _("The delivery asks for another lot."),
            'over_quantity': _("That is more than the delivery asks for."),
            'inside': _("It lies in a closed container."),
            'opened': _("Something was taken out of it."),
            'in_transit': _("It was not scanned in yet."),
        }
