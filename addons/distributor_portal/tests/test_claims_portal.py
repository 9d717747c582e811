import json
import secrets

from lxml.html import fromstring

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_claims import ClaimsCommon

CLAIMS = '/my/channel/claims'
HOSTILE = {
    'empty.jpg': b'',
    'drawing.svg': b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    'drawing.jpg': b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    'page.jpg': b'<!doctype html><script>alert(1)</script>',
    'page_behind_a_mark.jpg': b'\xff\xd8\xff<!doctype html><script>alert(1)</script>',
    'page_behind_a_mark.png': b'\x89PNG\r\n\x1a\n<script>alert(1)</script>',
    'bomb.png': b'\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00u0\x00\x00u0\x08\x02\x00\x00\x00\x9a\x01\x16s',
    'large.jpg': b'\xff\xd8\xff' + b'\x00' * (25 * 2**20),
    'program.png': b'MZ\x90\x00',
    'script.jpg': b'#!/bin/sh\nrm -rf /\n',
    'archive.png': b'PK\x03\x04',
    'moving.gif': b'GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x00\x00\x00\x00\x00,',
    'document.pdf': b'%PDF-1.7\n%%EOF',
    'fax.tiff': b'II*\x00\x08\x00\x00\x00',
    'postscript.jpg': b'%!PS-Adobe-3.0 EPSF-3.0\n',
    'sound.webp': b'RIFF\x24\x00\x00\x00WAVEfmt ',
    'phone.heic': b'\x00\x00\x00\x18ftypheic' + b'\x00' * 60,
    'windows.bmp': b'BM\x46\x00\x00\x00',
    'nul.jpg': b'\x00' * 4000,
    '../../../etc/passwd': b'root:x:0:0',
}
MORE_KEYS = dict.fromkeys(
    (
        'state', 'partner_id', 'member_id', 'company_id', 'user_id', 'claimed_by_id', 'accepted_qty', 'granted',
        'price_unit', 'amount', 'accepted_amount', 'is_final', 'decision', 'decided_by_id', 'confirmed_by_id',
        'offer_until', 'deadline', 'source', 'external_id', 'receipt_id', 'carrier_id', 'warehouse_id', 'parcel_id',
        'order_id', 'name', 'currency_id', 'line_ids', 'event_ids', 'photo_ids', 'move_ids', 'return_until',
        'return_address_id', 'refusal_id', 'decision_note', 'opinion', 'sent_at', 'settled_at', 'create_uid', 'sudo',
        'context'), '1')

NO_PHOTO = {'photos_0': ('', b'', 'application/octet-stream')}  # left empty: the form has several parts
LINE = {'sku': 'MLK-1', 'kind': 'quality', 'qty': 2}
BAD_LINES = (
    [], 'x', [7], [{}], [{**LINE, 'sku': 'x'}], [{**LINE, 'sku': ['MLK-1']}], [{**LINE, 'qty': 6}],
    [{**LINE, 'qty': -1}], [{**LINE, 'qty': True}], [{**LINE, 'qty': '2'}], [{**LINE, 'kind': 'x'}],
    [{**LINE, 'wanted': 'buy'}], [{**LINE, 'reason': 'x'}], [LINE, LINE])


