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
