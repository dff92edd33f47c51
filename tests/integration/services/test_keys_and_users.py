"""Keys, users, sessions and the audit trail, on each database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from modeldesk.clock import FrozenClock
from modeldesk.desk import Desk
from modeldesk.errors import (
    Conflict,
    Forbidden,
    InvalidArgument,
    ModeldeskError,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)
from modeldesk.schema import LogPolicy
from modeldesk.services.acting import ANYONE, CHANGES, PREDICTS, CallerKind, Scope, UserRole, caller
from modeldesk.services.signing_in import Identity
from modeldesk.settings import Settings

PASSWORD = "a few random words"  # noqa: S105 - of a test
HOME = "192.0.2.7"


@pytest.fixture
def bare(settings: Settings, clock: FrozenClock) -> Iterator[Desk]:
    """Offer a desk without models."""
    with Desk.open(settings, clock=clock) as opened:
        yield opened


def texts(desk: Desk) -> str:
    """Return everything that the new tables hold, as text."""
    found = []
    with desk.store.reading() as connection:
        for name in ("api_keys", "users", "sessions", "browsers", "sign_in_attempts", "audit"):
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            found += [str(tuple(row)) for row in connection.execute(sa.select(table))]
    return "\n".join(found)


def sign_in(desk: Desk, name: str, password: str, address: str = HOME, browser: str = "") -> str:
    """Sign in and return the session's token."""
    return desk.signing_in.by_password(name, password, address=address, browser=browser).token


def test_a_key_is_known_by_its_hash_and_good_until_it_expires(
    desk: Desk, clock: FrozenClock
) -> None:
    """What is stored does not hold the key; it is good for its scopes, models and days."""
    made = desk.keys.create("a", scopes=[Scope.READ, Scope.PREDICT], models=["iris"], days=2)
    assert made.key.startswith("mdk_")
    assert made.key not in texts(desk)
    assert made.key.rsplit("_")[-1] not in texts(desk)
    desk.access.refresh()
    found = desk.access.of_key(made.key.encode())
    assert found is not None
    found.check(PREDICTS)
    found.check_model("iris")
    with pytest.raises(Forbidden, match="lacks the scope admin"):
        found.check(CHANGES)
    with pytest.raises(Forbidden, match="not for the model 'other'"):
        found.check_model("other")
    clock.advance(timedelta(days=2))
    assert desk.access.of_key(made.key.encode()) is None
    assert desk.access.of_key(made.key.encode() + b"x") is None
    assert desk.access.of_key(b"x" * 10_000) is None


