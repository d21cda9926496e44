"""What a Python function with Powertools is at least: one log line and one metric."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger(service="hello")
metrics = Metrics(namespace="Hello", service="hello")


@metrics.log_metrics
@logger.inject_lambda_context
def handler(_event, _context):
    """Logs, counts and answers."""
    logger.info("answered", status="ok")
    metrics.add_metric(name="answers", unit=MetricUnit.Count, value=1)
    return {"status": "ok"}
