import io
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader

from odoo.addons.base.models import ir_actions_report as core

from ..models.printing import ir_actions_report as printing
from ..models.printing.report_resources import ReportResources, to_own_path
from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestPrinting(ChannelCommon):
    """Documents through the Chromium that `./dev test` brings."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls.env['ir.actions.report'].with_context(force_report_rendering=True)
        cls.env['ir.config_parameter'].set_param(printing.PARAMETER, 'chromium')
        cls.company.write({'name': "Hequan 禾泉", 'report_footer': "<p>Bank 0815</p>"})

    def _print(self, name, records):
        return PdfFileReader(io.BytesIO(self.report._render_qweb_pdf(name, records.ids)[0]))

    def _read(self, reader):
        return [''.join(page.extract_text().split()) for page in reader.pages]

    def _create_long_order(self, lines):
        order = self._submit_one('L-1')[1]
        order.order_line = [(0, 0, {'product_id': self.milk.id, 'name': f"低脂牛奶 {i}"}) for i in range(lines)]
        return order

    def test_long_order_has_header_footer_and_number_on_every_page(self):
        pages = self._read(self._print('sale.report_saleorder', self._create_long_order(120)))
        self.assertGreater(len(pages), 2)
        for number, page in enumerate(pages, 1):
            self.assertIn("Hequan禾泉", page)
            self.assertIn("Bank0815", page)
            self.assertIn(f"Page{number}/{len(pages)}", page)
        text = ''.join(pages)
        for i in (0, 59, 119):
            self.assertIn(f"低脂牛奶{i}", text)

    def test_documents_of_several_pages_are_told_apart(self):
        long, short = self._create_long_order(90), self._submit_one('S-9')[1]
        streams = self.report._render_qweb_pdf_prepare_streams('sale.report_saleorder', {}, (long | short).ids)
        texts = {id_: self._read(PdfFileReader(stream['stream'])) for id_, stream in streams.items()}
        self.assertGreater(len(texts[long.id]), 1)
        self.assertEqual(len(texts[short.id]), 1)
        self.assertIn(short.name, texts[short.id][0])
        self.assertIn("Page1/1", texts[short.id][0])

    def test_page_reaches_no_file_no_network_and_runs_nothing(self):
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_args):
                """Nothing: what is asked for is what counts."""

        server = HTTPServer(('127.0.0.1', 0), Handler)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        address = f'http://127.0.0.1:{server.server_port}'
        body = f"""<html><head><style>@import "{address}/sheet.css"; 
            @font-face {{ font-family: x; src: url({address}/f) }}</style></head>
            <body style="font-family: x; background: url({address}/b.png)"><p>Kept</p>
            <img src="{address}/i.png"/><img src="file:///etc/hostname"/><embed src="file:///etc/passwd"/>
            <iframe src="file:///etc/passwd"></iframe>
            <iframe srcdoc="&lt;script&gt;document.write('x')&lt;/script&gt;"></iframe>
            <link rel="preload" href="{address}/p" as="image"/><svg><image href="{address}/s.png"/></svg>
            <script>document.body.innerHTML = 'Ran'</script><img src="x" onerror="document.body.innerHTML='Ran'"/>
            <meta http-equiv="refresh" content="0;url={address}/go"/></body></html>"""
        text = ''.join(self._read(PdfFileReader(io.BytesIO(self.report._run_wkhtmltopdf([body])))))
        self.assertEqual(text, "Kept")
        self.assertFalse(asked)

    def test_picture_is_drawn_only_for_who_may_see_it(self):
        secret = self.env['ir.attachment'].create({'name': "s.png", 'raw': b'x', 'res_model': 'channel.case'})
        portal = self._create_portal_user(self.store, 'store_user')
        for user, is_found in ((self.env.user, True), (portal, False)):
            resources = ReportResources(self.env(user=user), 'http://x')
            resources.collect(
                f'<html><body><img src="/web/image/{secret.id}"/>'
                '<img src="/web/static/../../etc/passwd"/></body></html>')
            self.assertEqual(bool(resources.found), is_found)

    def test_only_our_own_addresses_are_looked_up(self):
        for url, path in (
                ('/web/static/a.css', '/web/static/a.css'),
                ('web/static/a.css?x=1', '/web/static/a.css?x=1'),
                ('http://shop.example:8069/web/image/5', '/web/image/5'),
                ('http://report.invalid/report/barcode/QR/1', '/report/barcode/QR/1'),
                ('http://shop.example/web/image/5', None),
                ('http://169.254.169.254/latest', None),
                ('//evil.example/a.png', None),
                ('file:///etc/passwd', None),
                ('ftp://shop.example:8069/a', None),
                ('data:image/png;base64,AAAA', None),
                ('http://shop.example:8069@evil.example/a', None),
        ):
            with self.subTest(url=url):
                self.assertEqual(to_own_path(url, 'http://shop.example:8069'), path)

    def test_paper_is_the_format_s(self):
        paperformat = self.env['report.paperformat'].create({
            'name': "Label", 'format': 'custom', 'page_width': 100, 'page_height': 50,
            'orientation': 'Portrait', 'margin_top': 0, 'margin_bottom': 0})
        report = self.env.ref('stock.action_report_delivery')
        report.paperformat_id = paperformat
        content = self.report._run_wkhtmltopdf(['<html><body>x</body></html>'], report.report_name)
        box = PdfFileReader(io.BytesIO(content)).pages[0].mediabox
        self.assertEqual([round(float(side) / 72 * 25.4) for side in (box.width, box.height)], [100, 50])

    def test_without_chromium_odoo_prints_in_its_own_way(self):
        with patch.object(printing.shutil, 'which', return_value=None):
            self.assertIsNone(self.report._channel_get_browser())
            self.assertEqual(self.report.get_wkhtmltopdf_state(), core._wkhtml().state)
        self.env['ir.config_parameter'].set_param(printing.PARAMETER, 'odoo')
        self.assertIsNone(self.report._channel_get_browser())
        self.env['ir.config_parameter'].set_param(printing.PARAMETER, 'auto')
        with patch.object(printing, '_wkhtml', return_value=core._wkhtml()._replace(is_patched_qt=True)):
            self.assertIsNone(self.report._channel_get_browser())
        self.assertTrue(self.report._channel_get_browser())
        self.assertEqual(self.report.get_wkhtmltopdf_state(), 'ok')

    def test_browser_that_hangs_is_ended(self):
        with (patch.object(printing, 'SECONDS', 0.01), patch.object(printing, 'SECONDS_EACH', 0),
              mute_logger('odoo.addons.base.models.ir_actions_report'), self.assertRaises(UserError)):
            self.report._run_wkhtmltopdf(['<html><body>x</body></html>'])
        self.assertTrue(self.report._run_wkhtmltopdf(['<html><body>x</body></html>']))  # its room is free again


@tagged('-at_install', 'post_install')
class TestPrintingPages(ChannelCommon, HttpCase):
    """The same in the portal: whose documents, and for which roles."""

    def test_documents_are_their_member_s(self):
        order = self._submit_one('D-1')[1]
        delivery = self._ship(order)
        self._create_portal_user(self.dealer, 'dealer_user')
        self._create_portal_user(self.dealer, 'dealer_warehouse', role='warehouse')
        self._create_portal_user(self.rival_dealer, 'rival_user')
        paths = [f'/my/channel/orders/{order.id}/pdf', f'/my/channel/orders/{order.id}/deliveries/{delivery.id}/pdf']
        for login, are_shown in (
                ('dealer_user', (True, True)), ('dealer_warehouse', (False, True)), ('rival_user', (False, False))):
            self.authenticate(login, login)
            for path, is_shown in zip(paths, are_shown, strict=True):
                with self.subTest(login=login, path=path):
                    answer = self.url_open(path, allow_redirects=False)
                    self.assertEqual(answer.status_code, 200 if is_shown else 303)
                    self.assertEqual(order.name in answer.text, is_shown)

    def test_foreign_document_looks_like_none(self):
        order = self._submit_one('D-1')[1]
        delivery = self._ship(order)
        own = self._submit_one('R-1', member='D2')[1]
        self._create_portal_user(self.rival_dealer, 'rival_user')
        self.authenticate('rival_user', 'rival_user')
        for path in (
                f'{order.id}/pdf', '2000000000/pdf', f'{order.id}/deliveries/{delivery.id}/pdf',
                f'{own.id}/deliveries/{delivery.id}/pdf', f'{own.id}/deliveries/2000000000/pdf',
                f'{own.id}/deliveries/99999999999999999999/pdf', '99999999999999999999/pdf'):
            answer = self.url_open(f'/my/channel/orders/{path}', allow_redirects=False)
            with self.subTest(path=path):
                self.assertEqual((answer.status_code, answer.headers['Location'].partition('/my')[2]),
                                 (303, '/channel/orders'))
