"""The least a Python function can be."""


def handler(_event, _context):
    return {"status": "ok"}
