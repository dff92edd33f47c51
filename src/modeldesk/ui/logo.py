"""The mark of modeldesk."""

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="26" height="26" viewBox="0 0 26 26">'
    '<rect width="26" height="26" rx="7" fill="#1f5fbf"/>'
    '<path d="M6 18.5V8.2l4.4 5.6L13 10l2.6 3.8L20 8.2v10.3" fill="none" stroke="#fff" '
    'stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
"""The product's mark, also its icon in the browser's tab."""
