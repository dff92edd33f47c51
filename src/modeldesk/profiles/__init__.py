"""Profiles: mergeable statistical summaries of the columns of a set of rows."""

from modeldesk.profiles.build import profile
from modeldesk.profiles.column import ColumnProfile
from modeldesk.profiles.files import profile_file
from modeldesk.profiles.profile import Profile

__all__ = ["ColumnProfile", "Profile", "profile", "profile_file"]
