import csv
import gzip
import io
import json

from odoo import api, fields, models
from odoo.tools import SQL, file_open

from ...engine import place_in_district

LEVELS = {2: 'province', 4: 'city', 6: 'district', 9: 'street'}


class ChannelTerritory(models.Model):
    """China's administrative divisions, or any other country's tree of codes loaded the same way."""

    _name = 'channel.territory'
    _description = "Territory"
    _parent_name = 'parent_id'
    _parent_store = True
    _order = 'code'
    _rec_names_search = ['code', 'name']

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="GB/T 2260 for province, city and district, 9 digits for a street.")
    level = fields.Selection(
        [('province', "Province"), ('city', "City"), ('district', "District"),
         ('street', "Street"), ('other', "Other")],
        compute='_compute_level', store=True, precompute=True)
    parent_id = fields.Many2one('channel.territory', "Part of", index=True, ondelete='restrict')
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many('channel.territory', 'parent_id', "Contains")
    latitude = fields.Float(digits=(10, 6), help="Of the seat; a street is placed near its district's seat.")
    longitude = fields.Float(digits=(10, 6))
    full_name = fields.Char(compute='_compute_full_name', help="From the province down.")

    _code_unique = models.Constraint('UNIQUE (code)', "Another territory has this code.")

    # === COMPUTE METHODS === #

    @api.depends('code')
    def _compute_level(self):
        for territory in self:
            code = territory.code or ''
            territory.level = LEVELS.get(len(code), 'other') if code.isdigit() else 'other'

    @api.depends('name', 'parent_path')
    @api.depends_context('lang')
    def _compute_full_name(self):
        ids = {int(part) for territory in self for part in (territory.parent_path or '').split('/') if part}
        names = {territory.id: territory.name for territory in self.browse(ids)}
        for territory in self:
            path = [names[int(part)] for part in (territory.parent_path or '').split('/') if part]
            # A municipality bears the same name on two levels.
            territory.full_name = " ".join(name for i, name in enumerate(path) if name not in path[:i])

    @api.depends('code', 'full_name')
    @api.depends_context('lang')
    def _compute_display_name(self):
        for territory in self:
            territory.display_name = f"{territory.full_name or territory.name or ''} ({territory.code or ''})"

    # === ACTION METHODS === #

    def action_load_streets(self):
        """Load all streets of China; again is harmless."""
        self.check_access('create')
        count = self._load_streets()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'message': self.env._("%(count)s streets added.", count=count),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def _load_divisions(self):
        """Province, city, district. :return: how many were new"""
        with file_open('distributor_portal/data/geo/divisions.csv') as file:
            rows = [
                (row['code'], row['name'], row['name_en'], float(row['latitude']), float(row['longitude']))
                for row in csv.DictReader(file)
            ]
        return self._load_rows(rows)

    @api.model
    def _load_streets(self):
        """Every street of the country, placed around its district's seat. :return: how many were new"""
        self._load_divisions()
        seats = {
            district.code: (district.latitude, district.longitude)
            for district in self.search_fetch([('level', '=', 'district')], ['code', 'latitude', 'longitude'])
        }
        with file_open('distributor_portal/data/geo/streets.csv.gz', 'rb') as file:
            text = io.TextIOWrapper(gzip.GzipFile(fileobj=file), 'utf-8')
            rows = [
                (row['code'], row['name'], row['name_en'], *place_in_district(row['code'], *seats[row['code'][:6]]))
                for row in csv.DictReader(text)
            ]
        return self._load_rows(rows)

    @api.model
    def _load_rows(self, rows):
        """Insert those of `rows` (code, name, Latin name, latitude, longitude) whose code is new.

        By SQL, since 41,352 streets through the ORM take minutes. Parents come before their children in `rows`
        or stand in the table already. What somebody has renamed stays as it is.
        """
        self.flush_model()
        before = self.search_count([])
        cr = self.env.cr
        cr.execute(SQL("""
            CREATE TEMPORARY TABLE territory_stage (
                code varchar, name jsonb, parent varchar, level varchar, lat float8, lng float8
            ) ON COMMIT DROP
        """))
        cr.copy_from(
            io.StringIO("".join(self._stage_line(*row) for row in rows)), 'territory_stage', null='')
        for width in sorted({len(row[0]) for row in rows}):
            cr.execute(SQL("""
                INSERT INTO channel_territory (code, name, level, parent_id, latitude, longitude,
                                               create_uid, write_uid, create_date, write_date)
                SELECT stage.code, stage.name, stage.level, above.id, stage.lat, stage.lng,
                       %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                  FROM territory_stage stage
                  LEFT JOIN channel_territory above ON above.code = stage.parent
                 WHERE length(stage.code) = %(width)s
                 ORDER BY stage.code
                    ON CONFLICT (code) DO NOTHING
            """, uid=self.env.uid, width=width))
            cr.execute(SQL("""
                UPDATE channel_territory territory
                   SET parent_path = COALESCE(above.parent_path, '') || territory.id || '/'
                  FROM channel_territory one
                  LEFT JOIN channel_territory above ON above.id = one.parent_id
                 WHERE one.id = territory.id AND territory.parent_path IS NULL AND length(territory.code) = %s
            """, width))
        cr.execute(SQL("DROP TABLE territory_stage"))
        self.env.invalidate_all()
        return self.search_count([]) - before

    @api.model
    def _stage_line(self, code, name, latin, latitude, longitude):
        above = {4: 2, 6: 4, 9: 6}.get(len(code), 0)
        names = json.dumps({'en_US': latin, 'zh_CN': name}, ensure_ascii=False)
        return f"{code}\t{names}\t{code[:above]}\t{LEVELS[len(code)]}\t{latitude}\t{longitude}\n"

    @api.model
    def _find_by_codes(self, codes):
        """{code: territory} for the codes that exist; a street that is not loaded answers with its district."""
        codes = {code for code in codes if code}
        wanted = codes | {code[:6] for code in codes}
        found = {territory.code: territory for territory in self.search([('code', 'in', list(wanted))])}
        return {code: found.get(code) or found.get(code[:6]) for code in codes if code in found or code[:6] in found}

    def _channel_get_point(self, code):
        """(latitude, longitude) of `code`, which is this territory's own or that of a street in it."""
        self.ensure_one()
        if len(code) == 9 and self.code != code:
            return place_in_district(code, self.latitude, self.longitude)
        return self.latitude, self.longitude
