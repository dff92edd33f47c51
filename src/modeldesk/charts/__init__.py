"""Pictures of results: pure functions to ECharts options and small inline SVG.

The same functions serve the live pages, a notebook and a static report: they read frozen
results, know no web framework, and give JSON-ready values. Each is imported from its own file,
so that a server has only those that somebody looks at.
"""
