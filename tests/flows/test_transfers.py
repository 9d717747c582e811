"""An agent gives its dealer what it lacks, one by its code; the dealer counts a shortage; both confirm the bill."""
import re

from playwright.sync_api import expect

SKU = 'DRK-T-500'
CODE = 'FLOW-CODE-1'


def offer(server):
    """A transfer of 48 from the agent to its dealer that both have to agree to; its number."""
    return server.shell(f"""
env = env(context=dict(env.context, tracking_disable=True))
members = {{member.code: member for member in env['channel.member'].search([('code', 'in', ['A01', 'D0001'])])}}
product = env['product.product'].search([('default_code', '=', '{SKU}')])
transfer = env['channel.transfer'].create({{
    'giver_id': members['A01'].id, 'receiver_id': members['D0001'].id,
    'line_ids': [(0, 0, {{'product_id': product.id, 'qty': 48}})]}})
transfer.action_offer()
Code = env['channel.code']
Code._load_codes([('{CODE}', 'other', '', product.id, None, 1.0)], env.company)
code = Code.search([('code', '=', '{CODE}')])
for kind in ('ship', 'receive'):
    code._act(kind, members['A01'])
env.cr.commit()
print('transfer: ' + str(transfer.id))
""").partition('transfer: ')[2].split()[0]


def test_agent_gives_and_dealer_receives_with_a_shortage(server, login_as, shot):
    path = f'/my/channel/transfers/{offer(server)}'
    agent = login_as('agent', 'phone', path)
    agent.get_by_role('button', name="I agree").tap()
    expect(agent.locator('.o_channel_state').first).to_have_text("Giver Agrees")

    dealer = login_as('dealer', 'phone', path)
    shot(dealer, 'dealer_transfer_agree', full_page=True)
    dealer.get_by_role('button', name="I agree").tap()
    expect(dealer.locator('.o_channel_state').first).to_have_text("Approved")

    # --- the agent scans a case and one more, then takes all of it; it leaves
    agent.reload()
    finder = agent.get_by_label("Scan or type a code")
    finder.fill(SKU)
    finder.press('Enter')
    expect(agent.get_by_label("Sent")).to_have_value('1')
    finder.fill('UNKNOWN')
    finder.press('Enter')
    expect(agent.get_by_role('status').filter(has_text="UNKNOWN")).to_be_visible()
    for _time in range(2):
        finder.fill(CODE)
        finder.press('Enter')
    expect(agent.get_by_role('status').filter(has_text="scanned before")).to_be_visible()
    expect(agent.get_by_label("Sent")).to_have_value('2')
    agent.get_by_role('button', name=f"Take {CODE} off again").tap()
    expect(agent.get_by_label("Sent")).to_have_value('1')
    finder.fill(CODE)
    finder.press('Enter')
    expect(agent.get_by_label("Sent")).to_have_value('2')
    agent.get_by_role('button', name="All of it").tap()
    expect(agent.get_by_label("Sent")).to_have_value('48')
    shot(agent, 'agent_transfer_pack', full_page=True)
    agent.get_by_role('button', name="Everything is packed").tap()
    agent.get_by_label("Tracking number").fill("SF2026")
    agent.get_by_role('button', name="It has left").tap()
    expect(agent.locator('.o_channel_state').first).to_have_text("On Its Way")

    # --- two are missing, one is broken
    dealer.reload()
    dealer.get_by_label("Received").fill('46')
    dealer.get_by_label("Of these damaged").fill('1')
    dealer.get_by_role('button', name="Book the receipt").tap()
    expect(dealer.locator('.o_transfer_row')).to_contain_text("46 received, 1 damaged")
    expect(dealer.get_by_text(CODE)).to_be_visible()  # sent, and not scanned in
    dealer.get_by_role('button', name="The amount is right").tap()
    agent.reload()
    agent.get_by_role('button', name="The amount is right").tap()
    expect(agent.locator('.o_channel_state').first).to_have_text("Closed")
    shot(agent, 'agent_transfer_closed', full_page=True)

    # --- headquarters sees it all
    desk = login_as('hq', 'desktop', '/odoo/channel-transfers')
    expect(desk.locator('.o_kanban_record').first).to_be_visible()
    shot(desk, 'desk_transfers')
    dealer.goto('/my/channel/transfers/bills')
    expect(dealer.locator('.o_channel_card').first).to_contain_text(re.compile(r"TR/\d+/\d+"))
