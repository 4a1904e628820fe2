"""Loads the DAG of conf/schedules/airflow, runs its task with a spark-submit that only exits, and prints what it saw.

    airflow_dag.py DAG.py EXPECTED.json

EXPECTED.json is what must be seen; a difference is printed, and ends with exit code 1. Where Airflow is installed it is
Airflow that loads the DAG. Elsewhere a stand-in does, which takes the arguments of SparkSubmitOperator (provider 6.3.2,
without those of Kubernetes and OpenLineage), puts the command together in its order, and fails with its words. A folder
for spark-submit is the first of PATH. Called by scripts/check-schedules.
"""

import datetime
import difflib
import json
import os
import subprocess
import sys
import tempfile
import types
import zoneinfo

MASTER = "spark://master:7077"
DUE = "20261121T040000"
EXIT_CODES = (0, 2, 3, 20, 21, 75)


class AirflowException(Exception):
    """What the provider's hook raises."""


class AirflowFailException(AirflowException):
    """Fails a task that is not to be tried again."""


class AirflowSkipException(AirflowException):
    """Skips a task."""


class Dag:
    """Remembers what it is given, and the tasks that are made inside its with block."""

    newest = None

    def __init__(self, *, dag_id, schedule, start_date, catchup, max_active_runs, default_args):
        self.dag_id = dag_id
        self.schedule = schedule
        self.start_date = start_date
        self.catchup = catchup
        self.max_active_runs = max_active_runs
        self.default_args = default_args
        self.tasks = []

    def __enter__(self):
        Dag.newest = self
        return self

    def __exit__(self, *failure):
        return False


class SparkSubmitOperator:
    """Calls spark-submit as the provider does."""

    def __init__(
        self, *, task_id, application="", conf=None, conn_id="spark_default", files=None, py_files=None, archives=None,
        driver_class_path=None, jars=None, java_class=None, packages=None, exclude_packages=None, repositories=None,
        total_executor_cores=None, executor_cores=None, executor_memory=None, driver_memory=None, keytab=None,
        principal=None, proxy_user=None, name="arrow-spark", num_executors=None, status_poll_interval=1,
        application_args=None, env_vars=None, verbose=False, spark_binary=None, properties_file=None, yarn_queue=None,
        deploy_mode=None, use_krb5ccache=False, post_submit_commands=None,
    ):  # fmt: skip
        given = {key: value for key, value in locals().items() if key != "self" and value}
        self.task_id = given.pop("task_id")
        self.retries = Dag.newest.default_args["retries"]
        self.retry_delay = Dag.newest.default_args["retry_delay"]
        self.application = given.pop("application")
        self.application_args = given.pop("application_args", [])
        del given["conn_id"], given["status_poll_interval"]
        self.options = []
        for key in ("driver_memory", "name", "java_class", "deploy_mode"):
            if key in given:
                option = {"java_class": "class"}.get(key, key.replace("_", "-"))
                self.options += ["--" + option, given.pop(key)]
        if given:
            raise TypeError(f"the stand-in does not know how spark-submit takes {sorted(given)}; teach it")
        Dag.newest.tasks.append(self)

    def render_template_fields(self, context):
        """Fills in the names that templates have; what is left of a template is a fault."""
        for i, text in enumerate(self.application_args):
            for key, value in context.items():
                text = text.replace("{{ " + key + " }}", value)
            assert "{" not in text, text
            self.application_args[i] = text

    def command(self):
        """What is called."""
        return ["spark-submit", "--master", MASTER, *self.options, self.application, *self.application_args]

    def execute(self, context):
        """Runs it, and fails with its exit code."""
        command = self.command()
        ended = subprocess.run(command, check=False).returncode
        if ended:
            raise AirflowException(
                f"Cannot execute: {command}. Error code is: {ended}.\nLast spark-submit output:\nError code is: 99"
            )


def stand_in():
    """Puts modules with the names that the DAG imports into Python's table of modules."""
    made = {
        "pendulum": {"datetime": lambda *when, tz: datetime.datetime(*when, tzinfo=zoneinfo.ZoneInfo(tz))},
        "airflow": {"DAG": Dag},
        "airflow.exceptions": {
            each.__name__: each for each in (AirflowException, AirflowFailException, AirflowSkipException)
        },
        "airflow.providers": {},
        "airflow.providers.apache": {},
        "airflow.providers.apache.spark": {},
        "airflow.providers.apache.spark.operators": {},
        "airflow.providers.apache.spark.operators.spark_submit": {"SparkSubmitOperator": SparkSubmitOperator},
    }
    for name, content in made.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        sys.modules[name] = module


def load_without_airflow(file):
    """The one DAG of a file."""
    stand_in()
    with open(file, encoding="utf-8") as source:
        exec(compile(source.read(), file, "exec"), {"__name__": "dag"})
    return Dag.newest


def load_with_airflow(file):
    """The one DAG of a file, as Airflow loads it."""
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models import DagBag
    bag = DagBag(file, include_examples=False)
    assert not bag.import_errors, bag.import_errors
    assert len(bag.dags) == 1, list(bag.dags)
    return next(iter(bag.dags.values()))


def command_of(task):
    """What the task calls."""
    if isinstance(task, SparkSubmitOperator):
        return task.command()
    task._hook = None
    return task._get_hook()._build_spark_submit_command(task.application)


def outcome(task, code):
    """What Airflow makes of a spark-submit that exits with this code."""
    os.environ["EXIT_CODE"] = str(code)
    task._hook = None
    try:
        task.execute({})
    except Exception as failure:  # Airflow's classes have moved between modules; their names have not
        return {
            "AirflowSkipException": "skipped",
            "AirflowFailException": "failed, not tried again",
            "AirflowException": "failed, tried again",
        }[type(failure).__name__]
    return "success"


def seen(dag):
    """All that must not change unseen."""
    (task,) = dag.tasks
    task.render_template_fields({"ts_nodash": DUE})
    return {
        "dag": dag.dag_id,
        "schedule": str(dag.schedule),
        "start": dag.start_date.isoformat(),
        "time zone": str(getattr(dag.start_date.tzinfo, "key", None) or dag.start_date.tzinfo),
        "catchup": dag.catchup,
        "runs at once": dag.max_active_runs,
        "task": task.task_id,
        "retries": task.retries,
        "seconds between": int(task.retry_delay.total_seconds()),
        "command": command_of(task),
        "exit codes": {str(code): outcome(task, code) for code in EXIT_CODES},
    }


def main(file, expected_file):
    """Returns the exit code."""
    try:
        import airflow

        by = "Airflow " + airflow.__version__
    except ImportError:
        by = "a stand-in for Airflow, which is not installed"
    with tempfile.TemporaryDirectory() as folder:
        binary = os.path.join(folder, "spark-submit")
        with open(binary, "w", encoding="utf-8") as script:
            script.write('#!/bin/sh\nexit "$EXIT_CODE"\n')
        os.chmod(binary, 0o755)
        os.environ["PATH"] = folder + os.pathsep + os.environ["PATH"]
        os.environ.setdefault("AIRFLOW_HOME", folder)
        os.environ["AIRFLOW_CONN_SPARK_DEFAULT"] = MASTER
        dag = load_with_airflow(file) if by.startswith("Airflow") else load_without_airflow(file)
        found = json.dumps(seen(dag), indent=2) + "\n"
    with open(expected_file, encoding="utf-8") as golden:
        expected = golden.read()
    if found != expected:
        sys.stdout.writelines(
            difflib.unified_diff(expected.splitlines(True), found.splitlines(True), expected_file, "found")
        )
        return 1
    print("SEEN", by)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
