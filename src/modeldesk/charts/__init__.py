"""Pictures of results: pure functions to ECharts options and small inline SVG.

The same functions serve the live pages, a notebook and a static report: they read frozen
results, know no web framework, and give JSON-ready values.
"""

from modeldesk.charts.change_parts import change_parts, change_parts_height
from modeldesk.charts.distance_heatmap import distance_heatmap, heatmap_height, heatmap_key
from modeldesk.charts.distance_history import distance_history
from modeldesk.charts.distribution import distribution, distribution_height
from modeldesk.charts.error_distribution import error_distribution
from modeldesk.charts.measure_gaps import drawn_gaps, measure_gaps, measure_gaps_height
from modeldesk.charts.model_timeline import (
    TimelineData,
    model_timeline,
    timeline_height,
    timeline_words,
)
from modeldesk.charts.options import Options
from modeldesk.charts.palette import DARK, LIGHT, Palette, palette
from modeldesk.charts.performance_history import performance_history
from modeldesk.charts.rule_trial import rule_trial
from modeldesk.charts.score_curves import calibration_chart, pr_chart, roc_chart
from modeldesk.charts.sparkline import distance_sparkline, measure_sparkline, volume_sparkline
from modeldesk.charts.threshold_chart import threshold_chart
from modeldesk.charts.version_line import version_line

__all__ = [
    "DARK",
    "LIGHT",
    "Options",
    "Palette",
    "TimelineData",
    "calibration_chart",
    "change_parts",
    "change_parts_height",
    "distance_heatmap",
    "distance_history",
    "distance_sparkline",
    "distribution",
    "distribution_height",
    "drawn_gaps",
    "error_distribution",
    "heatmap_height",
    "heatmap_key",
    "measure_gaps",
    "measure_gaps_height",
    "measure_sparkline",
    "model_timeline",
    "palette",
    "performance_history",
    "pr_chart",
    "roc_chart",
    "rule_trial",
    "threshold_chart",
    "timeline_height",
    "timeline_words",
    "version_line",
    "volume_sparkline",
]
