from devkit.engines import load_engine
from hypothesis import given
from hypothesis import strategies as st

engine = load_engine('distributor_portal')
latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def test_known_distance():
    # Beijing to Shanghai, about 1,068 km along the great circle.
    assert abs(engine.distance_km(39.904211, 116.407394, 31.230416, 121.473701) - 1068) < 2


def test_half_way_round():
    assert abs(engine.distance_km(0, 0, 0, 180) - 20015) < 1


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_bounded(lat1, lon1, lat2, lon2):
    there = engine.distance_km(lat1, lon1, lat2, lon2)
    assert abs(there - engine.distance_km(lat2, lon2, lat1, lon1)) < 1e-6
    assert 0 <= there <= 20016


@given(st.from_regex(r'[0-9]{9}', fullmatch=True), st.floats(18, 54), st.floats(73, 135))
def test_street_stays_near_its_seat_and_never_moves(code, latitude, longitude):
    point = engine.place_in_district(code, latitude, longitude)
    assert point == engine.place_in_district(code, latitude, longitude)
    assert ((point[0] - latitude) ** 2 + (point[1] - longitude) ** 2) ** .5 <= 0.0901


def test_two_streets_of_a_district_differ():
    points = {engine.place_in_district(f'440305{number:03}', 22.5, 113.9) for number in range(100)}
    assert len(points) == 100


def test_territory_covers_what_its_code_begins():
    assert engine.covers({'44', '510104'}, '440305001')
    assert engine.covers({'440305001'}, '440305001')
    assert not engine.covers({'4404'}, '440305001')
    assert not engine.covers({'440305001'}, '440305')
    assert not engine.covers(set(), '440305001')
    assert not engine.covers({''}, '')
