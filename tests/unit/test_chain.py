import pytest
from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

chain = load_engine('distributor_portal').chain


def seal(facts, number=0, previous=chain.START):
    """[(link, digest)] of the facts in their order."""
    pairs = []
    for fact in facts:
        digest = chain.digest(fact)
        link = chain.link(number + 1, fact['id'], digest, previous)
        pairs.append((link, digest))
        number, previous = link.number, link.hash
    return pairs


FACTS = [{'id': id_, 'decision': 'block', 'inputs': {'qty': '13', 'é': [id_]}} for id_ in range(1, 6)]


def test_whole_chain_holds_and_goes_on():
    pairs = seal(FACTS)
    number, head = chain.find_break(pairs)
    assert (number, head) == (5, pairs[-1][0].hash)
    more = seal([{'id': 9}], number, head)
    assert chain.find_break(more, number, head) == (6, more[-1][0].hash)
    assert chain.find_break([]) == (0, chain.START)


def test_each_way_to_tamper_is_found_at_its_first_place():
    pairs = seal(FACTS)
    changed = [*pairs[:2], (pairs[2][0], chain.digest({**FACTS[2], 'decision': 'warn'})), *pairs[3:]]
    assert chain.find_break(changed) == chain.Break('changed', 3, 3)
    gone = [*pairs[:2], (pairs[2][0], None), *pairs[3:]]
    assert chain.find_break(gone) == chain.Break('deleted', 3, 3)
    assert chain.find_break([*pairs[:2], *pairs[3:]]) == chain.Break('missing', 3, 4)
    swapped = [pairs[0], (pairs[1][0], pairs[2][1]), (pairs[2][0], pairs[1][1]), *pairs[3:]]
    assert chain.find_break(swapped) == chain.Break('changed', 2, 2)
    assert chain.find_break([*pairs[:2], pairs[1]]).problem == 'reordered'
    sealed_anew = [*pairs[:2], *seal([{**FACTS[2], 'decision': 'warn'}], 2, pairs[1][0].hash), *pairs[3:]]
    assert chain.find_break(sealed_anew) == chain.Break('forged', 4, 4)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.none() | st.booleans()))
def test_digest_depends_on_values_not_on_their_order(values):
    assert chain.digest(values) == chain.digest(dict(reversed(values.items())))
    assert chain.digest(values) != chain.digest({**values, 'one more': 1})


def test_digest_refuses_what_json_does_not_know():
    with pytest.raises(ValueError, match="JSON"):
        chain.digest({'a': float('nan')})
