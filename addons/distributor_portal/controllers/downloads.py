from odoo.http import content_disposition, request


def download(content, name, mimetype, cache='private, no-store'):
    """As a file to keep, never to be shown: whatever it holds, it does nothing in the browser."""
    return request.make_response(content, [
        ('Content-Type', mimetype),
        ('Content-Disposition', content_disposition(name)),
        ('X-Content-Type-Options', 'nosniff'),
        ('Content-Security-Policy', "sandbox; default-src 'none'"),
        ('Cache-Control', cache),
    ])
