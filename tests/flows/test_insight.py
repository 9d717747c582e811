"""A store looks at what lies there, an agent at its line, headquarters drills from a level to a member's positions."""
import re

from playwright.sync_api import expect


def test_store_and_agent_look_at_their_stock(login_as, shot):
    store = login_as('store', 'phone', '/my/channel/stock')
    expect(store.locator('h1')).to_have_text("Stock")
    shot(store, 'stock', full_page=True)
    first = store.locator('a.o_stock_row').first
    name = first.locator('.fw-bold').first.inner_text()
    first.tap()
    expect(store.locator('h1')).to_have_text(name)
    expect(store.get_by_role('heading', name="What happened")).to_be_visible()
    shot(store, 'stock_product', full_page=True)
    store.goto('/my/channel/stock')
    store.get_by_label("Search by code, name or barcode").fill("no such product")
    store.get_by_role('button', name="Search").tap()
    expect(store.locator('.o_channel_empty')).to_contain_text("No product fits")

    agent = login_as('agent', 'phone', '/my/channel/stock')
    agent.get_by_role('link', name="With all below").tap()
    expect(agent.locator('a.o_stock_row').first).to_be_visible()
    agent.get_by_role('link', name="Member by member").tap()
    agent.get_by_role('link', name="Its stock").first.tap()
    expect(agent.locator('h1')).to_have_text(re.compile("Stock of"))


def test_headquarters_drills_down(login_as, shot):
    desk = login_as('hq', 'desktop', '/odoo/network-stock')
    level = desk.locator('tr.o_group_header').filter(has_text="Store")
    level.click()
    branch = desk.locator('tr.o_group_header').filter(has_text=re.compile("A0"))
    branch.first.click()
    shot(desk, 'network_stock')
    desk.locator('tr.o_data_row').first.locator('td[name="product_id"]').click()
    expect(desk.locator('.o_breadcrumb')).to_contain_text("Stock of the Channel")
    desk.goto('/odoo/network-tree')
    expect(desk.locator('.o_hierarchy_node').first).to_contain_text("With all below")
    shot(desk, 'network_tree')