@pytest.mark.parametrize(
    ("name", "scopes", "models", "days", "error"),
    [
        ("no spaces", [Scope.READ], (), None, InvalidArgument),
        ("a", [], (), None, InvalidArgument),
        ("a", [Scope.READ], (), 0, InvalidArgument),
        ("a", [Scope.READ], ("nothing",), None, NotFound),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    bare: Desk,
    name: str,
    scopes: list[Scope],
    models: tuple[str, ...],
    days: int | None,
    error: type[ModeldeskError],
) -> None:
    """Each reason is told, and nothing is written."""
    with pytest.raises(error):
        bare.keys.create(name, scopes=scopes, models=models, days=days)
    assert bare.keys.list() == ()
    assert bare.audit.page().entries == ()


def test_a_revoked_key_is_refused_at_once_and_its_name_is_not_used_again(bare: Desk) -> None:
    """The process that revokes knows it at the next question; the trail stays unambiguous."""
    key = bare.keys.create("a", scopes=[Scope.READ]).key.encode()
    bare.access.refresh()
    assert bare.access.of_key(key)
    revoked = bare.keys.revoke("a")
    assert revoked.revoked_at == bare.clock.now()
    assert bare.access.stale
    bare.access.refresh()
    assert bare.access.of_key(key) is None
    with pytest.raises(Conflict, match="already"):
        bare.keys.create("a", scopes=[Scope.READ])
    with pytest.raises(NotFound, match="Did you mean 'a'"):
        bare.keys.revoke("a1")
    assert bare.keys.revoke("a") == revoked


def test_when_a_key_was_used_is_written_in_the_end(settings: Settings, clock: FrozenClock) -> None:
    """Asking writes nothing by itself; closing the desk does."""
    with Desk.open(settings, clock=clock) as desk:
        key = desk.keys.create("a", scopes=[Scope.READ]).key.encode()
        desk.access.refresh()
        assert desk.keys.list()[0].last_used_at is None
        clock.advance(timedelta(minutes=3))
        used = clock.now()
        assert desk.access.of_key(key)
    with Desk.open(settings, clock=clock) as desk:
        assert desk.keys.list()[0].last_used_at == used


def test_users_are_added_changed_and_removed(bare: Desk) -> None:
    """Passwords are kept as Argon2 hashes only; mistakes are named."""
    bare.accounts.add("anna", role=UserRole.EDITOR, password=PASSWORD)
    assert PASSWORD not in texts(bare)
    assert "$argon2id$" in texts(bare)
    assert bare.accounts.set_role("anna", UserRole.ADMIN).role is UserRole.ADMIN
    with pytest.raises(Conflict):
        bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    with pytest.raises(InvalidArgument, match="12 to 1000"):
        bare.accounts.add("b", role=UserRole.VIEWER, password="short")  # noqa: S106 - of a test
    with pytest.raises(InvalidArgument, match="not a name"):
        bare.accounts.add("no spaces", role=UserRole.VIEWER, password=PASSWORD)
    with pytest.raises(NotFound, match="Did you mean 'anna'"):
        bare.accounts.set_role("ana", UserRole.VIEWER)
    bare.accounts.remove("anna")
    assert bare.accounts.list() == ()


def test_a_session_ends_with_its_time_its_user_or_a_new_password(
    bare: Desk, clock: FrozenClock
) -> None:
    """After each of these its token is nobody's; a changed role holds at once."""

    def known(token: str) -> UserRole | None:
        bare.access.refresh()
        found = bare.access.of_session(token.encode())
        return None if found is None else found.role

    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    first, second = sign_in(bare, "anna", PASSWORD), sign_in(bare, "anna", PASSWORD)
    assert first not in texts(bare)
    assert known(first) is known(second) is UserRole.VIEWER
    bare.accounts.set_role("anna", UserRole.EDITOR)
    assert known(first) is UserRole.EDITOR
    asking = bare.access.of_session(first.encode())
    assert asking is not None
    bare.signing_in.out(first, asking)
    assert known(first) is None
    assert known(second) is UserRole.EDITOR
    third = sign_in(bare, "anna", PASSWORD)
    bare.signing_in.out_everywhere(asking)
    assert known(second) is known(third) is None
    fourth = sign_in(bare, "anna", PASSWORD)
    bare.accounts.set_password("anna", PASSWORD + "!")
    assert known(fourth) is None
    fifth = sign_in(bare, "anna", PASSWORD + "!")
    clock.advance(timedelta(hours=25))
    assert known(fifth) is None
    sixth = sign_in(bare, "anna", PASSWORD + "!")
    bare.accounts.remove("anna")
    assert known(sixth) is None


def test_wrong_names_and_wrong_passwords_are_told_apart_by_nobody(bare: Desk) -> None:
    """The answer is the same, and both compare a hash."""
    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    told = set()
    for name, password in (("anna", "wrong"), ("otto", PASSWORD), ("\0", ""), ("x" * 500, "y")):
        with pytest.raises(Unauthenticated) as refused:
            sign_in(bare, name, password)
        told.add(str(refused.value))
    assert len(told) == 1


def test_guessing_slows_down_and_the_right_password_works_afterwards(
    bare: Desk, clock: FrozenClock
) -> None:
    """From the fifth wrong password on the wait doubles, up to a minute for a name."""
    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    for number in range(5):
        with pytest.raises(Unauthenticated):
            sign_in(bare, "anna", "wrong", address=f"192.0.2.{number}")
    waits = []
    for number in range(9):
        with pytest.raises(TooManyAttempts) as refused:
            sign_in(bare, "anna", PASSWORD, address=f"198.51.100.{number}")
        waits.append(refused.value.seconds)
        clock.advance(timedelta(seconds=refused.value.seconds))
        with pytest.raises(Unauthenticated):
            sign_in(bare, "anna", "wrong", address=f"203.0.113.{number}")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    clock.advance(timedelta(seconds=60))
    assert sign_in(bare, "anna", PASSWORD)
    with pytest.raises(Unauthenticated):
        sign_in(bare, "anna", "wrong")
    assert sign_in(bare, "anna", PASSWORD)


def test_a_known_browser_is_not_locked_out_by_others(bare: Desk) -> None:
    """Who signed in from it before gets in while strangers guess; its own guesses count."""
    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    bare.accounts.add("otto", role=UserRole.VIEWER, password=PASSWORD)
    browser = bare.signing_in.by_password("anna", PASSWORD, address=HOME).browser
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            sign_in(bare, "anna", "wrong")
    with pytest.raises(TooManyAttempts):
        sign_in(bare, "anna", PASSWORD)
    again = bare.signing_in.by_password("anna", PASSWORD, address=HOME, browser=browser)
    assert again.browser == browser
    with pytest.raises(TooManyAttempts):  # it is Anna's browser and not the strangers'
        sign_in(bare, "anna", PASSWORD, browser="x" + browser)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            sign_in(bare, "anna", "wrong", browser=browser)
    with pytest.raises(TooManyAttempts):
        sign_in(bare, "anna", PASSWORD, browser=browser)
    assert sign_in(bare, "otto", PASSWORD, address="192.0.2.99", browser=browser)


def test_an_address_that_tries_many_names_is_slowed_down(bare: Desk) -> None:
    """Others go on; an own account does not forgive the guesses; an IPv6 network is one."""
    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)
    for number in range(10):
        with pytest.raises(Unauthenticated):
            sign_in(bare, f"name{number}", "wrong", address=f"2001:db8::{number}")
    assert sign_in(bare, "anna", PASSWORD, address="2001:db8::77")
    for number in range(10, 20):
        with pytest.raises(Unauthenticated):
            sign_in(bare, f"name{number}", "wrong", address=f"2001:db8::{number}")
    with pytest.raises(TooManyAttempts):
        sign_in(bare, "anna", PASSWORD, address="2001:db8::99")
    assert sign_in(bare, "anna", PASSWORD, address="2001:db8:0:1::1")


