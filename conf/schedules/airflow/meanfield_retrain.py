"""Retrains every night with spark-submit; needs apache-airflow-providers-apache-spark 5 or newer.

The run id is the time that the run was due, so that a retry goes on with the same run.
"""

import re
from datetime import timedelta

import pendulum
from airflow import DAG
from airflow.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

NOTHING_TO_DO = {20: "no new data, or not due", 75: "another process works on it"}
REFUSED = 21


class RetrainOperator(SparkSubmitOperator):
    """SparkSubmitOperator in client mode, with the meaning of the command's exit codes."""

    def execute(self, context):
        try:
            super().execute(context)
        except AirflowException as failure:
            found = re.search(r"Error code is: (\d+)", str(failure))
            code = int(found.group(1)) if found else 1
            if code in NOTHING_TO_DO:
                raise AirflowSkipException(NOTHING_TO_DO[code]) from failure
            if code == REFUSED:
                raise AirflowFailException("the gate refused the challenger; see docs/retraining.md") from failure
            raise


with DAG(
    dag_id="meanfield_retrain",
    schedule="0 4 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
) as dag:
    RetrainOperator(
        task_id="retrain",
        conn_id="spark_default",
        application="/opt/meanfield/jobs/target/jobs-0.1.0-all.jar",
        java_class="org.meanfield.jobs.cli.Meanfield",
        driver_memory="4g",
        deploy_mode="client",  # cluster mode would hide the exit code, whatever the connection says
        application_args=[
            "retrain",
            "--conf",
            "/etc/meanfield/retrain.conf",
            "--run-id",
            "{{ ts_nodash }}",
        ],
    )
