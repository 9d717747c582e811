"""./dev test [WHAT…]: prepare what is missing and run every test, or only WHAT:

  lint                  style and house rules
  unit                  the engines, without Odoo
  i18n                  every term of every addon is in its zh_CN.po
  flows [-k …]          stories over HTTP in a real browser, on the demo channel; likewise every other folder
                        of tests/ that holds tests: security, faults …
  ADDON                 the unit tests and the Odoo tests of one addon
  ADDON:Class.method    some of its Odoo tests

What disturbs nobody runs two at a time: the addons' Odoo tests in parts, each on a database of its own, pytest in two
processes, each with a server of its own. Tests marked `alone` come last. What fails on a live server gets a second try,
as a crowded machine may be too slow for a browser; whatever needed one is named.

Ends with one line, "N passed, N failed"; whole logs are in .local/log.
"""
import ast
import os
import re
import signal
import subprocess
import sys
import traceback
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from . import databases, lint, odoo
from .base import ADDONS, LOGS, ROOT, Problem, Watch, addons, main, say
from .checks import translations

TESTS = ROOT / 'tests'
AT_ONCE = 2
PART = 250  # tests of Odoo's runner in one database: more parts share the cores better, each costs ten seconds
SECOND_TRY = ('--reruns', '1')
RESULT = re.compile(r'(\d+) failed, (\d+) error\(s\) of (\d+) tests')


@dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    detail: str = ''
    retried: tuple = ()

    def __add__(self, other):
        return Result(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped,
                      retried=self.retried + other.retried)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


def run_tests(arguments):
    if {'-h', '--help'} & set(arguments):
        print(__doc__)
        return 0
    beside, alone = _select(arguments)
    databases.drop_orphans()
    watch = Watch()
    total = Result()
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        total = sum(pool.map(lambda step: _run_step(*step), beside), total)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        odoo.kill_all()  # Ctrl-C ends us, and what runs for us in other threads.
    for title, step in alone:
        total += _run_step(title, step)
    if total.skipped:
        say(f"{total.skipped} tests were skipped")
    if total.retried:
        say("Failed at the first try: " + ', '.join(total.retried))
    if not total.passed + total.failed:
        total.failed = 1
        say("No test was run")
    say(f"All of it took {watch}")
    print(f"\n{total}", flush=True)
    return 1 if total.failed else 0


def _run_step(title, step):
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
    say(f"{title}: {result}{skipped} ({watch})")
    return result


def _select(arguments):
    """The steps that the words on the command line ask for: (those that run side by side, those that run alone).

    Pytest on live servers uses both cores by itself.
    """
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
    beside = []
    for word in words or addons():
        addon, _colon, rest = word.partition(':')
        if addon in addons():
            tags = [f'/{addon}:{rest}'] if rest else _parts(addon)
            for part, tag in enumerate(tags, 1):
                title = f"Odoo's runner: {word}{f' ({part}/{len(tags)})' if len(tags) > 1 else ''}"
                beside.append((title, partial(_odoo_tests, addon, tag, len(beside) + 1)))
    if everything or 'unit' in words:
        beside.append(("Engines without Odoo (pytest tests/unit)", lambda: _pytest('unit', TESTS / 'unit', *options)))
    else:
        beside += [
            (f"Engine of {word} without Odoo", lambda word=word: _pytest('unit', *_unit_tests_of(word)))
            for word in words if word in addons() and _unit_tests_of(word)
        ]
    if everything or 'i18n' in words:
        beside.append(("Translations (zh_CN)", _i18n))
    if everything or 'lint' in words:
        beside.append(("Style and house rules", _lint))
    alone = [step for name in live if everything or name in words for step in _live_steps(name, options)]
    return beside, alone


def _live_folders():
    """Folders of tests/ whose tests need a running Odoo: all but the engines'."""
    return sorted({path.parent.name for path in TESTS.glob('*/test_*.py')} - {'unit'})


def _live_steps(name, options):
    title, folder = f"On a live server: pytest tests/{name}", TESTS / name
    yield title, lambda: _pytest(
        name, folder, '-m', 'not alone', '--numprocesses', str(AT_ONCE), '--dist', 'loadfile', *SECOND_TRY, *options)
    if any('pytest.mark.alone' in path.read_text('utf-8') for path in folder.glob('test_*.py')):
        yield f"{title}, alone", lambda: _pytest(f'{name}-alone', folder, '-m', 'alone', *SECOND_TRY, *options)


def _parts(addon):
    """Test tags that part the addon's tests; the last part takes whatever no other names."""
    parts, count = [[]], 0
    for path in sorted((ADDONS / addon / 'tests').rglob('test_*.py')):
        for node in ast.parse(path.read_text('utf-8')).body:
            if isinstance(node, ast.ClassDef):
                tests = sum(isinstance(one, ast.FunctionDef) and one.name.startswith('test_') for one in node.body)
                if count and count + tests > PART:
                    parts.append([])
                    count = 0
                count += tests
                parts[-1].append(f'/{addon}:{node.name}')
    rest = [f'-{tag}' for part in parts[:-1] for tag in part]
    return [','.join(part) for part in parts[:-1]] + [','.join([f'/{addon}', *rest])]


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
    log = odoo.log_path(name)
    report = log.with_suffix('.xml')
    report.unlink(missing_ok=True)
    if name != 'unit':
        databases.template('demo')
    environment = os.environ | {'PYTHONPATH': '', 'CI': os.environ.get('CI', 'true')}
    with log.open('w') as output:
        process = subprocess.Popen(
            [sys.executable, '-m', 'pytest', '-q', '-raR', '--junit-xml', report, *arguments],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        odoo.running.add(process)
        code = _wait_for_pytest(process, log)
    if code == 5:  # Pytest's word for "collected nothing".
        return Result()
    text = log.read_text('utf-8', 'replace')
    retried = tuple(re.findall(r'^RERUN (\S+)', text, re.M))
    text = text[re.search(r'^=+ (FAILURES|ERRORS) =+$|\Z', text, re.M).start():][:30_000] or text[-5000:]
    if not report.exists():
        return Result(failed=1, detail=text)
    suite = ET.parse(report).getroot().find('testsuite')  # noqa: S314 -- pytest has just written it.
    count = {key: int(suite.get(key)) for key in ('tests', 'failures', 'errors', 'skipped')}
    failed = count['failures'] + count['errors'] or (1 if code else 0)
    return Result(max(count['tests'] - count['skipped'] - failed, 0), failed, count['skipped'], text, retried)


def _wait_for_pytest(process, log, minutes=45):
    """Its exit code. Whatever ends us early ends it in a way that lets it stop its server."""
    try:
        return process.wait(minutes * 60)
    except subprocess.TimeoutExpired:
        raise Problem(f"pytest took more than {minutes} minutes and was stopped; its log is {log}") from None
    finally:
        odoo.running.discard(process)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                odoo.kill(process)


def _odoo_tests(addon, tags, number):
    """Odoo's own runner on an installed addon, in a copy of the bare template."""
    log = f'test-{addon}-{number}'
    with databases.scratch(databases.template('bare'), f'{addon}_{number}') as database:
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
