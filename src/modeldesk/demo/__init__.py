"""The demo: a real model, three days of real traffic, one day of which goes wrong."""

from modeldesk.demo.expectations import Finding, Outcome
from modeldesk.demo.home import HOME, demo_home
from modeldesk.demo.progress import Silent
from modeldesk.demo.run import running_demo

__all__ = [
    "HOME",
    "Finding",
    "Outcome",
    "Silent",
    "demo_home",
    "running_demo",
]
