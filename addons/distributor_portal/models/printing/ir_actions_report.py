import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    PdfFileReader,
    PdfFileWriter,
    create_string_object,
)

from odoo.addons.base.models.ir_actions_report import _logger, _wkhtml

from ...engine import paper
from . import print_child
from .report_resources import ORIGIN, ReportResources

BROWSERS = ('chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'chrome')
PARAMETER = 'distributor_portal.printer'
SIDE_MARGIN = 12.0
WAIT_SECONDS, SECONDS, SECONDS_EACH = 60, 60, 10
# A browser takes some hundred megabytes: of each server process no more than two print at a time.
_room = BoundedSemaphore(2)


class IrActionsReport(models.Model):
    """Prints through Chromium where it is there, and as Odoo does where it is not."""

    _inherit = 'ir.actions.report'

    # === BUSINESS METHODS === #

    @api.model
    def get_wkhtmltopdf_state(self):  # public: Odoo's own; says only whether documents can be printed
        """Override of `base`: with Chromium there is nothing to install."""
        return 'ok' if self._channel_get_browser() else super().get_wkhtmltopdf_state()

    @api.model
    def _channel_get_browser(self):
        """The Chromium that prints; None where Odoo's own way is wanted, or better, or all there is.

        The environment names another one (CHANNEL_BROWSER): what program a server runs is its operator's to say.
        """
        wanted = self.env['ir.config_parameter'].sudo().get_param(PARAMETER) or 'auto'
        if wanted == 'odoo' or wanted == 'auto' and _wkhtml().is_patched_qt:
            return None
        for name in filter(None, (os.environ.get('CHANNEL_BROWSER'), *BROWSERS)):
            if path := shutil.which(name):
                return path
        return None

    @api.model
    def _run_wkhtmltopdf(
            self, bodies, report_ref=False, header=None, footer=None, landscape=False, specific_paperformat_args=None,
            set_viewport_size=False):
        """Override of `base` to print with Chromium: header and footer on every sheet, any number of documents."""
        browser = self._channel_get_browser()
        if not browser:
            return super()._run_wkhtmltopdf(
                bodies, report_ref=report_ref, header=header, footer=footer, landscape=landscape,
                specific_paperformat_args=specific_paperformat_args, set_viewport_size=set_viewport_size)
        headers, footers = paper.split_parts(header), paper.split_parts(footer)
        documents = [
            paper.compose(body, *(parts[i] if i < len(parts) else None for parts in (headers, footers)))
            for i, body in enumerate(bodies)]
        paperformat = self._get_report(report_ref).get_paperformat() if report_ref else self.get_paperformat()
        sheet = self._channel_get_paper(
            paperformat, landscape, specific_paperformat_args or {}, bool(headers), bool(footers))
        return self._channel_pile(self._channel_print(browser, documents, sheet))

    @api.model
    def _channel_get_paper(self, paperformat, landscape, specific, has_header, has_footer):
        """The paper of a format. The header is part of the text here: only what lies above it is margin."""
        def measure(name, standard):
            try:
                return float(specific.get(f'data-report-{name}', standard))
            except ValueError:
                return standard

        top, bottom = measure('margin-top', paperformat.margin_top), measure('margin-bottom', paperformat.margin_bottom)
        spacing = measure('header-spacing', paperformat.header_spacing)
        if landscape is None:
            landscape = specific.get('data-report-landscape')
        is_landscape = bool(landscape) or paperformat.orientation == 'Landscape'
        sides = paperformat.page_width, paperformat.page_height
        if paperformat.format != 'custom':
            # Computed with the orientation, while the printer turns the sheet itself.
            sides = sorted((paperformat.print_page_width or 210, paperformat.print_page_height or 297))
        # A letter without margins at its sides was made for a printer that adds them.
        side = SIDE_MARGIN if has_header or has_footer else 0
        return paper.Paper(
            *sides, max(paper.MIN_MARGIN, top - spacing) if has_header else top, max(side, paperformat.margin_right),
            paper.NUMBER_MARGIN if has_footer else bottom, max(side, paperformat.margin_left), is_landscape,
            1.0 if paperformat.disable_shrinking else paper.SCALE)

    @api.model
    def _channel_print(self, browser, documents, sheet):
        """One PDF per document, as bytes."""
        resources = ReportResources(self.env, self._get_report_url())
        for document in documents:
            resources.collect(document)
        with tempfile.TemporaryDirectory(prefix='report.') as folder:
            names = {}
            for number, (path, (content, mimetype)) in enumerate(resources.found.items()):
                Path(folder, f'r{number}').write_bytes(content)
                names[path] = [f'r{number}', mimetype]
            for number, document in enumerate(documents):
                Path(folder, f'{number}.html').write_text(document, 'utf-8')
            Path(folder, 'job.json').write_text(json.dumps({
                'browser': browser,
                # Chromium's own sandbox refuses to work for root.
                'no_sandbox': os.geteuid() == 0 or os.environ.get('CHANNEL_BROWSER_SANDBOX') == '0',
                'origin': ORIGIN,
                'resources': names,
                'pages': [
                    {'html': f'{number}.html', 'pdf': f'{number}.pdf', 'options': sheet.as_print_options()}
                    for number in range(len(documents))],
            }), 'utf-8')
            self._channel_run_child(folder, SECONDS + SECONDS_EACH * len(documents))
            return [Path(folder, f'{number}.pdf').read_bytes() for number in range(len(documents))]

    @api.model
    def _channel_run_child(self, folder, seconds):
        if not _room.acquire(timeout=WAIT_SECONDS):
            raise UserError(self.env._("Too many documents are being printed. Please try again in a minute."))
        try:
            # A session of its own: one signal ends the program and the browser it has started.
            process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, '-I', print_child.__file__, str(Path(folder, 'job.json'))], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
            try:
                error = process.communicate(timeout=seconds)[1]
            except subprocess.TimeoutExpired:
                error = b"it took too long"
            finally:
                _end(process)
        finally:
            _room.release()
        if process.returncode:
            _logger.warning("Printing with Chromium failed: %s", error.decode(errors='replace')[-4000:])
            raise UserError(self.env._("The document could not be printed. The server's log says why."))

    @api.model
    def _channel_pile(self, documents):
        """The documents in one PDF, with the outline by which Odoo finds where each begins (see `base`)."""
        if len(documents) == 1:
            return documents[0]
        writer, counts = PdfFileWriter(), []
        for document in documents:
            reader = PdfFileReader(io.BytesIO(document))
            counts.append(reader.numPages)
            for number in range(reader.numPages):
                writer.addPage(reader.getPage(number))
        starts = [start for start, _end_ in paper.number_sheets(counts)]
        root, node = writer._root_object, None
        root[NameObject('/Dests')] = DictionaryObject({
            NameObject(f'/d{start}'): ArrayObject([NumberObject(start), NameObject('/Fit')]) for start in starts})
        for start in reversed(starts):
            node = DictionaryObject({
                NameObject('/Title'): create_string_object(str(start + 1)),
                NameObject('/Dest'): NameObject(f'/d{start}'),
                **({NameObject('/Next'): node} if node is not None else {})})
            node = writer._addObject(node)
        root[NameObject('/Outlines')] = writer._addObject(DictionaryObject({NameObject('/First'): node}))
        buffer = io.BytesIO()
        writer.write(buffer)
        return buffer.getvalue()


def _end(process):
    """The whole group, whether it has ended by itself or not."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
