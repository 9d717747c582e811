"""A program of its own that prints HTML with Chromium: `python -I print_child.py JOB.json`.

It runs beside Odoo and not within, so that Odoo's limit on memory, which Chromium dies of, can be lifted for it alone,
and so that one kill ends it and the browser. No page reaches a file, a network or a script: each request is answered
from the job or refused. Chromium is spoken to over its DevTools protocol, through a pipe.

JOB: {'browser': path, 'no_sandbox': bool, 'origin': 'http://…', 'resources': {path and query: [file, MIME type]},
      'pages': [{'html': file, 'pdf': file, 'options': of Page.printToPDF}]}; files lie beside the job.
"""
import base64
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ARGUMENTS = (
    '--headless', '--remote-debugging-pipe', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-pings',
    '--disable-extensions', '--disable-sync', '--disable-background-networking', '--disable-component-update',
    '--disable-default-apps', '--mute-audio', '--host-resolver-rules=MAP * ~NOTFOUND', '--block-new-web-contents',
)
# How high the footer is, is known only when it is laid out: the table keeps that much room on every sheet.
MAKE_ROOM = """document.fonts.ready.then(() => {
    const footer = document.querySelector('.o_paper_footer'), room = document.querySelector('.o_paper_room');
    if (footer && room) { room.style.height = `${Math.ceil(footer.getBoundingClientRect().height) + 8}px`; }
    return true;
})"""


class Browser:
    """A Chromium at the other end of a pipe. Messages are JSON, each ended by a NUL."""

    def __init__(self, job, profile):
        to_child, self.writer = os.pipe()
        self.reader, from_child = os.pipe()

        def prepare():
            # Chromium reserves far more address space than it uses, and reads from 3 and writes to 4.
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
            source, target = os.dup(to_child), os.dup(from_child)
            os.dup2(source, 3)
            os.dup2(target, 4)

        sandbox = ['--no-sandbox'] if job['no_sandbox'] else []
        self.process = subprocess.Popen(  # noqa: S603  the operator names the program
            [job['browser'], *ARGUMENTS, *sandbox, f'--user-data-dir={profile}'],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=prepare,
            pass_fds=(3, 4, to_child, from_child))
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.last, self.answers, self.events = b'', 0, {}, []

    def send(self, method, session=None, **params):
        self.last += 1
        message = {'id': self.last, 'method': method, 'params': params, **({'sessionId': session} if session else {})}
        data = json.dumps(message).encode() + b'\0'
        while data:
            data = data[os.write(self.writer, data):]
        return self.last

    def call(self, method, session=None, on_event=None, **params):
        """The result of a command; what happens meanwhile goes to `on_event`."""
        number = self.send(method, session, **params)
        while number not in self.answers:
            self.receive(on_event)
        answer = self.answers.pop(number)
        if 'error' in answer:
            raise RuntimeError(f"{method}: {answer['error'].get('message')}")
        return answer['result']

    def receive(self, on_event=None):
        while b'\0' not in self.buffer:
            data = os.read(self.reader, 2**20)
            if not data:
                said = self.process.stderr.read()[-2000:].decode(errors='replace')
                raise RuntimeError(f"the browser ended: {said}")
            self.buffer += data
        raw, self.buffer = self.buffer.split(b'\0', 1)
        message = json.loads(raw)
        if 'id' in message:
            self.answers[message['id']] = message
        elif on_event:
            on_event(message)


class Printer:
    def __init__(self, browser, job, folder):
        self.browser, self.job, self.folder = browser, job, folder
        target = browser.call('Target.createTarget', url='about:blank')['targetId']
        self.session = browser.call('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
        for method, params in (
                ('Page.enable', {}),
                ('Emulation.setScriptExecutionDisabled', {'value': True}),
                ('Emulation.setEmulatedMedia', {'media': 'print'}),
                ('Fetch.enable', {'patterns': [{'urlPattern': '*'}]})):
            browser.call(method, self.session, **params)
        self.page, self.is_loaded = None, False

    def print(self, page):
        self.page, self.is_loaded = page, False
        self.browser.call('Page.navigate', self.session, self.on_event, url=self.job['origin'] + '/')
        while not self.is_loaded:
            self.browser.receive(self.on_event)
        self.browser.call('Runtime.evaluate', self.session, self.on_event, expression=MAKE_ROOM, awaitPromise=True)
        answer = self.browser.call('Page.printToPDF', self.session, self.on_event, **page['options'])
        (self.folder / page['pdf']).write_bytes(base64.b64decode(answer['data']))

    def on_event(self, event):
        if event['method'] == 'Page.loadEventFired':
            self.is_loaded = True
        elif event['method'] == 'Fetch.requestPaused':
            self.answer(event['params'])

    def answer(self, request):
        url, number = request['request']['url'], request['requestId']
        path = url[len(self.job['origin']):] if url.startswith(self.job['origin'] + '/') else None
        if url.startswith('data:'):
            self.browser.send('Fetch.continueRequest', self.session, requestId=number)
        elif path == '/':
            self.fulfill(number, self.page['html'], 'text/html; charset=utf-8')
        elif path in self.job['resources']:
            self.fulfill(number, *self.job['resources'][path])
        else:
            self.browser.send('Fetch.failRequest', self.session, requestId=number, errorReason='AccessDenied')

    def fulfill(self, number, name, mimetype):
        content = (self.folder / name).read_bytes()
        self.browser.send('Fetch.fulfillRequest', self.session, requestId=number, responseCode=200, responseHeaders=[
            {'name': 'Content-Type', 'value': mimetype}, {'name': 'Access-Control-Allow-Origin', 'value': '*'}],
            body=base64.b64encode(content).decode())


def main(path):
    job, folder = json.loads(Path(path).read_text('utf-8')), Path(path).parent
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as profile:
        browser = Browser(job, profile)
        try:
            printer = Printer(browser, job, folder)
            for page in job['pages']:
                printer.print(page)
        finally:
            browser.process.kill()
            browser.process.wait()


if __name__ == '__main__':
    main(sys.argv[1])
