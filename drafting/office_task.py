"""What LibreOffice does inside the sandbox: one DOCX in, one PDF/A-2b out.

Runs under Debian's Python, which alone knows ``uno``; nothing outside the sandbox imports it.
"""

import importlib
import subprocess
import time
from pathlib import Path
from typing import Any

from records.errors import Unavailable, Unreadable

_SOFFICE = Path("/usr/bin/soffice")
_SCRATCH = Path("/tmp")  # noqa: S108 - the sandbox's own file system in memory  # nosec B108
_DOCX = "MS Word 2007 XML"
_PIPE = "uno:pipe,name=trinhky;urp;StarOffice.ComponentContext"
_READY_WITHIN = 50.0  # seconds; a cold start on a busy machine took 6

_desktops: list[Any] = []  # one, once warm() has been; this process serves one document and dies


def warm() -> None:
    """Start LibreOffice and wait until it answers.

    Raises  Unavailable: convert.unavailable, it is not installed or does not start.
    """
    if not _SOFFICE.exists():
        raise Unavailable("convert.unavailable")
    try:
        uno: Any = importlib.import_module("uno")
    except ImportError as error:
        raise Unavailable("convert.unavailable") from error
    office = subprocess.Popen(  # noqa: S603 - every word is ours
        [
            str(_SOFFICE),
            f"-env:UserInstallation={(_SCRATCH / 'profile').as_uri()}",
            *("--headless", "--invisible", "--norestore", "--nologo", "--nodefault"),
            "--accept=pipe,name=trinhky;urp;",
        ],
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + _READY_WITHIN
    while time.monotonic() < until and office.poll() is None:
        try:
            context = resolver.resolve(_PIPE)
        except Exception:  # noqa: BLE001 - uno's own NoConnectException has no importable class
            time.sleep(0.05)
            continue
        desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        _try_out(desktop)
        _desktops.append(desktop)
        return
    raise Unavailable("convert.unavailable")


def answer(content: bytes, options: dict[str, object]) -> bytes:
    """Give a DOCX as PDF/A-2b, every font embedded; or what ``options["filter"]`` reads.

    Raises  Unreadable: convert.failed.
    Source  LibreOffice API, com.sun.star.document.PDFExportOptions: SelectPdfVersion 2 = PDF/A-2b.
    """
    source, target = _SCRATCH / "in.docx", _SCRATCH / "out.pdf"
    source.write_bytes(content)
    document = _opened(source, str(options.get("filter", _DOCX)), str(options.get("how", "")))
    try:
        _store(document, target)
    except Exception as error:
        raise Unreadable("convert.failed") from error
    return target.read_bytes()


def _opened(source: Path, reader: str, how: str) -> Any:
    try:
        document = _desktops[0].loadComponentFromURL(
            source.as_uri(),
            "_blank",
            0,
            (
                _property("Hidden", value=True),
                _property("ReadOnly", value=True),
                _property("FilterName", reader),
                _property("FilterOptions", how),
                _property("MacroExecutionMode", 0),  # never
                _property("UpdateDocMode", 0),  # no links are followed
            ),
        )
    except Exception as error:
        raise Unreadable("convert.failed") from error
    if document is None:
        raise Unreadable("convert.failed")
    return document


def _store(document: Any, target: Path) -> None:
    uno: Any = importlib.import_module("uno")
    choices = (
        _property("SelectPdfVersion", 2),
        _property("EmbedStandardFonts", value=True),
        _property("UseTaggedPDF", value=True),
        _property("ExportBookmarks", value=False),
        _property("ExportFormFields", value=False),
        _property("ExportNotes", value=False),
        _property("ReduceImageResolution", value=True),
        _property("MaxImageResolution", 300),
    )
    document.storeToURL(
        target.as_uri(),
        (
            _property("FilterName", "writer_pdf_Export"),
            _property("FilterData", uno.Any("[]com.sun.star.beans.PropertyValue", choices)),
        ),
    )


def _property(name: str, value: object) -> Any:
    uno: Any = importlib.import_module("uno")
    one = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    one.Name, one.Value = name, value
    return one


def _try_out(desktop: Any) -> None:
    """Convert an empty page, so that filters and fonts are loaded before a document is there."""
    page = desktop.loadComponentFromURL(
        "private:factory/swriter", "_blank", 0, (_property("Hidden", value=True),)
    )
    page.Text.String = "Độc lập - Tự do - Hạnh phúc"
    _store(page, _SCRATCH / "warm.pdf")
    page.close(True)  # noqa: FBT003 - uno takes no names
