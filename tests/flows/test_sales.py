"""Sales come in: a store counts on its phone, headquarters mends what it could not read, programs call."""
import uuid
from datetime import date
from xmlrpc.client import Fault

import pytest

SKU = 'YOG-P-200'


@pytest.fixture(params=['xmlrpc', 'json2'])
def ingest(request, server):
    """ingest(rows) over either protocol, as the integrator, with a real key."""
    if request.param == 'xmlrpc':
        call = server.rpc('integrator')
        return lambda rows: call('channel.sell.through', 'channel_ingest', rows)
    call = server.json2('integrator')
    return lambda rows: call('channel.sell.through', 'channel_ingest', rows=rows)


def test_program_reports_sales_once(ingest):
    key = uuid.uuid4().hex
    row = {'source': 'api', 'external_key': key, 'member': 'A02', 'sku': SKU, 'qty': 12,
           'date': date.today().isoformat()}
    first = ingest([row, {**row, 'external_key': key + '-2', 'sku': 'NOPE'}])
    assert first == {'accepted': 1, 'duplicate': 0, 'corrected': 0, 'outdated': 0,
                     'held': [{'external_key': key + '-2', 'reason': 'unknown_product'}]}
    assert ingest([row])['duplicate'] == 1
    assert ingest([{**row, 'qty': 10}])['corrected'] == 1


def test_portal_users_report_no_sales_by_call(server):
    with pytest.raises(Fault):
        server.rpc('store')('channel.sell.through', 'channel_ingest', [])


def test_store_counts_what_it_sold(login_as, shot):
    page = login_as('store', path='/my/channel/sales')
    row = page.locator('.o_sales_row').first
    name = row.locator('input').get_attribute('name')
    row.locator('.o_sales_more').first.click()
    row.locator('.o_sales_more').first.click()
    code = page.locator('.o_sales_row').nth(1).get_attribute('data-codes').split('"')[1]
    page.fill('#sales_scan', code)
    page.press('#sales_scan', 'Enter')
    page.wait_for_selector('.o_sales_last')
    shot(page, 'sales')
    page.click('.o_sales_sheet [type=submit]')
    page.wait_for_selector('.alert-success')
    assert page.input_value(f'[name={name}]') == '2'
    assert page.evaluate('document.documentElement.scrollWidth') <= 390


def test_headquarters_mends_what_a_system_calls_otherwise(login_as, shot):
    page = login_as('hq', device='desktop', path='/odoo/channel-rows-to-mend')
    page.wait_for_selector('.o_data_row')
    shot(page, 'rows_to_mend')
    before = page.locator('.o_data_row').count()
    page.locator('.o_data_row', has_text='YOG B 200').first.locator('button[name=action_accept_proposal]').click()
    page.wait_for_function(f"document.querySelectorAll('.o_data_row').length < {before}")
