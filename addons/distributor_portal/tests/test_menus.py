from ast import literal_eval

from lxml import etree

from odoo.fields import Command, Domain
from odoo.tests import Form, new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from .common import ChannelCommon


@tagged('-at_install', 'post_install')
class TestMenus(ChannelCommon):
    """Whoever sees a menu item can open it: its views with their first rows, each of its filters and groups."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = cls._create_login('menus.desk', 'distributor_portal.group_channel_user')
        cls.manager = cls._create_login('menus.manager', 'distributor_portal.group_channel_manager')
        cls.boss = cls._create_login('menus.boss', 'distributor_portal.group_channel_manager,base.group_system')

    @classmethod
    def _create_login(cls, login, groups):
        return new_test_user(
            cls.env, login, groups=groups, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)])

    def test_every_menu_opens_for_the_order_desk(self):
        self._submit_one(lines=[('YOG-1', 12000)])
        self.assertGreater(self._open_all(self.desk), 20)

    def test_every_menu_opens_for_a_manager(self):
        self._submit_one(lines=[('YOG-1', 12000)])
        self.assertGreater(self._open_all(self.manager), 40)

    def test_settings_open_for_an_administrator(self):
        root = self.env.ref('distributor_portal.menu_root')
        shown = self.env['ir.ui.menu'].with_user(self.boss).load_menus(False)
        settings = shown[self.env.ref('distributor_portal.menu_settings').id]
        self.assertEqual(settings['app_id'], root.id)
        self._open(self.env(user=self.boss), settings['action_id'])

    def _open_all(self, user):
        """Open what the user sees under Channel; how many that were."""
        env = self.env(user=user)
        root = self.env.ref('distributor_portal.menu_root')
        shown = [
            menu for menu in env['ir.ui.menu'].load_menus(False).values()
            if menu.get('app_id') == root.id and menu.get('action_id')]
        for menu in shown:
            with self.subTest(login=user.login, menu=menu['xmlid']):
                if menu['action_model'] == 'ir.actions.act_url':  # a page of ours, which has tests of its own
                    url = env['ir.actions.act_url'].browse(menu['action_id']).sudo().url
                    self.assertTrue(url.startswith('/channel/'))
                    continue
                self.assertEqual(menu['action_model'], 'ir.actions.act_window')
                self._open(env, menu['action_id'])
        return len({menu['action_id'] for menu in shown})

    def _open(self, env, action_id):
        """What the web client asks for, and then some: every filter and every group."""
        action = env['ir.actions.act_window'].browse(action_id).sudo()._get_action_dict()
        context = safe_eval(action['context'] or '{}', {'uid': env.uid, 'active_id': False, 'active_ids': []})
        domain = Domain(safe_eval(action['domain'] or '[]', {'uid': env.uid}))
        model = env[action['res_model']].with_context(**context)
        search_id = action['search_view_id'] and action['search_view_id'][0]
        answer = model.get_views([*map(list, action['views']), [search_id, 'search']], {'toolbar': True})
        known = answer['models'][model._name]['fields']
        self._search(model, domain, etree.fromstring(answer['views']['search']['arch']), known)
        for view_id, kind in action['views']:
            arch = etree.fromstring(answer['views'][kind]['arch'])
            names = [node.get('name') for node in arch.xpath('//field[not(ancestor::field)]')]
            if kind in ('pivot', 'graph'):
                groups = [self._grain(known, name) for name in names if known[name].get('groupable')]
                model.formatted_read_group(domain, groups, ['__count'])
            elif kind == 'form':
                self._open_form(model, domain, view_id, can_create=arch.get('create') not in ('0', 'false'))
            else:
                rows = model.web_search_read(domain, self._specify(known, names), limit=80, count_limit=10001)
                self.assertGreaterEqual(rows['length'], len(rows['records']))

    def _open_form(self, model, domain, view_id, can_create):
        """The first record, or a new one where the user may make some."""
        first = model.search(domain, limit=1) if model._abstract is False and not model._transient else model
        if first:
            Form(first, view=view_id or None)
        elif can_create and model.has_access('create'):
            Form(model, view=view_id or None)

    def _search(self, model, domain, arch, known):
        filters = {node.get('name'): node for node in arch.xpath('//filter')}
        for key in model.env.context:
            if key.startswith('search_default_'):
                self.assertIn(key.removeprefix('search_default_'), filters, "a default filter that is not there")
        for node in filters.values():
            if node.get('domain'):
                model.search(domain & Domain(safe_eval(node.get('domain'), {'uid': model.env.uid})), limit=1)
            group = literal_eval(node.get('context') or '{}').get('group_by')
            if group and known.get(group, {}).get('type') != 'properties':
                model.formatted_read_group(domain, [self._grain(known, group)], ['__count'], limit=1)

    def _grain(self, known, group):
        """Groups of a day or a time are by month where the view does not say."""
        return f'{group}:month' if known.get(group, {}).get('type') in ('date', 'datetime') else group

    def _specify(self, known, names):
        return {
            name: {'fields': {'display_name': {}}} if known[name]['type'] == 'many2one' else {}
            for name in names}
