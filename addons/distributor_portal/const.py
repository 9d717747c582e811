"""What several files of the dealer centre share: which roles may do what, and which orders are still open."""

ORDERING_ROLES = ('owner', 'buyer')
RECEIVING_ROLES = ('owner', 'warehouse', 'buyer')
MONEY_ROLES = ('owner', 'finance', 'buyer')
FINANCE_ROLES = ('owner', 'finance')

UNDER_WAY = ('rejected', 'upstream', 'hq', 'accepted', 'confirmed', 'shipped')
OPEN_STATES = ('upstream', 'hq', 'accepted')

# Who reads what a member is accused of, and who answers for it.
CASE_ROLES = ('owner', 'finance')
CASE_ANSWER_ROLES = ('owner',)

# A random number left in the browser: it says that two requests come from one device, and nothing else about it.
DEVICE_COOKIE = 'channel_device'
DEVICE_COOKIE_AGE = 365 * 24 * 3600

# What the people of a member can be told of, and which roles each is for.
NOTICE_TOPICS = {
    'approval': ('owner', 'buyer'),  # an order waits for one's approval
    'decided': ('owner', 'buyer'),  # one's order was approved or refused
    'shipped': ('owner', 'buyer', 'warehouse'),
    'receive': ('owner', 'warehouse'),  # a delivery waits to be scanned in
    'invoice': ('owner', 'finance'),  # an invoice is due
    'statement': ('owner', 'finance'),
    'case': CASE_ANSWER_ROLES,
}
# Told by what they are about, by mail; the others by the rules of `channel.notice.rule`.
MAILED_TOPICS = ('invoice', 'statement', 'case')
OWNER_ROLES = ('owner',)

# Who claims what was wrong with a delivery and asks to give goods back; who can follow it.
CLAIM_ROLES = ('owner', 'buyer', 'warehouse')
CLAIM_VIEW_ROLES = (*CLAIM_ROLES, 'finance')
