"""Use-cases: publish, predict, log, roll up, monitor, flag; no web and no SQL."""
