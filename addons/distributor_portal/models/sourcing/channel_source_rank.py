import base64
import csv
import gzip
import io
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, file_open

from ...engine import place_in_district, sourcing


class ChannelSourceRank(models.Model):
    """The nearest warehouses of every street of a district, found beforehand.

    One row per district, its streets packed: 41,352 streets take some 7 MB. A row made for other warehouses, or for
    another point, is not used: distances are then measured, which costs a fraction of a millisecond more.
    """

    _name = 'channel.source.rank'
    _description = "Nearest Warehouses of a District's Streets"
    _order = 'company_id, code'
    _rec_name = 'code'

    company_id = fields.Many2one('res.company', required=True, ondelete='cascade', readonly=True)
    code = fields.Char("District", required=True, readonly=True)
    signature = fields.Char(required=True, readonly=True, help="Of the warehouses and places it was made for.")
    streets = fields.Integer(required=True, readonly=True)
    data = fields.Binary(attachment=False, required=True, readonly=True)

    _one_per_district = models.Constraint('UNIQUE (company_id, code)', "This district is ranked already.")

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, company, codes):
        """{code: rank} of those divisions (6 or 9 digits) whose ranks are up to date, in one query."""
        signature = self.env['stock.warehouse']._channel_get_setup(company.id)[3]
        districts = {code[:6] for code in codes if code and len(code) in (6, 9) and code.isdigit()}
        if not districts:
            return {}
        rows = self.env.execute_query(SQL(
            "SELECT code, data FROM channel_source_rank WHERE company_id = %s AND signature = %s AND code = ANY(%s)",
            company.id, signature, list(districts)))
        packed = {code: base64.b64decode(bytes(data)) for code, data in rows}
        suffixes = defaultdict(set)
        for code in codes:
            if code and code[:6] in packed:
                suffixes[code[:6]].add(int(code[6:] or 0))
        return {
            f'{district}{suffix:03}' if suffix else district: rank
            for district, wanted in suffixes.items()
            for suffix, rank in sourcing.unpack_ranks(packed[district], wanted).items()
        }

    @api.model
    def _rank(self, company):
        """Rank all streets for the warehouses of `company`. :return: how many, 0 where the ranks are up to date"""
        warehouses = self.env['stock.warehouse'].sudo().search([('company_id', '=', company.id)])
        places = warehouses._channel_get_places()
        signature = sourcing.rank_signature(places)
        if not places or self.sudo().search_count(
                [('company_id', '=', company.id), ('signature', '=', signature)], limit=1):
            return 0
        points = self._get_points()
        ranks = sourcing.make_ranks([point[1:] for point in points], places)
        packed = defaultdict(list)
        for (code, latitude, longitude), nearest in zip(points, ranks, strict=True):
            packed[code[:6]].append(sourcing.pack_rank(int(code[6:] or 0), latitude, longitude, nearest))
        self._store(company, signature, packed)
        return len(points)

    @api.model
    def _store(self, company, signature, packed):
        """Put the rows in place of the old ones, by SQL: what is stored is made by machine, and much."""
        cr = self.env.cr
        cr.execute(SQL("DELETE FROM channel_source_rank WHERE company_id = %s", company.id))
        codes = sorted(packed)
        cr.execute(SQL("""
            INSERT INTO channel_source_rank (company_id, code, signature, streets, data,
                                             create_uid, write_uid, create_date, write_date)
            SELECT %(company)s, new.code, %(signature)s, new.streets, convert_to(new.data, 'SQL_ASCII'),
                   %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM unnest(%(codes)s, %(streets)s, %(data)s) AS new(code, streets, data)
        """, company=company.id, signature=signature, uid=self.env.uid, codes=codes,
            streets=[len(packed[code]) for code in codes],
            data=[base64.b64encode(b''.join(packed[code])).decode() for code in codes]))
        self.invalidate_model()

    @api.model
    def _get_points(self):
        """[(code, latitude, longitude)] of all districts and streets: the table's, and shipped ones not in it."""
        points = {code: (latitude, longitude) for code, latitude, longitude in self.env.execute_query(SQL(
            "SELECT code, latitude, longitude FROM channel_territory "
            "WHERE level IN ('district', 'street') AND latitude <> 0 AND longitude <> 0"))}
        with file_open('distributor_portal/data/geo/streets.csv.gz', 'rb') as file:
            text = io.TextIOWrapper(gzip.GzipFile(fileobj=file), 'utf-8')
            for row in csv.DictReader(text):
                code = row['code']
                if code not in points and code[:6] in points:
                    points[code] = place_in_district(code, *points[code[:6]])
        return [(code, *point) for code, point in sorted(points.items())]

    # === CRON === #

    @api.model
    def _cron_rank(self):
        """Make the ranks of companies whose warehouses have moved, come or gone."""
        for company in self.env['res.company'].sudo().search([('active', '=', True)]):
            self._rank(company)
