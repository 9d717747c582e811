from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.distributor_portal.engine import validate_params

from ...engine import code_places

WINDOW_DAYS = 90
CLONE_DAYS = 30
MAX_CODES = 20_000
MAX_SCANS = 200
KNOWN = ('store', 'inspector')  # who scans with a login; headquarters' own scans tell nothing


class ChannelCode(models.Model):
    """What the scans of the last weeks tell: goods outside their territory, codes at two places at once."""

    _inherit = 'channel.code'

    # === BUSINESS METHODS === #

    @api.model
    def _get_scan_rules(self, kind):
        """[(engine rule, tiers)] of this kind in force."""
        return [(rule, tiers) for rule, tiers in self.env['channel.rule']._get_rules_in_force() if rule.kind == kind]

    @api.model
    def _get_scan_setting(self, kind, name):
        """The mildest value of a parameter among the rules in force, or the kind's own."""
        values = [rule.params[name] for rule, _tiers in self._get_scan_rules(kind)]
        return min(values, default=validate_params(kind, {})[name])

    @api.model
    def _get_holders_at(self, scan_ids):
        """{scan id: id of the member that held the code when it was scanned}, by what we know today.

        The way up through the containers is that of the moment, and so is the last that had happened to each.
        """
        if not scan_ids:
            return {}
        self.env.flush_all()
        return dict(self.env.execute_query(SQL("""
            WITH RECURSIVE up AS (
                SELECT s.id AS scan, s.code_id AS node, s.scanned_at AS moment,
                       '-infinity'::timestamp AS since, 'infinity'::timestamp AS until, 0 AS depth
                  FROM channel_code_scan s WHERE s.id = ANY(%s) AND s.code_id IS NOT NULL
                 UNION ALL
                SELECT up.scan, p.parent_id, up.moment, GREATEST(up.since, COALESCE(p.from_at, '-infinity')),
                       LEAST(up.until, COALESCE(p.to_at, 'infinity')), depth + 1
                  FROM up JOIN channel_code_pack p ON p.child_id = up.node
                 WHERE COALESCE(p.from_at, '-infinity') <= up.moment AND COALESCE(p.from_at, '-infinity') < up.until
                   AND COALESCE(p.to_at, 'infinity') > up.since
                   AND depth < 10
            )
            SELECT DISTINCT ON (up.scan) up.scan, CASE WHEN e.kind = 'return' THEN NULL ELSE e.member_id END
              FROM up JOIN channel_code_event e ON e.code_id = up.node
             WHERE e.kind IN ('ship', 'transfer', 'return', 'sell_return', 'receive', 'sell')
               AND (e.member_id IS NOT NULL OR e.kind = 'return')
               AND e.occurred_at <= up.moment AND e.occurred_at >= up.since AND e.occurred_at < up.until
             ORDER BY up.scan, e.occurred_at DESC, e.id DESC
        """, list(scan_ids))))

    # --- outside the territory

    @api.model
    def _find_outside(self, since):
        """{member id: [`Outside`]} of the scans since then.

        A consumer's scan of what was sold, or seen, inside the territory before is no finding: people travel.
        """
        self.env.flush_all()
        rows = self.env.execute_query_dict(SQL("""
            SELECT s.id, s.code_id, s.who, s.latitude, s.longitude, s.accuracy, s.scanned_at, s.product_id,
                   territory.code AS place,
                   s.who = 'consumer' AND (
                        EXISTS (SELECT 1 FROM channel_code_scan earlier
                                 WHERE earlier.code_id = s.code_id AND earlier.scanned_at < s.scanned_at
                                   AND earlier.is_located AND earlier.border_km = 0 AND earlier.holder_id IS NOT NULL
                                   AND earlier.who != 'hq')
                     OR EXISTS (SELECT 1 FROM channel_code_event sold WHERE sold.code_id = s.code_id
                                   AND sold.kind = 'sell' AND sold.occurred_at < s.scanned_at)) AS has_travelled
              FROM channel_code_scan s
              LEFT JOIN channel_territory territory ON territory.id = s.territory_id
             WHERE s.scanned_at >= %s AND s.is_located AND (s.border_km > 0 OR s.holder_id IS NULL)
               AND s.code_id IS NOT NULL AND s.who != 'hq'
        """, since))
        rows = [row for row in rows if not row['has_travelled']]
        holders = self._get_holders_at([row['id'] for row in rows])
        territories = self._get_territories({member for member in holders.values() if member})
        places, found = self._get_places(), defaultdict(list)
        for row in rows:
            member = holders.get(row['id'])
            if member and member in territories:
                km = places.border_km(row['latitude'], row['longitude'], territories[member]) - row['accuracy'] / 1000
                if km > 0:
                    found[member].append(code_places.Outside(
                        row['code_id'], row['who'], row['place'] or '', km, str(row['product_id'] or ''),
                        row['scanned_at'], row['id']))
        return found

    @api.model
    def _refresh_outside(self, now):
        """Findings of kind `scan_place`, one per member, made anew."""
        border = self._get_scan_setting('scan_place', 'border_km')
        values = []
        for member, found in self._find_outside(now - timedelta(days=WINDOW_DAYS)).items():
            summary = code_places.summarise(found, border)
            if summary:
                values.append({
                    'kind': 'scan_place', 'member_id': member, 'product_id': int(summary.product or 0) or False,
                    'codes': summary.codes, 'places': summary.places, 'weight': summary.weight,
                    'place': summary.place, 'border_km': summary.km, 'first_at': summary.first,
                    'last_at': summary.last,
                    'scans': [one.scan for one in found if one.km > border][:MAX_SCANS]})
        return self.env['channel.code.finding']._replace('scan_place', values)

    # --- two places at once

    @api.model
    def _find_clone_legs(self, code_ids, since, whos=(*KNOWN, 'consumer')):
        """{code id: (km, minutes, consumers' addresses, first, last)} of these codes, since they were last looked into.

        :param whos: whose scans count
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL("""
            SELECT code_id, scanned_at, latitude, longitude, accuracy, is_located, device, who FROM (
                SELECT s.*, row_number() OVER (PARTITION BY s.code_id ORDER BY s.scanned_at DESC) AS place_in_line
                  FROM channel_code_scan s
                  LEFT JOIN (
                        SELECT code_id, MAX(occurred_at) AS looked_at FROM channel_code_event
                         WHERE code_id = ANY(%(codes)s) AND kind = 'no_copy' GROUP BY 1
                       ) cleared ON cleared.code_id = s.code_id
                 WHERE s.code_id = ANY(%(codes)s) AND s.scanned_at >= %(since)s AND s.who = ANY(%(whos)s)
                   AND s.scanned_at > COALESCE(cleared.looked_at, '-infinity')) latest
             WHERE place_in_line <= %(most)s
        """, codes=list(code_ids), since=since, whos=list(whos), most=MAX_SCANS))
        sightings, devices, times = defaultdict(list), defaultdict(set), defaultdict(list)
        for code, at, latitude, longitude, accuracy, is_located, device, who in rows:
            times[code].append(at)
            if is_located:
                sightings[code].append(code_places.Sighting(at, latitude, longitude, (accuracy or 0) / 1000))
            if who == 'consumer' and device:
                devices[code].add(device)
        min_km = self._get_scan_setting('clone', 'min_km')
        return {
            code: (*code_places.fastest_leg(sightings[code], min_km), len(devices[code]), min(times[code]),
                max(times[code]))
            for code in times}

    def _flag_clones(self):
        """Right after a scan: what was seen too far away too lately is told to the next who scans it.

        What people we know have seen stops it from being sold. A consumer's place is whatever anybody sends: it warns.
        """
        waiting = self.filtered(lambda code: not code.is_cloned)
        if not waiting:
            return
        since = fields.Datetime.now() - timedelta(days=CLONE_DAYS)
        suspect = self._find_fast(self._find_clone_legs(waiting.ids, since))
        if suspect:
            self._set_cloned(suspect, is_sure=False)
            self._set_cloned(self._find_fast(self._find_clone_legs(suspect, since, KNOWN)))

    @api.model
    def _find_fast(self, legs):
        """Ids of the codes that nothing can have carried so fast."""
        max_kmh = self._get_scan_setting('clone', 'max_kmh')
        return [code for code, (km, minutes, *_rest) in legs.items() if km and km / max(minutes / 60, 1 / 60) > max_kmh]

    @api.model
    def _set_cloned(self, ids, is_sure=True):
        if ids:
            self.env.cr.execute(SQL(
                "UPDATE channel_code SET %s = TRUE WHERE id = ANY(%s)",
                SQL.identifier('is_cloned' if is_sure else 'is_suspect'), list(ids)))
            self.invalidate_model(['is_cloned', 'is_suspect'])

    def _clear_copies(self, reason):
        """Somebody has looked: these are no copies. What was scanned until now says so no more."""
        self._lock()
        self.env.cr.execute(SQL(
            "UPDATE channel_code SET is_cloned = FALSE, is_suspect = FALSE WHERE id = ANY(%s)", self.ids))
        self.env['channel.code.event'].sudo()._note('no_copy', self.ids, note=reason)
        self.env['channel.code.finding'].sudo().search(
            [('kind', '=', 'clone'), ('code_id', 'in', self.ids)]).unlink()
        self.invalidate_model(['is_cloned', 'is_suspect'])

    @api.model
    def _refresh_clones(self, now):
        """Findings of kind `clone`, one per code, made anew."""
        since = now - timedelta(days=CLONE_DAYS)
        max_scans = self._get_scan_setting('clone', 'max_scans')
        self.env.flush_all()
        ids = [id_ for id_, in self.env.execute_query(SQL("""
            SELECT code_id FROM channel_code_scan WHERE scanned_at >= %s AND code_id IS NOT NULL AND who != 'hq'
             GROUP BY code_id HAVING count(DISTINCT territory_id) > 1 OR count(DISTINCT device) > %s
             ORDER BY max(scanned_at) DESC LIMIT %s
        """, since, max_scans, MAX_CODES))]
        legs = self._find_clone_legs(ids, since)
        codes = {code.id: code for code in self.browse(legs)}
        values = [{
            'kind': 'clone', 'code_id': id_, 'member_id': codes[id_].holder_id.id or False,
            'product_id': codes[id_].product_id.id or False, 'distance_km': km, 'minutes': minutes,
            'consumer_scans': devices, 'first_at': first, 'last_at': last,
            'scans': codes[id_].scan_ids[:MAX_SCANS].ids,
        } for id_, (km, minutes, devices, first, last) in legs.items() if km or devices > max_scans]
        return self.env['channel.code.finding']._replace('clone', values)

    # === CRON === #

    @api.model
    def _cron_watch(self):
        """Nightly: what the scans tell, judged by the rules on scans; what breaks one is a suspicion or a case."""
        now = fields.Datetime.now()
        codes = self.sudo()
        findings = codes._refresh_outside(now) | codes._refresh_clones(now)
        for company, some in findings.grouped('company_id').items():
            some.with_company(company)._judge()
