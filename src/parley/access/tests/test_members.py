from parley.access.tests.factories import Cast


def test_cast(cast: Cast, app_database_url) -> None:
    assert cast.alice.workspace.id == cast.bob.workspace.id
    r = cast.alice.client.get("/")
    assert r.status_code == 302


def test_fresh(fresh_database, client):
    r = client.get("/")
    assert r.status_code == 302


def test_after(cast):
    cast