@tagged('-at_install', 'post_install')
class TestClaimsPortal(ClaimsCommon, HttpCase):
    """Claims over real HTTP: what each page does, whom it serves, and what it refuses."""

    def setUp(self):
        super().setUp()
        self.picking = self._deliver()

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _get(self, path):
        return self.url_open(path, allow_redirects=False)

    def _post(self, path, files=None, **data):
        values = {'csrf_token': http.Request.csrf_token(self), 'form_token': secrets.token_urlsafe(16), **data}
        return self.url_open(path, data=values, files=files, allow_redirects=False)

    def _send_photo(self, content, name='photo.jpg', picking=None, product=None, shown=()):
        response = self._post(
            f'{CLAIMS}/photos', files={'photo': (name, content, 'image/jpeg')},
            delivery=str((picking or self.picking).id), product=str((product or self.milk).id),
            shown=','.join(map(str, shown)))
        self.assertEqual(response.status_code, 200)
        return response.json()

    def _fill(self, product, **values):
        return {f'{name}_{product.id}': value for name, value in values.items()}

    def _new(self, **values):
        return self._post(f'{CLAIMS}/new', **{
            'delivery': str(self.picking.id), 'text': "Torn", **self._fill(
                self.milk, qty='2', kind='quality', wanted='credit', note="Lot 7"), **values})

    def _claims(self):
        return self.env['channel.claim'].search([('member_id', '=', self.dealer.id)])

    def test_credit_note_of_a_claim_opens_to_whoever_may_order(self):
        self._receive(self.picking)
        claim = self._claim(self.picking, (self.milk, 'short', 2, 'credit'))
        self._accept(claim)
        note = claim.move_ids.filtered(lambda move: move.move_type == 'out_refund')
        if note.state == 'draft':
            note.action_post()
        buyer = self._create_portal_user(self.dealer, 'claims_buyer', role='buyer')
        for user, status in ((buyer, 200), (self.accountant, 200), (self.keeper, 303), (self.rival, 303)):
            self._login(user)
            self.assertEqual(self._get(f'/my/channel/invoices/{note.id}').status_code, status, user.login)

    # --- pages

    def test_pages_open_for_those_of_the_member(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 1, 'credit'))
        order = f'/my/channel/orders/{claim.order_id.id}'
        for user in (self.owner, self.keeper, self.accountant):
            self._login(user)
            for path in (CLAIMS, f'{CLAIMS}?show=all', f'{CLAIMS}/{claim.id}'):
                with self.subTest(user=user.login, path=path):
                    page = self._get(path)
                    self.assertEqual(page.status_code, 200)
                    self.assertIn(claim.name, page.text)
        self._login(self.owner)
        self.assertIn(claim.name, self._get(order).text)
        for query in ('', f'?order={claim.order_id.id}', f'?delivery={self.picking.id}'):
            self.assertIn(self.picking.name, self._get(f'{CLAIMS}/new{query}').text, query)

    def test_finance_looks_and_makes_none(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 1, 'credit'))
        self._login(self.accountant)
        self.assertEqual(self._get(f'{CLAIMS}/new').status_code, 303)
        for step in ('withdraw', 'message', 'object'):
            self._post(f'{CLAIMS}/{claim.id}/{step}', text="x")
        self._new()
        self.assertEqual((self._claims(), claim.state, len(claim.event_ids)), (claim, 'sent', 1))

    def test_prices_are_for_those_who_see_money(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 3, 'credit'))
        self._login(self.owner)
        self.assertIn("15.00", self._get(f'{CLAIMS}/{claim.id}').text)
        self._login(self.keeper)
        for path in (CLAIMS, f'{CLAIMS}/{claim.id}'):
            self.assertNotIn("15.00", self._get(path).text)

    def test_how_headquarters_decides_is_its_own_business(self):
        self.company.channel_claim_four_eyes = 1
        claim = self._claim(self.picking, (self.milk, 'quality', 3, 'credit'))
        self._decide(claim, 2, user=self.boss)
        self._login(self.owner)
        page = self._get(f'{CLAIMS}/{claim.id}').text
        self.assertIn("Being looked at", page)
        for text in ("second person", "Look again", "photos do not show", "accepted"):
            self.assertNotIn(text, page.split('o_channel_columns')[1].split('</main>')[0], text)

    def test_foreign_looks_like_missing(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 1, 'credit'))
        self._login(self.owner)
        photo = self._send_photo(self._draw())['id']
        self._login(self.rival)
        for path, mine in (('/%s', claim.id), ('/photos/%s', photo), ('/new?delivery=%s', self.picking.id),
                           ('/new?order=%s', claim.order_id.id)):
            answers = [self._get(CLAIMS + path % number) for number in (mine, 2**31 - 2)]
            texts = [answer.text.replace(str(mine), '').replace(str(2**31 - 2), '') for answer in answers]
            self.assertEqual(answers[0].status_code, answers[1].status_code, path)
            self.assertEqual(answers[0].headers.get('Location'), answers[1].headers.get('Location'), path)
            self.assertNotIn(self.picking.name, texts[0])
        for step in ('send', 'withdraw', 'agree', 'object', 'message', 'tracking', 'photos', 'opinion'):
            self._post(f'{CLAIMS}/{claim.id}/{step}', text="Mine now", opinion='supports')
        self.assertEqual((claim.state, len(claim.event_ids)), ('sent', 1))
        missing = self.picking.browse(2**31 - 2)
        self.assertEqual(self._send_photo(self._draw()), self._send_photo(self._draw(), picking=missing))
        self._new()
        self.assertEqual(self._claims(), claim)

    def test_odd_parameters_are_no_error_of_ours(self):
        self._login(self.owner)
        for path in ('/0', '/-1', '/abc', '/99999999999999', '/photos/0', '/photos/99999999999999', '/page/99999999',
                     '?show=x', '?page=x', '/new?delivery=%00', '/new?delivery=²', '/new?delivery=99999999999999',
                     '/new?order=x', '/new?order=99999999999999', '/1/withdraw'):
            with self.subTest(path=path), mute_logger('odoo.http'):
                self.assertLess(self._get(CLAIMS + path).status_code, 500)
        for values in ({'delivery': 'x'}, {'delivery': ''}, {'text': 'x' * 10**5},
                       self._fill(self.milk, reason='9' * 30), self._fill(self.milk, photo='1,x,,' + '9' * 30),
                       self._fill(self.milk, note='x' * 10**4)):
            with self.subTest(values=str(values)[:60]):
                self.assertLess(self._new(**values).status_code, 500)
        for scan in ('%00', '9' * 5000):
            self.assertLess(self._get(f'/my/channel/receive/{self.picking.id}?scan={scan}').status_code, 500)

    # --- a claim

    def test_claim_is_made_with_its_photos(self):
        self._login(self.keeper)
        photo = self._send_photo(self._draw())['id']
        reason = self.env.ref('distributor_portal.channel_claim_reason_leaking')
        self._new(**self._fill(self.milk, photo=str(photo), reason=str(reason.id)))
        claim = self._claims()
        line = claim.line_ids
        self.assertEqual(
            (claim.state, claim.source, claim.text, claim.claimed_by_id), ('sent', 'portal', "Torn", self.keeper))
        self.assertEqual((line.product_id, line.kind, line.claimed_qty, line.note, line.reason_id), (
            self.milk, 'quality', 2, "Lot 7", reason))
        self.assertEqual(line.photo_ids.ids, [photo])
        image = self._get(f'{CLAIMS}/photos/{photo}')
        self.assertEqual(image.headers['Content-Type'], 'image/jpeg')
        self.assertEqual(image.headers['X-Content-Type-Options'], 'nosniff')
        self.assertIn('attachment', image.headers['Content-Disposition'])
        self.assertIn('sandbox', image.headers['Content-Security-Policy'])
        self.assertTrue(image.content.startswith(b'\xff\xd8\xff'))

    def test_photos_go_with_the_form_where_there_is_no_script(self):
        self._login(self.owner)
        self._post(f'{CLAIMS}/new', files=[(f'photos_{self.milk.id}', ('a.jpg', self._draw(), 'image/jpeg')),
                                           (f'photos_{self.milk.id}', ('b.png', self._draw('PNG'), 'image/png'))],
                   delivery=str(self.picking.id), **self._fill(self.milk, qty='1', kind='quality'))
        self.assertEqual(self._claims().photo_count, 2)

    def test_what_is_wrong_with_the_form_is_said_and_nothing_lost(self):
        self._login(self.owner)
        for values, text in (
                (self._fill(self.milk, qty='x'), "is not a quantity"), (self._fill(self.milk, qty='6'), "at most 5"),
                (self._fill(self.milk, kind='x'), "say what is wrong"),
                (self._fill(self.milk, qty=''), "of which products")):
            with self.subTest(text=text):
                page = self._new(**values)
                self.assertEqual(page.status_code, 200)
                self.assertIn(text, page.text)
                self.assertIn("Torn", page.text)
        self.assertFalse(self._claims())

    def test_more_keys_change_nothing(self):
        self._login(self.owner)
        self.assertGreaterEqual(len(MORE_KEYS), 40)
        self._new(**MORE_KEYS)
        claim = self._claims()
        self.assertEqual(
            (claim.state, claim.member_id, claim.claimed_by_id, claim.amount, claim.accepted_amount, claim.external_id),
            ('sent', self.dealer, self.owner, 10, 0, False))
        before = claim.read()[0]
        self._post(f'{CLAIMS}/{claim.id}/message', text="Hello", **MORE_KEYS)
        after = claim.read()[0]
        changed = {name for name in before if before[name] != after[name]}
        self.assertLessEqual(changed, {'event_ids', 'write_date', 'activity_ids', 'activity_summary', 'message_ids'})

    def test_form_sent_twice_acts_once(self):
        self._login(self.owner)
        for _time in range(2):
            self._new(form_token='the-same-form-token')
        claim = self._claims()
        self.assertEqual(len(claim), 1)
        for _time in range(2):
            self._post(f'{CLAIMS}/{claim.id}/message', text="Hello", form_token='another-form-token')
        self.assertEqual(claim.event_ids.mapped('kind').count('message'), 1)
        self._post(f'{CLAIMS}/{claim.id}/withdraw', form_token='')
        self.assertEqual(claim.state, 'sent')

    def test_post_without_csrf_token_is_refused(self):
        self._login(self.owner)
        for path in (f'{CLAIMS}/new', f'{CLAIMS}/photos', f'{CLAIMS}/1/withdraw'):
            with mute_logger('odoo.http'):
                self.assertEqual(self.url_open(path, data={'delivery': '1'}).status_code, 400)

    def test_member_withdraws_writes_agrees_and_objects(self):
        self._login(self.owner)
        claim = self._claim(self.picking, (self.milk, 'quality', 2, 'credit'))
        self._post(f'{CLAIMS}/{claim.id}/message', text="<b>Hello</b>")
        self.assertIn("&lt;b&gt;Hello&lt;/b&gt;", self._get(f'{CLAIMS}/{claim.id}').text)
        self._decide(claim, 1)
        self.assertIn("Take the offer", self._get(f'{CLAIMS}/{claim.id}').text)
        self._post(f'{CLAIMS}/{claim.id}/object', text="Both were torn")
        self.assertEqual(claim.state, 'sent')
        self._decide(claim, 1)
        self.assertNotIn("Take the offer", self._get(f'{CLAIMS}/{claim.id}').text)
        second = self._claim(self.picking, (self.milk, 'quality', 1, 'credit'))
        self._post(f'{CLAIMS}/{second.id}/withdraw')
        self.assertEqual(second.state, 'withdrawn')
        page = self._post(f'{CLAIMS}/{second.id}/withdraw')
        self.assertIn("not possible now", page.text)

    def test_credit_note_shows_up_when_it_is_posted(self):
        self._receive(self.picking)
        claim = self._claim(self.picking, (self.milk, 'quality', 2, 'credit'))
        self._accept(claim)
        self._login(self.owner)
        page = self._get(f'{CLAIMS}/{claim.id}').text
        self.assertIn("Credit note, being booked", page)
        claim.move_ids.action_post()
        page = self._get(f'{CLAIMS}/{claim.id}').text
        path = f'/my/channel/invoices/{claim.move_ids.id}'
        self.assertIn(path, page)
        self.assertEqual(self._get(path).status_code, 200)

    def test_upstream_gives_its_opinion(self):
        self.company.channel_claim_upstream = True
        agent_user = self._create_portal_user(self.agent, 'claims_agent')
        claim = self._claim(self.picking, (self.milk, 'quality', 2, 'credit'))
        self._login(agent_user)
        self.assertIn(claim.name, self._get(CLAIMS).text)
        self._post(f'{CLAIMS}/{claim.id}/withdraw')
        self.assertEqual(claim.state, 'upstream')
        self._post(f'{CLAIMS}/{claim.id}/opinion', opinion='supports', text="I have seen it")
        self.assertEqual((claim.state, claim.opinion), ('sent', 'supports'))
        self.assertEqual(self._get(f'{CLAIMS}/{claim.id}').status_code, 303, "it is the member's own again")

    def test_home_repeats_what_was_ordered_not_what_makes_a_claim_good(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 1, 'replacement'))
        self._accept(claim)
        self.assertEqual(claim.replacement_ids.channel_state, 'confirmed')
        self._login(self.owner)
        page = self._get('/my/channel').text
        self.assertIn(f'/my/channel/again/{claim.order_id.id}"', page)
        self.assertNotIn(f'/my/channel/again/{claim.replacement_ids.id}"', page)

    # --- photos

    def test_hostile_files_are_refused(self):
        self.assertEqual(len(HOSTILE), 20)
        self._login(self.owner)
        for name, content in HOSTILE.items():
            with self.subTest(name=name):
                answer = self._send_photo(content, name)
                self.assertIn('error', answer)
                self.assertNotIn('id', answer)
        self.assertFalse(self.env['channel.claim.photo'].search([('picking_id', '=', self.picking.id)]))

    def test_five_photos_of_a_product(self):
        self._login(self.owner)
        photos = [self._send_photo(self._draw())['id'] for _time in range(5)]
        self.assertIn("At most 5", self._send_photo(self._draw(), shown=photos)['error'])
        self.assertIn('id', self._send_photo(self._draw(), product=self.yoghurt))

    def test_photo_that_was_removed_makes_room(self):
        self._login(self.owner)
        photos = [self._send_photo(self._draw())['id'] for _time in range(5)]
        self.assertIn('error', self._send_photo(b'<html>', shown=photos[:4]))
        Photo = self.env['channel.claim.photo']
        self.assertEqual(len(Photo.search([('picking_id', '=', self.picking.id)])), 5, "nothing taken, nothing dropped")
        again = self._send_photo(self._draw(), shown=photos[:4])['id']
        self.assertEqual(Photo.search([('picking_id', '=', self.picking.id)]).ids, [*photos[:4], again])

    def test_photos_of_others_make_no_room(self):
        self._login(self.keeper)
        photos = [self._send_photo(self._draw())['id'] for _time in range(5)]
        self._login(self.owner)
        for _time in range(6):
            self._send_photo(self._draw())
        self.assertEqual(len(self.env['channel.claim.photo'].browse(photos).exists()), 5)

    def test_photos_stay_in_a_form_that_was_refused(self):
        self._login(self.keeper)
        theirs = self._send_photo(self._draw())['id']
        self._login(self.owner)
        photo = self._send_photo(self._draw())['id']
        page = self._new(**self._fill(self.milk, qty='6', photo=f'{photo},{theirs},x,{"9" * 30}'))
        self.assertIn("at most 5", page.text)
        kept = [json.loads(props)['kept'] for props in fromstring(page.text).xpath(
            '//owl-component[@name="distributor_portal.photos"]/@props')]
        self.assertEqual(sorted(kept), ['', str(photo)])

    def test_photos_of_others_are_not_handed_in(self):
        self._login(self.owner)
        photo = self._send_photo(self._draw())['id']
        self._login(self.keeper)
        self.assertEqual(self._get(f'{CLAIMS}/photos/{photo}').status_code, 303, "not sent yet: only its own see it")
        self._new(**self._fill(self.milk, photo=str(photo)))
        self.assertFalse(self._claims().photo_ids)

    @mute_logger('odoo.addons.base.models.ir_model', 'odoo.http', 'odoo.addons.base.models.ir_rule')
    def test_photos_are_not_reached_around_the_page(self):
        self._login(self.owner)
        photo = self.env['channel.claim.photo'].sudo().browse(self._send_photo(self._draw())['id'])
        attachment = self.env['ir.attachment'].sudo().search([
            ('res_model', '=', photo._name), ('res_id', '=', photo.id), ('res_field', '=', 'image')])
        self.assertEqual((len(attachment), attachment.public), (1, False))
        for user in (self.owner, self.rival):
            self._login(user)
            for what in (str(attachment.id), f'channel.claim.photo/{photo.id}/image'):
                for path in (f'/web/image/{what}', f'/web/content/{what}'):
                    self.assertFalse(self._get(path).content.startswith(b'\xff\xd8\xff'), path)
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(['datas'])

    def test_photos_that_nobody_sends_are_forgotten(self):
        self._login(self.owner)
        photo = self.env['channel.claim.photo'].sudo().browse(self._send_photo(self._draw())['id'])
        photo._gc_waiting()
        self.assertTrue(photo.exists())
        photo.uploaded_at = '2020-01-01'
        photo._gc_waiting()
        self.assertFalse(photo.exists())

    # --- receiving

    def test_receipt_with_photo_becomes_a_claim(self):
        self._login(self.keeper)
        self.assertIn(self.yoghurt.default_code, self._get('/my/channel/receive').text, "codes to find a delivery by")
        photo = self._send_photo(self._draw())['id']
        reason = self.env.ref('distributor_portal.channel_claim_reason_crushed')
        response = self._post(
            f'/my/channel/receive/{self.picking.id}', note="Wet", **self._fill(self.yoghurt, qty='22'),
            **self._fill(self.milk, qty='5', damaged='1', photo=str(photo), reason=str(reason.id), note="Lot 7"),
            **MORE_KEYS)
        claim = self._claims()
        self.assertTrue(response.headers['Location'].endswith(f'{CLAIMS}/{claim.id}'))
        self.assertEqual([(line.kind, line.claimed_qty) for line in claim.line_ids], [('short', 2), ('damaged', 1)])
        self.assertEqual((claim.line_ids[1].photo_ids.ids, claim.line_ids[1].reason_id, claim.line_ids[1].note),
                         ([photo], reason, "Lot 7"))
        page = self._get(f'/my/channel/receive/{self.picking.id}').text
        self.assertIn(claim.name, page)

    def test_photo_and_reason_go_to_what_they_show(self):
        self._login(self.keeper)
        photo = self._send_photo(self._draw())['id']
        reason = self.env.ref('distributor_portal.channel_claim_reason_crushed')
        self._post(f'/my/channel/receive/{self.picking.id}', **self._fill(self.yoghurt, qty='24'), **self._fill(
            self.milk, qty='4', damaged='1', photo=str(photo), reason=str(reason.id)))
        short, damaged = self._claims().line_ids
        self.assertEqual((short.kind, short.photo_ids.ids, short.reason_id.ids), ('short', [], []))
        self.assertEqual((damaged.kind, damaged.photo_ids.ids, damaged.reason_id), ('damaged', [photo], reason))

    def test_bad_photo_books_nothing(self):
        self._login(self.keeper)
        page = self._post(
            f'/my/channel/receive/{self.picking.id}', note="Wet",
            files=[(f'photos_{self.milk.id}', ('a.jpg', HOSTILE['page.jpg'], 'image/jpeg'))],
            **self._fill(self.milk, qty='4'), **self._fill(self.yoghurt, qty='24'))
        self.assertIn("The photo is not taken", page.text)
        self.assertIn("Wet", page.text)
        self.assertFalse(self.picking.channel_receipt_ids)

    def test_delivery_of_many_products_is_received_and_claimed(self):
        goods = self.env['product.product'].create([{
            'name': f"Bulk {number}", 'default_code': f'BULK-{number}', 'list_price': 1, 'type': 'consu',
            'categ_id': self.category.id, 'taxes_id': False} for number in range(200)])
        picking = self._deliver('C-200', lines=[(product.default_code, 1) for product in goods])
        self._login(self.keeper)

        def fill_all(**values):
            return {name: value for product in goods for name, value in self._fill(product, **values).items()}
        response = self._post(f'/my/channel/receive/{picking.id}', files=NO_PHOTO, **fill_all(
            qty='1', damaged='0', wrong='0', reason='', note='', photo=''))
        self.assertEqual(response.status_code, 303)
        self.assertEqual(len(picking.channel_receipt_ids.line_ids), 200)
        response = self._new(files=NO_PHOTO, **{
            'delivery': str(picking.id), **fill_all(qty='', kind='', wanted='credit', reason='', note='', photo=''),
            **self._fill(goods[-1], qty='1', kind='quality')})
        self.assertEqual(response.status_code, 303)
        self.assertEqual(self._claims().line_ids.product_id, goods[-1])

    def test_shipped_lots_are_shown(self):
        lot = self.env['stock.lot'].create({'name': 'LOT-77', 'product_id': self.milk.id})
        self.picking.move_line_ids.filtered(lambda line: line.product_id == self.milk).sudo().write({'lot_id': lot.id})
        self._login(self.keeper)
        self.assertIn('LOT-77', self._get(f'/my/channel/receive/{self.picking.id}').text)

    # --- other systems

    def test_integrator_sends_claims_each_once(self):
        integrator = self._create_hq('claims_integrator', 'distributor_portal.group_channel_integrator')
        Claim = self.env['channel.claim'].with_user(integrator)
        raw = {'external_id': 'E-1', 'delivery': self.picking.name, 'text': "From the till", 'lines': [
            {'sku': 'MLK-1', 'kind': 'quality', 'qty': 2, 'reason': 'leaking', 'note': "Lot 7"}]}
        first = Claim.channel_claim([raw])[0]
        self.assertEqual((first['status'], first['amount'], first['error']), ('sent', 10, False))
        self.assertEqual(first['lines'], [{'sku': 'MLK-1', 'kind': 'quality', 'claimed': 2, 'accepted': 0}])
        self._accept(self._claims())
        again, second = Claim.channel_claim([raw, {**raw, 'external_id': 'E-2'}])
        self.assertEqual((again['name'], again['status'], again['accepted_amount']), (first['name'], 'accepted', 10))
        self.assertEqual((second['status'], len(self._claims())), ('sent', 2))

    def test_what_an_integrator_cannot_claim_is_answered(self):
        raws = [
            'x', {}, {'external_id': 7}, {'external_id': 'x' * 99}, {'external_id': 'E-1'},
            {'external_id': 'E-2', 'delivery': 'x', 'lines': [LINE]},
            *({'external_id': f'F-{number}', 'delivery': self.picking.name, 'lines': lines}
              for number, lines in enumerate(BAD_LINES))]
        with mute_logger('odoo.sql_db'):
            answers = self.env['channel.claim'].channel_claim(raws)
        self.assertEqual({answer['status'] for answer in answers}, {'rejected'})
        self.assertTrue(all(answer['error'] for answer in answers))
        self.assertFalse(self._claims())
        for bad in ('x', None, [{}] * 201):
            with self.assertRaises(UserError):
                self.env['channel.claim'].channel_claim(bad)

    # --- cost

    def test_pages_cost_the_same_with_more_on_them(self):
        claim = self._claim(self.picking, (self.milk, 'quality', 1, 'credit'))
        paths = (CLAIMS, f'{CLAIMS}/{claim.id}', f'{CLAIMS}/new', f'{CLAIMS}/new?delivery={self.picking.id}',
                 '/my/channel/receive', f'/my/channel/receive/{self.picking.id}')
        self._login(self.owner)
        few = {path: self._count(path) for path in paths}
        for number in range(8):
            self._create_goods(f'MORE-{number}', 3)
            picking = self._deliver(f'M-{number}', lines=[('MLK-1', 5), (f'MORE-{number}', 4)])
            self._claim(picking, (self.milk, 'quality', 1, 'credit'), (self.milk, 'damaged', 1, 'replacement'))
        for path, count in few.items():
            with self.subTest(path=path):
                many = self._count(path)
                self.assertLessEqual(many, count + 3)
                self.assertLessEqual(many, 45)

    def _count(self, path):
        """Queries of the page, warm. The server shares this test's cursor."""
        for _time in range(2):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(self.url_open(path).status_code, 200)
        return self.cr.sql_log_count - before
