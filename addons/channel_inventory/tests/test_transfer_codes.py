import json
import secrets
from datetime import timedelta

from odoo import http
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .common_transfers import TransfersCommon
from .test_code_scans import CHENGDU, CHENGDU_EAST, ScansCommon

TRANSFERS = '/my/channel/transfers'


class TransferCodesCommon(TransfersCommon, ScansCommon):

    def _hold(self, name, count, member=None, hours=200):
        """Codes of milk that lie at a member, the giver where none is named."""
        codes = self._issue(name, count, member or self.dealer, hours)
        codes._act('receive', member or self.dealer, self.now - timedelta(hours=hours - 1))
        return codes

    def _keys(self, codes):
        return codes.mapped('code')

    def _send_codes(self, codes, packed=None, receiver=None):
        transfer = self._approved(qty=60, receiver=receiver)
        transfer._pack({transfer.line_ids.id: packed or len(codes)}, self._keys(codes))
        transfer._ship("SF", "SF1")
        return transfer

    def _refused(self, transfer, *texts):
        """The sentences by which these are refused, '' where they are not."""
        return [one.refusal for one in transfer._judge_codes(texts)]


@tagged('-at_install', 'post_install')
class TestTransferCodes(TransferCodesCommon):
    """Codes that go with a transfer: scanned out, in, and judged by the rules on scans."""

    def test_codes_pass_on(self):
        codes = self._hold('A', 3)
        transfer = self._send_codes(codes)
        self.assertEqual((transfer.code_ids, codes.member_id), (codes, self.dealer), "not before they are scanned in")
        self.assertEqual((transfer.line_ids.coded_qty, transfer.code_count), (3, 3))
        transfer._receive({transfer.line_ids.id: (3, 0)})
        self.assertEqual((codes.member_id, set(codes.mapped('state'))), (self.needy, {'received'}))
        events = codes[0].event_ids.filtered(lambda event: event.ref_model == 'channel.transfer')
        self.assertEqual(events.mapped('kind'), ['receive', 'transfer'])
        self.assertEqual((events[1].occurred_at, events[1].member_id), (transfer.shipped_at, self.needy))
        self.assertFalse(transfer.missing_code_count)
        self.assertEqual(self.Code.search(transfer.action_view_codes()['domain']), codes.sorted('id', reverse=True))

    def test_received_in_part(self):
        codes = self._hold('B', 4)
        transfer = self._send_codes(codes)
        transfer._receive({transfer.line_ids.id: (3, 0)}, codes=self._keys(codes[:2]))
        self.assertEqual((codes[:2].member_id, codes[2:].member_id), (self.needy, self.dealer))
        self.assertEqual(transfer._get_missing_codes(), codes[2:])
        self.assertEqual(transfer.missing_code_count, 2)
        self.assertEqual(self.Code.search_count(transfer.action_view_missing_codes()['domain']), 2)

    def test_codes_that_are_not_taken(self):
        good, sold, void, other, coming = self._hold('C', 5)
        sold._act('sell', self.dealer)
        void._act('void')
        other._act('transfer', self.needy)
        coming._act('transfer', self.dealer)
        yoghurt = self._hold('Y', 1)
        self.env.cr.execute(SQL(
            "UPDATE channel_code SET product_id = %s WHERE id = %s", self.yoghurt.id, yoghurt.id))
        kept = self._load(('KEPT-001', ''))[0]
        elsewhere = self._hold('Z', 1, self.rival_dealer)
        self.env.invalidate_all()
        transfer = self._approved(qty=60)
        found = self._refused(transfer, *self._keys(
            good | sold | void | other | coming | yoghurt | kept | elsewhere), 'NOBODY-1', good.code)
        self.assertFalse(found[0])
        for text, sentence in zip(found[1:], (
                "sold already", "made void", "do not hold", "not scanned in", "not on the transfer", "do not hold",
                "do not hold", "Nobody has issued", "scanned before"), strict=True):
            self.assertIn(sentence, text)
        with self.assertRaisesRegex(UserError, "Nobody has issued"):
            transfer._pack({transfer.line_ids.id: 2}, [good.code, 'NOBODY-1'])
        self.assertEqual((transfer.state, good.transfer_id.id), ('approved', False), "all or nothing")
        with self.assertRaisesRegex(UserError, "more than"):
            transfer._pack({transfer.line_ids.id: 1}, self._keys(good | self._hold('D', 1)))

    def test_case_counts_what_is_in_it_once(self):
        case, one, two, three, four = self._load(
            ('CASE-1', ''), *((f'ITEM-{number}', 'CASE-1') for number in range(4)))
        case._act('ship', self.dealer)
        case._act('receive', self.dealer)
        transfer = self._approved(qty=60)
        scanned, inside = transfer._judge_codes(['CASE-1', 'ITEM-1'])
        self.assertEqual((scanned.qty, scanned.line), (4, transfer.line_ids.id))
        self.assertIn("scanned before", inside.refusal)
        self.assertIn("scanned before", self._refused(transfer, 'ITEM-1', 'CASE-1')[1])
        transfer._pack({transfer.line_ids.id: 4}, ['CASE-1'])
        transfer._ship()
        again = self._approved(qty=6)
        self.assertIn("another transfer", self._refused(again, 'ITEM-1')[0])
        self.assertIn("not sent with", self._refused(transfer, self._hold('E', 1).code)[0])
        transfer._receive({transfer.line_ids.id: (2, 0)}, codes=['ITEM-0', 'ITEM-1'])
        self.assertEqual((one | two).mapped('holder_id'), self.needy)
        self.assertEqual((case | three | four).mapped('holder_id'), self.dealer)
        self.assertIn(case, transfer._get_missing_codes())

    def test_item_out_of_a_case(self):
        case, item, _rest = self._load(('CASE-2', ''), ('PART-1', 'CASE-2'), ('PART-2', 'CASE-2'))
        case._act('ship', self.dealer)
        case._act('receive', self.dealer)
        transfer = self._approved(qty=60)
        transfer._pack({transfer.line_ids.id: 1}, ['PART-1'])
        self.assertEqual((item.parent_id.id, item.transfer_id, case.is_opened, case.transfer_id.id),
                         (False, transfer, True, False))

    def test_line_of_a_lot_takes_that_lot(self):
        lot, other = self._create_lot("L1", 200), self._create_lot("L2", 200)
        self._stock_up(self.dealer, self.milk, 60, 0, lot)
        codes = self._hold('F', 3)
        for code, own in zip(codes, (lot, other, None), strict=True):
            self.env.cr.execute(SQL("UPDATE channel_code SET lot_id = %s WHERE id = %s", own and own.id, code.id))
        self.env.invalidate_all()
        transfer = self._approved(qty=6, lot=lot)
        found = self._refused(transfer, *self._keys(codes))
        self.assertFalse(found[0])
        self.assertIn("another lot", found[1])
        self.assertIn("another lot", found[2])

    def test_cancelled_transfer_lets_go(self):
        codes = self._hold('G', 2)
        transfer = self._approved(qty=60)
        transfer._pack({transfer.line_ids.id: 2}, self._keys(codes))
        self.assertIn("another transfer", self._refused(self._approved(qty=6), codes[0].code)[0])
        transfer._cancel("No driver")
        self.assertFalse(codes.transfer_id)
        self.assertFalse(self._refused(self._approved(qty=6), codes[0].code)[0])

    def test_what_is_sold_on_the_way_does_not_stop_the_receipt(self):
        codes = self._hold('H', 2)
        transfer = self._send_codes(codes)
        codes[0]._act('sell', self.dealer)
        transfer._receive({transfer.line_ids.id: (2, 0)})
        self.assertEqual((codes[0].member_id, codes[1].member_id), (self.dealer, self.needy))
        self.assertEqual(transfer._get_missing_codes(), codes[0])

    def test_pages_cost_the_same_with_more_codes(self):
        transfer = self._approved(qty=60)
        codes = self._hold('I', 30)

        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertFalse(any(self._refused(transfer, *self._keys(codes[:number]))))
            return self.cr.sql_log_count - before
        count(2)
        self.assertLessEqual(count(30), count(2))


