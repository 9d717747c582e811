"""./dev up [--foreground]: a database with the demo channel, and Odoo running on it.

--foreground    stay, with Odoo's log on the terminal, and stop Odoo when interrupted (for containers)
"""
import argparse
import os
import subprocess

from . import databases, odoo, server
from .base import DATABASE, PORT, Problem, Watch, addons, lock, main, say

LOGINS = f"""
  Logins (password = login):
    admin        HQ manager                  hq           HQ order desk
    agent        provincial agent, portal    agent2       of another line
    dealer       dealer, portal              dealer2      of another line
    store        terminal store, portal      store2       of another line
    integrator   XML-RPC and JSON-2
  Stop with ./dev down   ·   database {DATABASE}   ·   log {odoo.log_path('odoo')}
"""


def up(arguments):
    parser = argparse.ArgumentParser(
        prog='./dev up', description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--foreground', action='store_true', help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    watch = Watch()
    with lock('up'):
        running = server.find()
        if running and running.is_current() and odoo.answers(running.base_url):
            if options.foreground:
                raise Problem(f"Odoo is already running at {running.base_url}: ./dev down stops it.")
            return _tell(running.base_url, "is already running")
        interface = os.environ.get('CHANNEL_INTERFACE', '127.0.0.1')
        if not (running and running.port == PORT) and not odoo.is_port_free(PORT, interface):
            raise Problem(f"port {PORT} is taken by another program: stop it, or choose another port "
                          "with CHANNEL_PORT=8070 ./dev up")
        if running:
            say(f"Stopping our Odoo at {running.base_url} (database {running.database})")
            running.stop()
        prepare_database()
        say("Starting Odoo")
        started = server.start(interface)
        started.wait_until_served()
    _tell(started.base_url, f"is running (ready in {watch})")
    return _follow(started) if options.foreground else None


def prepare_database():
    """Create the database if it is missing, bring it up to date if the addons have changed."""
    if not databases.exists(DATABASE):
        source = databases.template('demo')
        say(f"Creating the database {DATABASE}")
        build = f'{DATABASE}__new'
        databases.copy(source, build, fast=False)
        with databases.cursor(build) as cr:  # A copy is not the same installation.
            cr.execute("UPDATE ir_config_parameter SET value = gen_random_uuid() "
                       "WHERE key IN ('database.uuid', 'database.secret')")
        databases.set_parameters(build, {'web.base.url': f'http://127.0.0.1:{PORT}'})
        databases.rename(build, DATABASE)
        return
    known = databases.parameters(DATABASE, [databases.DIGEST])
    if known is None or not set(addons()) & databases.installed(DATABASE):
        raise Problem(f"the database {DATABASE} exists, but our addons are not installed in it: "
                      "choose another with CHANNEL_DB=name ./dev up, or drop it with ./dev reset")
    if not (databases.FILESTORE / DATABASE).is_dir():
        raise Problem(f"the database {DATABASE} exists, but its files are not in {databases.FILESTORE}: it belongs to "
                      "another checkout; choose another name with CHANNEL_DB=name ./dev up")
    if known.get(databases.DIGEST) != databases.digest('demo'):
        _update()


def _update():
    present = databases.installed(DATABASE)
    updated = [name for name in addons() if name in present]
    added = [name for name in addons() if name not in present]
    more = f", installing {', '.join(added)}" if added else ""
    say(f"The addons have changed: updating {', '.join(updated)}{more}")
    arguments = ['server', '-d', DATABASE, '-u', ','.join(updated), '--stop-after-init', '--no-http',
                 '--max-cron-threads', '0']
    if added:
        arguments += ['-i', ','.join(added)]
    odoo.run(arguments, 'update', what=f"updating the database {DATABASE}")
    odoo.shell(DATABASE, databases.LOAD_DEMO, 'demo', what="loading the demo channel")
    databases.set_parameters(DATABASE, {databases.DIGEST: databases.digest('demo')})


def _tell(base_url, state):
    print(f"\nOdoo {state}: {base_url}\n{LOGINS}", flush=True)


def _follow(started):
    """Show the log until Odoo ends or we are told to end."""
    tail = subprocess.Popen(['tail', '-n', '0', '-F', started.log])
    try:
        return started.process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        tail.terminate()
        started.stop()
        server.forget()


if __name__ == '__main__':
    main(up)
