"""Pictures of results: pure functions to ECharts options and small inline SVG.

The same functions serve the live pages, a notebook and a static report: they read frozen
results, know no web framework, and give JSON-ready values.
"""

from modeldesk.charts.associations import (
    association_bars,
    association_bars_height,
    association_map,
    association_map_height,
)
from modeldesk.charts.category_stack import VALUE_OPACITY, largest_values
from modeldesk.charts.change_parts import change_parts, change_parts_height
from modeldesk.charts.column_timeline import (
    ColumnTimeline,
    column_panels,
    telling_windows,
)
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
from modeldesk.charts.overlaid import overlaid
from modeldesk.charts.palette import DARK, LIGHT, Palette, palette
from modeldesk.charts.panels import PANELS_LEFT, PANELS_RIGHT, panels_height, stacked_panels
from modeldesk.charts.performance_history import performance_history
from modeldesk.charts.quantile_fan import BAND_OPACITY
from modeldesk.charts.rule_trial import rule_trial
from modeldesk.charts.score_curves import calibration_chart, pr_chart, roc_chart
from modeldesk.charts.small_bars import small_bars
from modeldesk.charts.spans import MOST_SPANS, Span, place_of, spans_of
from modeldesk.charts.sparkline import distance_sparkline, measure_sparkline, volume_sparkline
from modeldesk.charts.telling import most_telling
from modeldesk.charts.threshold_chart import threshold_chart
from modeldesk.charts.two_columns import (
    box_plot,
    column_bars,
    count_map,
    count_map_height,
    scatter,
)
from modeldesk.charts.version_line import version_line

__all__ = [
    "BAND_OPACITY",
    "DARK",
    "LIGHT",
    "MOST_SPANS",
    "PANELS_LEFT",
    "PANELS_RIGHT",
    "VALUE_OPACITY",
    "ColumnTimeline",
    "Options",
    "Palette",
    "Span",
    "TimelineData",
    "association_bars",
    "association_bars_height",
    "association_map",
    "association_map_height",
    "box_plot",
    "calibration_chart",
    "change_parts",
    "change_parts_height",
    "column_bars",
    "column_panels",
    "count_map",
    "count_map_height",
    "distance_heatmap",
    "distance_history",
    "distance_sparkline",
    "distribution",
    "distribution_height",
    "drawn_gaps",
    "error_distribution",
    "heatmap_height",
    "heatmap_key",
    "largest_values",
    "measure_gaps",
    "measure_gaps_height",
    "measure_sparkline",
    "model_timeline",
    "most_telling",
    "overlaid",
    "palette",
    "panels_height",
    "performance_history",
    "place_of",
    "pr_chart",
    "roc_chart",
    "rule_trial",
    "scatter",
    "small_bars",
    "spans_of",
    "stacked_panels",
    "telling_windows",
    "threshold_chart",
    "timeline_height",
    "timeline_words",
    "version_line",
    "volume_sparkline",
]
