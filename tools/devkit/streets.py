"""./dev streets: load the 41,352 streets of China (GB/T 2260, nine digits) into the database."""
from . import databases, odoo
from .base import DATABASE, Problem, Watch, main, say


def streets(arguments):
    if arguments:
        print(__doc__)
        return 2
    if not databases.exists(DATABASE):
        raise Problem(f"there is no database {DATABASE} yet: ./dev up makes it.")
    watch = Watch()
    say("Loading the streets of China")
    script = "env['channel.territory']._load_streets()\nenv.cr.commit()\n"
    odoo.shell(DATABASE, script, 'streets', what="loading the streets")
    say(f"    done in {watch}")
    return 0


if __name__ == '__main__':
    main(streets)
