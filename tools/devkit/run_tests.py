"""./dev test [WHAT…]: prepare what is missing and run every test, or only WHAT:

  lint                  style and house rules
  unit                  the engines, without Odoo
  i18n                  every term of every addon is in its zh_CN.po
  flows [-k …]          stories over HTTP in a real browser, on the demo channel; likewise every other folder
                        of tests/ that holds tests: security, faults …
  ADDON                 the unit tests and the Odoo tests of one addon
  ADDON:Class.method    some of its Odoo tests

Ends with one line, "N passed, N failed"; whole logs are in .local/log.
"""
import os
import re
import signal
import subprocess
import sys
import traceback
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from . import databases, lint, odoo
from .base import LOGS, ROOT, Problem, Watch, addons, main, say
from .checks import translations

TESTS = ROOT / 'tests'
RESULT = re.compile(r'(\d+) failed, (\d+) error\(s\) of (\d+) tests')


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    detail: str = ''

    def __add__(self, other):
        return Result(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def run_tests(arguments):
    if {'-h', '--help'} & set(arguments):
        print(__doc__)
        return 0
    steps = _select(arguments)
    databases.drop_orphans()
    watch = Watch()
    total = Result()
    for title, step in steps:
        total += _run_step(title, step)
    if total.skipped:
        say(f"{total.skipped} tests were skipped")
    if not total.passed + total.failed:
        total.failed = 1
        say("No test was run")
    say(f"All of it took {watch}")
    print(f"\n{total}", flush=True)
    return 1 if total.failed else 0


def _run_step(title, step):
    say(title)
    watch = Watch()
    try:
        result = step()
    except Problem as problem:
        result = Result(failed=1, detail=str(problem))
    except Exception:  # A fault of ours must not keep the other steps from running.
        result = Result(failed=1, detail=traceback.format_exc())
    if result.failed and result.detail:
        print(result.detail, flush=True)
    skipped = f", {result.skipped} skipped" if result.skipped else ""
    say(f"    {result}{skipped} ({watch})")
    return result


def _select(arguments):
    """The steps that the words on the command line ask for, in the order in which they are cheapest to fail."""
    words, options = arguments, []
    for position, word in enumerate(arguments):
        if word.startswith('-'):
            words, options = arguments[:position], arguments[position:]
            break
    everything = not words
    live = _live_folders()
    known = ('lint', 'unit', 'i18n', *live, *addons())
    unknown = {word.partition(':')[0] for word in words} - set(known)
    if unknown:
        raise Problem(f"nothing to test is called {', '.join(sorted(unknown))}; there are: {', '.join(known)}.")
    if options and not {'unit', *live} & set(words):
        raise Problem(f"options are handed to pytest: name unit, {' or '.join(live)} before them.")
    steps = []
    if everything or 'lint' in words:
        steps.append(("Style and house rules", _lint))
    if everything or 'unit' in words:
        steps.append(("Engines without Odoo (pytest tests/unit)", lambda: _pytest('unit', TESTS / 'unit', *options)))
    else:
        steps += [
            (f"Engine of {word} without Odoo", lambda word=word: _pytest('unit', *_unit_tests_of(word)))
            for word in words if word in addons() and _unit_tests_of(word)
        ]
    chosen = words or addons()
    steps += [
        (f"Odoo's runner: {word}", lambda word=word: _odoo_tests(word))
        for word in chosen if word.partition(':')[0] in addons()
    ]
    if everything or 'i18n' in words:
        steps.append(("Translations (zh_CN)", _i18n))
    steps += [
        (f"On a live server: pytest tests/{name}", lambda name=name: _pytest(name, TESTS / name, *options))
        for name in live if everything or name in words
    ]
    return steps


def _live_folders():
    """Folders of tests/ whose tests need a running Odoo: all but the engines'."""
    return sorted({path.parent.name for path in TESTS.glob('*/test_*.py')} - {'unit'})


# === STEPS === #

def _lint():
    result = Result()
    for title, findings in lint.findings():
        result += Result(passed=not findings, failed=bool(findings))
        if findings:
            print(f"{title}:\n" + '\n'.join(f"  {finding}" for finding in findings))
    return result


def _unit_tests_of(addon):
    return [path for path in sorted((TESTS / 'unit').rglob('test_*.py')) if addon in path.read_text('utf-8')]


def _pytest(name, *arguments):
    """Run pytest in a process of its own, so that neither it nor the engines meet Odoo or us."""
    report, log = LOGS / f'{name}.xml', odoo.log_path(name)
    report.unlink(missing_ok=True)
    if name != 'unit':
        databases.template('demo')
    environment = os.environ | {'PYTHONPATH': '', 'CI': os.environ.get('CI', 'true')}
    with log.open('w') as output:
        process = subprocess.Popen(
            [sys.executable, '-m', 'pytest', '-q', '-ra', '--junit-xml', report, *arguments],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code = _wait_for_pytest(process, log)
    if code == 5:  # Pytest's word for "collected nothing".
        return Result(detail="no test there")
    text = log.read_text('utf-8', 'replace')
    text = text[re.search(r'^=+ (FAILURES|ERRORS) =+$|\Z', text, re.M).start():][:30_000] or text[-5000:]
    if not report.exists():
        return Result(failed=1, detail=text)
    suite = ET.parse(report).getroot().find('testsuite')  # noqa: S314 -- pytest has just written it.
    count = {key: int(suite.get(key)) for key in ('tests', 'failures', 'errors', 'skipped')}
    failed = count['failures'] + count['errors'] or (1 if code else 0)
    return Result(max(count['tests'] - count['skipped'] - failed, 0), failed, count['skipped'], text)


def _wait_for_pytest(process, log, minutes=45):
    """Its exit code. Whatever ends us early ends it in a way that lets it stop its server."""
    try:
        return process.wait(minutes * 60)
    except subprocess.TimeoutExpired:
        raise Problem(f"pytest took more than {minutes} minutes and was stopped; its log is {log}") from None
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                odoo.kill(process)


def _odoo_tests(word):
    """Odoo's own runner on one installed addon, in a copy of the bare template."""
    addon, _colon, rest = word.partition(':')
    log = f'test-{addon}'
    with databases.scratch(databases.template('bare'), addon) as database:
        tags = f'/{addon}:{rest}' if rest else f'/{addon}'
        arguments = ['server', '-d', database, '--test-tags', tags, '--stop-after-init',
                     '--http-port', str(odoo.free_port()), '--max-cron-threads', '0']
        code = odoo.run(arguments, log, what=f"testing {addon}", minutes=60, check=False)
    return _read_result(odoo.log_path(log), code)


def _read_result(log, code):
    failed = errors = ran = skipped = 0
    finished = False
    for head, _text in odoo.blocks(log):
        if head['logger'] == 'odoo.tests.result' and (match := RESULT.search(head['message'])):
            failed, errors, ran = map(int, match.groups())
            finished = True
        skipped += head['message'].startswith('skipped ')
    bad = failed + errors
    # Odoo counts only failing tests; an asset or a view that breaks says so in the log alone.
    stray = [text for head, text in odoo.errors(log)
             if not head['message'].startswith(('FAIL: ', 'ERROR: ')) and head['logger'] != 'odoo.tests.result']
    passed = max(ran - skipped - bad, 0)
    bad += bool(stray)
    if not bad and (code or not finished or not ran):
        bad = 1
    detail = odoo.excerpt(log, 20000) if bad else ''
    if finished and not ran:
        detail = f"No test was found; see {log}"
    return Result(passed, bad, skipped, detail)


def _i18n():
    """What Odoo would export from the code must be translated in each addon's zh_CN.po."""
    result = Result()
    with databases.scratch(databases.template('bare'), 'i18n') as database:
        for addon in addons():
            exported = LOGS / f'{addon}.po'
            exported.unlink(missing_ok=True)
            odoo.run(['i18n', 'export', '-d', database, '-o', str(exported), addon], 'i18n',
                     what=f"exporting {addon}'s terms")
            missing = translations.missing(addon, exported)
            result += Result(passed=not missing, failed=bool(missing))
            if missing:
                print('\n'.join(f"  {finding}" for finding in missing))
    return result


if __name__ == '__main__':
    main(run_tests)
