"""Pictures of results: pure functions to ECharts options and small inline SVG.

The same functions serve the live pages, a notebook and a static report: they read frozen
results, know no web framework, and give JSON-ready values.
"""

from modeldesk.charts.distance_heatmap import distance_heatmap, heatmap_height, heatmap_key
from modeldesk.charts.distance_history import distance_history
from modeldesk.charts.distribution import distribution, distribution_height
from modeldesk.charts.error_distribution import error_distribution
from modeldesk.charts.options import Options
from modeldesk.charts.palette import DARK, LIGHT, Palette, palette
from modeldesk.charts.performance_history import performance_history
from modeldesk.charts.rule_trial import rule_trial
from modeldesk.charts.score_curves import calibration_chart, pr_chart, roc_chart
from modeldesk.charts.sparkline import distance_sparkline, measure_sparkline, volume_sparkline
from modeldesk.charts.threshold_chart import threshold_chart

__all__ = [
    "DARK",
    "LIGHT",
    "Options",
    "Palette",
    "calibration_chart",
    "distance_heatmap",
    "distance_history",
    "distance_sparkline",
    "distribution",
    "distribution_height",
    "error_distribution",
    "heatmap_height",
    "heatmap_key",
    "measure_sparkline",
    "palette",
    "performance_history",
    "pr_chart",
    "roc_chart",
    "rule_trial",
    "threshold_chart",
    "volume_sparkline",
]