@tagged('-at_install', 'post_install')
class TestTransferDiversion(TransferCodesCommon):
    """R11: goods that were lawfully sent on are no diversion where they were sent, from the moment on they were."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({'crosses_agents': True, 'asks_hq_across': False})
        cls.rival_dealer.tracks_stock = True

    def _ship_ago(self, codes, hours, packed=None, keys=None):
        """A transfer to Chengdu that has left so many hours ago."""
        transfer = self._approved(qty=60, receiver=self.rival_dealer)
        transfer._pack({transfer.line_ids.id: packed or len(codes)}, self._keys(codes) if keys is None else keys)
        transfer._ship()
        transfer.sudo().shipped_at = self.now - timedelta(hours=hours)
        return transfer

    def _scan_in_chengdu(self, codes, hours=10.0):
        for number, code in enumerate(codes):
            self._scan(code, (CHENGDU, CHENGDU_EAST)[number % 2], hours=hours + number / 10)

    def _outside(self):
        return self._watch().filtered(lambda one: one.kind == 'scan_place')

    def test_scan_at_the_new_holder_is_none(self):
        codes = self._hold('A', 3)
        transfer = self._ship_ago(codes, 50)
        transfer._receive({transfer.line_ids.id: (3, 0)})
        self._scan_in_chengdu(codes)
        self.assertFalse(self._outside())

    def test_scan_before_they_were_shipped_is_one(self):
        codes = self._hold('B', 3)
        self._scan_in_chengdu(codes, 60)
        transfer = self._ship_ago(codes, 50)
        self.assertEqual(self._outside().member_id, self.dealer)
        transfer._receive({transfer.line_ids.id: (3, 0)})
        self.assertEqual(self._outside().codes, 3)
        self.assertEqual(self._signals(self.outside_rule).member_id, self.dealer)

    def test_scan_on_the_way_and_of_what_was_not_scanned_in_is_none(self):
        codes = self._hold('C', 3)
        transfer = self._ship_ago(codes, 50)
        self._scan_in_chengdu(codes)
        self.assertFalse(self._outside())
        transfer._receive({transfer.line_ids.id: (1, 0)}, codes=[codes[0].code])
        self.assertFalse(self._outside())

    def test_goods_sent_without_codes_excuse_so_many(self):
        codes = self._hold('D', 5)
        self._ship_ago(codes, 50, packed=3, keys=[])
        self._scan_in_chengdu(codes[:3])
        self._scan_in_chengdu(codes[:3], 5)
        self.assertFalse(self._outside())
        self._scan_in_chengdu(codes[3:])
        self.assertEqual(self._outside().codes, 2, "more than were sent")

    def test_goods_of_another_lot_and_other_places_are_no_excuse(self):
        lot, other = self._create_lot("L1", 200), self._create_lot("L2", 200)
        self._stock_up(self.dealer, self.milk, 60, 0, lot)
        codes = self._hold('E', 3)
        self.env.cr.execute(SQL("UPDATE channel_code SET lot_id = %s WHERE id = ANY(%s)", other.id, codes.ids))
        transfer = self._approved(qty=6, lot=lot, receiver=self.rival_dealer)
        transfer._pack({transfer.line_ids.id: 6})
        transfer._ship()
        transfer.sudo().shipped_at = self.now - timedelta(hours=50)
        self._scan_in_chengdu(codes)
        self.assertEqual(self._outside().codes, 3)


@tagged('-at_install', 'post_install')
class TestTransferCodePages(TransferCodesCommon, HttpCase):
    """Scanning out and in by code over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._create_portal_user(cls.rival_dealer, 'stranger')

    def _login(self, user):
        self.authenticate(user.login, user.login.ljust(8, 'x'))

    def _ask(self, transfer, text, *codes):
        return self.make_jsonrpc_request(
            f'{TRANSFERS}/{transfer.id}/code', {'text': text, 'codes': list(codes), 'sudo': 1})

    def _step(self, transfer, step, **data):
        response = self.url_open(f'{TRANSFERS}/{transfer.id}/{step}', data={
            'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data},
            allow_redirects=False)
        self.env.invalidate_all()
        return response

    def test_out_and_in(self):
        codes = self._hold('A', 3)
        transfer = self._approved(qty=60)
        line = transfer.line_ids
        self._login(self.giver_user)
        self.assertIn(f'data-url="{TRANSFERS}/{transfer.id}/code"', self.url_open(f'{TRANSFERS}/{transfer.id}').text)
        self.assertEqual(self._ask(transfer, codes[0].url), {'code': codes[0].code, 'line': line.id, 'qty': 1})
        self.assertIn("scanned before", self._ask(transfer, codes[0].code, codes[0].code)['error'])
        self.assertFalse(transfer.code_ids, "asking changes nothing")
        scanned = json.dumps({code.code: {'line': line.id, 'qty': 99} for code in codes})
        page = self._step(transfer, 'pack', codes=scanned, **{f'qty_{line.id}': '2'}).text
        self.assertIn('role="alert"', page)
        self.assertIn(codes[2].code, page, "what was scanned is still there")
        self._step(transfer, 'pack', codes=scanned, **{f'qty_{line.id}': '3'})
        self._step(transfer, 'ship')
        self.assertEqual((transfer.state, transfer.code_ids), ('shipped', codes))
        self.assertIn("Reload", self._ask(transfer, codes[0].code)['error'], "the giver scans nothing in")
        self._login(self.receiver_user)
        self.assertEqual(self._ask(transfer, codes[0].code)['qty'], 1)
        self._step(transfer, 'receive', codes=json.dumps({codes[0].code: {}}), **{f'qty_{line.id}': '2'})
        self.assertEqual((codes[0].member_id, codes[1:].member_id), (self.needy, self.dealer))
        page = self.url_open(f'{TRANSFERS}/{transfer.id}').text
        self.assertIn("Sent and not scanned in", page)
        self.assertIn(codes[1].code, page)

    def test_foreign_looks_like_missing(self):
        codes = self._hold('B', 1)
        transfer = self._approved(qty=60)
        self._login(self.stranger)
        foreign = self._ask(transfer, codes.code)
        missing = self.make_jsonrpc_request(f'{TRANSFERS}/{2**31 - 1}/code', {'text': codes.code})
        self.assertEqual(foreign, missing)
        self.assertIn("Reload", foreign['error'])

    def test_odd_parameters(self):
        transfer = self._approved(qty=60)
        line = transfer.line_ids
        self._login(self.giver_user)
        for text, codes in (('', []), ('x' * 501, []), (5, []), (None, []), ({}, []), ('A', {}), ('A', {'a': 1}),
                            ('A', [1]), ('A', 'A'), ('A', ['A'] * 1001)):
            self.assertIn("Reload", self.make_jsonrpc_request(
                f'{TRANSFERS}/{transfer.id}/code', {'text': text, 'codes': codes})['error'])
        self.assertIn('error', self._ask(transfer, '\x00'))
        for odd in ('x', '[]', '{"a": 1}', '[' * 5000, '{"' + 'a' * 600 + '": 1}', '{"": 1}', '7'):
            self.assertLess(self._step(transfer, 'pack', codes=odd, **{f'qty_{line.id}': '0'}).status_code, 500)
        self.assertEqual(transfer.state, 'approved')
