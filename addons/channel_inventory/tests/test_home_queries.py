from odoo.tests import HttpCase, tagged

from odoo.addons.distributor_portal.tests.common import ChannelCommon

MOST = 44


@tagged('-at_install', 'post_install')
class TestHomeQueries(ChannelCommon, HttpCase):
    """What the home page of the dealer centre asks the database for with this addon: addons are still to come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._create_portal_user(cls.dealer, 'dealer_user')

    def _count(self, path):
        """Queries of the page, warm. The server shares this test's cursor."""
        def fetch():
            self.env.invalidate_all()
            self.assertEqual(self.url_open(path).status_code, 200)
        fetch()
        before = self.cr.sql_log_count
        fetch()
        return self.cr.sql_log_count - before

    def _fill(self):
        """Something of everything that the page shows: orders, goods to scan in, stock, what is to be counted."""
        for number in range(3):
            order = self._submit_one(f'H-{number}')[1]
            if not number:
                self._ship(order)
        self._submit_one('H-9', member='S1')
        self.milk.channel_inspects_arrivals = True
        self.env['channel.stock.entry']._post([{
            'member_id': self.dealer.id, 'product_id': self.milk.id, 'kind': 'opening', 'from_state': None,
            'to_state': state, 'qty': 10} for state in ('available', 'inspection')])
        self.env['channel.stock.count.request'].create({
            'name': "All", 'member_ids': self.dealer.ids, 'state': 'open'})
        self.env['channel.stock.figure']._count_all()

    def test_home_page(self):
        self.authenticate('dealer_user', 'dealer_user')
        empty = self._count('/my/channel')
        self._fill()
        full = self._count('/my/channel')
        self.assertLessEqual(max(empty, full), MOST, f"{empty} with nothing on it, {full} with a little of everything")

    def test_tasks_of_all_addons_are_one_query(self):
        self._fill()
        members = self.dealer.with_user(self.user).sudo()
        asked = members._portal_get_task_domains()
        self.assertLessEqual({'to_receive', 'claims', 'to_sign', 'to_count', 'to_inspect', 'transfers'}, set(asked))
        self.env.flush_all()
        before = self.cr.sql_log_count
        counts = members._portal_count_tasks(asked)
        self.assertEqual(self.cr.sql_log_count - before, 1)
        self.assertEqual((counts['to_count'], counts['to_inspect'], counts['transfers']), (1, 1, 0))
        self.assertEqual(counts, {
            task: sum(model.sudo().search_count(domain) for model, domain in some) for task, some in asked.items()})