def test_guesses_at_the_same_moment_are_all_counted(bare: Desk) -> None:
    """Each is counted before it is compared, so that many at once are no way round."""
    bare.accounts.add("anna", role=UserRole.VIEWER, password=PASSWORD)

    def guess(number: int) -> str:
        try:
            return sign_in(bare, "anna", f"wrong {number}", address=f"192.0.2.{number}")
        except (TooManyAttempts, Unauthenticated) as error:
            return type(error).__name__

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, range(16)))
    assert (found.count("Unauthenticated"), found.count("TooManyAttempts")) == (5, 11)
    with pytest.raises(TooManyAttempts):
        sign_in(bare, "anna", PASSWORD)


def test_who_is_identified_elsewhere_becomes_a_user_here(bare: Desk) -> None:
    """By issuer and subject, not by name; the role follows the other service."""
    bare.accounts.add("anna", role=UserRole.ADMIN, password=PASSWORD)
    known = {"issuer": "https://login.example.org", "subject": "17", "name": "anna"}
    first = bare.signing_in.by_identity(Identity(role=UserRole.VIEWER, **known))
    assert first.user == "anna-2"
    assert caller().kind is CallerKind.COMMAND, "who signs in acts for nobody else"
    second = bare.signing_in.by_identity(Identity(role=UserRole.EDITOR, **known))
    assert second.user == "anna-2"
    bare.access.refresh()
    asking = bare.access.of_session(first.token.encode())
    assert asking is not None
    assert asking.role is UserRole.EDITOR
    with pytest.raises(Conflict, match=r"comes from https://login\.example\.org"):
        bare.accounts.set_role("anna-2", UserRole.ADMIN)
    with pytest.raises(Conflict, match="has no password here"):
        bare.accounts.set_password("anna-2", PASSWORD)
    with pytest.raises(Unauthenticated):
        sign_in(bare, "anna-2", PASSWORD)


def test_the_trail_tells_who_changed_what_without_secrets(desk: Desk) -> None:
    """Each change is noted in its own transaction, with before and after, page by page."""
    created = desk.keys.create("a", scopes=[Scope.ADMIN])
    desk.keys.revoke("a")
    desk.registry.set_policy("iris", LogPolicy(hash=("petal_width_cm",)))
    salt = desk.registry.policy("iris").salt
    page = desk.audit.page(limit=2)
    assert [entry.action for entry in page.entries] == ["policy.set", "key.revoked"]
    rest = desk.audit.page(cursor=page.cursor)
    assert [entry.action for entry in rest.entries] == ["key.created", "version.published"]
    assert rest.cursor is None
    policy = page.entries[0]
    assert policy.object == "model iris"
    assert policy.actor == str(caller())
    assert policy.details["after"]["hash"] == ["petal_width_cm"]  # type: ignore[index]
    assert [e.action for e in desk.audit.page(action="key").entries] == [
        "key.revoked",
        "key.created",
    ]
    assert desk.audit.page(actor="user nobody").entries == ()
    assert len(desk.audit.page(actor=policy.actor, action="policy.set").entries) == 1
    told = str(desk.audit.page().entries)
    assert salt
    assert salt not in told
    assert created.key not in told
    with pytest.raises(InvalidArgument):
        desk.audit.page(limit=0)


def test_what_fails_is_not_in_the_trail(desk: Desk) -> None:
    """A change and its entry are one transaction."""
    desk.keys.create("a", scopes=[Scope.READ])
    with pytest.raises(Conflict):
        desk.keys.create("a", scopes=[Scope.READ])
    assert len(desk.audit.page(action="key").entries) == 1


def test_whoever_has_no_limits_has_none() -> None:
    """A server that asks nobody lets everybody do everything."""
    ANYONE.check(CHANGES)
    ANYONE.check_model("iris")
    ANYONE.check_all_models()
