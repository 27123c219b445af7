"""What the plug-in needs of marimo, looked for by name before anything of marimo's is replaced.

A version number says nothing of a version that is not out yet. So what is looked
for is what is used: each line below is an attribute, or a call as it is made.

    SessionManager.sessions                  is there, and is no method
    Room.broadcast(message, consumer=)       takes one argument by position, one by keyword
    Listener._maybe_autosave(session, source?)   `source` in some versions only
    await Coordinator.handle_change(path)    is a coroutine

Nothing of marimo is imported with this module, so that it is here when they are not.
"""

import importlib
import inspect
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

CALLED = {
    "marimo": ("_loggers.marimo_logger()",),
    "marimo._ast.app": (
        "InternalApp.cell_manager",
        "InternalApp.config",
        "InternalApp.update_config(options)",
        "InternalApp.with_data(cell_ids=, codes=, names=, configs=)",
    ),
    "marimo._ast.app_config": (
        "overloads_from_env()",
        "_AppConfig.asdict()",
        "_AppConfig.asdict_difference()",
        "_AppConfig.from_untrusted_dict(options, silent=)",
        "_AppConfig.update(options)",
    ),
    "marimo._ast.cell": ("CellConfig()",),
    "marimo._ast.cell_manager": ("CellManager.cell_data()",),
    "marimo._config.settings": ("GLOBAL_SETTINGS.MANAGE_SCRIPT_METADATA",),
    "marimo._messaging.notebook": ("changes",),
    "marimo._messaging.notebook.changes": ("DocumentChange", "Transaction(changes=, source=)"),
    "marimo._messaging.notebook.document": (
        "NotebookCell(id=, code=, name=, config=)",
        "NotebookDocument.apply(transaction)",
        "NotebookDocument.cells",
        "NotebookDocument.version",
    ),
    "marimo._messaging.notification": ("AlertNotification(title, description, variant)",),
    "marimo._messaging.serde": ("serialize_kernel_message(message)",),
    "marimo._runtime.context": ("get_context()",),
    "marimo._server.models.models": (
        "SaveNotebookRequest.cell_ids",
        "SaveNotebookRequest.codes",
        "SaveNotebookRequest.configs",
        "SaveNotebookRequest.filename",
        "SaveNotebookRequest.names",
    ),
    "marimo._session.consumer": (
        "SessionConsumer.connection_state()",
        "SessionConsumer.notify(message)",
    ),
    "marimo._session.events": (
        "SessionEventBus.subscribe(listener)",
        "SessionEventBus.unsubscribe(listener)",
    ),
    "marimo._session.extensions.types": (
        "EventAwareExtension.on_attach(session, bus)",
        "EventAwareExtension.on_detach()",
        "ExtensionRegistry.add(extension)",
        "ExtensionRegistry.get(type)",
        "ExtensionRegistry.remove(extension)",
    ),
    "marimo._session.file_change_handler": (
        "EditModeReloadStrategy(config)",
        "EditModeReloadStrategy.handle_reload(session, transaction=?, changed_cell_ids=)",
        "FileChangeResult(handled=, error=)",
    ),
    "marimo._session.model": ("ConnectionState.OPEN", "SessionMode.EDIT"),
    "marimo._session.notebook": ("AppFileManager.path", "AppFileManager.save(request)"),
    "marimo._session.notebook.storage": ("FilesystemStorage.ensure_parent_dirs(path)",),
    "marimo._session.session": (
        "SessionImpl.connection_state()",
        "SessionImpl.notify(message, from_consumer_id=)",
    ),
    "marimo._utils.http": (
        "HTTPException(status_code=, detail=)",
        "HTTPStatus.BAD_REQUEST",
        "HTTPStatus.SERVER_ERROR",
    ),
    "marimo._version": ("__version__",),
}
"""What we use, by module."""

REPLACED = {
    "marimo._session.events": (
        "await SessionEventListener.on_session_created(session)",
        "await SessionEventListener.on_session_closed(session)",
        "SessionEventListener.on_notification_sent(session, message)",
    ),
    "marimo._session.extensions.extensions": (
        "NotificationListenerExtension._maybe_autosave(session, source?)",
        "NotificationListenerExtension._on_kernel_message(session, message)",
    ),
    "marimo._session.file_change_handler": (
        "await FileChangeCoordinator.handle_change(path, session)",
    ),
    "marimo._session.notebook": (
        "AppFileManager._save_file(path, notebook=, persist=, previous_path=)",
        "AppFileManager.save_from_cells(cells, expected_filename=, expected_generation=)",
    ),
    "marimo._session.notebook.storage": (
        "StorageInterface.rename(old, new)",
        "StorageInterface.write(path, content)",
    ),
    "marimo._session.session": ("SessionImpl.connect_consumer(consumer, main=)",),
}
"""What marimo calls, and gets ours: it must not want to hand us more than this."""

