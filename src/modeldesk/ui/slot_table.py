"""A table whose cells are templates, and whose rows stay when the page changes elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui


class SlotTable(ui.table, component="slot_table.js"):
    """NiceGUI's table with a component of its own in the browser; decision 37 tells why.

    NiceGUI makes a new component of each template whenever anything of the page changes, so
    that all rows of all tables are thrown away and built again, with the focus that was in them.
    Here each template stays one component, and rows are told apart by their keys: they are
    changed, or moved, and not built anew.
    """

    _sent: Mapping[str, object] | None = None

    def template(self, name: str, template: str) -> None:
        """Give the table the template of a slot, such as ``body`` or ``body-cell-name``.

        Parameters
        ----------
        name
            Of Quasar's slots of a table.
        template
            A constant: what users wrote comes to it as data.
        """
        self._props.setdefault("templates", {})[name] = template

    def keep(self, still: Mapping[str, object]) -> None:
        """Give rows what seldom changes, such as their small charts; sent when it has changed.

        Parameters
        ----------
        still
            By the rows' keys; templates find it in ``props.row.still``.
        """
        if self._props.get("still") != still:
            self._props["still"] = still

    def _to_dict(self) -> dict[str, Any]:
        # Not by way of NiceGUI's table, which looks through all cells for lists.
        told = super(ui.table, self)._to_dict()
        still = self._props.get("still")
        if still is not None and still is self._sent:
            told["props"] = {key: value for key, value in told["props"].items() if key != "still"}
            told["preserved_props"] = ["still"]  # as the browser has it
        self._sent = still
        return told
