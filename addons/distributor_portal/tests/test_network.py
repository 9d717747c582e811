from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestNetwork(ChannelCommon):

    def test_tree_and_ancestors_follow_a_move(self):
        self.assertEqual(self.store.ancestor_ids, self.agent | self.dealer | self.store)
        other = self._create_member('D9', 'dealer', self.rival_agent)
        self.dealer.upstream_id = self.rival_agent
        self.assertEqual(self.store.ancestor_ids, self.rival_agent | self.dealer | self.store)
        self.assertEqual(self.rival_agent.downstream_ids, other | self.dealer | self.rival_dealer)

    def test_move_keeps_history(self):
        self.store.upstream_id = self.rival_dealer
        self.assertEqual(self.store.link_ids.upstream_id, self.rival_dealer | self.dealer)
        self.assertEqual(self.store.link_ids.filtered(lambda link: not link.date_to).upstream_id, self.rival_dealer)

    def test_no_cycle(self):
        with self.assertRaises(UserError):
            self.agent.upstream_id = self.store

    def test_upstream_stands_above(self):
        with self.assertRaises(ValidationError):
            self._create_member('S9', 'store', self.store)
        with self.assertRaises(ValidationError):
            self.tiers['dealer'].step = 3
            self.dealer._check_upstream()
            self.store._check_upstream()

    def test_no_orphan(self):
        with self.assertRaises(ValidationError):
            self._create_member('S9', 'store')
        with self.assertRaises(ValidationError):
            self.store.upstream_id = False

    @mute_logger('odoo.sql_db')
    def test_database_holds_what_it_can(self):
        clashes = [
            {'code': 'D1'}, {'code': 'lower case'}, {'code': ''}, {'partner_id': self.dealer.partner_id.id},
        ]
        for values in clashes:
            with self.subTest(values=values), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._create_member(values.pop('code', 'D9'), 'dealer', self.agent, **values)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute("DELETE FROM channel_member WHERE id = %s", [self.dealer.id])

    def test_person_is_no_member(self):
        person = self.env['res.partner'].create({'name': "Person"})
        with self.assertRaises(ValidationError):
            self._create_member('D9', 'dealer', self.agent, partner_id=person.id)

    def test_user_of_a_member_is_its_contact_and_from_outside(self):
        with self.assertRaises(ValidationError):
            self.env['channel.member.user'].create({'member_id': self.dealer.id, 'user_id': self.env.user.id})
        user = self._create_portal_user(self.rival_dealer, 'rival_user')
        with self.assertRaises(ValidationError):
            self.env['channel.member.user'].create({'member_id': self.dealer.id, 'user_id': user.id})

    def test_member_that_has_ordered_is_not_deleted(self):
        self._submit_one(member='D2')
        with self.assertRaises(UserError):
            self.rival_dealer.unlink()

    def test_divisions_are_there_and_streets_load_once(self):
        Territory = self.env['channel.territory']
        self.assertEqual(Territory.search_count([('level', '=', 'province')]), 31)
        self.assertGreater(Territory.search_count([('level', '=', 'district')]), 2900)
        self.assertEqual(self._find_territory('440305').full_name, "Guangdong Shenzhen Nanshan District")
        self.assertEqual(self._find_territory('110101').full_name, "Beijing Dongcheng District")
        before = Territory.search_count([('level', '=', 'street')])
        self.assertEqual(Territory._load_streets(), 41352 - before)
        self.assertEqual(Territory._load_streets(), 0)
        street = self._find_territory('440305001')
        self.assertEqual((street.level, street.parent_id.code), ('street', '440305'))
        self.assertEqual(street.parent_path, f'{street.parent_id.parent_path}{street.id}/')
        district = street.parent_id
        self.assertLess(abs(street.latitude - district.latitude), 0.1)
        self.assertIn(street, Territory.search([('id', 'child_of', self._find_territory('44').id)]))

    def test_another_countrys_codes_fit_in(self):
        bavaria = self.env['channel.territory'].create({'name': "Bavaria", 'code': 'DE-BY'})
        self.assertEqual(bavaria.level, 'other')

    def test_word_without_case_is_sought_as_it_is(self):
        """Chinese has no capital letters; a search that ignores them costs twice as much."""
        member = self._create_member('D9', 'dealer', self.agent)
        member.name = "绿源商贸 Green Spring"
        Member = self.env['channel.member']
        self.assertIn(' LIKE ', Member._search([('name', 'ilike', '绿源')]).select().code)
        self.assertIn(' ILIKE ', Member._search([('name', 'ilike', 'green')]).select().code)
        for word in ('绿源', 'green', 'd9'):
            with self.subTest(word=word):
                self.assertIn(member, Member.search([('display_name', 'ilike', word)]))
                self.assertNotIn(member, Member.search([('display_name', 'not ilike', word)]))
        self.assertFalse(Member.search([('name', 'ilike', '绿原')]))
