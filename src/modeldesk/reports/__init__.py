"""Reports: profiles and comparisons as HTML, for a browser and for a notebook.

Pure functions from results to text. A page is self-contained: no script, no request, one file
that can be mailed; a fragment is what a notebook shows under a cell.
"""

from modeldesk.reports.fragments import comparison_fragment, profile_fragment
from modeldesk.reports.pages import comparison_page, profile_page
from modeldesk.reports.sentences import comparison_sentence, profile_sentence

__all__ = [
    "comparison_fragment",
    "comparison_page",
    "comparison_sentence",
    "profile_fragment",
    "profile_page",
    "profile_sentence",
]
