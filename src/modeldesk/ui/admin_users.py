"""Users: added, given roles and passwords, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nicegui import ui

from modeldesk.errors import ModeldeskError
from modeldesk.services.accounts import Accounts, UserView
from modeldesk.services.acting import CHANGES, CallerKind, UserRole, caller
from modeldesk.services.passwords import SHORTEST
from modeldesk.ui.admin_state import AdminState
from modeldesk.ui.background import aside, first
from modeldesk.ui.element_table import cell, element_table, room, row
from modeldesk.ui.forms import Question, button, dress, labelled, small
from modeldesk.ui.markup import block, testable, text
from modeldesk.ui.moments import since
from modeldesk.ui.pager import Pager, last_page
from modeldesk.ui.site import Site
from modeldesk.ui.states import empty, say, trouble
from modeldesk.ui.wording import count

USERS_A_PAGE = 25

ROLES = {
    UserRole.VIEWER: "Sees everything but the audit trail, and tries the models",
    UserRole.EDITOR: "Also labels, flags, deals with alerts, changes monitors and slices",
    UserRole.ADMIN: "Also changes everything else",
}


class UsersSection:
    """The users, and what can be done with them.

    Parameters
    ----------
    site
        The services.
    state
        What the address asks for.
    """

    def __init__(self, site: Site, state: AdminState) -> None:
        self._site = site
        self._state = state
        self._pager = Pager(USERS_A_PAGE, self._turn)

    async def build(self) -> None:
        """Add the section."""
        users = await first(self._load)
        if users is None:
            return
        self._users = users
        self._question = Question()
        if not self._site.secured:
            self._open_to_all()
        with block("md-admin-grid"):
            with block("md-card"):
                with block("md-card-head"):
                    text("h2", "Users")
                    self._count = text("span", "", "md-card-note")
                    with block("md-card-end"):
                        self._find()
                self._body = block("")
                self._pager.build()
            self._form()
        self._password_dialog()
        self._fill()

    def _load(self) -> tuple[UserView, ...]:
        caller().check(CHANGES)
        return self._site.desk.accounts.list()

    def _open_to_all(self) -> None:
        with block("md-notice") as notice:
            testable(notice, "sign-in-off")
            ui.icon("lock_open")
            with block(""):
                text("b", "Signing in is off.")
                words = (
                    "Whoever reaches this server can do everything. Once there is a user, it asks "
                    "for a name and a password from its next start on. Add an administrator here, "
                    "or in a terminal, and start the server again:"
                )
                if self._users:
                    words = "There are users already: the server asks for them at its next start."
                text("span", words)
                if not self._users:
                    text("pre", "modeldesk users add anna --role admin", "md-code")

    def _find(self) -> None:
        self._field = ui.input(
            placeholder="Find a user", value=self._state.find, on_change=self._found
        )
        dress(self._field, "Find a user", "find-user")
        self._field.props("clearable debounce=250 maxlength=200")

    def _found(self) -> None:
        self._state = replace(self._state, find=(self._field.value or "").strip(), page=1)
        ui.navigate.history.replace(self._state.query())
        self._fill()

    async def _turn(self, page: int) -> None:
        self._state = replace(self._state, page=page)
        ui.navigate.history.replace(self._state.query())
        self._fill()

    def _fill(self) -> None:
        wanted = self._state.find.casefold()
        found = [user for user in self._users if wanted in user.name.casefold()]
        page = min(self._state.page, last_page(len(found), USERS_A_PAGE))
        shown = found[(page - 1) * USERS_A_PAGE : page * USERS_A_PAGE]
        self._count.set_text(count(len(self._users)) if self._users else "")
        self._field.set_visibility(bool(self._users))
        self._body.clear()
        with self._body:
            if not shown:
                self._nobody()
            else:
                headings = ("User", "Role", "Signs in", "Last sign-in", "Added", "")
                with element_table(headings, label="Users", name="users"):
                    for user in shown:
                        self._row(user)
        self._pager.show(page=page, total=len(found))

    def _nobody(self) -> None:
        if self._users:
            empty(
                "person_search", "No user of that name", "Look for another part of it.", small=True
            )
            return
        words = "Add one beside this list. The first one should be an administrator."
        empty("person_add", "No users yet", words, small=True)

    def _row(self, user: UserView) -> None:
        now = self._site.clock.now()
        with row(f"user-{user.name}"):
            cell(user.name, "md-name")
            with room():
                self._role(user)
            cell(
                "here, with a password" if user.issuer is None else f"at {user.issuer}",
                "md-wrap-any",
            )
            for when in (user.signed_in_at, user.created_at):
                with room():
                    since(when, now)
            with room("md-acts"):
                if user.issuer is None:
                    small("Set password", self._asking_password(user), "set-password")
                small("Remove", self._asking_removal(user), "remove-user")

    def _role(self, user: UserView) -> None:
        if user.issuer is not None:
            text("span", user.role).props["title"] = f"The role comes from {user.issuer}"
            return
        choice = ui.select({role.value: role.value for role in UserRole}, value=user.role.value)
        dress(choice, f"Role of {user.name}", f"role-{user.name}", classes="md-field--role")

        async def chosen() -> None:
            role = UserRole(choice.value)
            known = next((each for each in self._users if each.name == user.name), user)
            if role is known.role:
                return

            if not await self._give_role(user.name, role):
                choice.set_value(known.role.value)

        choice.on_value_change(chosen)

    def _form(self) -> None:
        with block("md-card") as card:
            testable(card, "add-user")
            with block("md-card-head"):
                text("h2", "Add a user")
            with block("md-card-body md-form"):
                with labelled("Name", "Letters, digits and . _ - @ +"):
                    self._name = ui.input()
                    dress(self._name, "Name", "new-user-name")
                    self._name.props("autocomplete=off maxlength=200")
                with labelled("Role"):
                    value = UserRole.VIEWER if self._users else UserRole.ADMIN
                    self._new_role = ui.select([role.value for role in UserRole], value=value.value)
                    dress(self._new_role, "Role", "new-user-role")
                    words = text("div", ROLES[value], "md-labelled-note")
                    self._new_role.on_value_change(
                        lambda: words.set_text(ROLES[UserRole(self._new_role.value)])
                    )
                with labelled("Password", f"At least {SHORTEST} characters"):
                    self._password = ui.input(password=True, password_toggle_button=True)
                    dress(self._password, "Password", "new-user-password")
                    self._password.props("autocomplete=new-password")
                self._wrong = block("md-form-wrong")
                button("Add user", self._add, "add-user-button", main=True)

    async def _add(self) -> None:
        name = (self._name.value or "").strip()
        role, password = UserRole(self._new_role.value), self._password.value or ""
        self._wrong.clear()
        try:
            caller().check(CHANGES)
            await aside(self._site.desk.accounts.add, name, role=role, password=password)
        except ModeldeskError as error:
            with self._wrong:
                trouble(error)
            return
        self._name.set_value("")
        self._password.set_value("")
        say(f"{name} is added.", icon="check_circle")
        await self._refresh()

    def _asking_removal(self, user: UserView) -> Callable[[], None]:
        async def remove() -> None:
            caller().check(CHANGES)
            await aside(_removed, self._site.desk.accounts, user.name)
            await self._refresh()
            say(f"{user.name} is removed.", icon="check_circle")

        def ask() -> None:
            me = caller()
            words = "All sessions of this user end at once. What the user did stays in the trail."
            if me.kind is CallerKind.USER and me.name == user.name:
                words = "This is you: you will be signed out at once. " + words
            admins = sum(each.role is UserRole.ADMIN for each in self._users)
            if user.role is UserRole.ADMIN and admins == 1:
                words += " Without an administrator the server does not start."
            self._question.ask(f"Remove {user.name}?", words, verb="Remove", act=remove)

        return ask

    def _password_dialog(self) -> None:
        self._dialog = ui.dialog()
        with self._dialog, ui.card().classes("md-dialog") as card:
            testable(card, "password-dialog")
            self._whose = text("h2", "")
            text("p", "All sessions of this user end. Tell the user the new one.", "md-soft")
            self._again = ui.input(password=True, password_toggle_button=True)
            dress(self._again, "New password", "password")
            self._again.props("autocomplete=new-password")
            self._refused = block("")
            with block("md-dialog-foot"):
                button("Cancel", self._dialog.close, "password-no")
                button("Set password", self._set_password, "password-yes", main=True)
        self._for = ""

    def _asking_password(self, user: UserView) -> Callable[[], None]:
        def ask() -> None:
            self._for = user.name
            self._whose.set_text(f"New password for {user.name}")
            self._again.set_value("")
            self._refused.clear()
            self._dialog.open()

        return ask

    async def _set_password(self) -> None:
        self._refused.clear()
        try:
            caller().check(CHANGES)
            await aside(self._site.desk.accounts.set_password, self._for, self._again.value or "")
        except ModeldeskError as error:
            with self._refused:
                trouble(error)
            return
        self._again.set_value("")
        self._dialog.close()
        say(f"{self._for} has a new password.", icon="check_circle")

    async def _give_role(self, name: str, role: UserRole) -> bool:
        """Change what a user may do; whether it came to that."""
        try:
            caller().check(CHANGES)
            await aside(self._site.desk.accounts.set_role, name, role)
        except ModeldeskError as error:
            say(str(error), icon="error")
            return False
        say(f"{name} is {role} now.", icon="check_circle")
        self._users = await aside(self._load)
        return True

    async def _refresh(self) -> None:
        self._users = await aside(self._load)
        self._fill()


def _removed(accounts: Accounts, name: str) -> bool:
    accounts.remove(name)
    return True
