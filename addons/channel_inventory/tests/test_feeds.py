import base64
import io
import os
import tempfile
from datetime import timedelta
from unittest.mock import patch

from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon

from ..models.ingest import channel_feed_folder, channel_feed_run

HEADER = "key,member,sku,qty,date\n"


class FeedCommon(ChannelCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.SellThrough = cls.env['channel.sell.through']
        cls.today = fields.Date.context_today(cls.SellThrough)
        cls.source = cls.env['channel.source'].create({'name': "North", 'code': 'north'})
        cls.format = cls.env['channel.feed.format'].create({'name': "North", 'source_id': cls.source.id})

    def _line(self, key, qty=3, sku='MLK-1', member='S1', day=None):
        return f"{key},{member},{sku},{qty},{day or self.today}\n"

    def _feed(self, text, name='sales.csv', **values):
        content = text if isinstance(text, bytes) else text.encode()
        return self.env['channel.feed'].create({
            'name': name, 'kind': 'file', 'filename': name, 'file': base64.b64encode(content),
            'format_id': self.format.id, 'source_id': self.source.id, **values})

    def _sold(self, member=None, product=None):
        sales = self.SellThrough.search([
            ('member_id', '=', (member or self.store).id), ('product_id', '=', (product or self.milk).id)])
        return sum(sales.mapped('qty'))

    def _available(self, member=None):
        stock = self.env['channel.stock'].search([('member_id', '=', (member or self.store).id)])
        return sum(stock.mapped('available'))

    def _assert_true_to_the_unit(self):
        self.assertFalse(self.env['channel.stock']._check())


@tagged('-at_install', 'post_install')
class TestFeeds(FeedCommon):
    """Files become sales, chunk by chunk; what cannot be read says why; a mistake is taken back."""

    def test_file_is_read(self):
        feed = self._feed(HEADER + self._line('1') + self._line('2', sku='X') + self._line('1', qty=5))
        feed.action_run()
        self.assertEqual((feed.state, feed.rows_read, feed.accepted, feed.duplicate, feed.held), ('done', 3, 1, 1, 1))
        self.assertEqual((self._sold(), feed.progress, feed.row_ids.row_no), (5, 100, 3))
        self.assertEqual(feed.row_ids.source, 'north')
        self._assert_true_to_the_unit()

    def test_file_in_many_chunks_counts_as_one(self):
        text = HEADER + ''.join(self._line(i, qty=1) for i in range(50)) + self._line(7, qty=2)
        with patch.object(channel_feed_run, 'CHUNK', 9):
            feed = self._feed(text)
            feed._run()
        self.assertEqual((feed.rows_read, feed.accepted, feed.corrected, self._sold()), (51, 50, 1, 51))

    def test_feed_that_was_cut_short_goes_on_where_it_was(self):
        feed = self._feed(HEADER + ''.join(self._line(i, qty=1) for i in range(50)))
        take, seen = type(self.SellThrough)._take_batch, []

        def fail(sales, batch, feed, keeps_held=True):
            seen.append(len(batch.raws))
            if len(seen) == 3:
                raise ValueError("cut")
            return take(sales, batch, feed, keeps_held)
        with patch.object(channel_feed_run, 'CHUNK', 10), patch.object(type(self.SellThrough), '_take_batch', fail), \
                self.assertLogs('odoo.addons.channel_inventory', 'ERROR'):
            feed._run()
        self.assertEqual((feed.state, feed.rows_read, self._sold()), ('failed', 20, 20))
        feed.action_run()
        self.assertEqual((feed.state, feed.rows_read, feed.accepted, feed.duplicate), ('done', 50, 50, 0))
        self.assertEqual(self._sold(), 50)

    def test_rows_are_skipped_of_the_same_file_only(self):
        feed = self._feed(HEADER + self._line('1') + self._line('2') + '3,"S1')
        with patch.object(channel_feed_run, 'CHUNK', 1):
            feed._run()
        self.assertEqual((feed.state, feed.rows_read), ('failed', 2))
        other = HEADER + self._line('7') + self._line('8') + self._line('9')
        feed.file = base64.b64encode(other.encode())
        feed.action_run()
        self.assertEqual((feed.state, feed.rows_read, self._sold()), ('done', 3, 15))

    def test_same_file_again_is_told_and_skipped(self):
        text = HEADER + self._line('1')
        first = self._feed(text)
        first._run()
        again = self._feed(text, name='copy.csv')
        again._run()
        self.assertEqual((again.state, again.rows_read), ('known', 0))
        self.assertIn('sales.csv', again.error)

    def test_file_that_cannot_be_read_says_why(self):
        for text, words in (
                (b'', "empty"), ("a,b\n1,2\n", "names the columns"), (b'%PDF-1.4', "can be read"),
                (b'PK\x03\x04rubbish', "can be read"), (b'PAR1rubbish', "can be read"),
                ("qty,date,member\n", "Columns are missing"), (HEADER + '1,"S1', "quotation marks")):
            with self.subTest(text=text):
                feed = self._feed(text)
                feed._run()
                self.assertEqual(feed.state, 'failed')
                self.assertIn(words, feed.error)
        self.assertFalse(self._sold())

    def test_workbooks_and_parquet_are_read_alike(self):
        import pyarrow
        from pyarrow import parquet

        from odoo.addons.distributor_portal.engine.sheets import write_sheet
        columns = {'key': ['W1'], 'member': ['S1'], 'sku': ['MLK-1'], 'qty': [2], 'date': [self.today]}
        rows = [list(columns), [cells[0] for cells in columns.values()]]
        self._feed(write_sheet("Sales", rows, [9] * 5), 'a.xlsx')._run()
        self.assertEqual(self._sold(), 2)
        out = io.BytesIO()
        parquet.write_table(pyarrow.table({**columns, 'key': ['P1']}), out)
        self._feed(out.getvalue(), 'a.parquet')._run()
        self.assertEqual(self._sold(), 4)

    def test_format_says_how_a_sender_writes(self):
        self.format.write({
            'date_order': 'dmy', 'decimal': ',', 'member_id': self.store.id, 'key_headers': "Bon\nPos",
            'column_ids': [(0, 0, {'header': 'Menge', 'field': 'qty'}), (0, 0, {'header': 'Tag', 'field': 'date'})]})
        day = self.today.strftime('%d.%m.%Y')
        feed = self._feed(f"Bon;Pos;SKU;Menge;Tag;member\n1;1;MLK-1;1.000,5;{day};S2\n1;2;MLK-1;2;{day};S2\n")
        feed._run()
        self.assertEqual((feed.accepted, self._sold(), self._sold(self.rival_store)), (2, 1002.5, 0))

    def test_cron_reads_what_waits(self):
        feeds = self._feed(HEADER + self._line('1')) | self._feed(HEADER + self._line('2'))
        with patch.object(self.env.cr, 'commit'):
            self.env['channel.feed']._cron_run()
        self.assertEqual(set(feeds.mapped('state')), {'done'})

    def test_nothing_left_to_read(self):
        feed = self._feed(HEADER + self._line('1'))
        feed._run()
        with self.assertRaises(UserError):
            feed.action_run()

    # --- taking back

    def test_feed_is_taken_back_to_the_unit(self):
        self._feed(HEADER + self._line('1', qty=5) + self._line('2', qty=1))._run()
        mistake = self._feed(
            HEADER + self._line('1', qty=9, member='S2') + self._line('3', qty=7) + self._line('4', sku='X'))
        mistake._run()
        self.assertEqual((self._sold(), self._sold(self.rival_store)), (8, 9))
        undo = self.env['channel.feed'].browse(mistake.action_undo()['res_id'])
        self.assertEqual((mistake.state, undo.state, undo.kind, undo.undo_of_id), ('undone', 'done', 'undo', mistake))
        self.assertEqual((self._sold(), self._sold(self.rival_store), self._available()), (6, 0, -6))
        self.assertEqual(mistake.row_ids.state, 'dropped')
        self._assert_true_to_the_unit()
        again = self._feed(HEADER + self._line('1', qty=5) + self._line('3', qty=4))
        again._run()
        self.assertEqual((again.duplicate, again.corrected, self._sold()), (1, 1, 10))
        with self.assertRaises(UserError):
            mistake.action_undo()

    def test_feed_that_corrected_itself_is_taken_back(self):
        with patch.object(channel_feed_run, 'CHUNK', 1):
            feed = self._feed(HEADER + self._line('1', qty=5) + self._line('1', qty=-2) + self._line('1', qty=4))
            feed._run()
        self.assertEqual(self._sold(), 4)
        feed.action_undo()
        self.assertEqual((self._sold(), self._available()), (0, 0))

    def test_feed_that_was_corrected_later_is_not_taken_back(self):
        first = self._feed(HEADER + self._line('1', qty=5))
        first._run()
        second = self._feed(HEADER + self._line('1', qty=6))
        second._run()
        with self.assertRaisesRegex(UserError, "1 of its rows"):
            first.action_undo()
        second.action_undo()
        self.assertEqual(self._sold(), 5)

    def test_closed_months_are_not_taken_back(self):
        feed = self._feed(HEADER + self._line('1', day=self.today - timedelta(days=150)))
        feed._run()
        self.company.channel_sales_months = 2
        with self.assertRaisesRegex(UserError, "closed"):
            feed.action_undo()

    def test_nothing_to_take_back(self):
        feed = self._feed(HEADER + self._line('1', sku='X'))
        feed._run()
        with self.assertRaises(UserError):
            feed.action_undo()

    # --- mending

    def test_one_is_mended_and_all_alike_are_taken(self):
        self._feed(HEADER + self._line('1', sku='Q7') + self._line('2', sku='Q7')
                   + self._line('3', sku='Q7', member='D1') + self._line('4', sku='Q8'))._run()
        rows = {row.external_key: row for row in self.env['channel.feed.row'].search([])}
        rows['1'].product_id = self.milk
        self.assertEqual(rows['1'].alike_count, 2)
        rows['1'].action_mend_alike()
        self.assertEqual({key: row.state for key, row in rows.items()},
                         {'1': 'mended', '2': 'mended', '3': 'open', '4': 'open'})
        self.assertEqual(self._sold(), 6)
        later = self._feed(HEADER + self._line('9', sku='Q7'))
        later._run()
        self.assertEqual(later.accepted, 1, "learned, although the file calls it a SKU")

    def test_code_of_a_member_is_learned_for_its_source(self):
        self._feed(HEADER + self._line('1', member='Shop 7') + self._line('2', member='Shop 7'))._run()
        row = self.env['channel.feed.row'].search([('external_key', '=', '1')])
        row.member_id = self.store
        row.action_mend_alike()
        self.assertEqual(self._sold(), 6)
        self._feed(HEADER + self._line('3', member='Shop 7'))._run()
        self.assertEqual(self._sold(), 9)

    def test_probable_meaning_is_proposed_and_accepted(self):
        self._feed(HEADER + self._line('1', sku='MLK1') + self._line('2', sku='MLK1') + self._line('3', sku='zzzz')
                   + self._line('4', member='S-1'))._run()
        rows = {row.external_key: row for row in self.env['channel.feed.row'].search([])}
        self.assertEqual(rows['1'].proposed_product_id, self.milk)
        self.assertFalse(rows['3'].proposed_product_id)
        self.assertEqual(rows['4'].proposed_member_id, self.store)
        (rows['1'] | rows['3'] | rows['4']).action_accept_proposal()
        self.assertEqual(self._sold(), 9)
        self.assertEqual(rows['3'].state, 'open')

    def test_row_without_a_key_stays_held(self):
        self.env['channel.sell.through'].channel_ingest([{'source': 'api', 'member': 'S1', 'sku': 'MLK-1', 'qty': 1,
                                                          'date': str(self.today)}])
        row = self.env['channel.feed.row'].search([])
        with self.assertRaises(UserError):
            row.action_mend()
        self.assertEqual(row.state, 'open')

    def test_held_rows_as_a_workbook(self):
        feed = self._feed(HEADER + self._line('1', sku='=HYPERLINK("x")') + self._line('2', qty='x'))
        feed._run()
        self.assertIn('held_file', feed.action_download_held()['url'])
        sheet = load_workbook(io.BytesIO(base64.b64decode(feed.held_file))).active
        cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
        self.assertIn('=HYPERLINK("x")', [cell.value for cell in cells])
        self.assertNotIn('f', {cell.data_type for cell in cells if cell.value != '=HYPERLINK("x")'})
        self.assertEqual(sheet.max_row, 3)

    # --- who may

    def test_rights(self):
        feed = self._feed(HEADER + self._line('1', sku='X'))
        feed._run()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        for action in ('action_undo', 'action_run'):
            with self.assertRaises(AccessError):
                getattr(feed.with_user(desk), action)()
        stranger = new_test_user(self.env, 'stranger', groups='base.group_user')
        with self.assertRaises(AccessError):
            feed.with_user(stranger).action_download_held()
        with self.assertRaises(AccessError):
            feed.row_ids.with_user(stranger).action_mend_alike()
        row = feed.row_ids.with_user(desk)
        row.product_id = self.milk
        row.action_mend_alike()
        self.assertEqual(self._sold(), 3)


@tagged('-at_install', 'post_install')
class TestFeedUpload(FeedCommon):
    """Headquarters looks at a file before it imports it; the next of the same sender is read the same way."""

    def _upload(self, text, **values):
        return self.env['channel.feed.upload'].create({
            'file': base64.b64encode(text.encode()), 'filename': 'north.csv', **values})

    def test_look_and_import(self):
        day = self.today.strftime('%d/%m/%Y')
        text = f"Bon;Filiale;Art;Menge;Tag\n1;S1;MLK-1;2;{day}\n2;S1;NOPE;2;{day}\n"
        upload = self._upload(text)
        upload.action_preview()
        self.assertTrue(upload.problem)
        self.assertEqual(upload.column_ids.mapped('sample'), ['1', 'S1', 'MLK-1', '2', day])
        for column, field in zip(upload.column_ids, ('external_key', 'member', 'sku', 'qty', 'date'), strict=True):
            column.field = field
        upload.write({'source_id': self.source.id, 'name': "North shop", 'key_headers': False})
        upload.action_preview()
        self.assertEqual((upload.problem, upload.good_count, upload.bad_count), (False, 0, 2))
        self.assertIn("Not a date", upload.row_ids[0].problem)
        upload.date_order = 'dmy'
        upload.action_preview()
        self.assertEqual((upload.good_count, upload.bad_count), (1, 1))
        feed = self.env['channel.feed'].browse(upload.action_import()['res_id'])
        self.assertEqual((feed.state, feed.format_id.name), ('waiting', "North shop"))
        feed.action_run()
        self.assertEqual((feed.accepted, feed.held, self._sold()), (1, 1, 2))
        again = self._upload(text)
        again.action_preview()
        self.assertEqual(again.known_feed_id, feed)
        with self.assertRaisesRegex(UserError, "imported already"):
            again.action_import()
        following = self._upload(text.replace('\n1;', '\n3;'))
        following.action_preview()
        self.assertEqual((following.format_id, following.good_count, following.source_id),
                         (feed.format_id, 1, self.source))

    def test_key_is_guessed_where_there_is_none_and_its_doubles_told(self):
        line = f"S1,MLK-1,2,{self.today}\n"
        upload = self._upload(f"member,sku,qty,date\n{line}{line}", source_id=self.source.id)
        upload.action_preview()
        self.assertEqual(upload.key_headers.split(), ['member', 'sku', 'date'])
        self.assertEqual((upload.good_count, upload.twice_count), (1, 1))

    def test_refusals(self):
        with self.assertRaises(UserError):
            self._upload('').action_preview()
        with self.assertRaises(UserError):
            self._upload('%PDF-1.4').action_preview()
        upload = self._upload(HEADER + self._line('1'))
        upload.action_preview()
        with self.assertRaisesRegex(UserError, "source"):
            upload.action_import()
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            self.env['channel.feed.upload'].with_user(desk).create({})


@tagged('-at_install', 'post_install')
class TestFeedFolder(FeedCommon):
    """Files that are dropped in a folder: taken when complete, once, and moved away; nothing outside is touched."""

    def setUp(self):
        super().setUp()
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = os.path.realpath(place.name)
        self.root = os.path.join(self.place, 'root')
        self.inbox = os.path.join(self.root, 'north')
        os.makedirs(self.inbox)
        self.env['ir.config_parameter'].set_param(channel_feed_folder.PARAMETER, self.root)
        self.folder = self.env['channel.feed.folder'].create({
            'name': "North", 'path': 'north', 'format_id': self.format.id, 'is_on': True})

    def _drop(self, name, text):
        with open(os.path.join(self.inbox, name), 'w', encoding='utf-8') as file:
            file.write(text)

    def _look(self):
        with patch.object(self.env.cr, 'commit'):
            self.env['channel.feed']._cron_run()
        return self.env['channel.feed'].search([('folder_id', '=', self.folder.id)])

    def test_file_is_taken_once_it_no_longer_changes(self):
        self._drop('a.csv', HEADER + self._line('1'))
        self.assertFalse(self._look(), "seen for the first time")
        self._drop('a.csv', HEADER + self._line('1') + self._line('2'))
        self.assertFalse(self._look(), "still being written")
        feed = self._look()
        self.assertEqual((feed.state, feed.accepted, feed.is_filed), ('done', 2, True))
        self.assertEqual(os.listdir(self.inbox), ['done'])
        self.assertEqual(os.listdir(os.path.join(self.inbox, 'done')), [f'{feed.id}-a.csv'])
        self.assertEqual(self._look(), feed)

    def test_same_name_and_same_content_again(self):
        for text, state in ((self._line('1'), 'done'), (self._line('1'), 'known'), (self._line('2'), 'done')):
            self._drop('a.csv', HEADER + text)
            self._look()
            self.assertEqual(self._look()[0].state, state)
        self.assertEqual(self._sold(), 6)
        self.assertEqual(len([name for name in os.listdir(f'{self.inbox}/done') if name.endswith('.csv')]), 3)

    def test_file_that_cannot_be_read_goes_to_failed_with_the_reason(self):
        self._drop('bad.csv', "nothing,of,that\n1,2,3\n")
        self._look()
        feed = self._look()
        self.assertEqual(feed.state, 'failed')
        names = sorted(os.listdir(f'{self.inbox}/failed'))
        self.assertEqual(names, [f'{feed.id}-bad.csv', f'{feed.id}-bad.csv.error.txt'])

    def test_failed_file_is_read_where_it_lies_now(self):
        self._drop('a.csv', HEADER + self._line('1') + self._line('2'))
        self._look()
        with patch.object(type(self.SellThrough), '_take_batch', side_effect=ValueError("cut")), \
                self.assertLogs('odoo.addons.channel_inventory', 'ERROR'):
            feed = self._look()
        self.assertEqual(feed.state, 'failed')
        self._drop('a.csv', HEADER + self._line('3'))
        feed.action_run()
        self.assertEqual((feed.state, feed.accepted, feed.is_filed), ('done', 2, True))
        self.assertEqual((os.listdir(f'{self.inbox}/failed'), os.listdir(f'{self.inbox}/done')),
                         ([], [f'{feed.id}-a.csv']))
        self._look()
        self.assertEqual(len(self._look()), 2, "the new file of that name has its own turn")
        self.assertEqual(self._sold(), 9)

    def test_failed_file_that_fails_again_stays_failed(self):
        self._drop('bad.csv', "nothing,of,that\n1,2,3\n")
        self._look()
        feed = self._look()
        feed.action_run()
        self.assertEqual(feed.state, 'failed')
        self.assertIn("names the columns", feed.error)
        self.assertEqual(len(os.listdir(f'{self.inbox}/failed')), 2)

    def test_file_of_another_folder_is_not_read(self):
        os.mkdir(f'{self.place}/other')
        with open(f'{self.place}/other/sales.csv', 'w', encoding='utf-8') as file:
            file.write(HEADER + self._line('1'))
        manager = new_test_user(self.env, 'boss', groups='distributor_portal.group_channel_manager')
        values = {
            'name': "x", 'kind': 'folder', 'folder_id': self.folder.id, 'format_id': self.format.id,
            'source_id': self.source.id}
        for name in ('../../other/sales.csv', f'{self.place}/other/sales.csv', 'done/a.csv', '..', '.a.csv', False):
            with self.subTest(name=name), self.assertRaises(ValidationError), self.cr.savepoint():
                self.env['channel.feed'].with_user(manager).create({**values, 'filename': name})
        # Nor one that was there before names were checked.
        feeds = self.env['channel.feed'].create([{**values, 'filename': 'a.csv', 'state': state}
                                                 for state in ('waiting', 'done')])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE channel_feed SET filename = '../../other/sales.csv' WHERE id = ANY(%s)", [feeds.ids])
        self.env.invalidate_all()
        self._look()
        self.assertEqual(feeds.mapped('state'), ['failed', 'done'])
        self.assertEqual((feeds.mapped('is_filed'), self._sold()), ([True, True], 0))
        self.assertTrue(os.path.exists(f'{self.place}/other/sales.csv'))

    def test_what_is_no_file_to_take_stays(self):
        secret = os.path.join(self.place, 'secret.csv')
        with open(secret, 'w', encoding='utf-8') as file:
            file.write(HEADER + self._line('1'))
        os.symlink(secret, f'{self.inbox}/link.csv')
        os.mkdir(f'{self.inbox}/folder.csv')
        os.mkfifo(f'{self.inbox}/pipe.csv')
        for name in ('.hidden.csv', 'b.csv.part', 'c.exe', 'd.csv.tmp'):
            self._drop(name, HEADER + self._line('1'))
        self._look()
        self.assertFalse(self._look())
        self.assertFalse(self._sold())

    def test_file_that_turns_into_a_link_is_not_followed(self):
        self._drop('a.csv', HEADER + self._line('1'))
        self._look()
        self.folder._scan()
        os.rename(f'{self.inbox}/a.csv', f'{self.place}/moved.csv')
        os.symlink(f'{self.place}/moved.csv', f'{self.inbox}/a.csv')
        feed = self._look()
        self.assertEqual(feed.state, 'failed')
        self.assertFalse(self._sold())

    def test_paths_outside_are_refused(self):
        for path in ('..', '../other', '/etc', 'north/../..', 'north//x', '.', '.ssh', 'a\\b', 'north/done', ''):
            with self.subTest(path=path), self.assertRaises(ValidationError), self.cr.savepoint():
                self.folder.copy({'path': path, 'name': path})

    def test_folder_that_a_link_leads_to_is_refused(self):
        os.mkdir(f'{self.place}/outside')
        os.symlink(f'{self.place}/outside', f'{self.root}/south')
        folder = self.folder.copy({'path': 'south'})
        with self.assertRaises(UserError):
            folder.action_scan()
        folder.is_on = True
        self._look()
        self.assertTrue(folder.error)

    def test_nothing_is_looked_into_without_a_root(self):
        self.env['ir.config_parameter'].set_param(channel_feed_folder.PARAMETER, False)
        with self.assertRaisesRegex(UserError, "odoo.conf"):
            self.folder.action_scan()
        with patch.dict(channel_feed_folder.config.options, {channel_feed_folder.OPTION: self.root}):
            self.folder.action_scan()

    def test_done_file_that_could_not_be_moved_is_moved_later_and_not_read_again(self):
        self._drop('a.csv', HEADER + self._line('1'))
        self._look()
        with patch.object(type(self.folder), '_move', side_effect=OSError("read-only")):
            feed = self._look()
            self.assertEqual((feed.state, feed.is_filed), ('done', False))
        self.assertEqual(self._look(), feed)
        self.assertTrue(feed.is_filed)
        self.assertEqual(self._sold(), 3)

    def test_only_managers_set_up_folders(self):
        desk = new_test_user(self.env, 'desk', groups='distributor_portal.group_channel_user')
        with self.assertRaises(AccessError):
            self.folder.with_user(desk).write({'path': 'x'})
        with self.assertRaises(AccessError):
            self.folder.with_user(desk).action_scan()