OF_MANAGER = (
    "mode",
    "_event_bus.subscribe(listener)",
    "await _file_change_coordinator.handle_change(path, session)",
    "close_all_sessions()",
)
"""What the session manager of a server must have, each object of it made by then."""

OF_SESSION = (
    "app_file_manager.app.cell_manager",
    "app_file_manager.app._app._header",
    "app_file_manager._filename",
    "app_file_manager._save_lock",
    "app_file_manager.storage",
    "config_manager",
    "document.apply(transaction)",
    "document.cells",
    "document.version",
    "extensions",
    "_event_bus.subscribe(listener)",
    "room",
)
"""What a session must have when it is adopted."""

SHOWN = 3
"""As many gaps as a log line names; the first one is the reason for most others."""


def missing(manager: object = None) -> list[str]:
    """Return what is not as the plug-in needs it, in words; nothing where all is well.

    Args:
        manager: the server's `SessionManager`, if there is one to look at.
    """
    gaps = [
        *(gap for module, needs in CALLED.items() for gap in _gaps_of(module, needs)),
        *(gap for module, needs in REPLACED.items() for gap in _gaps_of(module, needs, more=False)),
    ]
    if manager is not None:
        gaps += _gaps(manager, "session_manager", OF_MANAGER)
    return list(dict.fromkeys(gaps))


def missing_in(session: object) -> list[str]:
    """Return what a session that is to be adopted lacks, in words."""
    return list(dict.fromkeys(_gaps(session, "session", OF_SESSION)))


def warn(gaps: list[str]) -> None:
    """Say in one line, in marimo's own log, that the plug-in does nothing, and why."""
    more = f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else ""
    logging.getLogger("marimo").warning(
        "notebook-actors does not fit this marimo, whose own autosave goes on without it: %s%s",
        "; ".join(gaps[:SHOWN]),
        more,
    )


def _gaps_of(module: str, needs: Iterable[str], *, more: bool = True) -> Iterator[str]:
    try:
        root = importlib.import_module(module)
    except Exception as error:  # noqa: BLE001 - whatever an import runs into, it is not there
        yield f"{module} cannot be imported: {error}"
    else:
        yield from _gaps(root, module, needs, more=more)


def _gaps(root: object, name: str, needs: Iterable[str], *, more: bool = True) -> Iterator[str]:
    for need in needs:
        try:
            _look_for(root, name, need, more=more)
        except LookupError as gap:
            yield str(gap)


def _look_for(root: Any, name: str, need: str, *, more: bool) -> None:
    """Raise `LookupError` where `root` has not what is needed."""
    [(awaited, path, is_call, call)] = re.findall(r"^(await )?([\w.]+)(\(?)(.*?)\)?$", need)
    for part in path.split("."):
        if not hasattr(root, part):
            raise LookupError(f"{name} has no {part}")
        root, name = getattr(root, part), f"{name}.{part}"
    if not is_call:
        if inspect.isroutine(root):
            raise LookupError(f"{name} is a method")
        return
    if inspect.iscoroutinefunction(root) is not bool(awaited):
        raise LookupError(f"{name} is {'no' if awaited else 'a'} coroutine")
    _call(name, _parameters(root, name), re.findall(r"[^, ]+", call), more=more)


def _parameters(function: Any, name: str) -> list[inspect.Parameter]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except Exception as error:  # noqa: BLE001 - annotations are evaluated, too
        raise LookupError(f"{name} cannot be called: {error}") from None
    return [each for each in parameters if each.name != "self"]


def _call(
    name: str, parameters: list[inspect.Parameter], arguments: list[str], *, more: bool
) -> None:
    """Raise `LookupError` where parameters do not take arguments, or want others besides."""
    always = [each for each in arguments if not each.endswith("?")]
    if not more and len(parameters) > len(arguments):
        known = {each.rstrip("=?") for each in arguments}
        unknown = [each.name for each in parameters if each.name not in known]
        raise LookupError(f"{name} has the new parameter {', '.join(unknown)}")
    if (trouble := _trouble(parameters, always)) and _trouble(parameters, arguments):
        raise LookupError(f"{name}: {trouble}")


def _trouble(parameters: list[inspect.Parameter], arguments: list[str]) -> str | None:
    """Return what Python says to a call with these arguments, if it is not possible."""
    names = [each.rstrip("?") for each in arguments]
    by_name = {each[:-1]: None for each in names if each.endswith("=")}
    try:
        inspect.Signature(parameters).bind(*(None for _ in names[len(by_name) :]), **by_name)
    except TypeError as error:
        return str(error)
    return None
