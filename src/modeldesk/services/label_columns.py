"""What the labels beside rows are called; no column of a model is."""

LABEL = "modeldesk:label"
"""The present label as text; null where there is none. `label_values.value_of` reads one."""

LABEL_TIME = "modeldesk:label_time"
"""When the outcome was known."""
