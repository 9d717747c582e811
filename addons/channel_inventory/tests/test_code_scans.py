import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..engine import code_checks
from .test_codes import CodesCommon

SHENZHEN, CHENGDU, CHENGDU_EAST = (22.53, 113.93), (30.66, 104.06), (30.63, 104.15)
# One dealer each, far from all others.
CITIES = ('1301', '1501', '2101', '2201', '2301', '3201', '3401', '3501', '3601', '3701', '4101', '4201', '4301',
    '4501', '5201')


class ScansCommon(CodesCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.outside_rule = cls.env.ref('channel_inventory.channel_rule_scan_place')
        cls.clone_rule = cls.env.ref('channel_inventory.channel_rule_clone')

    def _issue(self, name, count, member, hours=200):
        """Codes that went to a member so many hours ago."""
        keys = [f'{name}-CODE-{i:03}' for i in range(count)]
        codes = self.Code.browse([code.id for code in self._load(*((key, '') for key in keys))])
        codes._act('ship', member, self.now - timedelta(hours=hours))
        return codes

    def _scan(self, code, place, who='store', hours=10.0, device=None, member=None):
        asker = code_checks.Asker(who, 'look', fields.Date.today(), frozenset(member.ids if member else ()))
        point = place and (*place, 10)
        found = self.Code._judge_texts([code.code], asker, self.company, point)
        return self.env['channel.code.scan']._record(
            found, who, 'look', member, point, device or f'{who} {hours}', when=self.now - timedelta(hours=hours))

    def _watch(self):
        self.Code._cron_watch()
        return self.env['channel.code.finding'].search([])

    def _signals(self, rule):
        return self.env['channel.signal'].search([('rule_id', '=', rule.id)])


@tagged('-at_install', 'post_install')
class TestCodeScans(ScansCommon):
    """What scans tell: goods outside their territory (R11), codes at two places at once (R12)."""

    def test_scan_knows_district_holder_and_distance(self):
        code = self._issue('A', 1, self.dealer)
        scan = self._scan(code, CHENGDU, 'inspector')
        self.assertTrue(scan.territory_id.code.startswith('5101'))
        self.assertEqual((scan.holder_id, scan.verdict, scan.level), (self.dealer, 'outside', 'warn'))
        self.assertGreater(scan.border_km, 500)
        self.assertEqual(self._scan(code, SHENZHEN, 'inspector').verdict, 'good')
        shop = self._scan(code, None, 'store', member=self.store)
        self.assertTrue(shop.is_located and shop.territory_id.code.startswith('4403'), "where the shop stands")
        self.assertFalse(self._scan(code, None, 'consumer').is_located)

    def test_diversion_is_found_and_becomes_a_case(self):
        codes = self._issue('B', 3, self.dealer)
        for code, place in zip(codes, (CHENGDU, CHENGDU_EAST, CHENGDU), strict=True):
            self._scan(code, place, 'consumer')
        finding, = self._watch()
        self.assertEqual(
            (finding.kind, finding.member_id, finding.codes, finding.places, finding.weight),
            ('scan_place', self.dealer, 3, 2, 3))
        self.assertTrue(finding.territory_id.code.startswith('5101'))
        signal = self._signals(self.outside_rule)
        self.assertEqual((signal.member_id, signal.source, signal.state), (self.dealer, 'scan', 'new'))
        self.assertEqual(len(signal.action_view_code_scans()['domain'][0][2]), 3)
        self._watch()
        self.assertEqual(signal.occurrence_count, 1, "nothing new: nothing more")
        self._scan(codes[0], CHENGDU_EAST, 'store', hours=1)
        self._watch()
        self.assertEqual(signal.occurrence_count, 2)
        case = signal._make_case()
        self.assertEqual((case.member_id, case.evidence_ids.mapped('name')), (self.dealer, ['scans.csv']))
        self.assertIn(codes[0].code, case.evidence_ids._get_content().decode('utf-8-sig'))

    def test_rule_may_open_the_case_itself(self):
        self.outside_rule.opens_case = True
        code = self._issue('C', 2, self.dealer)
        self._scan(code[0], CHENGDU, 'inspector')
        self._scan(code[1], CHENGDU_EAST, 'inspector')
        self._watch()
        signal = self._signals(self.outside_rule)
        self.assertEqual((signal.state, signal.case_id.member_id), ('case', self.dealer))
        self._watch()
        self.assertEqual(self.env['channel.case'].search_count([('member_id', '=', self.dealer.id)]), 1)

    def test_inspector_counts_three_times_but_one_place_is_no_finding(self):
        code = self._issue('D', 1, self.dealer)
        self._scan(code, CHENGDU, 'inspector')
        self.assertEqual(self._watch().weight, 3)
        self.assertFalse(self._signals(self.outside_rule))
        self._scan(code, CHENGDU_EAST, 'inspector', hours=5)
        self._watch()
        self.assertTrue(self._signals(self.outside_rule))

    def test_approved_transfer_is_no_diversion(self):
        codes = self._issue('E', 3, self.dealer)
        codes._act('transfer', self.rival_dealer, self.now - timedelta(hours=50))
        for code, place in zip(codes, (CHENGDU, CHENGDU_EAST, CHENGDU), strict=True):
            self._scan(code, place)
        self.assertFalse(self._watch())

    def test_transfer_that_is_told_late_clears_the_member(self):
        codes = self._issue('F', 3, self.dealer)
        for code, place in zip(codes, (CHENGDU, CHENGDU_EAST, CHENGDU), strict=True):
            self._scan(code, place)
        codes._act('transfer', self.rival_dealer, self.now - timedelta(hours=50))
        self.assertFalse(self._watch(), "it was the other's when it was scanned")

    def test_consumer_who_has_bought_at_home_may_travel(self):
        codes = self._issue('G', 4, self.dealer)
        for number, code in enumerate(codes):
            if number % 2:
                self._scan(code, SHENZHEN, 'consumer', hours=40)
            else:
                code._act('sell', self.dealer, self.now - timedelta(hours=40))
            self._scan(code, CHENGDU if number < 2 else CHENGDU_EAST, 'consumer', hours=10)
        self.assertNotIn('scan_place', self._watch().mapped('kind'))
        self.assertFalse(self._signals(self.outside_rule) | self._signals(self.clone_rule))

    def test_near_border_and_headquarters_own_scans_do_not_count(self):
        codes = self._issue('H', 6, self.dealer)
        for code in codes[:3]:
            self._scan(code, (22.75, 114.0), 'inspector')
            self._scan(code, (22.80, 113.85), 'inspector', hours=5)
        for code in codes[3:]:
            self._scan(code, CHENGDU, 'hq')
            self._scan(code, CHENGDU_EAST, 'hq')
        self._watch()
        self.assertFalse(self._signals(self.outside_rule) | self._signals(self.clone_rule))

    # --- copies

    def test_code_at_two_places_at_once_is_told_at_the_next_scan(self):
        code = self._issue('K', 1, self.dealer)
        self._scan(code, SHENZHEN, hours=2)
        self.assertFalse(code.is_cloned)
        self._scan(code, CHENGDU, 'inspector', hours=1.5)
        self.assertTrue(code.is_cloned)
        self.assertEqual(self._scan(code, SHENZHEN, hours=1).verdict, 'cloned')
        finding = self._watch().filtered(lambda one: one.kind == 'clone')
        self.assertEqual((finding.code_id, finding.member_id), (code, self.dealer))
        self.assertGreater(finding.distance_km, 1200)
        self.assertEqual(self._signals(self.clone_rule).violation_id.code, 'copy')

    def test_what_consumers_say_warns_and_stops_nobody(self):
        code = self._issue('Q', 1, self.dealer)
        code._act('receive', self.dealer)
        self._scan(code, SHENZHEN, 'consumer', hours=3, device='one')
        self._scan(code, CHENGDU, 'consumer', hours=2.9, device='other')
        self.assertEqual((code.is_cloned, code.is_suspect), (False, True))
        asker = code_checks.Asker('store', 'sell', fields.Date.today(), frozenset(self.dealer.ids))
        verdict = self.Code._judge_texts([code.code], asker, self.company)[0]['verdict']
        self.assertEqual((verdict.level, verdict.key), ('warn', 'suspect'))
        self.assertTrue(self._watch().filtered(lambda one: one.kind == 'clone'), "and an analyst looks")

    def test_manager_finds_that_it_is_no_copy(self):
        code = self._issue('R', 1, self.dealer)
        self._scan(code, SHENZHEN, hours=3)
        self._scan(code, CHENGDU, 'inspector', hours=2.9)
        self._watch()
        desk = new_test_user(self.env, 'copy-desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            code.with_user(desk).action_no_copy()
        with self.assertRaises(AccessError):
            self.env['channel.code.no.copy'].with_user(desk).create({'code_ids': code.ids, 'reason': "x"})
        manager = new_test_user(self.env, 'copy-manager', groups='distributor_portal.group_channel_manager')
        context = code.with_user(manager).action_no_copy()['context']
        self.env['channel.code.no.copy'].with_user(manager).with_context(**context).create(
            {'reason': "The inspector's phone was wrong"}).action_clear()
        event = code.event_ids[:1]
        self.assertEqual(
            (event.kind, event.user_id, event.note), ('no_copy', manager, "The inspector's phone was wrong"))
        self.assertFalse(code.is_cloned or code.is_suspect)
        self.assertFalse(self.env['channel.code.finding'].search([('kind', '=', 'clone')]))
        self.assertFalse(self._watch().filtered(lambda one: one.kind == 'clone'), "what was scanned before is settled")
        self._scan(code, SHENZHEN, hours=-1)
        self.assertFalse(code.is_cloned)
        self._scan(code, CHENGDU, 'inspector', hours=-1.1)
        self.assertTrue(code.is_cloned, "what is scanned from now on counts")

    def test_plane_and_doors_of_one_street_are_no_copies(self):
        one, two = self._issue('L', 2, self.dealer)
        self._scan(one, SHENZHEN, hours=30)
        self._scan(one, CHENGDU, 'consumer', hours=6)
        self._scan(two, (22.530, 113.930), hours=3)
        self._scan(two, (22.535, 113.935), 'consumer', hours=2.999)
        self._watch()
        self.assertFalse((one | two).filtered('is_cloned'))
        self.assertFalse(self._signals(self.clone_rule))

    def test_crowd_that_checks_one_code_is_a_finding(self):
        few, many = self._issue('M', 2, self.dealer)
        for number in range(25):
            self._scan(many, None, 'consumer', hours=number / 10, device=f'phone {number}')
            self._scan(few, None, 'consumer', hours=number / 10, device='phone')
        finding, = self._watch()
        self.assertEqual((finding.code_id, finding.consumer_scans), (many, 25))
        self.assertTrue(self._signals(self.clone_rule))

    # --- orders

    def test_next_order_of_the_member_shows_it(self):
        self.assertFalse(self._rules_broken(self._submit_one('N-0')[0]))
        codes = self._issue('N', 3, self.dealer)
        for code, place in zip(codes, (CHENGDU, CHENGDU_EAST, CHENGDU), strict=True):
            self._scan(code, place)
        self._scan(codes[0], SHENZHEN, hours=9.9)
        self._watch()
        order = self._submit_one('N-1')[1]
        self.assertLessEqual({'scan_place', 'clone'},
            set(order.channel_verdict_ids.rule_version_id.rule_id.mapped('code')))
        self.assertFalse(self._submit_one('N-2', member='D2')[1].channel_verdict_ids.rule_version_id.rule_id.filtered(
            lambda rule: rule.kind in ('scan_place', 'clone')))

    def test_rules_no_longer_wait_for_data(self):
        waiting = self.env['channel.rule']._get_waiting_kinds()
        self.assertFalse({'scan_place', 'clone'} & set(waiting))
        self.assertTrue(self.outside_rule.active and self.clone_rule.active)

    # --- a world with planted violations

    def test_planted_violations_are_found_and_nothing_else(self):
        """Hard ones (R11 by three codes at two places, R12 by speed): precision and recall 1."""
        random_ = random.Random(11)
        dealers = [self._create_member(f'W{city}', 'dealer', self.agent, territories=city, district=f'{city}02')
                   for city in CITIES]
        seats = {dealer: self._seat(dealer) for dealer in dealers}
        diverters, cloned = set(), set()
        stories = ['divert', 'clone', 'transfer', 'travel', 'border', 'odd', 'home'] * 3
        for number, (dealer, story) in enumerate(zip(dealers, stories, strict=False)):
            other = dealers[(number + 7) % len(dealers)]
            codes = self._issue(f'W{number:02}', 4, dealer, 300)
            getattr(self, f'_tell_{story}')(random_, codes, seats[dealer], seats[other], other)
            if story == 'divert':
                diverters.add(dealer)
            if story == 'clone':
                cloned.add(codes[0])
        self._watch()
        found = set(self._signals(self.outside_rule).member_id)
        copies = set(self.env['channel.code.finding'].search([('kind', '=', 'clone'),
            ('distance_km', '>', 0)]).filtered(
            lambda one: one.code_id.is_suspect).code_id)
        self.assertEqual(found, diverters)
        self.assertEqual(copies, cloned)
        self.assertEqual(len(self._signals(self.clone_rule)), len(cloned))

    def _seat(self, member):
        district = self.env['channel.territory'].search(
            [('code', '=like', f'{member.territory_ids.code}__'), ('level', '=', 'district'), ('latitude', '!=', 0)],
                limit=1)
        return district.latitude, district.longitude

    def _near(self, random_, place):
        return place[0] + random_.uniform(-.02, .02), place[1] + random_.uniform(-.02, .02)

    def _tell_divert(self, random_, codes, _home, away, _other):
        places = [away, (away[0] + .35, away[1] + .35), (away[0] - .35, away[1] - .35)]
        for number, code in enumerate(codes[:3]):
            self._scan(code, self._near(random_, places[number]), random_.choice(('consumer', 'inspector')),
                50 - number * 8)

    def _tell_clone(self, random_, codes, home, away, _other):
        self._scan(codes[0], self._near(random_, home), 'store', 30)
        self._scan(codes[0], self._near(random_, away), 'consumer', 29.7)
        self._scan(codes[1], self._near(random_, home), 'consumer', 30)

    def _tell_transfer(self, random_, codes, _home, away, other):
        codes._act('transfer', other, self.now - timedelta(hours=100))
        for number, code in enumerate(codes):
            self._scan(code, self._near(random_, away), 'inspector', 50 - number)

    def _tell_travel(self, random_, codes, home, away, _other):
        for number, code in enumerate(codes):
            self._scan(code, self._near(random_, home), 'consumer', 90 - number)
            self._scan(code, self._near(random_, away), 'consumer', 60 - number)

    def _tell_border(self, random_, codes, home, _away, _other):
        """An inspector on the way round: within the odd kilometre of the border."""
        places = self.Code._get_places()
        dealer = codes.member_id
        for number, code in enumerate(codes):
            lat, lon = home
            while places.border_km(lat, lon, [dealer.territory_ids.code]) == 0:
                lat, lon = lat + .02 * (1 if number % 2 else -1), lon + .02
            self._scan(code, (lat, lon), 'inspector', 80 - number * 10)

    def _tell_odd(self, random_, codes, _home, away, _other):
        self._scan(codes[0], self._near(random_, away), 'consumer', 20)

    def _tell_home(self, random_, codes, home, _away, _other):
        for number, code in enumerate(codes):
            self._scan(code, self._near(random_, home), random_.choice(('store', 'consumer', 'inspector')), 20 - number)
